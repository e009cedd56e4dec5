import { createHash, timingSafeEqual } from 'node:crypto';
import { TokenBucket } from './token-bucket.ts';

/** Longest token that is looked at. */
export const LONGEST_TOKEN = 256;
/** Failed attempts of one address: so many at once, then one a second. */
const FAILURES = { burst: 20, perSecond: 1 };
const MOST_ADDRESSES = 10_000;

export type TokenAnswer = 'ok' | 'unauthorized' | 'authRate';

/** One secret. Compared by digests of equal length in constant time; an address that fails too often has to wait. */
export class TokenCheck {
  readonly #digest: Buffer | undefined;
  readonly #failures: Map<string, TokenBucket> = new Map();

  /** @param token Without one everybody may pass. */
  constructor(token: string | undefined) {
    this.#digest = token === undefined ? undefined : sha256(token);
  }

  get required(): boolean {
    return this.#digest !== undefined;
  }

  check(given: unknown, address: string, now: number): TokenAnswer {
    if (this.#digest === undefined) return 'ok';
    const bucket = this.#failures.get(address);
    if (bucket !== undefined && !bucket.has(now)) return 'authRate';
    const usable = typeof given === 'string' && given.length <= LONGEST_TOKEN;
    if (usable && timingSafeEqual(sha256(given), this.#digest)) return 'ok';
    this.#fail(address, bucket, now);
    return 'unauthorized';
  }

  #fail(address: string, known: TokenBucket | undefined, now: number): void {
    const bucket = known ?? new TokenBucket(FAILURES.burst, FAILURES.perSecond, now);
    bucket.take(now);
    this.#failures.delete(address);
    this.#failures.set(address, bucket);
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MOST_ADDRESSES) break;
      this.#failures.delete(oldest);
    }
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
