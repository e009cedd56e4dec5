import { addPairs, PACKED_BYTES } from './packed-histogram.ts';

/** The three grains that are kept: step and how far back. */
export const TIERS: readonly { readonly stepMs: number; readonly keptMs: number }[] = [
  { stepMs: 1_000, keptMs: 15 * 60_000 },
  { stepMs: 10_000, keptMs: 3 * 3_600_000 },
  { stepMs: 60_000, keptMs: 24 * 3_600_000 },
];
/** Of the memory, what each grain is left when it is short. */
const SHARES = [0.25, 0.35, 0.4] as const;
/** Steps of one chunk: as many as a small integer has bits to spare. */
export const CHUNK_STEPS = 30;

/** Counts of one breaker on one instance in one interval that ended at `t`. Counts are deltas, `inFlight` is a gauge. */
export interface Sample {
  t: number;
  ms: number;
  ok: number;
  fail: number;
  slow: number;
  ignored: number;
  rejected: number;
  stale: number;
  inFlight: number;
  /** 0..1; the window's own share. */
  failureRatio: number;
  /** Pairs of bucket and count, in order of bucket. */
  hist?: readonly number[];
}

/** Columns of a chunk: ok, fail, slow, ignored, rejected, stale, inFlight, failureRatio. */
export const COLUMNS = 8;
export const IN_FLIGHT = 6;
export const RATIO = 7;
/** Rough cost of a chunk without its histograms. */
const CHUNK_BYTES = CHUNK_STEPS * (COLUMNS * 4 + 8) + 400;

const NOTHING = new Float32Array(0);

/** Thirty steps of one series in one grain. */
export interface Chunk {
  readonly tier: number;
  /** Number of its first step: epoch milliseconds / step. */
  readonly first: number;
  /** A bit for each step that something was written to. */
  written: number;
  values: Float32Array;
  /** Latencies of a step, packed. */
  hist: (string | undefined)[];
  bytes: number;
  /** Its memory was taken for newer numbers. */
  dead: boolean;
}

export function chunkOf(tier: number, first: number): Chunk {
  const values = new Float32Array(CHUNK_STEPS * COLUMNS);
  return { tier, first, written: 0, values, hist: [], bytes: CHUNK_BYTES, dead: false };
}

/** Chunks of one grain in the order in which they were made. */
interface Queue {
  chunks: Chunk[];
  head: number;
  bytes: number;
}

/**
 * The memory of all series together. Beyond its bound the oldest chunks of a grain that has more than its share go, the
 * finest grain first; and while it is short, the finest grain is kept only of what somebody looks at.
 */
export class SeriesMemory {
  readonly #mostBytes: number;
  readonly #queues: readonly Queue[] = TIERS.map(() => ({ chunks: [], head: 0, bytes: 0 }));
  #bytes = 0;
  #dropped = 0;
  #short = false;

  /** @param mostBytes Rough bound in bytes, default 192 MiB. */
  constructor(mostBytes: number = 192 * 2 ** 20) {
    this.#mostBytes = mostBytes;
  }

  /** Rough bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Chunks that were dropped before their time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Chunks had to go before their time, and half of the memory is not free again. */
  get short(): boolean {
    return this.#short;
  }

  keep(chunk: Chunk): void {
    const queue = this.#queues[chunk.tier] as Queue;
    queue.chunks.push(chunk);
    this.#add(chunk, chunk.bytes);
    this.#forgetOld(queue, chunk);
    this.#makeRoom(chunk);
  }

  #add(chunk: Chunk, bytes: number): void {
    (this.#queues[chunk.tier] as Queue).bytes += bytes;
    this.#bytes += bytes;
  }

  release(chunk: Chunk): void {
    if (chunk.dead) return;
    chunk.dead = true;
    this.#add(chunk, -chunk.bytes);
    // A series may still point at the chunk; the arrays must not wait for it.
    chunk.values = NOTHING;
    chunk.written = 0;
    chunk.hist = [];
  }

  /**
   * Adds `share` of the sample's counts to one step, and its gauge for `cover`, the part of the step that it covers; its
   * histogram goes whole to the step where `whole` is true.
   */
  write(
    chunk: Chunk,
    slot: number,
    sample: Sample,
    part: { share: number; cover: number; whole: boolean },
  ): void {
    const at = slot * COLUMNS;
    const { values } = chunk;
    const counts = [sample.ok, sample.fail, sample.slow, sample.ignored, sample.rejected, sample.stale];
    for (let i = 0; i < counts.length; i++) {
      values[at + i] = (values[at + i] as number) + (counts[i] as number) * part.share;
    }
    values[at + IN_FLIGHT] = (values[at + IN_FLIGHT] as number) + sample.inFlight * part.cover;
    values[at + RATIO] = Math.max(values[at + RATIO] as number, sample.failureRatio);
    chunk.written |= 1 << slot;
    if (!part.whole || sample.hist === undefined || sample.hist.length === 0) return;
    const before = chunk.hist[slot];
    const merged = addPairs(before ?? '', sample.hist);
    chunk.hist[slot] = merged;
    const more = merged.length - (before === undefined ? -PACKED_BYTES : before.length);
    chunk.bytes += more;
    this.#add(chunk, more);
    this.#makeRoom(chunk);
  }

  /** What is older than its grain is kept: nobody may have written to that series since. */
  #forgetOld(queue: Queue, newest: Chunk): void {
    const { stepMs, keptMs } = TIERS[newest.tier] as (typeof TIERS)[number];
    const oldest = newest.first - keptMs / stepMs - CHUNK_STEPS;
    for (; queue.head < queue.chunks.length; queue.head++) {
      const chunk = queue.chunks[queue.head] as Chunk;
      if (!chunk.dead && chunk.first >= oldest) break;
      this.release(chunk);
    }
    this.#tidy(queue);
  }

  #makeRoom(keep: Chunk): void {
    if (this.#bytes <= this.#mostBytes) {
      if (this.#bytes * 2 < this.#mostBytes) this.#short = false;
      return;
    }
    this.#queues.forEach((queue, tier) => {
      const share = (SHARES[tier] as number) * this.#mostBytes;
      while (this.#bytes > this.#mostBytes && queue.bytes > share && queue.head < queue.chunks.length) {
        const chunk = queue.chunks[queue.head] as Chunk;
        if (chunk === keep) break;
        if (!chunk.dead) this.#dropped++;
        this.release(chunk);
        queue.head++;
      }
      this.#tidy(queue);
    });
    this.#short = true;
  }

  #tidy(queue: Queue): void {
    if (queue.head < 1_000 || queue.head * 2 < queue.chunks.length) return;
    queue.chunks = queue.chunks.slice(queue.head);
    queue.head = 0;
  }
}
