/**
 * A window for every other way to count: spans of time on any grid, results dated by the start of their call, calls counted
 * from their start on. Slower and larger than the plain windows, which cover what most breakers ask for.
 */
import { FAILED, IGNORED_CALL, REJECTED_CALL, SLOW, SLOW_FAILURE, TIMEOUT, UNCOUNTED } from './bits.ts';
import type { Counting, LastMs, SinceClosed, Tumbling } from './config.ts';
import { COUNTING } from './resolve.ts';
import type { Window, WindowContents, WindowSums } from './window.ts';

/** Places of a span's counts. */
const CALLS = 0;
const FAILURES = 1;
const SLOW_CALLS = 2;
const TIMEOUTS = 3;
const SUCCEEDED = 4;
const IGNORED = 5;
const REJECTED = 6;
const SLOW_FAILURES = 7;
const COUNTS = 8;

/** Of the window; or at the end of a span, as far as it alone can tell. */
interface Streaks {
  failuresInARow: number;
  successesInARow: number;
}

interface Span extends Streaks {
  /** Its number on the grid, or the moment at which it began. */
  readonly at: number;
  readonly counts: number[];
}

/** What any of the three kinds of window may say. */
interface Spans extends Partial<Omit<LastMs, 'kind'>>, Partial<Omit<Tumbling, 'kind'>> {
  readonly kind: (LastMs | Tumbling | SinceClosed)['kind'];
}

/** Whether the plain window of time can do it. */
export function isPlain({ anchor, forgets }: LastMs, counting: Counting = COUNTING): boolean {
  return (
    anchor === undefined &&
    forgets === undefined &&
    counting.dated === 'end' &&
    !counting.pending &&
    !counting.streakExpires &&
    counting.rejected === 'nothing' &&
    counting.ignored !== 'calls'
  );
}

export class Ledger implements Window {
  readonly #window: LastMs | Tumbling | SinceClosed;
  readonly #config: Spans;
  readonly #counting: Counting;
  /** How many spans the window covers, and how long each is. */
  readonly #spansKept: number;
  readonly #spanMs: number;
  /** Spans begin where a call finds none running, not on a grid. */
  readonly #touched: boolean;
  #origin: number;
  #rolledTo = 0;
  /** Calls that began before are not among those counted here; nor are those of an earlier generation, or a later one. */
  readonly #since: number;
  countsFrom = 0;
  countsTo: number = Number.POSITIVE_INFINITY;
  /** Oldest first; spans without calls are left out. */
  #spans: Span[] = [];
  #sums = noCounts();
  /** With `by-counter`: for each counter, the last span that it has forgotten. */
  #forgotten: number[] | null;
  #streaks: Streaks = { failuresInARow: 0, successesInARow: 0 };

  constructor(window: LastMs | Tumbling | SinceClosed, counting: Counting = COUNTING, now: number) {
    const { ms = Number.POSITIVE_INFINITY, buckets = 1, anchor, forgets, restarts }: Spans = window;
    this.#window = this.#config = window;
    this.#counting = counting;
    this.#since = now;
    this.#spansKept = buckets;
    this.#spanMs = ms / buckets;
    this.#touched = anchor === 'first-call' || restarts !== undefined;
    this.#origin = anchor === 'epoch' ? 0 : now;
    this.#forgotten = forgets === 'by-counter' ? never() : null;
    if (restarts !== undefined) this.#begin(now);
  }

  get calls(): number {
    return this.#sum(CALLS);
  }
  get failures(): number {
    return this.#sum(FAILURES);
  }
  get slow(): number {
    return this.#sum(SLOW_CALLS);
  }

  turn(now: number): void {
    const gone = this.#tooOld(now);
    if (gone === 0) return;
    this.#streaks = this.streaks(now);
    for (let i = 0; i < gone; i++) this.#forgetOldest();
  }

