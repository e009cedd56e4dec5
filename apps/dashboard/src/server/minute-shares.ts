import { LANE, type Lane, type Minutes } from '@cb/protocol';

const MINUTE_MS = 60_000;
/** Minutes kept: 24 hours. */
const KEPT_MINUTES = 1_440;
const LANES = 5;
const FIRST_CAPACITY = 16;

/** Hears of one folded minute: the part of it that is folded, how long it showed each code, and how often it opened. */
export type MinuteVisitor = (from: number, to: number, ms: Uint16Array, opens: number) => void;

/**
 * The folded past of one lane: how many milliseconds of each minute it showed each code, and how often it changed.
 * A ring over the minutes that grows as far as 24 hours. Spans must be added in order of time.
 */
export class MinuteShares {
  /** Where the folded part begins, and where it ends. */
  start: number;
  end: number;
  #first: number;
  #count = 0;
  #head = 0;
  #ms: Uint16Array = new Uint16Array(FIRST_CAPACITY * LANES);
  #changes: Uint16Array = new Uint16Array(FIRST_CAPACITY);
  #opens: Uint16Array = new Uint16Array(FIRST_CAPACITY);
  /** Whether the lane stood open where the folded part ends, or had only probed since. */
  open = false;

  /** @param start When the first span begins. @param until When the last span of this first fold ends. */
  constructor(start: number, until: number) {
    this.start = Math.max(start, until - KEPT_MINUTES * MINUTE_MS);
    this.end = this.start;
    this.#first = Math.floor(this.start / MINUTE_MS);
  }

  /** One span of one code; it counts as one change in the minute it begins in. */
  add(from: number, to: number, code: Lane): void {
    this.#reach(Math.floor(to / MINUTE_MS));
    let at = Math.max(from, this.start);
    while (at < to) {
      const minute = Math.floor(at / MINUTE_MS);
      const until = Math.min(to, (minute + 1) * MINUTE_MS);
      const cell = this.#slot(minute) * LANES + code;
      this.#ms[cell] = Math.min(MINUTE_MS, (this.#ms[cell] as number) + until - at);
      at = until;
    }
    const opened = code === LANE.open && !this.open;
    if (code !== LANE.halfOpen) this.open = code === LANE.open;
    if (from >= this.start) {
      const slot = this.#slot(Math.floor(from / MINUTE_MS));
      this.#changes[slot] = Math.min(65_535, (this.#changes[slot] as number) + 1);
      if (opened) this.#opens[slot] = Math.min(65_535, (this.#opens[slot] as number) + 1);
    }
    this.end = Math.max(this.end, to);
  }

  #slot(minute: number): number {
    return (this.#head + minute - this.#first) % this.#changes.length;
  }

  /** Makes room up to `minute`; drops what is then older than 24 hours. */
  #reach(minute: number): void {
    if (minute - this.#first >= 2 * KEPT_MINUTES) this.#restart(minute - KEPT_MINUTES);
    while (minute - this.#first >= this.#count) {
      if (this.#count === KEPT_MINUTES) this.#dropFirst();
      if (this.#count === this.#changes.length) this.#grow();
      const slot = (this.#head + this.#count) % this.#changes.length;
      this.#ms.fill(0, slot * LANES, (slot + 1) * LANES);
      this.#changes[slot] = 0;
      this.#opens[slot] = 0;
      this.#count++;
    }
  }

  #restart(first: number): void {
    this.#head = 0;
    this.#count = 0;
    this.#first = first;
    this.start = first * MINUTE_MS;
  }

  #dropFirst(): void {
    this.#head = (this.#head + 1) % this.#changes.length;
    this.#first++;
    this.#count--;
    this.start = Math.max(this.start, this.#first * MINUTE_MS);
  }

  #grow(): void {
    const capacity = Math.min(KEPT_MINUTES, this.#changes.length * 2);
    const ms = new Uint16Array(capacity * LANES);
    const changes = new Uint16Array(capacity);
    const opens = new Uint16Array(capacity);
    for (let i = 0; i < this.#count; i++) {
      const slot = (this.#head + i) % this.#changes.length;
      ms.set(this.#ms.subarray(slot * LANES, (slot + 1) * LANES), i * LANES);
      changes[i] = this.#changes[slot] as number;
      opens[i] = this.#opens[slot] as number;
    }
    this.#ms = ms;
    this.#changes = changes;
    this.#opens = opens;
    this.#head = 0;
  }

  /** Calls `visit` for every minute that touches [from, to), in order of time. */
  walk(from: number, to: number, visit: MinuteVisitor): void {
    const first = Math.max(this.#first, Math.floor(Math.max(from, this.start) / MINUTE_MS));
    const last = Math.min(this.#first + this.#count, Math.ceil(Math.min(to, this.end) / MINUTE_MS));
    for (let minute = first; minute < last; minute++) {
      const slot = this.#slot(minute);
      const ms = this.#ms.subarray(slot * LANES, (slot + 1) * LANES);
      const begin = Math.max(this.start, minute * MINUTE_MS);
      visit(begin, Math.min(this.end, (minute + 1) * MINUTE_MS), ms, this.#opens[slot] as number);
    }
  }

  /** Shares of 0..255 of the minutes that touch [from, to); undefined for none. A part of a minute counts as its whole. */
  read(from: number, to: number): Minutes | undefined {
    const first = Math.max(this.#first, Math.floor(Math.max(from, this.start) / MINUTE_MS));
    const last = Math.min(this.#first + this.#count, Math.ceil(Math.min(to, this.end) / MINUTE_MS));
    if (first >= last) return undefined;
    const answer: Minutes = { from: first * MINUTE_MS, shares: [], changes: [] };
    for (let minute = first; minute < last; minute++) {
      const slot = this.#slot(minute);
      const ms = this.#ms.subarray(slot * LANES, (slot + 1) * LANES);
      const known = ms.reduce((sum, part) => sum + part, 0);
      for (const part of ms) answer.shares.push(known === 0 ? 0 : Math.round((part / known) * 255));
      answer.changes.push(this.#changes[slot] as number);
    }
    return answer;
  }
}
