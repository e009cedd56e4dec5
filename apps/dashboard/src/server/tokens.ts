import { createHash, timingSafeEqual } from 'node:crypto';
import { FailedAttempts } from './failed-attempts.ts';
import { isLoopback } from './guard.ts';

/** Longest token that is looked at. */
export const LONGEST_TOKEN = 256;

export type TokenAnswer = 'ok' | 'unauthorized' | 'authRate';

/** One secret. Compared by digests of equal length in constant time; an address that fails too often has to wait. */
export class TokenCheck {
  readonly #digest: Buffer | undefined;
  readonly #failed: FailedAttempts = new FailedAttempts();

  /** @param token Without one everybody may pass. */
  constructor(token: string | undefined) {
    this.#digest = token === undefined ? undefined : sha256(token);
  }

  /** Whether somebody at this address may report as a service: with the token, or from this machine where none is asked for. */
  admits(given: unknown, address: string): boolean {
    if (this.#digest === undefined) return given === undefined && isLoopback(address.replace(/^::ffff:/, ''));
    const usable = typeof given === 'string' && given.length <= LONGEST_TOKEN;
    return timingSafeEqual(sha256(usable ? given : ''), this.#digest) && usable;
  }

  check(given: unknown, address: string, now: number): TokenAnswer {
    if (this.#digest === undefined) return 'ok';
    if (this.#failed.mustWait(address, now)) return 'authRate';
    const usable = typeof given === 'string' && given.length <= LONGEST_TOKEN;
    if (usable && timingSafeEqual(sha256(given), this.#digest)) return 'ok';
    this.#failed.note(address, now);
    return 'unauthorized';
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
