/** How code is written down: values, objects, names. */

/** A line longer than this is broken into one a value. */
export const LINE = 90;

/** An option with what it says, for an object of options. */
export type Options = [name: string, code: string][];

export function others(rest: object): Options {
  return Object.entries(rest).flatMap(
    ([key, value]): Options => (value === undefined ? [] : [[key, data(value)]]),
  );
}

export function data(value: unknown): string {
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(data).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return object(others(value));
  return String(value);
}

export function object(options: readonly (readonly [string, string])[]): string {
  if (options.length === 0) return '{}';
  return `{ ${options.map(([key, code]) => `${key}: ${code}`).join(', ')} }`;
}

export function block(options: readonly (readonly [string, string])[]): string {
  return `{\n${options.map(([key, code]) => `  ${key}: ${code},`).join('\n')}\n}`;
}

/** 60_000, as it is read most easily. */
export function number(value: number): string {
  const text = String(value);
  return /^\d{5,}$/.test(text) ? text.replace(/\B(?=(\d{3})+$)/g, '_') : text;
}

export function quoted(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}

export function imports(names: readonly string[]): string {
  const sorted = [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en'));
  if (sorted.length === 0) return '';
  const line = `import { ${sorted.join(', ')} } from '@cb/core';`;
  const lines = `import {\n${sorted.map((name) => `  ${name},`).join('\n')}\n} from '@cb/core';`;
  return `${line.length <= LINE ? line : lines}\n\n`;
}

/** A name for the variable: `stripe.charge` becomes `stripeCharge`. */
export function identifier(name: string): string {
  const words = name.split(/[^A-Za-z\d]+/).filter((word) => word !== '');
  const joined = words
    .map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
  const safe = /^[A-Za-z]/.test(joined)
    ? joined.charAt(0).toLowerCase() + joined.slice(1)
    : `breaker${joined}`;
  return RESERVED.has(safe) ? `${safe}Breaker` : safe;
}

/** Words of the language, and of core. */
const RESERVED: ReadonlySet<string> = new Set(
  'backoff belowLimits consecutiveFailures createBreaker custom failureRatio failures fixed lastCalls lastMs sinceClosed slowRatio successes successesInARow successRatio tumblingMs await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  ),
);
