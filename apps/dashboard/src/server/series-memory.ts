/** The three grains that are kept: step and how far back. */
export const TIERS: readonly { readonly stepMs: number; readonly keptMs: number }[] = [
  { stepMs: 1_000, keptMs: 15 * 60_000 },
  { stepMs: 10_000, keptMs: 3 * 3_600_000 },
  { stepMs: 60_000, keptMs: 24 * 3_600_000 },
];
/** Steps of one chunk. */
export const CHUNK_STEPS = 60;
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
  /** Pairs of bucket and count. */
  hist?: readonly number[];
}

/** Columns of a chunk: ok, fail, slow, ignored, rejected, stale, inFlight. */
export const COLUMNS = 7;
const IN_FLIGHT = 6;
/** Rough cost of a chunk without its histograms, and of one pair in a histogram, in bytes. */
const CHUNK_BYTES = CHUNK_STEPS * (COLUMNS * 4 + 4 + 1 + 8) + 500;
const PAIR_BYTES = 16;

const NOTHING = new Float32Array(0);
const NOTHING_WRITTEN = new Uint8Array(0);

/** Sixty steps of one lane in one grain. */
export interface Chunk {
  /** Number of its first step: epoch milliseconds / step. */
  first: number;
  written: Uint8Array;
  values: Float32Array;
  ratio: Float32Array;
  /** Latencies of a step, as pairs of bucket and count in order of bucket. */
  hist: (number[] | undefined)[];
  bytes: number;
  /** Its memory was taken for newer numbers. */
  dead: boolean;
}

export function chunkOf(first: number): Chunk {
  return {
    first,
    written: new Uint8Array(CHUNK_STEPS),
    values: new Float32Array(CHUNK_STEPS * COLUMNS),
    ratio: new Float32Array(CHUNK_STEPS),
    hist: [],
    bytes: CHUNK_BYTES,
    dead: false,
  };
}

/** The memory of all lanes' series together. Beyond its bound the oldest chunks of the finest grain go first. */
export class SeriesMemory {
  readonly #mostBytes: number;
  readonly #droppedUntil: number[] = TIERS.map(() => 0);
  readonly #queues: { chunks: Chunk[]; head: number }[] = TIERS.map(() => ({ chunks: [], head: 0 }));
  #bytes = 0;
  #dropped = 0;

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

  /** Before this moment chunks of a grain were dropped, of some lanes at least. */
  droppedUntil(tier: number): number {
    return this.#droppedUntil[tier] ?? 0;
  }

  keep(tier: number, chunk: Chunk): void {
    this.#queues[tier]?.chunks.push(chunk);
    this.#bytes += chunk.bytes;
    this.#makeRoom(chunk);
  }

  release(chunk: Chunk): void {
    if (chunk.dead) return;
    chunk.dead = true;
    this.#bytes -= chunk.bytes;
    // A lane may still point at the chunk; the arrays must not wait for it.
    chunk.values = chunk.ratio = NOTHING;
    chunk.written = NOTHING_WRITTEN;
    chunk.hist = [];
  }

  /** Adds `share` of the sample's counts to one step; its histogram goes whole to the step where `whole` is true. */
  write(chunk: Chunk, slot: number, sample: Sample, share: number, whole: boolean): void {
    const at = slot * COLUMNS;
    const { values } = chunk;
    const counts = [sample.ok, sample.fail, sample.slow, sample.ignored, sample.rejected, sample.stale];
    for (let i = 0; i < counts.length; i++) {
      values[at + i] = (values[at + i] as number) + (counts[i] as number) * share;
    }
    values[at + IN_FLIGHT] = Math.max(values[at + IN_FLIGHT] as number, sample.inFlight);
    chunk.ratio[slot] = Math.max(chunk.ratio[slot] as number, sample.failureRatio);
    chunk.written[slot] = 1;
    if (!whole || sample.hist === undefined || sample.hist.length === 0) return;
    const before = chunk.hist[slot];
    const merged = before === undefined ? [...sample.hist] : mergePairs(before, sample.hist);
    chunk.hist[slot] = merged;
    const more = ((merged.length - (before?.length ?? 0)) / 2) * PAIR_BYTES;
    chunk.bytes += more;
    this.#bytes += more;
    this.#makeRoom(chunk);
  }

  #makeRoom(keep: Chunk): void {
    for (const [tier, queue] of this.#queues.entries()) {
      while (this.#bytes > this.#mostBytes && queue.head < queue.chunks.length) {
        const chunk = queue.chunks[queue.head] as Chunk;
        if (chunk === keep) break;
        if (!chunk.dead) this.#noteDropped(tier, chunk);
        this.release(chunk);
        queue.head++;
      }
      this.#tidy(queue);
    }
  }

  #noteDropped(tier: number, { first }: Chunk): void {
    const end = (first + CHUNK_STEPS) * (TIERS[tier] as (typeof TIERS)[number]).stepMs;
    this.#droppedUntil[tier] = Math.max(this.droppedUntil(tier), end);
    this.#dropped++;
  }

  #tidy(queue: { chunks: Chunk[]; head: number }): void {
    while (queue.chunks[queue.head]?.dead) queue.head++;
    if (queue.head < 1_000 || queue.head * 2 < queue.chunks.length) return;
    queue.chunks = queue.chunks.slice(queue.head);
    queue.head = 0;
  }
}

/** Merges two lists of pairs that are in order of bucket. */
export function mergePairs(a: readonly number[], b: readonly number[]): number[] {
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = i < a.length ? (a[i] as number) : Number.POSITIVE_INFINITY;
    const right = j < b.length ? (b[j] as number) : Number.POSITIVE_INFINITY;
    const count = (left <= right ? (a[i + 1] as number) : 0) + (right <= left ? (b[j + 1] as number) : 0);
    merged.push(Math.min(left, right), count);
    if (left <= right) i += 2;
    if (right <= left) j += 2;
  }
  return merged;
}
