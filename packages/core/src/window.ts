/** Counts of the calls a rule looks at. Mutable, O(1) per call whatever it holds; knows no clock. */
import type { WindowConfig } from './config.ts';

export interface WindowTotals {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** What a call was, as bits: a call can be slow and failed. */
export const FAILED = 1;
export const SLOW = 2;

export interface Window extends WindowTotals {
  record(bits: number, now: number): void;
  clear(now: number): void;
  /** Totals as they are at `now`, without changing anything. */
  peek(now: number): WindowTotals;
  /** Everything it holds, as plain data; `restore` takes it back, some time later. */
  contents(now: number): WindowContents;
  restore(contents: WindowContents, now: number, elapsedMs: number): void;
}

/** A window's contents, oldest first: what each call was, or what each bucket held and how long the newest still runs. */
export type WindowContents =
  | { readonly kind: 'last-calls'; readonly calls: readonly number[] }
  | { readonly kind: 'last-ms'; readonly buckets: readonly (readonly number[])[]; readonly leftMs: number };

export function createWindow(config: WindowConfig, now: number): Window {
  return config.kind === 'last-calls'
    ? new CountWindow(config.calls)
    : new TimeWindow(config.ms, config.buckets, now);
}

/** A ring of the last calls, a byte each; free slots are counted out by `calls`. */
class CountWindow implements Window {
  calls = 0;
  failures = 0;
  slow = 0;
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
      this.failures -= gone & FAILED;
      this.slow -= gone >> 1;
    } else {
      this.calls++;
    }
    ring[at] = bits;
    this.failures += bits & FAILED;
    this.slow += bits >> 1;
    this.#next = at + 1 === ring.length ? 0 : at + 1;
  }

  clear(): void {
    this.calls = this.failures = this.slow = this.#next = 0;
  }

  peek(): WindowTotals {
    return { calls: this.calls, failures: this.failures, slow: this.slow };
  }

  contents(): WindowContents {
    const size = this.#ring.length;
    const oldest = (this.#next - this.calls + size) % size;
    const calls = Array.from({ length: this.calls }, (_, i) => this.#ring[(oldest + i) % size] as number);
    return { kind: 'last-calls', calls };
  }

  restore(contents: WindowContents): void {
    if (contents.kind !== 'last-calls') return;
    for (const bits of contents.calls) this.record(bits & (FAILED | SLOW));
  }
}

/** The part of a time window that only exists once a call was not simply good. */
class Bad {
  failures = 0;
  slow = 0;
  readonly failuresAt: number[];
  readonly slowAt: number[];

  constructor(buckets: number) {
    this.failuresAt = new Array<number>(buckets).fill(0);
    this.slowAt = new Array<number>(buckets).fill(0);
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
  #bucketEnd: number;

  constructor(ms: number, buckets: number, now: number) {
    this.#callsAt = new Array<number>(buckets).fill(0);
    this.#bucketMs = ms / buckets;
    this.#bucketEnd = Math.floor(now) + this.#bucketMs;
  }

  get failures(): number {
    return this.#bad === null ? 0 : this.#bad.failures;
  }
  get slow(): number {
    return this.#bad === null ? 0 : this.#bad.slow;
  }

  record(bits: number, now: number): void {
    if (now >= this.#bucketEnd) this.#rotate(now);
    const at = this.#at;
    (this.#callsAt[at] as number)++;
    this.calls++;
    if (bits === 0) return;
    this.#bad ??= new Bad(this.#callsAt.length);
    const bad = this.#bad;
    bad.failures += bits & FAILED;
    bad.slow += bits >> 1;
    (bad.failuresAt[at] as number) += bits & FAILED;
    (bad.slowAt[at] as number) += bits >> 1;
  }

  clear(now: number): void {
    this.#callsAt.fill(0);
    this.#bad = null;
    this.calls = this.#at = 0;
    this.#bucketEnd = Math.floor(now) + this.#bucketMs;
  }

  peek(now: number): WindowTotals {
    let { calls, failures, slow } = this;
    const leaving = Math.min(this.#passed(now), this.#callsAt.length);
    for (let i = 1; i <= leaving; i++) {
      const at = (this.#at + i) % this.#callsAt.length;
      calls -= this.#callsAt[at] as number;
      failures -= this.#bad?.failuresAt[at] ?? 0;
      slow -= this.#bad?.slowAt[at] ?? 0;
    }
    return { calls, failures, slow };
  }

  contents(now: number): WindowContents {
    // Nobody can see a rotation: what it forgets no longer counts.
    if (now >= this.#bucketEnd) this.#rotate(now);
    const buckets = this.#callsAt.map((_, i) => {
      const at = (this.#at + 1 + i) % this.#callsAt.length;
      return [this.#callsAt[at] as number, this.#bad?.failuresAt[at] ?? 0, this.#bad?.slowAt[at] ?? 0];
    });
    return { kind: 'last-ms', buckets, leftMs: this.#bucketEnd - now };
  }

  restore(contents: WindowContents, now: number, elapsedMs: number): void {
    const size = this.#callsAt.length;
    if (contents.kind !== 'last-ms' || contents.buckets.length !== size) return;
    for (const [at, [calls = 0, failures = 0, slow = 0]] of contents.buckets.entries()) {
      this.#callsAt[at] = calls;
      this.calls += calls;
      if (failures === 0 && slow === 0) continue;
      this.#bad ??= new Bad(size);
      this.#bad.failuresAt[at] = failures;
      this.#bad.slowAt[at] = slow;
      this.#bad.failures += failures;
      this.#bad.slow += slow;
    }
    this.#at = size - 1;
    this.#bucketEnd = now + Math.min(contents.leftMs, this.#bucketMs) - elapsedMs;
    if (now >= this.#bucketEnd) this.#rotate(now);
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
    const bad = this.#bad;
    if (bad === null) return;
    bad.failures -= bad.failuresAt[at] as number;
    bad.slow -= bad.slowAt[at] as number;
    bad.failuresAt[at] = bad.slowAt[at] = 0;
  }

  /** Buckets that ended since the last call. */
  #passed(now: number): number {
    return now < this.#bucketEnd ? 0 : Math.floor((now - this.#bucketEnd) / this.#bucketMs) + 1;
  }
}
