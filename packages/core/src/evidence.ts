/**
 * What the last calls were and which errors they brought, so that an event can say why. Made with the first call that
 * was not simply good, so that a sound breaker pays nothing for it; a call costs O(1).
 */

import { FAILED, IGNORED_CALL, SLOW, TIMEOUT } from './bits.ts';
import { Onset } from './onset.ts';
import { peek } from './peek.ts';

/** o: ok, e: error, t: timeout, s: slow but ok, x: ignored. */
export type OutcomeLetter = 'o' | 'e' | 't' | 's' | 'x';
const LETTERS = 'oetsx';
/** The letter's place for a call's bits: failed before slow, ignored before all. */
const LETTERED = FAILED | SLOW | TIMEOUT | IGNORED_CALL;
const LETTER_OF = Array.from({ length: LETTERED + 1 }, (_, bits) => {
  if (bits & IGNORED_CALL) return 4;
  if (bits & FAILED) return bits & TIMEOUT ? 2 : 1;
  return bits & SLOW ? 3 : 0;
});

/** An error as it may be shown: never the object itself, which would keep a request's data alive. */
export interface TopError {
  readonly name: string;
  readonly code?: string;
  /** The message of the newest one, at most 200 characters, with secrets and control characters taken out. */
  readonly message: string;
  readonly count: number;
}

/** Calls that are remembered one by one. */
export const REMEMBERED_CALLS = 100;
/** Different errors that are told apart; the last place collects the rest. */
const KINDS = 16;

interface Kind {
  readonly name: string;
  readonly code: string | undefined;
  newest: unknown;
}

export class Evidence {
  /** A byte a call: outcome in the low three bits, kind of error above. */
  readonly #calls = new Uint8Array(REMEMBERED_CALLS);
  readonly #kinds: Kind[] = [];
  #next = 0;
  #size = 0;
  readonly onset: Onset = new Onset();

  /** `earlier` good calls came before the first that was not. */
  constructor(earlier: number) {
    this.#size = Math.min(earlier, REMEMBERED_CALLS);
    this.#next = this.#size % REMEMBERED_CALLS;
  }

  /** @param bits What the call was. */
  add(bits: number, error?: unknown): void {
    const kind = bits & FAILED ? this.#kindOf(error) : 0;
    this.#calls[this.#next] = (LETTER_OF[bits & LETTERED] as number) | (kind << 3);
    this.#next = this.#next + 1 === REMEMBERED_CALLS ? 0 : this.#next + 1;
    if (this.#size < REMEMBERED_CALLS) this.#size++;
  }

  /** One letter a call, oldest first. */
  outcomes(newest: number = REMEMBERED_CALLS): string {
    let letters = '';
    this.#each(newest, (cell) => {
      letters += LETTERS[cell & 7];
    });
    return letters;
  }

  /** Errors of the newest calls, most frequent first, five at most. */
  topErrors(newest: number = REMEMBERED_CALLS): TopError[] {
    const counts = new Array<number>(KINDS).fill(0);
    this.#each(newest, (cell) => {
      const outcome = LETTERS[cell & 7];
      if (outcome === 'e' || outcome === 't') counts[cell >> 3] = (counts[cell >> 3] as number) + 1;
    });
    return this.#kinds
      .map((kind, i) => describe(kind, counts[i] as number))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .slice(0, 5);
  }

  #each(newest: number, visit: (cell: number) => void): void {
    const count = Math.min(newest, this.#size);
    for (let i = count; i > 0; i--) {
      visit(this.#calls[(this.#next - i + REMEMBERED_CALLS) % REMEMBERED_CALLS] as number);
    }
  }

  #kindOf(error: unknown): number {
    const name = nameOf(error);
    const code = codeOf(error);
    const known = this.#kinds.findIndex((kind) => kind.name === name && kind.code === code);
    // Only a short text is kept: an error object would keep its request, and everything that hangs on it, alive.
    const newest = messageOf(error);
    if (known !== -1) {
      (this.#kinds[known] as Kind).newest = newest;
      return known;
    }
    if (this.#kinds.length < KINDS - 1) return this.#kinds.push({ name, code, newest }) - 1;
    this.#kinds[KINDS - 1] = { name: 'others', code: undefined, newest };
    return KINDS - 1;
  }
}

/** True where the error says that time ran out. */
export function isTimeout(error: unknown): boolean {
  return nameOf(error) === 'TimeoutError' || /TIMEDOUT|TIMEOUT|^ECONNABORTED$/.test(codeOf(error) ?? '');
}

function describe(kind: Kind, count: number): TopError {
  const message = scrub(kind.newest as string);
  return { name: kind.name, ...(kind.code === undefined ? {} : { code: kind.code }), message, count };
}

// Errors come from anywhere: a getter may throw, a name may be a number, and `fetch failed` hides its code in `cause`.
function nameOf(error: unknown): string {
  const name = read(error, 'name');
  return typeof name === 'string' && name !== '' ? name.slice(0, 80) : typeof error;
}

function codeOf(error: unknown): string | undefined {
  for (const at of [error, read(error, 'cause')]) {
    const code = read(at, 'code');
    if (typeof code === 'string' && code !== '') return code.slice(0, 80);
    // A DOMException numbers its names (23 is TimeoutError); the name says it better.
    if (typeof code === 'number' && read(at, 'TIMEOUT_ERR') === undefined) return String(code);
  }
  return undefined;
}

function messageOf(error: unknown): string {
  const message = typeof error === 'string' ? error : read(error, 'message');
  return typeof message === 'string' ? message.slice(0, 400) : '';
}

function read(from: unknown, key: string): unknown {
  return typeof from === 'object' ? peek(from, key) : undefined;
}

const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Query strings and user names of addresses.
  [/(\w+:\/\/)[^\s/@]*@/g, '$1'],
  [/(\w+:\/\/[^\s?#]*)[?#][^\s]*/g, '$1'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 ***'],
  [
    /\b(pass(?:word|wd)?|secret|token|api[-_]?key|authorization|cookie)(["']?\s*[=:]\s*)["']?[^\s"',;&]+/gi,
    '$1$2***',
  ],
  [/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' '],
];

/** Takes secrets, control and direction characters out of a message, and cuts it to 200 characters. */
function scrub(message: string): string {
  let clean = message;
  for (const [pattern, instead] of SECRETS) clean = clean.replace(pattern, instead);
  return clean.trim().slice(0, 200);
}
