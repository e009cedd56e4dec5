/** Calls written down at once, and the room at first: most breakers are called less than that between two messages. */
const MOST_CALLS = 4_096;
const FIRST_CALLS = 64;

/** Calls in flat columns that grow when needed: no object a call. Moments and lengths are whole ticks. */
export class CallColumns {
  #letters: Uint8Array = new Uint8Array(FIRST_CALLS);
  #at: Float64Array = new Float64Array(FIRST_CALLS);
  #took: Float64Array = new Float64Array(FIRST_CALLS);
  /** Pairs of an index and what the breaker counted, of calls during which the process stood still. */
  #counted: number[] = [];
  size = 0;

  get full(): boolean {
    return this.size === MOST_CALLS;
  }

  /** When the newest result or refusal came. */
  get newestAt(): number | undefined {
    return this.size === 0 ? undefined : this.#at[this.size - 1];
  }

  /** There must be room. */
  push(letter: number, at: number, took: number, counted: number): void {
    if (this.size === this.#letters.length) this.#resize(this.size * 2);
    this.#letters[this.size] = letter;
    this.#at[this.size] = at;
    this.#took[this.size] = took;
    if (counted !== took) this.#counted.push(this.size, counted);
    this.size++;
  }

  at(i: number): number {
    return this.#at[i] as number;
  }

  /** Those from `first` up to `end`, as they travel; `from` is the tick that the first is told from. */
  part(
    first: number,
    end: number,
    from: number,
  ): { calls: string; at: number[]; took: number[]; counted?: number[] } {
    const at: number[] = [];
    for (let i = first, before = from; i < end; i++) {
      at.push(this.at(i) - before);
      before = this.at(i);
    }
    const calls = String.fromCharCode(...this.#letters.subarray(first, end));
    const took = Array.from(this.#took.subarray(first, end));
    const counted = this.#countedIn(first, end);
    return { calls, at, took, ...(counted.length > 0 && { counted }) };
  }

  #countedIn(first: number, end: number): number[] {
    const pairs: number[] = [];
    for (let i = 0; i < this.#counted.length; i += 2) {
      const index = this.#counted[i] as number;
      if (index >= first && index < end) pairs.push(index - first, this.#counted[i + 1] as number);
    }
    return pairs;
  }

  /** Forgets all of them, and room that was not needed this time. */
  clear(): void {
    const { length } = this.#letters;
    const tooMuch = length > FIRST_CALLS && this.size < length / 8;
    this.size = 0;
    this.#counted = [];
    if (tooMuch) this.#resize(length / 2);
  }

  #resize(room: number): void {
    const grown = <T extends Uint8Array | Float64Array>(column: T, next: T): T => {
      next.set(column.subarray(0, this.size));
      return next;
    };
    this.#letters = grown(this.#letters, new Uint8Array(room));
    this.#at = grown(this.#at, new Float64Array(room));
    this.#took = grown(this.#took, new Float64Array(room));
  }
}
