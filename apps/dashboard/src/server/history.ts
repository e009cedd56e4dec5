import { LANE, type Lane, type Minutes, type Segments } from '@cb/protocol';
import { MinuteShares, type MinuteVisitor } from './minute-shares.ts';

/** Most exact segments of one lane; beyond it the oldest half is folded into minutes. */
export const EXACT_SEGMENTS = 256;
/** Earlier segments of lanes that have few are copied into an array of just their number. */
const FEW = 8;
const NONE: number[] = [];

/** Hears what a lane showed, in order of time and cut to what was asked for. */
export interface Walker {
  /** `opened`: an opening, and no failed probe, began this span. */
  span(from: number, to: number, code: Lane, opened: boolean): void;
  /** Folded minutes come before all spans, and uncut. */
  readonly minute: MinuteVisitor;
}

/**
 * What one lane showed over time. The newest 128 to 256 changes are exact to the millisecond; what is older is kept as
 * shares of minutes, for 24 hours, and only from the first fold on. Most lanes hardly ever change, and there are many of
 * them: the segment in force stands in fields, and each earlier one is a number, its start times eight and its code.
 */
export class LaneHistory {
  #since = 0;
  #now: Lane = 0;
  #earlier: number[] = NONE;
  #count = 0;
  #minutes: MinuteShares | undefined;

  /** Number of exact segments. */
  get count(): number {
    return this.#count;
  }

  /** Code in force now; undefined before anything is known. */
  get code(): Lane | undefined {
    return this.#count === 0 ? undefined : this.#now;
  }

  /** When the code in force now began. */
  get since(): number | undefined {
    return this.#count === 0 ? undefined : this.#since;
  }

  /** Where what is known begins; undefined before anything is. */
  get knownSince(): number | undefined {
    return this.#minutes?.start ?? (this.#count === 0 ? undefined : this.#startAt(0));
  }

  /** Since when it is exact; undefined before anything is known. */
  get exactFrom(): number | undefined {
    return this.#count === 0 ? undefined : this.#startAt(0);
  }

  /** Where the folded part ends: nothing before it can be changed any more. Undefined while nothing is folded. */
  get foldedUntil(): number | undefined {
    return this.#minutes?.end;
  }

  /**
   * From `t` on, a whole number, the lane shows `code`, whatever was known after `t` before. Answers whether that changed anything.
   * A moment inside the folded part counts as the beginning of the exact part. What began at `t` itself stays, as a run
   * of no length: it did happen.
   */
  set(t: number, code: Lane): boolean {
    const at = Math.round(t);
    const rewound = this.#rewind(at);
    if (this.code === code) return rewound;
    this.#append(Math.max(at, this.#minutes?.end ?? at), code);
    return true;
  }

  /** Forgets what begins after `t`. What is folded, and the first segment behind it, stays. */
  #rewind(t: number): boolean {
    const count = this.#count;
    const least = this.#minutes === undefined ? 0 : 1;
    while (this.#count > least && this.#since > t) {
      this.#count--;
      const before = this.#earlier.pop();
      if (before === undefined) break;
      this.#since = Math.floor(before / 8);
      this.#now = (before % 8) as Lane;
    }
    return this.#count !== count;
  }

  #append(t: number, code: Lane): void {
    if (this.#count === EXACT_SEGMENTS) this.#fold();
    if (this.#count > 0) {
      const before = this.#since * 8 + this.#now;
      if (this.#count < FEW) this.#earlier = [...this.#earlier, before];
      else this.#earlier.push(before);
    }
    this.#since = t;
    this.#now = code;
    this.#count++;
  }

  #startAt(index: number): number {
    return index === this.#count - 1 ? this.#since : Math.floor((this.#earlier[index] as number) / 8);
  }

  #codeAt(index: number): Lane {
    return index === this.#count - 1 ? this.#now : (((this.#earlier[index] as number) % 8) as Lane);
  }

  #fold(): void {
    const half = EXACT_SEGMENTS / 2;
    const until = this.#startAt(half);
    this.#minutes ??= new MinuteShares(this.#startAt(0), until);
    for (let i = 0; i < half; i++) {
      this.#minutes.add(this.#startAt(i), Math.min(this.#startAt(i + 1), until), this.#codeAt(i));
    }
    this.#earlier.splice(0, half);
    this.#count -= half;
  }

  /** Index of the segment in force at `t`; -1 when the exact part begins later. */
  #indexAt(t: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#startAt(middle) <= t) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** What was shown at `t`: no data before the exact part. */
  at(t: number): Lane {
    const index = this.#indexAt(t);
    return index < 0 ? 0 : this.#codeAt(index);
  }

  /**
   * Exact runs between `from` and `to`. The segment in force at `from` always comes first, with its true start; where
   * nothing was known yet, that is "no data" from `from` on.
   */
  segments(from: number, to: number): Segments {
    const answer: Segments = { start: [], code: [] };
    let index = this.#indexAt(from);
    if (index < 0) {
      if (this.#minutes === undefined || this.#minutes.start > from) {
        answer.start.push(from);
        answer.code.push(0);
      }
      index = 0;
    }
    for (; index < this.#count; index++) {
      const start = this.#startAt(index);
      if (start > to) break;
      answer.start.push(start);
      answer.code.push(this.#codeAt(index));
    }
    return answer;
  }

  /** Tells all of [from, to): the time before anything was known as no data. */
  walk(from: number, to: number, walker: Walker): void {
    this.#minutes?.walk(from, to, walker.minute);
    const known = this.knownSince ?? to;
    if (known > from) walker.span(from, Math.min(to, known), LANE.noData, false);
    let first = Math.max(0, this.#indexAt(from));
    // Runs of no length at `from` itself did happen.
    while (first > 0 && this.#startAt(first - 1) === from) first--;
    let open = this.#isOpen(first - 1);
    for (let i = first; i < this.#count; i++) {
      const start = this.#startAt(i);
      if (start >= to) break;
      const code = this.#codeAt(i);
      const end = i + 1 < this.#count ? Math.min(to, this.#startAt(i + 1)) : to;
      walker.span(Math.max(from, start), end, code, code === LANE.open && !open && start >= from);
      if (code !== LANE.halfOpen) open = code === LANE.open;
    }
  }

  /** Whether the lane stood open in the segment of that index, or had only probed since it did. */
  #isOpen(index: number): boolean {
    for (let i = index; i >= 0; i--) {
      const code = this.#codeAt(i);
      if (code !== LANE.halfOpen) return code === LANE.open;
    }
    return this.#minutes?.open ?? false;
  }

  /** The folded minutes between `from` and `to`; undefined when that range is exact. */
  minutes(from: number, to: number): Minutes | undefined {
    return this.#minutes?.read(from, to);
  }

  /** When the nth newest segment began; undefined where there are fewer. */
  nthNewest(n: number): number | undefined {
    return this.#count < n ? undefined : this.#startAt(this.#count - n);
  }

  /** Moments at or after `t` where this lane changes, for whoever merges lanes. */
  changesFrom(t: number): number[] {
    const moments: number[] = [];
    for (let i = Math.max(0, this.#indexAt(t)); i < this.#count; i++) {
      const start = this.#startAt(i);
      if (start >= t) moments.push(start);
    }
    return moments;
  }
}
