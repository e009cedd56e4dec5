/** So many steps a slow call's time is measured in: it is noticed at most one step late. */
const STEPS = 16;

/**
 * Calls under way, by when they began, to know at any moment how many of them are slow already. Costs O(1) a call, whatever
 * is under way.
 */
export class Underway {
  readonly #slowMs: number;
  readonly #stepMs: number;
  /** Calls that are not slow yet, by the step they began in; a ring. */
  readonly #begun = new Array<number>(STEPS + 2).fill(0);
  /** The oldest step that is not slow yet. */
  #first = Number.NEGATIVE_INFINITY;
  #slow = 0;

  readonly #since: number;

  constructor(slowMs: number, now: number) {
    this.#since = now;
    this.#slowMs = slowMs;
    this.#stepMs = Math.max(slowMs / STEPS, 1);
  }

  begin(at: number): void {
    this.slowAt(at);
    this.#add(Math.floor(at / this.#stepMs), 1);
  }

  /** A call that began before this counter did was never in it. */
  end(beganAt: number): void {
    if (beganAt < this.#since) return;
    const step = Math.floor(beganAt / this.#stepMs);
    if (step < this.#first) this.#slow--;
    else this.#add(step, -1);
  }

  /** How many are slow at `now`. */
  slowAt(now: number): number {
    const first = Math.floor((now - this.#slowMs) / this.#stepMs);
    const size = this.#begun.length;
    for (let step = Math.max(this.#first, first - size); step < first; step++) {
      this.#slow += this.#begun[modulo(step, size)] as number;
      this.#begun[modulo(step, size)] = 0;
    }
    this.#first = Math.max(this.#first, first);
    return this.#slow;
  }

  #add(step: number, by: number): void {
    const at = modulo(step, this.#begun.length);
    this.#begun[at] = (this.#begun[at] as number) + by;
  }
}

function modulo(n: number, size: number): number {
  return ((n % size) + size) % size;
}
