/** Windows that take many calls at once. For one call at a time they do what the plain windows do. */
import { FAILED, SLOW } from '../bits.ts';
import type { BreakerConfig } from '../config.ts';
import type { Window, WindowTotals } from '../window.ts';
import type { Spread } from './spread.ts';

/** What a replay needs of a window. */
export interface BulkBook extends Pick<Window, 'calls' | 'failures' | 'slow' | 'record' | 'clear'> {
  /** How far calls from the i-th on may be recorded in one go. Forgets what is too old for the i-th. */
  reach(row: Spread, i: number): number;
  /** Records calls from the i-th up to `end`, which is within reach. */
  recordAll(row: Spread, i: number, end: number): void;
  /** No more failed and slow calls than these can be in it after `ahead` more calls, still within reach. */
  worst(row: Spread, ahead: number): WindowTotals;
}

/** The bulk window for a configuration, where there is one. */
export function bulkBook({ window, counting }: BreakerConfig, now: number): BulkBook | null {
  if (counting !== undefined) return null;
  switch (window.kind) {
    case 'last-calls':
      return new Ring(window.calls);
    case 'last-ms':
      if (window.anchor !== undefined || window.forgets !== undefined) return null;
      return new Buckets(window.ms / window.buckets, window.buckets, Math.floor, now);
    case 'tumbling':
      if (window.restarts !== undefined || window.endsAfter || window.stalesCalls) return null;
      return new Buckets(window.ms, 1, (moment) => moment, now);
    case 'since-closed':
      return new Buckets(Number.POSITIVE_INFINITY, 1, Math.floor, now);
  }
}

const CALLS = 0;
const FAILURES = 1;
const SLOW_CALLS = 2;
const COUNTERS = 3;

/** An even spread is off its line by less than this, at both ends of a stretch. */
const ROUNDING = 3;

/** Counts of a stretch of a row's calls. */
function counted(row: Spread, i: number, end: number, counters: Counters): void {
  const failures = row.failures === 0 ? 0 : row.failuresBefore(end) - row.failuresBefore(i);
  const slow = row.slow === 0 ? 0 : row.slowBefore(end) - row.slowBefore(i);
  counters[CALLS] = row.callsBefore(end) - row.callsBefore(i);
  counters[FAILURES] = failures;
  counters[SLOW_CALLS] = slow;
}

/** Counts of so many calls of one kind. */
function countedAlike(calls: number, bits: number, counters: Counters): void {
  counters[CALLS] = calls;
  counters[FAILURES] = calls * (bits & FAILED);
  counters[SLOW_CALLS] = calls * ((bits & SLOW) >> 1);
}

type Counters = Float64Array;

abstract class Summed {
  protected readonly sums: Counters = new Float64Array(COUNTERS);
  protected readonly scratch: Counters = new Float64Array(COUNTERS);

  get calls(): number {
    return this.sums[CALLS] as number;
  }
  get failures(): number {
    return this.sums[FAILURES] as number;
  }
  get slow(): number {
    return this.sums[SLOW_CALLS] as number;
  }

  protected add(to: Counters, by: Counters, sign: 1 | -1): void {
    for (let i = 0; i < COUNTERS; i++) to[i] = (to[i] as number) + sign * (by[i] as number);
  }
}

/** Buckets of equal width since the window was last cleared. */
class Buckets extends Summed implements BulkBook {
  readonly #buckets: readonly Counters[];
  readonly #bucketMs: number;
  readonly #beginning: (moment: number) => number;
  #at = 0;
  #bucketEnd: number;

  constructor(bucketMs: number, buckets: number, beginning: (moment: number) => number, now: number) {
    super();
    this.#bucketMs = bucketMs;
    this.#buckets = Array.from({ length: buckets }, () => new Float64Array(COUNTERS));
    this.#beginning = beginning;
    this.#bucketEnd = beginning(now) + bucketMs;
  }

