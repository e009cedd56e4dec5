import { show } from '@cb/core/kit';
import type { AlertMatch } from './alert-options.ts';

type Fits = (text: string) => boolean;

/** What of a breaker is compared. */
export interface Matchable {
  readonly service: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

const MOST_PATTERNS = 50;
const LONGEST_PATTERN = 200;
const MOST_STARS = 10;

/** A test for breakers, and what it says in words. @throws TypeError in a sentence that begins with `where`. */
export function breakerMatch(
  match: AlertMatch,
  where: string,
): { fits: (breaker: Matchable) => boolean; words: string } {
  const parts: ((breaker: Matchable) => boolean)[] = [];
  const words: string[] = [];
  const part = (called: string, given: unknown, read: (breaker: Matchable) => string | undefined): void => {
    if (given === undefined) return;
    const patterns = patternsOf(given, `${where}.${called}`);
    const tests = patterns.map(glob);
    parts.push((breaker) => {
      const text = read(breaker);
      return text !== undefined && tests.some((test) => test(text));
    });
    words.push(`${called.replace('tags.', '')} ${patterns.join(' or ')}`);
  };
  part('service', match.service, ({ service }) => service);
  part('name', match.name, ({ name }) => name);
  const tags: unknown = match.tags ?? {};
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    throw new TypeError(`${where}.tags must be an object like { "region": "eu-*" }, got ${show(tags)}`);
  }
  for (const [key, given] of Object.entries(tags)) {
    part(`tags.${key}`, given, (breaker) =>
      Object.hasOwn(breaker.tags, key) ? breaker.tags[key] : undefined,
    );
  }
  return {
    fits: (breaker) => parts.every((fits) => fits(breaker)),
    words: words.length === 0 ? 'all breakers' : words.join(', '),
  };
}

function patternsOf(given: unknown, where: string): string[] {
  const patterns: unknown[] = Array.isArray(given) ? given : [given];
  const usable = (pattern: unknown): pattern is string =>
    typeof pattern === 'string' &&
    pattern !== '' &&
    pattern.length <= LONGEST_PATTERN &&
    pattern.split('*').length - 1 <= MOST_STARS;
  if (patterns.length > 0 && patterns.length <= MOST_PATTERNS && patterns.every(usable)) return patterns;
  throw new TypeError(
    `${where} must be a text of at most ${LONGEST_PATTERN} characters and ${MOST_STARS} stars, or 1 to ${MOST_PATTERNS} such texts`,
  );
}

/** `*` stands for any characters, none too; everything else for itself. */
function glob(pattern: string): Fits {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found === -1 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
