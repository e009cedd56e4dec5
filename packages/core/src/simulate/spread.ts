/**
 * A row's calls, one by one, without making them: evenly spaced within its interval, with failures, slow and ignored ones
 * evenly spread among them. Any stretch of them is counted in O(1).
 */
import { FAILED, SLOW, TIMEOUT } from '../bits.ts';

/** Counts of a row, its refused calls already taken for something. */
interface RowCounts {
  readonly at: number;
  readonly ms: number;
  /** Calls that ended well or badly. */
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  readonly timeouts: number;
  readonly ignored: number;
  /** Calls whose outcome was assumed. */
  readonly assumed: number;
}

export class Spread {
  readonly at: number;
  readonly ms: number;
  /** All arrivals. */
  readonly size: number;
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  readonly assumed: number;
  readonly #timeouts: number;
  readonly #ignored: number;

  constructor(row: RowCounts) {
    this.at = row.at;
    this.ms = row.ms;
    this.size = row.calls + row.ignored;
    this.calls = row.calls;
    this.failures = row.failures;
    this.slow = row.slow;
    this.assumed = row.assumed;
    this.#timeouts = row.timeouts;
    this.#ignored = row.ignored;
  }

  /** When the i-th call arrives: in the middle of its part of the interval. */
  time(i: number): number {
    return this.at + ((i + 0.5) * this.ms) / this.size;
  }

  /** The first call that does not arrive before `moment`; `size` where all do. */
  firstFrom(moment: number): number {
    if (this.size === 0 || moment > this.time(this.size - 1)) return this.size;
    let i = Math.max(0, Math.ceil(((moment - this.at) * this.size) / this.ms - 0.5));
    while (i > 0 && this.time(i - 1) >= moment) i--;
    while (this.time(i) < moment) i++;
    return i;
  }

  // How many of the first i calls …

  ignoredBefore(i: number): number {
    return part(i, this.#ignored, this.size);
  }
  callsBefore(i: number): number {
    return i - this.ignoredBefore(i);
  }
  assumedBefore(i: number): number {
    return part(i, Math.min(this.assumed, this.size), this.size);
  }
  failuresBefore(i: number): number {
    return part(this.callsBefore(i), this.failures, this.calls);
  }
  /** Failures are slow first: what times out is both. */
  slowBefore(i: number): number {
    const { failures, slow, calls } = this;
    const failed = this.failuresBefore(i);
    if (slow <= failures) return part(failed, slow, failures);
    return failed + part(this.callsBefore(i) - failed, slow - failures, calls - failures);
  }
  timeoutsBefore(i: number): number {
    return part(this.failuresBefore(i), this.#timeouts, this.failures);
  }

  /** How many failed calls in a row a stretch ends with. */
  failedInARow(i: number, end: number): number {
    if (this.failures === 0) return 0;
    const goodBefore = (at: number): number => this.callsBefore(at) - this.failuresBefore(at);
    const good = goodBefore(end);
    // The call behind which no good one comes any more.
    let [low, high] = [i, end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (goodBefore(middle) === good) high = middle;
      else low = middle + 1;
    }
    return this.callsBefore(end) - this.callsBefore(low);
  }

  isIgnored(i: number): boolean {
    return this.ignoredBefore(i + 1) > this.ignoredBefore(i);
  }

  /** What the i-th call was, as bits. */
  bits(i: number): number {
    if (this.failures === 0 && this.slow === 0) return 0;
    const failed = this.failuresBefore(i + 1) > this.failuresBefore(i) ? FAILED : 0;
    const slow = this.slowBefore(i + 1) > this.slowBefore(i) ? SLOW : 0;
    const timeout = failed && this.timeoutsBefore(i + 1) > this.timeoutsBefore(i) ? TIMEOUT : 0;
    return failed | slow | timeout;
  }
}

/** How many of the first `i` of `whole` belong to a `share` of them that is spread evenly. */
function part(i: number, share: number, whole: number): number {
  return share === 0 ? 0 : Math.floor((2 * i * share + whole) / (2 * whole));
}
