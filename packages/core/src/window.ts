/** Counts of the calls a rule looks at. Mutable, O(1) per call whatever it holds; knows no clock. */
import { FAILED, SLOW, SLOW_FAILURE, TIMEOUT } from './bits.ts';
import type { BreakerConfig } from './config.ts';
import { isPlain, Ledger } from './ledger.ts';

export interface WindowTotals {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** Everything a window can tell. */
export interface WindowSums extends WindowTotals {
  readonly succeeded: number;
  /** Timeouts among the failures. */
  readonly timeouts: number;
  /** Failures that were slow too. */
  readonly slowFailures: number;
  readonly ignored: number;
  readonly rejected: number;
}

export interface Window extends WindowTotals {
  /** @param startedAt When the call began, for windows that date results by it. */
  record(bits: number, now: number, startedAt: number): void;
  clear(now: number): void;
  /** Forgets what is too old, for whoever asks the rules without having recorded anything. */
  turn(now: number): void;
  /** Sums as they are at `now`, without changing anything. */
  peek(now: number): WindowSums;
  /** Everything it holds, as plain data; `restore` takes it back, some time later. */
  contents(now: number): WindowContents;
  restore(contents: WindowContents, now: number, elapsedMs: number): void;
}

/**
 * A window's contents, oldest first: what each call was; or what each bucket held ([calls, failures, slow, timeouts, slow failures]) and how
 * long the newest still runs; or spans of time, how long ago each began and its counts.
 */
export type WindowContents =
  | { readonly kind: 'last-calls'; readonly calls: readonly number[] }
  | {
      readonly kind: 'last-ms';
      readonly buckets: readonly (readonly number[])[];
      readonly bucketMs: number;
      readonly leftMs: number;
    }
  | {
      readonly kind: 'spans';
      readonly spans: readonly (readonly number[])[];
      /** How long each is; null for one without end. */
      readonly spanMs: number | null;
      /** How long ago the grid of spans began, and the streaks of a window that forgets them. */
      readonly beganMs: number;
      readonly streaks: readonly number[];
    };

export function createWindow(config: BreakerConfig, now: number): Window {
  const { window } = config;
  if (window.kind === 'last-calls') return new CountWindow(window.calls);
  if (window.kind === 'last-ms' && isPlain(window, config.counting))
    return new TimeWindow(window.ms, window.buckets, now);
  return new Ledger(window, config.counting, now);
}

/** What a window becomes where the circuit closes. It itself stays as it is. */
export function emptied(window: Window, config: BreakerConfig, now: number): Window {
  return window instanceof Ledger ? window.emptied(now) : createWindow(config, now);
}

/** The window of a changed configuration, with as much of what the one before it knows as it has a place for. */
export function windowAfter(
  window: Window,
  before: BreakerConfig,
  after: BreakerConfig,
  now: number,
): Window {
  if (JSON.stringify([before.window, before.counting]) === JSON.stringify([after.window, after.counting]))
    return window;
  const next = createWindow(after, now);
  next.restore(window.contents(now), now, 0);
  return next;
}

/** A ring of the last calls, a byte each; free slots are counted out by `calls`. */
class CountWindow implements Window {
  calls = 0;
  failures = 0;
  slow = 0;
  #timeouts = 0;
  #slowFailures = 0;
  readonly #ring: Uint8Array;
  #next = 0;

  constructor(size: number) {
    this.#ring = new Uint8Array(size);
  }

  record(bits: number): void {
    const ring = this.#ring;
    const at = this.#next;
    if (this.calls === ring.length) {
      const gone = ring[at] as number;
      if (gone !== 0) this.#count(gone, -1);
    } else {
      this.calls++;
    }
    ring[at] = bits;
    if (bits !== 0) this.#count(bits, 1);
    this.#next = at + 1 === ring.length ? 0 : at + 1;
  }

  #count(bits: number, by: 1 | -1): void {
    if (bits & FAILED) this.failures += by;
    if (bits & SLOW) this.slow += by;
    if (bits & TIMEOUT) this.#timeouts += by;
    if ((bits & SLOW_FAILURE) === SLOW_FAILURE) this.#slowFailures += by;
  }

  turn(): void {}

  clear(): void {
    this.calls = this.failures = this.slow = this.#timeouts = this.#slowFailures = this.#next = 0;
  }

