import { isRecord } from './config-words.ts';

const WIDTH = 80;

/** Settings as the options of a breaker in the service's code, which is where they last. */
export function breakerCode(name: string, settings: unknown): string {
  return `createBreaker(${literal({ name, ...(isRecord(settings) ? settings : {}) })});`;
}

/** Plain data as a formatter would write it: on one line where it fits, else one entry a line. */
export function literal(value: unknown, indent = '', used = 0): string {
  const line = oneLine(value);
  // The comma or bracket that follows takes its place too. What stands at the margin is always opened.
  if (!isNested(value) || (indent !== '' && indent.length + used + line.length + 2 <= WIDTH)) return line;
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((each) => inner + literal(each, inner))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]) => `${inner}${property(key)}: ${literal(each, inner, property(key).length + 2)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${entries.map((entry) => `${entry},\n`).join('')}${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (isRecord(value)) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    if (entries.length === 0) return '{}';
    return `{ ${entries.map(([key, each]) => `${property(key)}: ${oneLine(each)}`).join(', ')} }`;
  }
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && Number.isInteger(value)) return grouped(value);
  return JSON.stringify(value) ?? 'undefined';
}

function isNested(value: unknown): value is Record<string, unknown> | unknown[] {
  return (Array.isArray(value) && value.length > 0) || (isRecord(value) && Object.keys(value).length > 0);
}

function property(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) && key !== '__proto__' ? key : quoted(key);
}

function quoted(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}

/** 10000 is read as 10_000. */
function grouped(n: number): string {
  return Math.abs(n) < 1e21 ? String(n).replace(/\B(?=(\d{3})+$)/g, '_') : String(n);
}
