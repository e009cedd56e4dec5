import { parseArgs } from 'node:util';
import type { Given } from './given.ts';
import { didYouMean } from './likely.ts';
import { type Setting, SettingsError } from './setting.ts';

/** What the program is to do instead of serving. */
const COMMANDS = ['help', 'version', 'print-config', 'check'] as const;
export type Command = (typeof COMMANDS)[number];
const SHORT: Readonly<Record<string, string>> = { help: 'h', version: 'v' };

interface CommandLine {
  readonly given: readonly Given[];
  readonly command: Command | undefined;
}

/** Reads the arguments. What nobody knows, what lacks its value and what is said twice is refused in a sentence. */
export function readCommandLine(args: readonly string[], settings: readonly Setting[]): CommandLine {
  const known = new Map(settings.flatMap((setting) => (setting.flag ? [[setting.flag, setting]] : [])));
  const found = new Map<string, string[]>();
  for (const token of tokensOf(args, [...known.values()])) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') refusePositional(token.value);
    const { rawName, value, inlineValue } = token;
    const off = token.name.startsWith('no-') && known.get(token.name.slice(3))?.kind === 'switch';
    const name = off ? token.name.slice(3) : token.name;
    const setting = known.get(name);
    const command = (COMMANDS as readonly string[]).includes(name);
    if (setting === undefined && !command) {
      const all = [...known.keys(), ...COMMANDS].map((flag) => `--${flag}`);
      throw new SettingsError(`${rawName} is no option${didYouMean(rawName, all) || '; see --help'}`);
    }
    const values = found.get(name) ?? [];
    found.set(name, values);
    if (values.length > 0 && setting !== undefined && setting.kind !== 'list') {
      throw new SettingsError(`--${name} is given twice`);
    }
    if (command || setting?.kind === 'switch') {
      if (value !== undefined) throw new SettingsError(`${rawName} takes no value`);
      values.push(off ? 'false' : 'true');
    } else if (value === undefined || (!inlineValue && value.startsWith('-'))) {
      throw new SettingsError(`--${name} needs a value, as in --${name} ${setting?.value ?? 'VALUE'}`);
    } else values.push(value);
  }
  const given = [...known].flatMap(([flag, setting]): Given[] => {
    const values = found.get(flag);
    if (values === undefined) return [];
    const value = setting.kind === 'list' ? values : values[0];
    return [{ setting, value, from: 'flag', name: `--${flag}`, folder: process.cwd() }];
  });
  return { given, command: COMMANDS.find((each) => found.has(each)) };
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

/** Not strict: its own complaints are several sentences long and know no suggestion. */
function tokensOf(args: readonly string[], settings: readonly Setting[]): Token[] {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const { flag, kind } of settings) {
    options[flag as string] = { type: kind === 'switch' ? 'boolean' : 'string' };
  }
  for (const command of COMMANDS) {
    options[command] = SHORT[command] ? { type: 'boolean', short: SHORT[command] } : { type: 'boolean' };
  }
  return parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens ?? [];
}

/** It is not quoted: it may be a secret that lost its flag. */
function refusePositional(value: string): never {
  const slip = /^\d{1,5}$/.test(value) ? `did you mean --port ${value}?` : 'see --help';
  throw new SettingsError(`only options are taken, and one argument belongs to none; ${slip}`);
}