  peek(): WindowSums {
    const { calls, failures, slow } = this;
    return sums(calls, failures, slow, this.#timeouts, this.#slowFailures);
  }

  contents(): WindowContents {
    const size = this.#ring.length;
    const oldest = (this.#next - this.calls + size) % size;
    const calls = Array.from({ length: this.calls }, (_, i) => this.#ring[(oldest + i) % size] as number);
    return { kind: 'last-calls', calls };
  }

  restore(contents: WindowContents): void {
    if (contents.kind !== 'last-calls') return;
    for (const bits of contents.calls) this.record(bits & (FAILED | SLOW | TIMEOUT));
  }
}

/** The part of a time window that only exists once a call was not simply good. */
class Bad {
  failures = 0;
  slow = 0;
  timeouts = 0;
  slowFailures = 0;
  readonly failuresAt: number[];
  readonly slowAt: number[];
  readonly timeoutsAt: number[];
  readonly slowFailuresAt: number[];

  constructor(buckets: number) {
    this.failuresAt = new Array<number>(buckets).fill(0);
    this.slowAt = new Array<number>(buckets).fill(0);
    this.timeoutsAt = new Array<number>(buckets).fill(0);
    this.slowFailuresAt = new Array<number>(buckets).fill(0);
  }

  /** A bucket's counts, in or out. */
  add(at: number, failures: number, slow: number, timeouts: number, slowFailures: number): void {
    this.failures += failures;
    this.slow += slow;
    this.timeouts += timeouts;
    this.slowFailures += slowFailures;
    (this.failuresAt[at] as number) += failures;
    (this.slowAt[at] as number) += slow;
    (this.timeoutsAt[at] as number) += timeouts;
    (this.slowFailuresAt[at] as number) += slowFailures;
  }

  counts(at: number): [failures: number, slow: number, timeouts: number, slowFailures: number] {
    const { failuresAt, slowAt, timeoutsAt, slowFailuresAt } = this;
    return [failuresAt[at], slowAt[at], timeoutsAt[at], slowFailuresAt[at]] as [
      number,
      number,
      number,
      number,
    ];
  }

  forget(at: number): void {
    const [failures, slow, timeouts, slowFailures] = this.counts(at);
    this.add(at, -failures, -slow, -timeouts, -slowFailures);
  }
}

/**
 * Buckets of equal width, counted from where the window was last cleared, with running totals; rotated when touched. Plain
 * arrays: smaller than typed ones at these sizes, and no count overflows.
 */
class TimeWindow implements Window {
  calls = 0;
  readonly #callsAt: number[];
  #bad: Bad | null = null;
  readonly #bucketMs: number;
  /** The bucket of this moment, and when it ends: from a whole millisecond on, because small integers cost no memory. */
  #at = 0;
  #bucketEnd = 0;

  constructor(ms: number, buckets: number, now: number) {
    this.#callsAt = new Array<number>(buckets);
    this.#bucketMs = ms / buckets;
    this.clear(now);
  }

  get failures(): number {
    return this.#bad === null ? 0 : this.#bad.failures;
  }
  get slow(): number {
    return this.#bad === null ? 0 : this.#bad.slow;
  }

  record(bits: number, now: number): void {
    this.turn(now);
    const at = this.#at;
    (this.#callsAt[at] as number) += 1;
    this.calls++;
    if (bits === 0) return;
    this.#bad ??= new Bad(this.#callsAt.length);
    const slowFailure = (bits & SLOW_FAILURE) === SLOW_FAILURE ? 1 : 0;
    this.#bad.add(at, bits & FAILED, (bits & SLOW) >> 1, (bits & TIMEOUT) >> 2, slowFailure);
  }

  turn(now: number): void {
    if (now >= this.#bucketEnd) this.#rotate(now);
  }

  clear(now: number): void {
    this.#callsAt.fill(0);
    this.#bad = null;
    this.calls = this.#at = 0;
    this.#bucketEnd = Math.floor(now) + this.#bucketMs;
  }

  peek(now: number): WindowSums {
    let { calls } = this;
    const bad = this.#bad;
    let [failures, slow, timeouts, slowFailures] =
      bad === null ? [0, 0, 0, 0] : [bad.failures, bad.slow, bad.timeouts, bad.slowFailures];
    const leaving = Math.min(this.#passed(now), this.#callsAt.length);
    for (let i = 1; i <= leaving; i++) {
      const at = (this.#at + i) % this.#callsAt.length;
      calls -= this.#callsAt[at] as number;
      if (bad === null) continue;
      const gone = bad.counts(at);
      failures -= gone[0];
      slow -= gone[1];
      timeouts -= gone[2];
      slowFailures -= gone[3];
    }
    return sums(calls, failures, slow, timeouts, slowFailures);
  }

  contents(now: number): WindowContents {
    // Nobody can see a rotation: what it forgets no longer counts.
    this.turn(now);
    const buckets = this.#callsAt.map((_, i) => {
      const at = (this.#at + 1 + i) % this.#callsAt.length;
      return [this.#callsAt[at] as number, ...(this.#bad?.counts(at) ?? [0, 0, 0, 0])];
    });
    return { kind: 'last-ms', buckets, bucketMs: this.#bucketMs, leftMs: this.#bucketEnd - now };
  }

  restore(contents: WindowContents, now: number, elapsedMs: number): void {
    // Buckets of another width do not fit.
    if (contents.kind !== 'last-ms' || contents.bucketMs !== this.#bucketMs) return;
    const size = this.#callsAt.length;
    const kept = contents.buckets.slice(-size);
    for (const [i, [calls = 0, failures = 0, slow = 0, timeouts = 0, slowFailures = 0]] of kept.entries()) {
      const at = size - kept.length + i;
      this.#callsAt[at] = calls;
      this.calls += calls;
      if (failures === 0 && slow === 0) continue;
      this.#bad ??= new Bad(size);
      this.#bad.add(at, failures, slow, timeouts, slowFailures);
    }
    this.#at = size - 1;
    this.#bucketEnd = now + Math.min(contents.leftMs, this.#bucketMs) - elapsedMs;
    this.turn(now);
  }

  #rotate(now: number): void {
    const buckets = this.#callsAt.length;
    const passed = this.#passed(now);
    for (let i = 1; i <= Math.min(passed, buckets); i++) this.#forget((this.#at + i) % buckets);
    this.#at = (this.#at + passed) % buckets;
    this.#bucketEnd += passed * this.#bucketMs;
  }

  #forget(at: number): void {
    this.calls -= this.#callsAt[at] as number;
    this.#callsAt[at] = 0;
    this.#bad?.forget(at);
  }

  /** Buckets that ended since the last call; none, or less, while that one's still runs. */
  #passed(now: number): number {
    return Math.floor((now - this.#bucketEnd) / this.#bucketMs) + 1;
  }
}

/** Of a window in which ignored and refused calls mean nothing. */
function sums(
  calls: number,
  failures: number,
  slow: number,
  timeouts: number,
  slowFailures: number,
): WindowSums {
  return {
    calls,
    failures,
    slow,
    timeouts,
    slowFailures,
    succeeded: calls - failures,
    ignored: 0,
    rejected: 0,
  };
}
