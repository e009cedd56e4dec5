import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { strayVariables } from '../src/server/settings/environment.ts';
import { printSettings } from '../src/server/settings/print-settings.ts';
import { readSettings, withFiles } from '../src/server/settings/read-settings.ts';
import { type Setting, SettingsError } from '../src/server/settings/setting.ts';
import { SETTINGS } from '../src/server/settings/settings-table.ts';
import { toOptions } from '../src/server/settings/to-options.ts';

const SECRET = 'hunter2-hunter2';

/** A folder with these files, gone after the test. */
function folder(files: Record<string, string> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'cb-settings-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

function options(args: readonly string[], env: Record<string, string> = {}): Record<string, unknown> {
  return toOptions(readSettings(SETTINGS, args, env)) as Record<string, unknown>;
}

/** The one sentence with which these are refused. */
function refusal(args: readonly string[], env: Record<string, string> = {}): string {
  try {
    options(args, env);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    const { message } = error as Error;
    expect(message).not.toMatch(/\n|hunter2/);
    return message;
  }
  throw new Error('it was not refused');
}

/** The sentence with which a file of this text is refused, without its path. */
function fileRefusal(text: string): string {
  const file = join(folder({ 'cb.json': text }), 'cb.json');
  return refusal(['--config', file]).replaceAll(file, 'FILE');
}

it('takes flags before the environment, that before the file, and that before the defaults', () => {
  const file = join(
    folder({ 'cb.json': '{ "port": 1, "host": "::1", "allowedHosts": ["a", "b"] }' }),
    'cb.json',
  );
  const env = { CB_DASHBOARD_PORT: '2', CB_DASHBOARD_CONFIG: file, CB_DASHBOARD_ALLOW_HOST: 'c, d,' };
  expect(options([])).toEqual({});
  expect(options(['--config', file])).toEqual({ port: 1, host: '::1', allowedHosts: ['a', 'b'] });
  expect(options([], env)).toEqual({ port: 2, host: '::1', allowedHosts: ['c', 'd'] });
  expect(options(['--port', '3', '--allow-host=e', '--allow-host', 'f'], env)).toEqual({
    port: 3,
    host: '::1',
    allowedHosts: ['e', 'f'],
  });
});

it('switches on by a flag and off by its opposite', () => {
  const value = (...args: string[]): unknown =>
    readSettings(SETTINGS, args, {}).effective.get('auditLog')?.value;
  expect([value(), value('--audit-log'), value('--no-audit-log')]).toEqual([undefined, true, false]);
  expect(refusal(['--no-port'])).toBe('--no-port is no option; did you mean --port?');
  expect(refusal(['--audit-log', '--no-audit-log'])).toBe('--audit-log is given twice');
});

it('takes an empty variable and null in the file for nothing', () => {
  const file = join(folder({ 'cb.json': '\ufeff{ "$schema": "x", "host": null }' }), 'cb.json');
  expect(options(['--config', file], { CB_DASHBOARD_VIEW_TOKEN: '', CB_DASHBOARD_PORT: '' })).toEqual({});
});

it('reads secrets from files, whose paths in the file are relative to it', () => {
  const dir = folder({
    view: `${SECRET}\n`,
    'cb.json': '{ "viewTokenFile": "view", "controlToken": "in-the-file" }',
  });
  const env = { CB_DASHBOARD_CONFIG: join(dir, 'cb.json') };
  expect(options([], env)).toEqual({ viewToken: SECRET, controlToken: 'in-the-file' });
  expect(options(['--control-token-file', join(dir, 'view'), '--view-token', 'another-one'], env)).toEqual({
    viewToken: 'another-one',
    controlToken: SECRET,
  });
});

it.each([
  [['--ports', '1'], '--ports is no option; did you mean --port?'],
  [['--hots', '::1'], '--hots is no option; did you mean --host?'],
  [['--allowHost', 'a'], '--allowHost is no option; did you mean --allow-host?'],
  [['-x'], '-x is no option; see --help'],
  [['--whatever'], '--whatever is no option; see --help'],
  [['4700'], 'only options are taken, and one argument belongs to none; did you mean --port 4700?'],
  [[SECRET], 'only options are taken, and one argument belongs to none; see --help'],
  [['--port'], '--port needs a value, as in --port N'],
  [['--port', '--verbose'], '--port needs a value, as in --port N'],
  [['--port', '1', '--port', '1'], '--port is given twice'],
  [['--verbose=yes'], '--verbose takes no value'],
  [['--port', '65536'], '--port must be a whole number from 0 to 65535, got 65536'],
  [['--port=-1'], '--port must be a whole number from 0 to 65535, got -1'],
  [['--port', '1e3'], '--port must be a whole number from 0 to 65535, got "1e3"'],
  [['--view-token', 'hunter2'], '--view-token must have 8 to 256 characters, got 7'],
  [['--view-token', SECRET, '--ingest-token', SECRET], '--ingest-token and --view-token must differ'],
  [
    ['--allow-origin', 'https://ops.example.com/x'],
    '--allow-origin must hold origins like https://ops.example.com, got "https://ops.example.com/x"; ' +
      'did you mean https://ops.example.com?',
  ],
  [
    ['--allow-host', `https://me:${SECRET}@ops.example.com`],
    '--allow-host must hold host names like ops.example.com, got one with a password; did you mean ops.example.com?',
  ],
  [['--config', '/nowhere/cb.json'], '--config names /nowhere/cb.json, which does not exist'],
  [['--view-token-file', '/'], '--view-token-file names /, which is a folder'],
])('refuses %j in a sentence', (args, sentence) => {
  expect(refusal(args)).toBe(sentence);
});

it.each([
  [{ CB_DASHBOARD_PORT: 'abc' }, 'CB_DASHBOARD_PORT must be a whole number from 0 to 65535, got "abc"'],
  [
    { CB_DASHBOARD_PORT: 'tcp://10.0.0.1:4600' },
    'CB_DASHBOARD_PORT must be a whole number from 0 to 65535, got "tcp://10.0.0.1:4600"; Kubernetes sets this ' +
      'variable for a Service named cb-dashboard: say enableServiceLinks: false, or use --port',
  ],
  [{ CB_DASHBOARD_VERBOSE: 'maybe' }, 'CB_DASHBOARD_VERBOSE must be true or false, got "maybe"'],
  [
    { CB_DASHBOARD_HOST: '0.0.0.0', CB_DASHBOARD_VIEW_TOKEN: SECRET },
    'CB_DASHBOARD_HOST 0.0.0.0 can be reached by other machines, so both CB_DASHBOARD_INGEST_TOKEN and ' +
      'CB_DASHBOARD_VIEW_TOKEN are needed; without them, listen on 127.0.0.1',
  ],
  [
    { CB_DASHBOARD_VIEW_TOKEN: SECRET, CB_DASHBOARD_VIEW_TOKEN_FILE: '/x' },
    'CB_DASHBOARD_VIEW_TOKEN and CB_DASHBOARD_VIEW_TOKEN_FILE say the same thing; leave one of them out',
  ],
])('refuses the environment %j in a sentence', (env, sentence) => {
  expect(refusal([], env as Record<string, string>)).toBe(sentence);
});

it.each([
  ['[]', 'FILE must hold an object, like { "port": 4600 }'],
  ['{ "prot": 1 }', 'FILE has "prot", which is no setting; did you mean port?'],
  ['{ "allowHosts": [] }', 'FILE has "allowHosts", which is no setting; did you mean allowedHosts?'],
  ['{ "__proto__": 1 }', 'FILE has "__proto__", which is no setting'],
  ['{ "port": "4600" }', 'port in FILE must be a whole number from 0 to 65535, got "4600"'],
  ['{ "host": 5 }', 'host in FILE must be a text, got 5'],
  ['{ "verbose": "true" }', 'verbose in FILE must be true or false, got "true"'],
  ['{ "allowedHosts": "a" }', 'allowedHosts in FILE must be a list of texts, like ["a", "b"], got "a"'],
  [`{ "viewToken": ["${SECRET}"] }`, 'viewToken in FILE must be a string, got object'],
  ['{ "viewTokenFile": "" }', 'viewTokenFile in FILE must be a path'],
  ['{ "limits": { "row": 5 } }', /^limits in FILE has no "row"; it knows /],
  ['{ "limits": [] }', 'limits in FILE must be an object, like { rows: 5000 }'],
])('refuses a file of %s in a sentence', (text, sentence) => {
  const said = fileRefusal(text);
  if (typeof sentence === 'string') expect(said).toBe(sentence);
  else expect(said).toMatch(sentence);
});

it.each([
  ['', 'line 1, column 1: it ends too early'],
  ['{\n  "port": 1,\n}', 'line 3, column 1: no comma after the last entry'],
  ['{\n  "port": 1 // mine\n}', 'line 2, column 13: JSON has no comments'],
  [`{ 'viewToken': '${SECRET}' }`, 'line 1, column 3: texts and keys stand in double quotes'],
  ['{ port: 1 }', 'line 1, column 3: keys stand in double quotes'],
  [`{ "viewToken": "${SECRET}" "port": 1 }`, 'line 1, column 34'],
  [`{ "viewToken": ${SECRET} }`, 'line 1, column 16'],
  [`{ "viewToken": "${SECRET}`, 'line 1, column 32: it ends too early'],
  ['{ "verbose": tru }', 'line 1, column 17'],
  ['{} {}', 'line 1, column 4'],
])('says where %j is not JSON, and quotes nothing of it', (text, place) => {
  expect(fileRefusal(text)).toBe(`FILE is not JSON at ${place}`);
});

it('refuses a secret in a file that is empty, and one larger than any secret', () => {
  const dir = folder({ empty: '\n', large: 'x'.repeat(5_000) });
  expect(refusal(['--view-token-file', join(dir, 'empty')])).toMatch(
    /^--view-token-file names .*, which is empty$/,
  );
  expect(refusal(['--view-token-file', join(dir, 'large')])).toMatch(/which is larger than 4096 bytes$/);
});

it('finds variables that look like settings and are none, but for those that Kubernetes sets', () => {
  const env = {
    CB_DASHBOARD_PRT: '1',
    CB_DASHBOARD_PORT: '1',
    CB_DASHBOARD_VIEW_TOKEN_FILE: 'x',
    CB_DASHBOARD_SERVICE_HOST: 'x',
    CB_DASHBOARD_PORT_4600_TCP: 'x',
    PATH: 'x',
  };
  expect(strayVariables(env, withFiles(SETTINGS))).toEqual([
    'CB_DASHBOARD_PRT is no setting and has no effect; did you mean CB_DASHBOARD_PORT?',
  ]);
});

it('prints what is in force and who set it, and no secret', () => {
  const dir = folder({
    view: SECRET,
    'cb.json': `{ "port": 0, "viewTokenFile": "view", "adminToken": "${SECRET}2" }`,
  });
  const settings = readSettings(SETTINGS, ['--config', join(dir, 'cb.json'), '--print-config'], {
    CB_DASHBOARD_INGEST_TOKEN: `${SECRET}3`,
  });
  const printed = printSettings(settings).replaceAll(dir, 'DIR').replace(/ {2,}/g, ' | ');
  expect(settings.command).toBe('print-config');
  expect(printed).toContain('port | 0 | port in DIR/cb.json\n');
  expect(printed).toContain('host | 127.0.0.1 | default\n');
  expect(printed).toContain('viewToken | (set, not shown) | viewTokenFile in DIR/cb.json\n');
  expect(printed).toContain('ingestToken | (set, not shown) | CB_DASHBOARD_INGEST_TOKEN\n');
  expect(printed).not.toContain('hunter2');
});

it('helps although the file that is named is gone', () => {
  expect(readSettings(SETTINGS, ['-h'], { CB_DASHBOARD_CONFIG: '/nowhere' }).command).toBe('help');
});

it('knows settings inside of others, each with a flag of its own', () => {
  const table: Setting[] = [
    { key: 'history.path', kind: 'path', flag: 'history-path', value: 'PATH', help: 'where' },
    { key: 'history.mode', kind: 'text', flag: 'history-mode', value: 'MODE', help: 'how' },
    { key: 'history.retentionMs', kind: 'duration', flag: 'retention', value: 'TIME', help: 'how long' },
  ];
  const dir = folder({
    'cb.json': '{ "history": { "path": "./past", "mode": "run" } }',
    'bad.json': '{ "history": { "pth": "" } }',
  });
  mkdirSync(join(dir, 'past'));
  const args = ['--config', join(dir, 'cb.json'), '--history-mode', 'resume'];
  const { effective } = readSettings(table, args, { CB_DASHBOARD_RETENTION: '1.5h' });
  expect([...effective.values()].map(({ value }) => value)).toEqual([join(dir, 'past'), 'resume', 5_400_000]);
  expect(() => readSettings(table, ['--retention', '7 weeks'], {})).toThrow(
    '--retention must be a number with ms, s, min, h or d, like 12h, got "7 weeks"',
  );
  expect(() => readSettings(table, ['--config', join(dir, 'bad.json')], {})).toThrow(
    /^history in .*bad\.json has "pth", which is no setting; did you mean path\?$/,
  );
});
