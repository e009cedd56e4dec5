import type { Lane, Minutes, Segments } from '@cb/protocol';
import { MinuteShares } from './minute-shares.ts';

/** Most exact segments of one lane; beyond it the oldest half is folded into minutes. */
export const EXACT_SEGMENTS = 256;
const FIRST_CAPACITY = 4;

/**
 * What one lane showed over time. The newest 128 to 256 changes are exact to the millisecond, in arrays that start at
 * four entries and double; what is older is kept as shares of minutes, for 24 hours, and only from the first fold on.
 */
export class LaneHistory {
  #start: Float64Array = new Float64Array(FIRST_CAPACITY);
  #code: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  #count = 0;
  #minutes: MinuteShares | undefined;

  /** Number of exact segments. */
  get count(): number {
    return this.#count;
  }

  /** Code in force now; undefined before anything is known. */
  get code(): Lane | undefined {
    return this.#count === 0 ? undefined : (this.#code[this.#count - 1] as Lane);
  }

  /** When the code in force now began. */
  get since(): number | undefined {
    return this.#count === 0 ? undefined : this.#start[this.#count - 1];
  }

  /** Where the folded part ends: nothing before it can be changed any more. Undefined while nothing is folded. */
  get foldedUntil(): number | undefined {
    return this.#minutes?.end;
  }

  /**
   * From `t` on the lane shows `code`, whatever was known after `t` before. Answers whether that changed anything.
   * A moment inside the folded part counts as the beginning of the exact part. What began at `t` itself stays, as a run
   * of no length: it did happen.
   */
  set(t: number, code: Lane): boolean {
    const rewound = this.#rewind(t);
    if (this.code === code) return rewound;
    this.#append(Math.max(t, this.#minutes?.end ?? t), code);
    return true;
  }

  /** Forgets what begins after `t`. What is folded, and the first segment behind it, stays. */
  #rewind(t: number): boolean {
    const before = this.#count;
    const least = this.#minutes === undefined ? 0 : 1;
    while (this.#count > least && (this.#start[this.#count - 1] as number) > t) this.#count--;
    return this.#count !== before;
  }

  #append(t: number, code: Lane): void {
    if (this.#count === EXACT_SEGMENTS) this.#fold();
    if (this.#count === this.#start.length) this.#grow();
    this.#start[this.#count] = t;
    this.#code[this.#count] = code;
    this.#count++;
  }

  #grow(): void {
    const start = new Float64Array(this.#start.length * 2);
    const code = new Uint8Array(start.length);
    start.set(this.#start);
    code.set(this.#code);
    this.#start = start;
    this.#code = code;
  }

  #fold(): void {
    const half = EXACT_SEGMENTS / 2;
    const until = this.#start[half] as number;
    this.#minutes ??= new MinuteShares(this.#start[0] as number, until);
    for (let i = 0; i < half; i++) {
      this.#minutes.add(
        this.#start[i] as number,
        Math.min(this.#start[i + 1] as number, until),
        this.#code[i] as Lane,
      );
    }
    this.#start.copyWithin(0, half);
    this.#code.copyWithin(0, half);
    this.#count -= half;
  }

  /** Index of the segment in force at `t`; -1 when the exact part begins later. */
  #indexAt(t: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#start[middle] as number) <= t) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** What was shown at `t`: no data before the exact part. */
  at(t: number): Lane {
    const index = this.#indexAt(t);
    return index < 0 ? 0 : (this.#code[index] as Lane);
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
      const start = this.#start[index] as number;
      if (start > to) break;
      answer.start.push(start);
      answer.code.push(this.#code[index] as Lane);
    }
    return answer;
  }

  /** The folded minutes between `from` and `to`; undefined when that range is exact. */
  minutes(from: number, to: number): Minutes | undefined {
    return this.#minutes?.read(from, to);
  }

  /** When the nth newest segment began; undefined where there are fewer. */
  nthNewest(n: number): number | undefined {
    return this.#count < n ? undefined : this.#start[this.#count - n];
  }

  /** Moments at or after `t` where this lane changes, for whoever merges lanes. */
  changesFrom(t: number): number[] {
    const moments: number[] = [];
    for (let i = Math.max(0, this.#indexAt(t)); i < this.#count; i++) {
      const start = this.#start[i] as number;
      if (start >= t) moments.push(start);
    }
    return moments;
  }
}
