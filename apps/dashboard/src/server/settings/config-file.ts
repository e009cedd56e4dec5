import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Given } from './given.ts';
import { didYouMean } from './likely.ts';
import { type Setting, SettingsError } from './setting.ts';

const MOST_BYTES = 1_048_576;

/** Reads the configuration file: what it gives, in the order of `settings`. A key that nobody knows is refused. */
export function readConfigFile(path: string, settings: readonly Setting[], called: string): Given[] {
  const fields = asFields(parse(readText(path, called, MOST_BYTES), path), path);
  checkKeys(fields, settings, path);
  return settings.flatMap((setting): Given[] => {
    const value = at(fields, setting.key, path);
    // null says "as if it were not here": a template may have nothing to fill in.
    if (value === undefined || value === null) return [];
    const name = `${setting.key} in ${path}`;
    return [{ setting, value, from: 'file', name, folder: dirname(resolve(path)) }];
  });
}

/** The text of a file that `called` names; a sentence where it cannot be read. */
export function readText(path: string, called: string, mostBytes: number): string {
  try {
    if (statSync(path).size > mostBytes) {
      throw new SettingsError(`${called} names ${path}, which is larger than ${mostBytes} bytes`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(`${called} names ${path}, which ${why(error)}`);
  }
}

function why(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'this user may not read';
  if (code === 'EISDIR') return 'is a folder';
  return `cannot be read (${code ?? 'unknown'})`;
}

/** Node's own messages quote the text, which holds secrets: only the place is told. */
function parse(raw: string, path: string): unknown {
  const text = raw.replace(/^\ufeff/, '');
  try {
    return JSON.parse(text);
  } catch {
    const end = brokenAt(text);
    const before = text.slice(0, end).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) as string).length + 1}`;
    throw new SettingsError(`${path} is not JSON at ${place}${slip(text, end)}`);
  }
}

function slip(text: string, end: number): string {
  const next = text[end];
  if (next === undefined) return ': it ends too early';
  if (next === '/' || next === '#') return ': JSON has no comments';
  if (next === "'") return ': texts and keys stand in double quotes';
  if (/[}\]]/.test(next) && /,\s*$/.test(text.slice(0, end))) return ': no comma after the last entry';
  if (/[\w$]/.test(next) && /[{,]\s*$/.test(text.slice(0, end))) return ': keys stand in double quotes';
  return '';
}

/** How long the longest beginning is that more text could make JSON of. */
function brokenAt(text: string): number {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function mayGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const position = / at position (\d+)/.exec(message)?.[1];
    return /end of JSON|Unterminated/.test(message) || Number(position) === start.length;
  }
}

type Fields = Record<string, unknown>;

function asFields(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new SettingsError(`${what} must hold an object, like { "port": 4600 }`);
}

function at(fields: Fields, key: string, path: string): unknown {
  const [first = '', rest] = key.split('.');
  const value = Object.hasOwn(fields, first) ? fields[first] : undefined;
  if (rest === undefined || value === undefined || value === null) return value;
  const inner = asFields(value, `${first} in ${path}`);
  return Object.hasOwn(inner, rest) ? inner[rest] : undefined;
}

function checkKeys(fields: Fields, settings: readonly Setting[], path: string): void {
  const known = new Map<string, string[]>();
  for (const { key } of settings) {
    const [first = '', rest] = key.split('.');
    const inner = known.get(first) ?? [];
    known.set(first, rest === undefined ? inner : [...inner, rest]);
  }
  // Editors look up a schema by this key; it sets nothing.
  known.set('$schema', []);
  for (const [key, value] of Object.entries(fields)) {
    const inner = known.get(key);
    if (inner === undefined) refuse(key, [...known.keys()], path);
    else if (inner.length > 0 && value !== null) {
      for (const each of Object.keys(asFields(value, `${key} in ${path}`))) {
        if (!inner.includes(each)) refuse(each, inner, `${key} in ${path}`);
      }
    }
  }
}

function refuse(key: string, known: readonly string[], where: string): never {
  const shown = key.length > 60 ? `${key.slice(0, 60)}…` : key;
  throw new SettingsError(`${where} has "${shown}", which is no setting${didYouMean(key, known)}`);
}
