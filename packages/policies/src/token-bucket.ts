/** How fast a bucket fills, and how much it holds. */
export interface TokenRate {
  /** Milliseconds from one token to the next, above 0. */
  readonly intervalMs: number;
  /** Whole tokens in a full bucket, 1 or more. */
  readonly burst: number;
}

/** Sums of fractions are not exact: a token that is missing by so little is there. */
const TOLERANCE_MS = 1e-6;

/**
 * A token bucket as one number: when it is full again. Looking changes nothing, so tokens neither get lost nor appear however
 * often one looks, and a time before the last one finds fewer tokens, never more.
 *
 * Source: the generic cell rate algorithm (ITU-T I.371), which is a token bucket told in time.
 */
export class TokenBucket {
  readonly #rate: TokenRate;
  #fullAt = Number.NEGATIVE_INFINITY;

  /** Begins full. */
  constructor(rate: TokenRate) {
    this.#rate = rate;
  }

  /** Takes a token, if there is one. */
  take(now: number): boolean {
    if (this.waitMs(now) > 0) return false;
    this.#fullAt = Math.max(this.#fullAt, now) + this.#rate.intervalMs;
    return true;
  }

  /** How long until there is a token for one who has `ahead` others before it. 0: there is one now. */
  waitMs(now: number, ahead = 0): number {
    const { intervalMs, burst } = this.#rate;
    const missingMs = Math.max(0, this.#fullAt - now) + (ahead + 1 - burst) * intervalMs;
    return missingMs > TOLERANCE_MS ? missingMs : 0;
  }

  /** Whole tokens that are there. */
  tokens(now: number): number {
    const { intervalMs, burst } = this.#rate;
    const missingMs = Math.max(0, this.#fullAt - now - TOLERANCE_MS);
    return Math.max(0, burst - Math.ceil(missingMs / intervalMs));
  }

  /** Whether it is like new: forgetting it changes nothing. */
  isFull(now: number): boolean {
    return this.#fullAt <= now;
  }
}
