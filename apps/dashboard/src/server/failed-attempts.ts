import { networkOf } from './network-address.ts';
import { TokenBucket } from './token-bucket.ts';

/** Failed attempts of one address: so many at once, then one a second. */
const FAILURES = { burst: 20, perSecond: 1 };
const MOST_ADDRESSES = 10_000;

/** Addresses that guessed wrong: one that does so too often has to wait. */
export class FailedAttempts {
  readonly #buckets: Map<string, TokenBucket> = new Map();

  mustWait(address: string, now: number): boolean {
    const bucket = this.#buckets.get(networkOf(address));
    return bucket !== undefined && !bucket.has(now);
  }

  note(address: string, now: number): void {
    const network = networkOf(address);
    const bucket = this.#buckets.get(network) ?? new TokenBucket(FAILURES.burst, FAILURES.perSecond, now);
    bucket.take(now);
    this.#buckets.delete(network);
    this.#buckets.set(network, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= MOST_ADDRESSES) break;
      this.#buckets.delete(oldest);
    }
  }
}
