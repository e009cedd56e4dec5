import { CONFIG, withFiles } from './read-settings.ts';
import { envOf, type Setting } from './setting.ts';

const COMMANDS: readonly (readonly [string, string])[] = [
  ['--print-config', 'say what is in force and who set it, without secrets'],
  ['--check', 'say whether the settings are good'],
  ['--help, --version', ''],
];

function line(what: string, about: string): string {
  return `  ${what.padEnd(27)} ${about}`.trimEnd();
}

/** What `--help` prints. */
export function helpText(table: readonly Setting[]): string {
  const flags = withFiles([CONFIG, ...table]).flatMap(({ flag, value, kind, help, default: usual, key }) => {
    if (flag === undefined) return [];
    const end = usual === undefined ? '' : ` (default ${usual})`;
    const more = kind === 'list' ? ', may be repeated' : '';
    const name = kind === 'switch' && usual === 'on' ? `--[no-]${flag}` : `--${flag}`;
    const about = key.endsWith('TokenFile') ? 'file that it stands in' : `${help}${more}${end}`;
    return line(`${name}${value ? ` ${value}` : ''}`, about);
  });
  const commands = COMMANDS.map(([what, about]) => line(what, about));
  const onlyInFile = table.flatMap(({ key, flag }) => (flag === undefined ? [key] : []));
  return `cb-dashboard: live dashboard for circuit breakers

${flags.join('\n')}

Instead of starting:
${commands.join('\n')}

A flag comes before its environment variable, that before the file, and that before the default. The variable of a
flag has the same name: --allow-host is ${envOf('allow-host')}, with commas between several.
Only in the file: ${onlyInFile.join(', ')}.

Do not give secrets as flags: other users of the machine see them. Use the variables, or files.
`;
}

/** The table of docs/dashboard.md, which a test holds to this. */
export function settingsTable(table: readonly Setting[]): string {
  const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``);
  const rows = [CONFIG, ...table].map(({ key, flag, value, kind, default: usual, help }) => {
    const both = flag === undefined ? '' : code(`--${flag}${value ? ` ${value}` : ''}`);
    const inFile = key === CONFIG.key ? '' : code(key);
    const also = kind === 'secret' ? ', or `…File`' : '';
    const many = kind === 'list' ? '; repeat it, or separate by commas in the environment' : '';
    return `| ${both} | ${code(flag && envOf(flag))} | ${inFile}${also} | ${usual ?? 'none'} | ${help}${many} |`;
  });
  return ['| flag | environment | in the file | default | |', '|---|---|---|---|---|', ...rows].join('\n');
}
