import { bucketOf, entryOf, withCalls } from './series-latencies.ts';
import { addNumbers, addSample, COLUMNS, type Sample, TIERS } from './series-step.ts';

/** Grains that have a step which is being filled: all but the coarsest. */
export const FILLED: number = TIERS.length - 1;
/** A cell: the numbers of a step, which step it is, how many buckets follow, and these. */
const STEP = COLUMNS;
const USED = COLUMNS + 1;
const BUCKETS_FROM = COLUMNS + 2;
const WIDTH = 32;
const FIRST_LANES = 64;

/**
 * The steps that are being filled, of all lanes together. What lanes of one service get in one message lies side by side
 * here: a rollup walks through memory instead of jumping about in it, and the garbage collector has nothing to do. A cell
 * is one grain of one lane.
 */
export class Fillings {
  #cells: Float64Array = new Float64Array(0);
  readonly #free: number[] = [];
  #lanes = 0;

  /** The first cell of a lane that had none; those of its other grains follow it. */
  take(): number {
    const lane = this.#free.pop() ?? this.#lanes++;
    if (this.#lanes * FILLED * WIDTH > this.#cells.length) {
      const more = new Float64Array(Math.max(FIRST_LANES * FILLED * WIDTH, this.#cells.length * 2));
      more.set(this.#cells);
      this.#cells = more;
    }
    for (let grain = 0; grain < FILLED; grain++) this.clear(lane * FILLED + grain);
    return lane * FILLED;
  }

  giveBack(cell: number): void {
    this.#free.push(cell / FILLED);
  }

  /** The step in a cell; -1 where it is empty. */
  stepOf(cell: number): number {
    return this.#cells[cell * WIDTH + STEP] as number;
  }

  begin(cell: number, step: number): void {
    this.#cells[cell * WIDTH + STEP] = step;
  }

  /** The memory of all cells, until another one is taken. */
  get memory(): Float64Array {
    return this.#cells;
  }

  /** Where the numbers of a cell begin, and its buckets; how many these are. */
  numbersAt(cell: number): number {
    return cell * WIDTH;
  }
  bucketsAt(cell: number): number {
    return cell * WIDTH + BUCKETS_FROM;
  }
  bucketsOf(cell: number): number {
    return this.#cells[cell * WIDTH + USED] as number;
  }

  add(cell: number, sample: Sample, share: number): void {
    addSample(this.#cells, cell * WIDTH, sample, share);
  }

  /** Adds the numbers of another cell, without its buckets. */
  addCell(cell: number, other: number): void {
    addNumbers(this.#cells, cell * WIDTH, this.#cells, other * WIDTH);
  }

  /** Adds calls to one bucket; false where there is no room for it. */
  addCalls(cell: number, bucket: number, calls: number): boolean {
    const cells = this.#cells;
    const from = cell * WIDTH + BUCKETS_FROM;
    const used = cells[cell * WIDTH + USED] as number;
    for (let i = from; i < from + used; i++) {
      const entry = cells[i] as number;
      if (bucketOf(entry) !== bucket) continue;
      cells[i] = withCalls(entry, calls);
      return true;
    }
    if (BUCKETS_FROM + used === WIDTH) return false;
    cells[from + used] = entryOf(bucket, calls);
    cells[cell * WIDTH + USED] = used + 1;
    return true;
  }

  clear(cell: number): void {
    const at = cell * WIDTH;
    for (let i = 0; i < COLUMNS; i++) this.#cells[at + i] = 0;
    this.#cells[at + STEP] = -1;
    this.#cells[at + USED] = 0;
  }
}
