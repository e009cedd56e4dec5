import { BUCKETS } from '@cb/protocol';

/**
 * Calls of one bucket of the latency histogram, as one number: `bucket * CALLS + calls`, exact below 2 ** 53. In a list for
 * several steps the bucket is that of the step, `step * BUCKET_STRIDE + bucket`.
 */
const CALLS = 2 ** 38;
const BUCKET_STRIDE = 256;

export function entryOf(bucket: number, calls: number): number {
  return bucket * CALLS + Math.min(calls, CALLS - 1);
}

export function bucketOf(entry: number): number {
  return Math.floor(entry / CALLS);
}

export function callsOf(entry: number): number {
  return entry - bucketOf(entry) * CALLS;
}

export function withCalls(entry: number, calls: number): number {
  return entryOf(bucketOf(entry), callsOf(entry) + calls);
}

/** Room for the first few buckets, and the most entries there can ever be: sixty steps of all buckets. */
const FIRST_ROOM = 32;
const MOST_ENTRIES = 60 * BUCKETS;
const NOTHING = new Float64Array(0);

/**
 * Latencies of sixty steps in one list of numbers, which the garbage collector neither walks through nor moves. What is
 * newest stands last.
 */
export class Latencies {
  #entries: Float64Array = NOTHING;
  #used = 0;

  /** Adds calls to a bucket of a step; answers how many bytes more it takes now. */
  add(step: number, bucket: number, calls: number): number {
    const entries = this.#entries;
    const wanted = step * BUCKET_STRIDE + bucket;
    // Usually the step is the newest, and its few buckets stand at the end.
    for (let i = this.#used - 1; i >= 0; i--) {
      const entry = entries[i] as number;
      const known = bucketOf(entry);
      if (known < step * BUCKET_STRIDE) break;
      if (known !== wanted) continue;
      entries[i] = withCalls(entry, calls);
      return 0;
    }
    if (this.#used === MOST_ENTRIES) return 0;
    const grown = this.#used === entries.length ? this.#grow() : 0;
    this.#entries[this.#used++] = entryOf(wanted, calls);
    return grown;
  }

  #grow(): number {
    const room = this.#entries.length;
    const more = new Float64Array(Math.max(FIRST_ROOM, room * 2));
    more.set(this.#entries);
    this.#entries = more;
    return (more.length - room) * more.BYTES_PER_ELEMENT;
  }

  /** Calls `visit` for every bucket of every step; one bucket may come in parts. */
  visit(visit: (step: number, bucket: number, calls: number) => void): void {
    for (let i = 0; i < this.#used; i++) {
      const entry = this.#entries[i] as number;
      const known = bucketOf(entry);
      visit(Math.floor(known / BUCKET_STRIDE), known % BUCKET_STRIDE, callsOf(entry));
    }
  }

  clear(): void {
    this.#entries = NOTHING;
    this.#used = 0;
  }
}
