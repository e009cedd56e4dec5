import { LANE, LANE_RANK, type Lane } from '@cb/protocol';
import type { Walkable } from './store/long-history.ts';

/** A stretch of time in equal parts that begin at whole multiples of their length. */
export interface Grid {
  readonly from: number;
  readonly bucketMs: number;
  readonly buckets: number;
}

/** The grid of at most `most` buckets, and one more, that covers [from, to). */
export function gridOf(from: number, to: number, most: number): Grid {
  const bucketMs = Math.max(1, Math.ceil((to - from) / most));
  const first = Math.floor(from / bucketMs);
  return { from: first * bucketMs, bucketMs, buckets: Math.max(1, Math.ceil(to / bucketMs) - first) };
}

/** What a run of buckets showed at worst: [first, end). */
export type RunVisitor = (first: number, end: number, code: Lane) => void;

/**
 * The worst code of each bucket of one lane, as runs in order. An opening shorter than a bucket shows in it all the same.
 * Most lanes are one run, which costs nothing; the others are painted into an array first.
 */
export class WorstOf {
  readonly #grid: Grid;
  readonly #now: number;
  readonly #codes: Uint8Array;

  /** @param now What is later counts as what is known last. */
  constructor(grid: Grid, now: number) {
    this.#grid = grid;
    this.#now = now;
    this.#codes = new Uint8Array(grid.buckets);
  }

  /** Runs of one lane, from when it is known. */
  runs(history: Walkable, visit: RunVisitor): void {
    const { from, bucketMs, buckets } = this.#grid;
    const to = Math.min(this.#now, from + buckets * bucketMs);
    const { since, code: last, knownSince } = history;
    if (since === undefined || last === undefined || knownSince === undefined || knownSince > to) return;
    if (since < from) {
      visit(0, buckets, last);
      return;
    }
    const codes = this.#codes.fill(NOTHING);
    const paint = (start: number, end: number, code: Lane): void => {
      const last = Math.min(buckets, Math.ceil((end - from) / bucketMs));
      const first = Math.max(0, Math.floor((start - from) / bucketMs));
      for (let i = first; i < Math.max(first + 1, last); i++) {
        if (i < buckets && worse(code, codes[i] as number)) codes[i] = code;
      }
    };
    history.walk(Math.max(from, knownSince), to, {
      span: (start, end, code) => paint(start, end, code),
      minute: (start, end, ms) => paint(start, end, worstWithTime(ms)),
    });
    eachRun(codes, visit);
  }
}

const NOTHING = 255;

function worse(code: number, than: number): boolean {
  return than === NOTHING || (LANE_RANK[code] as number) > (LANE_RANK[than] as number);
}

function worstWithTime(ms: Uint16Array): Lane {
  let worst: number = NOTHING;
  for (let code = 0; code < ms.length; code++) {
    if ((ms[code] as number) > 0 && worse(code, worst)) worst = code;
  }
  return worst === NOTHING ? LANE.noData : (worst as Lane);
}

/** Runs of equal codes. What nobody painted comes before all else, or has not come yet and belongs to the last run. */
function eachRun(codes: Uint8Array, visit: RunVisitor): void {
  let first = 0;
  while (first < codes.length && codes[first] === NOTHING) first++;
  for (let i = first + 1; i <= codes.length; i++) {
    if (i < codes.length && (codes[i] === codes[first] || codes[i] === NOTHING)) continue;
    visit(first, i, codes[first] as Lane);
    first = i;
  }
}

/** Rows by the worst that each showed, per bucket. */
export class BucketCounts {
  readonly #grid: Grid;
  /** By code: what is added where a run begins, and taken away where it ends. */
  readonly #steps: readonly Int32Array[];

  constructor(grid: Grid) {
    this.#grid = grid;
    this.#steps = LANE_RANK.map(() => new Int32Array(grid.buckets + 1));
  }

  add(first: number, end: number, code: Lane): void {
    const steps = this.#steps[code] as Int32Array;
    steps[first] = (steps[first] as number) + 1;
    steps[end] = (steps[end] as number) - 1;
  }

  /** By code, in order of code: one count a bucket. */
  read(): number[][] {
    return this.#steps.map((steps) => {
      let sum = 0;
      return Array.from(steps.subarray(0, this.#grid.buckets), (step) => {
        sum += step;
        return sum;
      });
    });
  }
}

/** The worst of several rows, per bucket. */
export class WorstOfRows {
  readonly #codes: Uint8Array;
  /** Worst of those that never changed. */
  #whole: number = NOTHING;

  constructor(grid: Grid) {
    this.#codes = new Uint8Array(grid.buckets).fill(NOTHING);
  }

  add(first: number, end: number, code: Lane): void {
    const codes = this.#codes;
    if (end - first === codes.length) {
      if (worse(code, this.#whole)) this.#whole = code;
      return;
    }
    for (let i = first; i < end; i++) if (worse(code, codes[i] as number)) codes[i] = code;
  }

  runs(visit: RunVisitor): void {
    const whole = this.#whole;
    const codes = this.#codes.map((code) =>
      whole !== NOTHING && (code === NOTHING || worse(whole, code)) ? whole : code,
    );
    eachRun(codes, visit);
  }
}
