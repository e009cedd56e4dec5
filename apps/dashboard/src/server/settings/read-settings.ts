import { resolve } from 'node:path';
import { show } from '@cb/core/kit';
import { type Command, readCommandLine } from './command-line.ts';
import { readConfigFile, readText } from './config-file.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Given } from './given.ts';
import { envOf, fileOf, type Setting, SettingsError } from './setting.ts';

const MOST_SECRET_BYTES = 4_096;

/** Names the file; so it cannot stand in it. */
export const CONFIG: Setting = {
  key: 'config',
  kind: 'path',
  flag: 'config',
  value: 'FILE',
  help: 'JSON file with settings; paths in it are relative to it',
};

/** One setting with the value in force. */
export interface Effective {
  readonly setting: Setting;
  /** Undefined: nobody set it. */
  readonly value: unknown;
  /** Who set it: `--port`, `CB_DASHBOARD_PORT`, `port in FILE`; for one that is not set, how to do it. */
  readonly name: string;
  /** The text that was given, for `slip`. */
  readonly text: string;
}

/** The settings in force, by key, and what the program is to do. */
export interface Settings {
  readonly effective: ReadonlyMap<string, Effective>;
  readonly command: Command | undefined;
}

/** Flags before environment before file before defaults. @throws SettingsError */
export function readSettings(table: readonly Setting[], args: readonly string[], env: Environment): Settings {
  const all = withFiles(table);
  const { given: flags, command } = readCommandLine(args, [...all, CONFIG]);
  // Whoever asks for help has perhaps just lost a file.
  if (command === 'help' || command === 'version') return { effective: new Map(), command };
  const variables = readEnvironment(env, [...all, CONFIG]);
  const config = [...flags, ...variables].find(({ setting }) => setting === CONFIG);
  const inFile = config ? readConfigFile(String(config.value), all, config.name) : [];
  const effective = new Map<string, Effective>();
  for (const setting of table) {
    effective.set(setting.key, inForce(setting, [flags, variables, inFile]));
  }
  return { effective, command };
}

/** With each secret, the setting of the file that it may stand in. */
export function withFiles(table: readonly Setting[]): Setting[] {
  return table.flatMap((setting) => (setting.kind === 'secret' ? [setting, fileOf(setting)] : [setting]));
}

function inForce(setting: Setting, sources: readonly (readonly Given[])[]): Effective {
  const file = setting.kind === 'secret' ? fileOf(setting).key : undefined;
  for (const source of sources) {
    const itself = source.find((given) => given.setting.key === setting.key);
    const secret = source.find((given) => given.setting.key === file);
    if (itself && secret) {
      throw new SettingsError(`${itself.name} and ${secret.name} say the same thing; leave one of them out`);
    }
    if (secret) return { setting, value: readSecret(secret), name: secret.name, text: '' };
    if (itself) {
      return { setting, value: readValue(itself), name: itself.name, text: String(itself.value) };
    }
  }
  return { setting, value: undefined, name: howToSet(setting), text: '' };
}

function howToSet({ key, kind, flag }: Setting): string {
  if (flag === undefined) return `${key} in the configuration file`;
  return kind === 'secret' ? envOf(flag) : `--${flag}`;
}

function readSecret({ value, name, folder }: Given): string {
  if (typeof value !== 'string' || value === '') throw new SettingsError(`${name} must be a path`);
  const secret = readText(resolve(folder, value), name, MOST_SECRET_BYTES).trim();
  if (secret === '') throw new SettingsError(`${name} names ${resolve(folder, value)}, which is empty`);
  return secret;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function readDuration(text: string, name: string): number {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?) ?([a-z]+)$/.exec(text.trim()) ?? [];
  const unitMs = UNITS.get(unit);
  if (amount !== undefined && unitMs !== undefined) return Math.round(Number(amount) * unitMs);
  throw new SettingsError(`${name} must be a number with ms, s, min, h or d, like 12h, got ${show(text)}`);
}

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

/** The value as its kind has it. What it may be beyond that is checked with the options. */
function readValue({ setting, value, from, name, folder }: Given): unknown {
  const text = from !== 'file' && typeof value === 'string' ? value : undefined;
  switch (setting.kind) {
    case 'number':
      return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : value;
    case 'duration':
      return text === undefined ? value : readDuration(text, name);
    case 'switch': {
      const on = text === undefined ? value : SWITCHES.get(text.toLowerCase());
      if (typeof on === 'boolean') return on;
      throw new SettingsError(`${name} must be true or false, got ${show(value)}`);
    }
    case 'list':
      if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
      throw new SettingsError(`${name} must be a list of texts, like ["a", "b"], got ${show(value)}`);
    case 'text':
      if (typeof value === 'string') return value;
      throw new SettingsError(`${name} must be a text, got ${show(value)}`);
    case 'path':
      if (typeof value === 'string' && value !== '') return resolve(folder, value);
      throw new SettingsError(`${name} must be a path, got ${show(value)}`);
    case 'data':
      return setting.resolve ? setting.resolve(value, folder, name) : value;
    case 'secret':
      return value;
  }
}
