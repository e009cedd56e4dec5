import { Fillings } from './series-filling.ts';
import { bucketOf, callsOf, Latencies } from './series-latencies.ts';
import { addNumbers, COLUMNS, TIERS } from './series-step.ts';

/** Steps of one chunk. */
export const CHUNK_STEPS = 60;
/** A column more says that the step was written. Together, so that a step is one place in memory. */
const WRITTEN = COLUMNS;
const CELLS = COLUMNS + 1;
/** Rough cost of a chunk without its latencies, in bytes. */
const CHUNK_BYTES = CHUNK_STEPS * CELLS * 4 + 500;

const NOTHING = new Float32Array(0);

/** Sixty steps of one lane in one grain. */
export interface Chunk {
  /** Number of its first step: epoch milliseconds / step. */
  first: number;
  /** `CELLS` numbers a step. */
  cells: Float32Array;
  /** Of all its steps. */
  readonly latencies: Latencies;
  bytes: number;
  /** Its memory was taken for newer numbers. */
  dead: boolean;
}

export function chunkOf(first: number): Chunk {
  return {
    first,
    cells: new Float32Array(CHUNK_STEPS * CELLS),
    latencies: new Latencies(),
    bytes: CHUNK_BYTES,
    dead: false,
  };
}

export function isWritten(chunk: Chunk, slot: number): boolean {
  return chunk.cells[slot * CELLS + WRITTEN] === 1;
}

/** One column of a step. */
export function cellOf(chunk: Chunk, slot: number, column: number): number {
  return chunk.cells[slot * CELLS + column] as number;
}

/** The memory of all lanes' series together. Beyond its bound the oldest chunks of the finest grain go first. */
export class SeriesMemory {
  readonly fillings: Fillings = new Fillings();
  readonly #mostBytes: number;
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

  keep(tier: number, chunk: Chunk): void {
    this.#queues[tier]?.chunks.push(chunk);
    this.#bytes += chunk.bytes;
    this.#makeRoom(chunk);
  }

  release(chunk: Chunk): void {
    if (chunk.dead) return;
    chunk.dead = true;
    this.#bytes -= chunk.bytes;
    // A lane may still point at the chunk; the array must not wait for it.
    chunk.cells = NOTHING;
    chunk.latencies.clear();
  }

  /** Adds `COLUMNS` numbers, which begin at `from`, to a step. */
  write(chunk: Chunk, slot: number, numbers: Float64Array, from: number): void {
    const at = slot * CELLS;
    addNumbers(chunk.cells, at, numbers, from);
    chunk.cells[at + WRITTEN] = 1;
  }

  /** Adds so many entries, which begin at `from`, to the latencies of a step. */
  writeLatencies(chunk: Chunk, slot: number, entries: Float64Array, from: number, count: number): void {
    let more = 0;
    for (let i = from; i < from + count; i++) {
      const entry = entries[i] as number;
      more += chunk.latencies.add(slot, bucketOf(entry), callsOf(entry));
    }
    if (more === 0) return;
    chunk.bytes += more;
    this.#bytes += more;
    this.#makeRoom(chunk);
  }

  #makeRoom(keep: Chunk): void {
    if (this.#bytes <= this.#mostBytes) return;
    for (const queue of this.#queues) {
      while (this.#bytes > this.#mostBytes && queue.head < queue.chunks.length) {
        const chunk = queue.chunks[queue.head] as Chunk;
        if (chunk === keep) break;
        if (!chunk.dead) this.#dropped++;
        this.release(chunk);
        queue.head++;
      }
      this.#tidy(queue);
    }
  }

  #tidy(queue: { chunks: Chunk[]; head: number }): void {
    while (queue.chunks[queue.head]?.dead) queue.head++;
    if (queue.head < 1_000 || queue.head * 2 < queue.chunks.length) return;
    queue.chunks = queue.chunks.slice(queue.head);
    queue.head = 0;
  }
}
