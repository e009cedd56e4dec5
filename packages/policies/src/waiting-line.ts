import { offAbort, onAbort } from './abort-hearers.ts';

/** What becomes of one who waits: one of the two is called, once, unless it was taken out before. */
export interface Turn {
  /** Its turn has come. Called inside `next`. */
  come(): void;
  /** Its signal was aborted, and it has left. */
  gone(reason: unknown): void;
}

/** A place in a line. */
export interface Place {
  /**
   * Takes it out from wherever it stands, at once.
   *
   * @returns false where its turn had come or it had left.
   */
  leave(): boolean;
}

/**
 * First come, first served, and anyone may leave from the middle: joining, leaving and being next cost the same however long
 * the line is. Leaves no listener behind.
 */
export class WaitingLine {
  #first: Waiter | undefined;
  #last: Waiter | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param signal Must not be aborted yet. When it is, the place is left with its reason. */
  join(turn: Turn, signal?: AbortSignal): Place {
    const waiter = new Waiter(turn, signal, (one) => this.#unlink(one));
    waiter.before = this.#last;
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.after = waiter;
    this.#last = waiter;
    this.#size++;
    return waiter;
  }

  /** Whoever has waited longest has its turn. @returns false where nobody waits. */
  next(): boolean {
    const first = this.#first;
    first?.come();
    return first !== undefined;
  }

  #unlink(waiter: Waiter): void {
    const { before, after } = waiter;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    this.#size--;
  }
}

class Waiter implements Place {
  before: Waiter | undefined;
  after: Waiter | undefined;
  readonly #turn: Turn;
  readonly #signal: AbortSignal | undefined;
  #unlink: ((waiter: Waiter) => void) | undefined;

  constructor(turn: Turn, signal: AbortSignal | undefined, unlink: (waiter: Waiter) => void) {
    this.#turn = turn;
    this.#signal = signal;
    this.#unlink = unlink;
    onAbort(signal, this);
  }

  come(): void {
    if (this.leave()) this.#turn.come();
  }

  /** The signal was aborted. */
  handleEvent(): void {
    if (this.leave()) this.#turn.gone(this.#signal?.reason);
  }

  leave(): boolean {
    if (this.#unlink === undefined) return false;
    this.#unlink(this);
    this.#unlink = undefined;
    offAbort(this.#signal, this);
    return true;
  }
}