  /** A call begins: it may begin an interval, and it may count from now on. */
  arrive(now: number): void {
    if (this.#config.restarts === undefined && !this.#counting.pending) return;
    const span = this.#current(now);
    if (this.#counting.pending) this.#count(span, CALLS, 1);
  }

  record(bits: number, now: number, startedAt: number): void {
    const span = this.#counting.dated === 'start' ? this.#spanOf(startedAt, now) : this.#current(now);
    if (span === undefined) return;
    const counted = this.#counting.pending && !(bits & UNCOUNTED) && startedAt >= this.#since;
    if (bits & IGNORED_CALL) this.#recordIgnored(span, counted, now, startedAt);
    else if (bits & REJECTED_CALL) this.#recordRejected(span);
    else this.#recordResult(span, bits, counted);
  }

  /** @param counted Whether its call was counted when it began. */
  #recordResult(span: Span, bits: number, counted: boolean): void {
    if (!counted) this.#count(span, CALLS, 1);
    if (bits & SLOW) this.#count(span, SLOW_CALLS, 1);
    if (bits & TIMEOUT) this.#count(span, TIMEOUTS, 1);
    if ((bits & SLOW_FAILURE) === SLOW_FAILURE) this.#count(span, SLOW_FAILURES, 1);
    const failed = (bits & FAILED) !== 0;
    this.#count(span, failed ? FAILURES : SUCCEEDED, 1);
    for (const streaks of [this.#streaks, span]) {
      streaks.failuresInARow = failed ? streaks.failuresInARow + 1 : 0;
      streaks.successesInARow = failed ? 0 : streaks.successesInARow + 1;
    }
  }

  #recordIgnored(span: Span, counted: boolean, now: number, startedAt: number): void {
    this.#count(span, IGNORED, 1);
    if (this.#counting.ignored === 'calls') {
      if (!counted) this.#count(span, CALLS, 1);
    } else if (counted) {
      // It leaves the bucket that it was counted in, if that is still there.
      const own = this.#spanOf(startedAt, now);
      if (own !== undefined) this.#count(own, CALLS, -1);
    }
  }

  #recordRejected(span: Span): void {
    const { rejected } = this.#counting;
    this.#count(span, REJECTED, 1);
    if (rejected !== 'nothing') this.#count(span, CALLS, 1);
    if (rejected === 'failures') this.#count(span, FAILURES, 1);
  }

