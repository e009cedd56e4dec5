import type { Delta, Marker } from '@cb/protocol';

/** One thing the browsers must hear of, in order. */
export type Change =
  | { readonly kind: 'delta'; readonly delta: Delta; readonly brief: Delta }
  /** What a list shows of the row changed, besides its state. */
  | { readonly kind: 'row'; readonly row: number }
  /** Only what is told of its instances changed. */
  | { readonly kind: 'lanes'; readonly row: number }
  | { readonly kind: 'gone'; readonly row: number }
  | { readonly kind: 'marker'; readonly marker: Marker }
  /** The past was told anew: what a browser has drawn may differ from what is stored. */
  | { readonly kind: 'rewritten' };

/**
 * The newest changes, kept once for all browsers: each has a cursor into it, so a slow one costs a number, not a queue.
 */
export class ChangeLog {
  readonly #most: number;
  #entries: Change[] = [];
  #first = 0;

  /** @param most Changes kept, default 16,384: how far a browser may fall behind before it reads the directory again. */
  constructor(most = 16_384) {
    this.#most = most;
  }

  /** Cursor of what comes next. */
  get head(): number {
    return this.#first + this.#entries.length;
  }

  add(change: Change): void {
    this.#entries.push(change);
    if (this.#entries.length < 2 * this.#most) return;
    this.#first += this.#entries.length - this.#most;
    this.#entries = this.#entries.slice(-this.#most);
  }

  /** Cursor of what came after a delta; undefined where that is no longer held. */
  after(seq: number): number | undefined {
    const at = this.#entries.findLastIndex((change) => change.kind === 'delta' && change.delta.seq <= seq);
    if (at === -1 && this.#first > 0) return undefined;
    const cursor = this.#first + at + 1;
    return this.lost(cursor) ? undefined : cursor;
  }

  /** Whether a reader at `cursor` has missed something for good. */
  lost(cursor: number): boolean {
    return this.head - cursor > this.#most;
  }

  /** At most `limit` changes from `cursor` on. */
  read(cursor: number, limit: number): readonly Change[] {
    const from = Math.max(0, cursor - this.#first);
    return this.#entries.slice(from, from + limit);
  }
}
