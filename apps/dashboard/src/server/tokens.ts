import { createHash, timingSafeEqual } from 'node:crypto';
import { FailedAttempts } from './failed-attempts.ts';

/** Longest token that is looked at. */
export const LONGEST_TOKEN = 256;

/** What a token opens, and a short mark that tells it apart and cannot be turned back into it. */
export interface Granted<T> {
  readonly grant: T;
  readonly id: string;
}

/**
 * Secrets, and what each of them opens. Compared by digests of equal length in constant time, all of them every time, so
 * that the time of an answer says nothing; an address that fails too often has to wait.
 */
export class Tokens<T> {
  readonly #known: readonly (readonly [T, Buffer])[];
  readonly #failed: FailedAttempts = new FailedAttempts();

  constructor(tokens: Iterable<readonly [T, string | undefined]>) {
    this.#known = [...tokens].flatMap(([grant, token]) =>
      token === undefined ? [] : [[grant, sha256(token)] as const],
    );
  }

  get size(): number {
    return this.#known.length;
  }

  /** Whether the address guessed wrong too often. @param now Monotonic milliseconds. */
  mustWait(address: string, now: number): boolean {
    return this.#failed.mustWait(address, now);
  }

  /** @param now Monotonic milliseconds. */
  check(given: unknown, address: string, now: number): Granted<T> | 'unauthorized' | 'authRate' {
    if (this.#failed.mustWait(address, now)) return 'authRate';
    const found = this.find(given);
    if (found !== undefined) return found;
    // Who gives none guesses nothing: a page that was opened without a token locks nobody out.
    if (given !== undefined) this.#failed.note(address, now);
    return 'unauthorized';
  }

  /** What it opens, where a wrong one is looked at again elsewhere: it does not count as a guess here. */
  find(given: unknown): Granted<T> | undefined {
    const usable = typeof given === 'string' && given.length <= LONGEST_TOKEN;
    const digest = sha256(usable ? given : '');
    let found: Granted<T> | undefined;
    for (const [grant, known] of this.#known) {
      if (timingSafeEqual(digest, known)) found = { grant, id: digest.toString('hex').slice(0, 8) };
    }
    return usable ? found : undefined;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
