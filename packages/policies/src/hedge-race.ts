import { isRejectedError } from '@cb/core';
import { type AbortHearer, offAbort, onAbort } from './abort-hearers.ts';
import { ActingContext } from './acting-context.ts';
import type { CallContext } from './context.ts';
import type { Journey } from './journey.ts';
import type { Cancel } from './timers.ts';

/** What a race asks, and whom it tells. */
export interface Referee {
  /** At most so many runners. */
  readonly attempts: number;
  /** Calls back when the next runner is due. `undefined`: there is to be none. */
  whenDue(due: () => void): Cancel | undefined;
  /** Whether another runner may start now, and is counted as started. */
  admit(attempt: number, context: CallContext): boolean;
  /** Called once. `firstRan`: up to now, so that it has not failed. */
  won(attempt: number, context: CallContext, firstRan: boolean): void;
  failed(): void;
  aborted(): void;
  /** Why the others are ended. */
  lostReason(): unknown;
}

/**
 * One call and its runners. The first answer wins and ends the others; a failure is the result only when nobody runs any
 * more. Whatever comes after the result goes nowhere.
 */
export class Race<T> implements AbortHearer {
  readonly #referee: Referee;
  readonly #journey: Journey<T>;
  readonly #at: number;
  readonly #outer: CallContext;
  readonly #signal: AbortSignal | undefined;
  /** Those that run, by their number less one. */
  readonly #runners: (ActingContext | undefined)[] = [];
  #running = 0;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  #cancel: Cancel | undefined;
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;

  constructor(referee: Referee, journey: Journey<T>, at: number, outer: CallContext) {
    this.#referee = referee;
    this.#journey = journey;
    this.#at = at;
    this.#outer = outer;
    this.#signal = outer.signal;
  }

  result(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      // Before the first runner: a call may abort its own caller at once.
      onAbort(this.#signal, this);
      this.#start();
    });
  }

  /** The outer signal was aborted. */
  handleEvent(): void {
    const reason: unknown = this.#signal?.reason;
    this.#end();
    this.#referee.aborted();
    this.#reject(reason as Error);
    for (const runner of this.#runners) runner?.end(reason);
  }

  #start(): void {
    const runner = new ActingContext(this.#outer);
    const attempt = this.#runners.push(runner);
    this.#running++;
    this.#journey.proceed(this.#at + 1, runner).then(
      (value) => this.#answered(attempt, value),
      (error: unknown) => this.#failed(attempt, error),
    );
    if (!this.#over && attempt < this.#referee.attempts)
      this.#cancel = this.#referee.whenDue(() => this.#due(attempt + 1));
  }

  #due(attempt: number): void {
    // Without a budget there is no other one for this call: it was slow, and is no reason to ask again and again.
    if (this.#referee.admit(attempt, this.#outer) && !this.#over) this.#start();
  }

  #answered(attempt: number, value: T): void {
    if (this.#over) return;
    const [first] = this.#runners;
    this.#runners[attempt - 1] = undefined;
    this.#running--;
    this.#end();
    this.#referee.won(attempt, this.#outer, first !== undefined);
    this.#resolve(value);
    if (this.#running === 0) return;
    const reason = this.#referee.lostReason();
    for (const runner of this.#runners) runner?.end(reason);
  }

  #failed(attempt: number, error: unknown): void {
    if (this.#over) return;
    this.#runners[attempt - 1] = undefined;
    this.#running--;
    // An error that says "it did not run" would be wrong where another runner's call did.
    if (this.#failure === undefined || isRejectedError(this.#failure.error)) {
      if (this.#failure === undefined || !isRejectedError(error)) this.#failure = { error };
    }
    if (this.#running > 0) return;
    this.#end();
    this.#referee.failed();
    this.#reject(this.#failure?.error as Error);
  }

  #end(): void {
    this.#over = true;
    this.#cancel?.();
    offAbort(this.#signal, this);
  }
}
