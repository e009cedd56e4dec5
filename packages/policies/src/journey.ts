import type { Call, CallContext } from './context.ts';

/** One step of a call's way. */
export interface Stage {
  /** Makes the rest of the way by `journey.proceed(at + 1, context)`: once, again and again, or not at all. */
  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T>;
}

/**
 * One call on its way through the policies. Each of them asks it for the rest of the way, so that a pipeline of any
 * length costs one object a call and no closures.
 */
export class Journey<T> {
  readonly #stages: readonly Stage[];
  readonly #call: Call<T>;

  constructor(stages: readonly Stage[], call: Call<T>) {
    this.#stages = stages;
    this.#call = call;
  }

  /** Never throws: what the call throws at once is a rejection like any other, with the same reason. */
  proceed(at: number, context: CallContext): Promise<T> {
    const stage = this.#stages[at];
    if (stage !== undefined) return stage.run(this, at, context);
    const call = this.#call;
    try {
      return Promise.resolve(call(context));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }
}
