import { addPairs, PACKED_BYTES } from './packed-histogram.ts';
import { Fillings } from './series-filling.ts';
import { COLUMNS, TIERS } from './series-step.ts';

export { COLUMNS, RATIO, type Sample, TIERS } from './series-step.ts';

/** Of the memory, what each grain is left when it is short. */
const SHARES = [0.25, 0.35, 0.4] as const;
/** Steps of one chunk: as many as a small integer has bits to spare. */
export const CHUNK_STEPS = 30;

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
  readonly fillings: Fillings = new Fillings();
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

  /** Adds a cell to a step, of whose gauge `cover` counts there. */
  write(chunk: Chunk, slot: number, cell: number, cover: number): void {
    this.fillings.addTo(chunk.values, slot * COLUMNS, cell, cover);
    chunk.written |= 1 << slot;
    const pairs = this.fillings.pairsOf(cell);
    if (pairs.length === 0) return;
    const before = chunk.hist[slot];
    const merged = addPairs(before ?? '', pairs);
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
