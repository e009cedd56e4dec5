import { type AbortHearer, offAbort, onAbort } from './abort-hearers.ts';
import { ActingContext } from './acting-context.ts';
import type { CallContext } from './context.ts';

/** Who is told what becomes of a run. */
interface Told {
  /** It has its outcome. */
  ended(): void;
  /** One caller has gone. */
  left(): void;
  /** The last caller has gone, before there was an outcome. */
  abandoned(): void;
}

/**
 * One call for many callers. Each of them can go by itself; the call is ended with the last one. Callers that have gone are
 * forgotten at once, so that a call which hangs holds only those who still wait.
 */
export class SharedRun {
  /** What the call is given: its signal is aborted when all have gone. */
  readonly context: ActingContext;
  readonly #told: Told;
  readonly #waiters = new Set<Waiter>();

  constructor(context: CallContext, told: Told) {
    this.context = new ActingContext(context);
    this.#told = told;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * @param signal not aborted yet.
   * @typeParam T One key stands for one question, so for one type of answer.
   */
  join<T>(signal: AbortSignal | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter = new Waiter(resolve as (value: unknown) => void, reject, signal, (reason) =>
        this.#leave(waiter, reason),
      );
      this.#waiters.add(waiter);
    });
  }

  settleWith(outcome: Promise<unknown>): void {
    outcome.then(
      (value) => this.#settle((waiter) => waiter.resolve(value)),
      (error: unknown) => this.#settle((waiter) => waiter.reject(error)),
    );
  }

  #settle(tell: (waiter: Waiter) => void): void {
    if (this.#waiters.size === 0) return; // abandoned, and by now the key may be another run's
    this.#told.ended();
    for (const waiter of this.#waiters) tell(waiter);
  }

  #leave(waiter: Waiter, reason: unknown): void {
    this.#waiters.delete(waiter);
    waiter.reject(reason);
    this.#told.left();
    if (this.#waiters.size > 0) return;
    this.#told.abandoned();
    this.context.end(reason);
  }
}

/** One caller, and the listener on its signal. */
class Waiter implements AbortHearer {
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: Error) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #leave: (reason: unknown) => void;

  constructor(
    resolve: (value: unknown) => void,
    reject: (error: Error) => void,
    signal: AbortSignal | undefined,
    leave: (reason: unknown) => void,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    this.#leave = leave;
    onAbort(signal, this);
  }

  resolve(value: unknown): void {
    offAbort(this.#signal, this);
    this.#resolve(value);
  }

  reject(error: unknown): void {
    offAbort(this.#signal, this);
    this.#reject(error as Error);
  }

  handleEvent(): void {
    this.#leave(this.#signal?.reason);
  }
}
