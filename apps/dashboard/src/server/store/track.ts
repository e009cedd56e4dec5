import type { Lane } from '@cb/protocol';

/** Runs of one lane, told in the order in which they became known. */
export class Track {
  readonly start: number[] = [];
  readonly code: Lane[] = [];

  /** From `t` on the lane shows `code`; what was told about moments after `t` is forgotten, a run of no length at `t` is not. */
  set(t: number, code: Lane): void {
    while (this.start.length > 0 && (this.start.at(-1) as number) > t) {
      this.start.pop();
      this.code.pop();
    }
    if (this.code.at(-1) === code) return;
    this.start.push(t);
    this.code.push(code);
  }

  /** Index of the run in force at `t`; -1 before the first. */
  indexAt(t: number): number {
    let low = 0;
    let high = this.start.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.start[middle] as number) <= t) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The runs from the one in force at `from` to the last that begins by `to`; "no data" at the front says nothing. */
  range(from: number, to: number): { start: number[]; code: Lane[] } {
    let first = Math.max(0, this.indexAt(from));
    while (this.code[first] === 0) first++;
    const end = this.indexAt(to) + 1;
    return { start: this.start.slice(first, end), code: this.code.slice(first, end) };
  }

  /** Forgets what ended before `t`. */
  forget(t: number): void {
    const gone = this.indexAt(t);
    if (gone <= 0) return;
    this.start.splice(0, gone);
    this.code.splice(0, gone);
  }
}