  /** What `clear` would make of it. Changes nothing. */
  emptied(now: number): Ledger {
    const other = new Ledger(this.#window, this.#counting, now);
    if (this.#config.anchor !== undefined) other.#origin = this.#origin;
    return other;
  }

  clear(now: number): void {
    this.#spans = [];
    this.#sums = noCounts();
    this.#streaks = { failuresInARow: 0, successesInARow: 0 };
    if (this.#forgotten !== null) this.#forgotten = never();
    if (this.#config.restarts !== undefined) this.#begin(now);
    else if (this.#config.anchor === undefined) this.#origin = now;
    this.#rolledTo = 0;
  }

  peek(now: number): WindowSums {
    const gone = this.#tooOld(now);
    const sum = (counter: number): number => {
      if (this.#forgotten !== null) return this.#sumRemembered(counter, this.#spans.slice(gone));
      let total = this.#sums[counter] as number;
      for (let i = 0; i < gone; i++) total -= (this.#spans[i] as Span).counts[counter] as number;
      return total;
    };
    return {
      calls: sum(CALLS),
      failures: sum(FAILURES),
      slow: sum(SLOW_CALLS),
      timeouts: sum(TIMEOUTS),
      slowFailures: sum(SLOW_FAILURES),
      succeeded: sum(SUCCEEDED),
      ignored: sum(IGNORED),
      rejected: sum(REJECTED),
    };
  }

  /** Streaks as they are at `now`, for windows that forget them with their spans. Changes nothing. */
  streaks(now: number): Streaks {
    const gone = this.#tooOld(now);
    let { failuresInARow, successesInARow } = this.#streaks;
    if (gone === this.#spans.length) return { failuresInARow: 0, successesInARow: 0 };
    let [failures, successes] = [this.#failedResults(this.#sums), this.#sums[SUCCEEDED] as number];
    // A streak that reaches back into a span that leaves shrinks by that span's part; any other is newer than it.
    for (const span of this.#spans.slice(0, gone)) {
      failures -= this.#failedResults(span.counts);
      successes -= span.counts[SUCCEEDED] as number;
      if (failuresInARow === span.failuresInARow + failures) failuresInARow -= span.failuresInARow;
      if (successesInARow === span.successesInARow + successes) successesInARow -= span.successesInARow;
    }
    return { failuresInARow, successesInARow };
  }

  /** Refused calls may count as failures, but no streak has them. */
  #failedResults(counts: readonly number[]): number {
    const refused = this.#counting.rejected === 'failures' ? (counts[REJECTED] as number) : 0;
    return (counts[FAILURES] as number) - refused;
  }

  /** Goes on to the interval of `now`; true where that is another than before, which has left nothing behind. */
  rolls(now: number): boolean {
    if (this.#touched) {
      if (this.#tooOld(now) === 0) return false;
      this.clear(now);
      return true;
    }
    const number = this.#numberAt(now);
    if (number === this.#rolledTo) return false;
    this.#rolledTo = number;
    this.turn(now);
    return true;
  }

  contents(now: number): WindowContents {
    this.turn(now);
    const spans = this.#spans.map(({ at, counts, failuresInARow, successesInARow }) => [
      // A clock's multiples lie elsewhere in another process: there a restored span may begin a little later.
      Math.max(0, now - this.#beginning(at)),
      // What a counter has forgotten does not come back.
      ...counts.map((count, i) => (at > (this.#forgotten?.[i] ?? Number.NEGATIVE_INFINITY) ? count : 0)),
      failuresInARow,
      successesInARow,
    ]);
    const { failuresInARow, successesInARow } = this.#streaks;
    return {
      kind: 'spans',
      spans,
      spanMs: lengthOf(this.#spanMs),
      beganMs: now - this.#origin,
      streaks: [failuresInARow, successesInARow],
    };
  }

  restore(contents: WindowContents, now: number, elapsedMs: number): void {
    if (contents.kind !== 'spans' || contents.spanMs !== lengthOf(this.#spanMs)) return;
    this.#spans = [];
    if (this.#config.anchor !== 'epoch') this.#origin = now - elapsedMs - contents.beganMs;
    for (const [agoMs = 0, ...kept] of contents.spans) {
      const began = now - elapsedMs - agoMs;
      const counts = noCounts().map((_, i) => kept[i] ?? 0);
      const [failuresInARow = 0, successesInARow = 0] = kept.slice(COUNTS);
      this.#spans.push({
        at: this.#touched ? began : this.#nearest(began),
        counts,
        failuresInARow,
        successesInARow,
      });
      this.#addAll(counts, 1);
    }
    const [failuresInARow = 0, successesInARow = 0] = contents.streaks;
    this.#streaks = { failuresInARow, successesInARow };
    this.#rolledTo = this.#numberAt(now - elapsedMs);
    this.turn(now);
  }

  /** The number of the span that began then: clocks and the arithmetic of their differences are not exact. */
  #nearest(began: number): number {
    return Math.round((began - this.#origin) / this.#spanMs);
  }

  // ------------------------------------------------------------------------------------------------ spans

  #current(now: number): Span {
    this.turn(now);
    const newest = this.#spans.at(-1);
    const at = this.#touched ? now : this.#numberAt(now);
    if (newest !== undefined) {
      const runs = this.#touched
        ? now - newest.at < this.#spanMs || this.#isHeldAt(newest, now)
        : newest.at >= at;
      if (runs) return newest;
    }
    return this.#begin(at);
  }

  #begin(at: number): Span {
    const span: Span = { at, counts: noCounts(), failuresInARow: 0, successesInARow: 0 };
    this.#spans.push(span);
    // What leaves in turn leaves only when its place is needed.
    if (this.#spans.length > this.#spansKept && this.#leavesInTurn()) this.#forgetOldest();
    return span;
  }

  /** The span in which a call began; undefined where that has left the window. */
  #spanOf(startedAt: number, now: number): Span | undefined {
    const newest = this.#current(now);
    if (this.#touched) return this.#spans.findLast(({ at }) => at <= startedAt);
    const at = this.#numberAt(startedAt);
    const known = this.#spans.find((span) => span.at === at);
    if (known !== undefined) return known;
    if (at <= newest.at - this.#spansKept) return undefined;
    const span: Span = { at, counts: noCounts(), failuresInARow: 0, successesInARow: 0 };
    this.#spans.push(span);
    this.#spans.sort((a, b) => a.at - b.at);
    return span;
  }

  /** The number of a moment's span on the grid. */
  #numberAt(moment: number): number {
    const spans = (moment - this.#origin) / this.#spanMs;
    // An interval that still holds at its very end: the grid's lines belong to the span before them.
    if (this.#config.endsAfter) return Math.max(0, Math.ceil(spans) - 1);
    return Math.floor(spans);
  }

  #beginning(at: number): number {
    if (this.#touched) return at;
    return this.#spanMs === Number.POSITIVE_INFINITY ? this.#origin : this.#origin + at * this.#spanMs;
  }

  #leavesInTurn(): boolean {
    return this.#config.forgets === 'in-turn';
  }

  /** Of spans that began with a call; on a grid `#numberAt` sees to it. */
  #isHeldAt(span: Span, now: number): boolean {
    return this.#touched && this.#config.endsAfter === true && now - span.at <= this.#spanMs;
  }

  /** How many of the oldest spans are too old. */
  #tooOld(now: number): number {
    if (this.#spanMs === Number.POSITIVE_INFINITY || this.#leavesInTurn()) return 0;
    const windowMs = this.#spanMs * this.#spansKept;
    const last = this.#touched
      ? now - windowMs
      : this.#numberAt(now) - this.#spansKept - (this.#forgotten ? 1 : 0);
    let gone = 0;
    for (const span of this.#spans) {
      if (span.at > last || this.#isHeldAt(span, now)) break;
      gone++;
    }
    return gone;
  }

  // ----------------------------------------------------------------------------------------------- counts

  #count(span: Span, counter: number, by: 1 | -1): void {
    if (this.#forgotten !== null && by === 1) {
      const last = span.at - this.#spansKept;
      this.#forgotten[counter] = Math.max(this.#forgotten[counter] as number, last);
    }
    span.counts[counter] = (span.counts[counter] as number) + by;
    this.#sums[counter] = (this.#sums[counter] as number) + by;
  }

  #sum(counter: number): number {
    return this.#forgotten === null
      ? (this.#sums[counter] as number)
      : this.#sumRemembered(counter, this.#spans);
  }

  #sumRemembered(counter: number, spans: readonly Span[]): number {
    const forgotten = this.#forgotten?.[counter] as number;
    return spans.reduce(
      (sum, { at, counts }) => (at > forgotten ? sum + (counts[counter] as number) : sum),
      0,
    );
  }

  #forgetOldest(): void {
    this.#addAll((this.#spans.shift() as Span).counts, -1);
  }

  /** A span's counts, in or out. */
  #addAll(counts: readonly number[], by: 1 | -1): void {
    for (const [i, count] of counts.entries()) this.#sums[i] = (this.#sums[i] as number) + by * count;
  }
}

/** As data: JSON knows no infinity. */
function lengthOf(spanMs: number): number | null {
  return spanMs === Number.POSITIVE_INFINITY ? null : spanMs;
}

function noCounts(): number[] {
  return new Array<number>(COUNTS).fill(0);
}

function never(): number[] {
  return new Array<number>(COUNTS).fill(Number.NEGATIVE_INFINITY);
}