  reach(row: Spread, i: number): number {
    this.#rotate(row.time(i));
    return row.firstFrom(this.#bucketEnd);
  }

  recordAll(row: Spread, i: number, end: number): void {
    counted(row, i, end, this.scratch);
    this.#add();
  }

  record(bits: number, now: number): void {
    this.#rotate(now);
    countedAlike(1, bits, this.scratch);
    this.#add();
  }

  worst(row: Spread, ahead: number): WindowTotals {
    const calls = this.calls + ahead;
    return {
      calls,
      failures: Math.min(calls, this.failures + most(row.failures, row, ahead)),
      slow: Math.min(calls, this.slow + most(row.slow, row, ahead)),
    };
  }

  clear(now: number): void {
    for (const bucket of this.#buckets) bucket.fill(0);
    this.sums.fill(0);
    this.#at = 0;
    this.#bucketEnd = this.#beginning(now) + this.#bucketMs;
  }

  #add(): void {
    this.add(this.sums, this.scratch, 1);
    this.add(this.#buckets[this.#at] as Counters, this.scratch, 1);
  }

  #rotate(now: number): void {
    if (now < this.#bucketEnd) return;
    const buckets = this.#buckets.length;
    const passed = Math.floor((now - this.#bucketEnd) / this.#bucketMs) + 1;
    for (let i = 1; i <= Math.min(passed, buckets); i++) {
      const gone = this.#buckets[(this.#at + i) % buckets] as Counters;
      this.add(this.sums, gone, -1);
      gone.fill(0);
    }
    this.#at = (this.#at + passed) % buckets;
    this.#bucketEnd += passed * this.#bucketMs;
  }
}

/** A stretch of a row's calls that is in the window; `from` moves on as they leave. */
interface Stretch {
  /** Null for calls that came one by one: then they are all of one kind. */
  readonly row: Spread | null;
  readonly bits: number;
  from: number;
  end: number;
}

/** The last calls, as stretches of rows: oldest first. */
class Ring extends Summed implements BulkBook {
  readonly #size: number;
  #stretches: Stretch[] = [];
  #oldest = 0;

  constructor(size: number) {
    super();
    this.#size = size;
  }

  /** Up to where the window is full, or the oldest stretch is used up. */
  reach(row: Spread, i: number): number {
    const room = this.#size - this.calls;
    const ahead = room > 0 ? room : held(this.#stretches[this.#oldest] as Stretch);
    return after(row, i, Math.max(1, ahead));
  }

  recordAll(row: Spread, i: number, end: number): void {
    counted(row, i, end, this.scratch);
    const newest = this.#stretches.at(-1);
    if (newest !== undefined && newest.row === row && newest.end === i) newest.end = end;
    else this.#stretches.push({ row, bits: 0, from: i, end });
    this.add(this.sums, this.scratch, 1);
    this.#forgetOldest();
  }

  record(bits: number): void {
    countedAlike(1, bits, this.scratch);
    const newest = this.#stretches.at(-1);
    if (newest !== undefined && newest.row === null && newest.bits === bits) newest.end++;
    else this.#stretches.push({ row: null, bits, from: 0, end: 1 });
    this.add(this.sums, this.scratch, 1);
    this.#forgetOldest();
  }

  worst(row: Spread, ahead: number): WindowTotals {
    const calls = Math.min(this.#size, this.calls + ahead);
    const oldest = this.calls < this.#size ? undefined : this.#stretches[this.#oldest];
    let failuresGone = 0;
    let slowGone = 0;
    if (oldest?.row === null) {
      failuresGone = ahead * (oldest.bits & FAILED);
      slowGone = ahead * ((oldest.bits & SLOW) >> 1);
    } else if (oldest !== undefined) {
      failuresGone = least(oldest.row.failures, oldest.row, ahead);
      slowGone = least(oldest.row.slow, oldest.row, ahead);
    }
    return {
      calls,
      failures: Math.min(calls, this.failures + most(row.failures, row, ahead) - failuresGone),
      slow: Math.min(calls, this.slow + most(row.slow, row, ahead) - slowGone),
    };
  }

  clear(): void {
    this.sums.fill(0);
    this.#stretches = [];
    this.#oldest = 0;
  }

  #forgetOldest(): void {
    while (this.calls > this.#size) {
      const oldest = this.#stretches[this.#oldest] as Stretch;
      const tooMany = this.calls - this.#size;
      const { row, bits, from } = oldest;
      if (row === null) {
        const leaving = Math.min(tooMany, held(oldest));
        countedAlike(leaving, bits, this.scratch);
        oldest.from += leaving;
      } else {
        oldest.from = Math.min(oldest.end, after(row, from, tooMany));
        counted(row, from, oldest.from, this.scratch);
      }
      this.add(this.sums, this.scratch, -1);
      if (oldest.from === oldest.end) this.#oldest++;
    }
    if (this.#oldest > 1_000) {
      this.#stretches.splice(0, this.#oldest);
      this.#oldest = 0;
    }
  }
}

/** Counted calls of a stretch. */
function held({ row, from, end }: Stretch): number {
  return row === null ? end - from : row.callsBefore(end) - row.callsBefore(from);
}

/** Behind the stretch of a row that begins with the i-th call and holds so many counted calls; at most the row's end. */
function after(row: Spread, i: number, calls: number): number {
  if (row.size === row.calls) return Math.min(row.size, i + calls);
  const wanted = row.callsBefore(i) + calls;
  let [low, high] = [i, row.size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (row.callsBefore(middle) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The most that so many calls of a row can hold of a share of them. */
function most(share: number, row: Spread, ahead: number): number {
  return share === 0 ? 0 : (share * ahead) / row.calls + ROUNDING;
}

/** The least that so many calls of a row hold of a share of them. */
function least(share: number, row: Spread, ahead: number): number {
  return share === 0 ? 0 : Math.max(0, (share * ahead) / row.calls - ROUNDING);
}
