import { COLUMNS, IN_FLIGHT, RATIO, type Sample, TIERS } from './series-step.ts';

/** Grains that have a step which is being filled: all but the coarsest. */
export const FILLED: number = TIERS.length - 1;
/** A cell: the numbers of a step, which step it is, how many buckets follow, and these with their counts. */
const STEP = COLUMNS;
const USED = COLUMNS + 1;
const BUCKETS_FROM = COLUMNS + 2;
const MOST_BUCKETS = 27;
const WIDTH = BUCKETS_FROM + 2 * MOST_BUCKETS;
const FIRST_SERIES = 64;

/**
 * The steps that are being filled, of all series together. What comes in one message lies side by side here: a rollup walks
 * through memory instead of jumping about in it, and leaves the garbage collector nothing to do. A cell is one grain of
 * one series.
 */
export class Fillings {
  #cells: Float64Array = new Float64Array(0);
  readonly #free: number[] = [];
  #series = 0;

  /** The first cell of a series that had none; those of its other grains follow it. */
  take(): number {
    const place = this.#free.pop() ?? this.#series++;
    if (this.#series * FILLED * WIDTH > this.#cells.length) {
      const more = new Float64Array(Math.max(FIRST_SERIES * FILLED * WIDTH, this.#cells.length * 2));
      more.set(this.#cells);
      this.#cells = more;
    }
    for (let grain = 0; grain < FILLED; grain++) this.clear(place * FILLED + grain);
    return place * FILLED;
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

  /** Adds `share` of the sample's counts, and its gauge for `cover`, the part of the step that it covers. */
  add(cell: number, sample: Sample, share: number, cover: number): void {
    const cells = this.#cells;
    const at = cell * WIDTH;
    cells[at] = (cells[at] as number) + sample.ok * share;
    cells[at + 1] = (cells[at + 1] as number) + sample.fail * share;
    cells[at + 2] = (cells[at + 2] as number) + sample.slow * share;
    cells[at + 3] = (cells[at + 3] as number) + sample.ignored * share;
    cells[at + 4] = (cells[at + 4] as number) + sample.rejected * share;
    cells[at + 5] = (cells[at + 5] as number) + sample.stale * share;
    cells[at + IN_FLIGHT] = (cells[at + IN_FLIGHT] as number) + sample.inFlight * cover;
    cells[at + RATIO] = Math.max(cells[at + RATIO] as number, sample.failureRatio);
  }

  /** Adds the numbers of another cell, of whose gauge `cover` counts here. */
  addCell(cell: number, other: number, cover: number): void {
    addNumbers(this.#cells, cell * WIDTH, this.#cells, other * WIDTH, cover);
  }

  /** Adds the numbers of a cell to others that begin at `at`. */
  addTo(values: Float32Array, at: number, cell: number, cover: number): void {
    addNumbers(values, at, this.#cells, cell * WIDTH, cover);
  }

  /** Adds calls to one bucket; false where there is no room for it. */
  addCalls(cell: number, bucket: number, calls: number): boolean {
    const cells = this.#cells;
    const from = cell * WIDTH + BUCKETS_FROM;
    const used = cells[cell * WIDTH + USED] as number;
    // In order of bucket, as they are sent: the search begins at the end.
    let at = from + 2 * used;
    while (at > from && (cells[at - 2] as number) > bucket) at -= 2;
    if (at > from && cells[at - 2] === bucket) {
      cells[at - 1] = (cells[at - 1] as number) + calls;
      return true;
    }
    if (used === MOST_BUCKETS) return false;
    cells.copyWithin(at + 2, at, from + 2 * used);
    cells[at] = bucket;
    cells[at + 1] = calls;
    cells[cell * WIDTH + USED] = used + 1;
    return true;
  }

  /** Buckets of a cell and their calls, in order of bucket. */
  pairsOf(cell: number): Float64Array {
    const from = cell * WIDTH + BUCKETS_FROM;
    return this.#cells.subarray(from, from + 2 * (this.#cells[cell * WIDTH + USED] as number));
  }

  clear(cell: number): void {
    const at = cell * WIDTH;
    this.#cells.fill(0, at, at + COLUMNS);
    this.#cells[at + STEP] = -1;
    this.#cells[at + USED] = 0;
  }
}

/** Adds the numbers of one step to those of another: counts, the gauge for its part, and the largest share. */
function addNumbers(
  into: Float64Array | Float32Array,
  at: number,
  numbers: Float64Array,
  from: number,
  cover: number,
): void {
  for (let i = 0; i < IN_FLIGHT; i++) into[at + i] = (into[at + i] as number) + (numbers[from + i] as number);
  into[at + IN_FLIGHT] = (into[at + IN_FLIGHT] as number) + (numbers[from + IN_FLIGHT] as number) * cover;
  into[at + RATIO] = Math.max(into[at + RATIO] as number, numbers[from + RATIO] as number);
}
