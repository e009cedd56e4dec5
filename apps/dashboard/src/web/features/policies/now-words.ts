import { scalar, words } from '../../lib/config-words.ts';
import { shortCount } from '../../lib/format.ts';

type Say = (value: number, gauges: Readonly<Record<string, number>>) => string;

const GAUGES: ReadonlyMap<string, Say> = new Map<string, Say>([
  [
    'inFlight',
    (n, { limit }) =>
      limit === undefined ? `${amount(n)} in flight` : `${amount(n)} of ${amount(limit)} in flight`,
  ],
  ['limit', (n, { inFlight }) => (inFlight === undefined ? `limit ${amount(n)}` : '')],
  ['queued', (n) => (n > 0 ? `${amount(n)} waiting` : '')],
  ['waiting', (n) => (n > 0 ? `${amount(n)} waiting` : '')],
  ['running', (n) => `${amount(n)} running`],
  ['replacing', (n) => (n > 0 ? `${amount(n)} being replaced` : '')],
  ['tokens', (n) => `${amount(n)} tokens left`],
  ['budgetTokens', (n) => `${amount(n)} retries left`],
  ['keys', (n) => (n > 0 ? `${amount(n)} keys` : '')],
  ['afterMs', (n) => `hedges after ${scalar(n, 'afterMs')}`],
  ['measured', () => ''],
]);

/** What is so just now. */
export function nowWords(gauges: Readonly<Record<string, number>>): string[] {
  return Object.entries(gauges)
    .map(([key, value]) => {
      const say = GAUGES.get(key);
      if (say !== undefined) return say(value, gauges);
      const said = /(Ms|Ratio)$/.test(key) ? scalar(value, key) : amount(value);
      return `${words(key).toLowerCase()} ${said}`;
    })
    .filter((text) => text !== '');
}

/** Tokens come in fractions; a fraction of a token is none. */
function amount(n: number): string {
  return n < 0 ? String(Math.ceil(n)) : shortCount(Math.floor(n));
}
