/** Something to be found by words. */
export interface Findable {
  /** In lower case: what it is called. */
  name: string;
  /** In lower case: everything else that it is found by. */
  rest: string;
}

/** Not found. */
const NONE = 0;
const IN_REST = 1;
const SCATTERED = 2;
const INSIDE = 4;
const WORD_START = 6;
const START = 8;
const WHOLE = 10;

/** Where a word of a name begins: after a dot, a dash, a slash, a space … */
const BOUNDARY = /[^a-z0-9]/;

/** How well every word of the query is found; 0 where one is not. Larger is better. */
export function matchScore({ name, rest }: Findable, words: readonly string[]): number {
  let sum = 0;
  for (const word of words) {
    const score = wordScore(name, rest, word);
    if (score === NONE) return NONE;
    sum += score;
  }
  return sum;
}

function wordScore(name: string, rest: string, word: string): number {
  if (name === word) return WHOLE;
  const at = name.indexOf(word);
  if (at === 0) return START;
  if (at > 0) return BOUNDARY.test(name.charAt(at - 1)) ? WORD_START : INSIDE;
  if (rest.includes(word)) return IN_REST;
  return word.length > 1 && inOrder(name, word) ? SCATTERED : NONE;
}

/** `strchg` is in "stripe.charge": its letters come in this order. */
function inOrder(name: string, word: string): boolean {
  let at = -1;
  for (const letter of word) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

export function queryWords(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

/** The best matches, best first; of equal ones those that come first. Goes once through all, keeps only `most`. */
export function bestMatches<T extends Findable>(
  all: readonly T[],
  words: readonly string[],
  most: number,
): T[] {
  const best: { item: T; score: number }[] = [];
  for (const item of all) {
    const score = matchScore(item, words);
    if (score === NONE || (best.length === most && score <= (best.at(-1)?.score ?? 0))) continue;
    let i = best.length;
    while (i > 0 && (best[i - 1]?.score ?? 0) < score) i--;
    best.splice(i, 0, { item, score });
    if (best.length > most) best.pop();
  }
  return best.map(({ item }) => item);
}
