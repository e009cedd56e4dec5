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
}

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
}

const COLUMNS = 3;

/** Buckets of equal width anchored where the window was last cleared, with running totals; rotated when touched. */
class TimeWindow implements Window {
  calls = 0;
  failures = 0;
  slow = 0;
  readonly #cells: Uint32Array;
  readonly #bucketMs: number;
  /** The bucket that `now` falls into, counted from the anchor, and when it ends. */
  #bucket = 0;
  #anchor: number;
  #bucketEnd: number;

  constructor(ms: number, buckets: number, now: number) {
    this.#cells = new Uint32Array(buckets * COLUMNS);
    this.#bucketMs = ms / buckets;
    this.#anchor = now;
    this.#bucketEnd = now + this.#bucketMs;
  }

  record(bits: number, now: number): void {
    if (now >= this.#bucketEnd) this.#rotate(now);
    const cells = this.#cells;
    const at = (this.#bucket % (cells.length / COLUMNS)) * COLUMNS;
    cells[at] = (cells[at] as number) + 1;
    this.calls++;
    if (bits === 0) return;
    cells[at + 1] = (cells[at + 1] as number) + (bits & FAILED);
    cells[at + 2] = (cells[at + 2] as number) + (bits >> 1);
    this.failures += bits & FAILED;
    this.slow += bits >> 1;
  }

  clear(now: number): void {
    this.#cells.fill(0);
    this.calls = this.failures = this.slow = this.#bucket = 0;
    this.#anchor = now;
    this.#bucketEnd = now + this.#bucketMs;
  }

  peek(now: number): WindowTotals {
    const buckets = this.#cells.length / COLUMNS;
    const passed = now < this.#bucketEnd ? 0 : this.#bucketAt(now) - this.#bucket;
    let { calls, failures, slow } = this;
    for (let i = 1; i <= Math.min(passed, buckets); i++) {
      const at = ((this.#bucket + i) % buckets) * COLUMNS;
      calls -= this.#cells[at] as number;
      failures -= this.#cells[at + 1] as number;
      slow -= this.#cells[at + 2] as number;
    }
    return { calls, failures, slow };
  }

  #bucketAt(now: number): number {
    return Math.floor((now - this.#anchor) / this.#bucketMs);
  }

  #rotate(now: number): void {
    const cells = this.#cells;
    const buckets = cells.length / COLUMNS;
    // Rounding may place a moment at a bucket's very end into that bucket still: time must not stand.
    const bucket = Math.max(this.#bucketAt(now), this.#bucket + 1);
    const passed = Math.min(bucket - this.#bucket, buckets);
    for (let i = 1; i <= passed; i++) {
      const at = ((this.#bucket + i) % buckets) * COLUMNS;
      this.calls -= cells[at] as number;
      this.failures -= cells[at + 1] as number;
      this.slow -= cells[at + 2] as number;
      cells[at] = cells[at + 1] = cells[at + 2] = 0;
    }
    this.#bucket = bucket;
    this.#bucketEnd = this.#anchor + (bucket + 1) * this.#bucketMs;
  }
}
