import type { Clock } from '../clock.ts';

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Time that moves only when told, and runs what is due on the way. */
export class VirtualClock implements Required<Clock> {
  #now: number;
  readonly #timers = new Set<Timer>();
  /** A breaker's time begins at 0 or later; a trace's moments may be negative. */
  readonly #earlier: number;

  constructor(now: number) {
    this.#now = now;
    this.#earlier = Math.max(0, -now);
  }

  /** A breaker's moment as one of the trace. */
  traced(at: number): number {
    return at - this.#earlier;
  }

  now(): number {
    return this.#now;
  }
  wallNow(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): Timer {
    const timer = { due: this.#now + ms, run };
    this.#timers.add(timer);
    return timer;
  }
  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /** What is due at `now` runs before whoever asked goes on. */
  advance(now: number): void {
    for (let timer = this.#dueBy(now); timer !== undefined; timer = this.#dueBy(now)) {
      this.#timers.delete(timer);
      this.#now = timer.due;
      timer.run();
    }
    this.#now = now;
  }

  #dueBy(now: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= now && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }
}
