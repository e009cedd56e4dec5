import type { Breaker, Group } from '@cb/core';
import type { CallContext } from './context.ts';
import type { Journey, Stage } from './journey.ts';

/** A breaker in a pipeline. It has its own rules for what counts; nothing is added to them here. */
export class BreakerStage implements Stage {
  readonly #breaker: Breaker;

  constructor(breaker: Breaker) {
    this.#breaker = breaker;
  }

  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    return guardedBy(this.#breaker, journey, at, context);
  }
}

/** A group in a pipeline: the call's key picks the breaker. */
export class GroupStage implements Stage {
  readonly #group: Group;

  constructor(group: Group) {
    this.#group = group;
  }

  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    if (context.key === undefined)
      return Promise.reject(
        new TypeError("a group in a pipeline needs a key: execute(call, { key: 'eu-west' })"),
      );
    return guardedBy(this.#group.get(context.key), journey, at, context);
  }
}

function guardedBy<T>(breaker: Breaker, journey: Journey<T>, at: number, context: CallContext): Promise<T> {
  const proceed = (): Promise<T> => journey.proceed(at + 1, context);
  // The caller's own signal, not a derived one: an end by timeout is the other side's failure.
  const signal = context.caller;
  return signal === undefined ? breaker.execute(proceed) : breaker.execute(proceed, { signal });
}
