import type { CallContext } from './context.ts';

/** The outer context under another number. Its signal is the outer one itself, so that any number of attempts adds no listener. */
export class AttemptContext implements CallContext {
  readonly #outer: CallContext;
  readonly attempt: number;

  constructor(outer: CallContext, attempt: number) {
    this.#outer = outer;
    this.attempt = attempt;
  }

  get signal(): AbortSignal | undefined {
    return this.#outer.signal;
  }

  get key(): string | undefined {
    return this.#outer.key;
  }

  get idempotent(): boolean {
    return this.#outer.idempotent;
  }

  get caller(): AbortSignal | undefined {
    return this.#outer.caller;
  }
}
