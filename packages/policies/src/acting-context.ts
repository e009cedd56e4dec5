import type { CallContext } from './context.ts';

/**
 * The context of a call that a policy makes for its callers, and alone decides to end. For whatever is inside, the policy is
 * the caller: a breaker takes an end by it for a wish and not for a failure, unless the reason is a `TimeoutError`.
 * Listens to nothing by itself. The signal is made when first read.
 */
export class ActingContext implements CallContext {
  readonly key: string | undefined;
  readonly idempotent: boolean;
  readonly attempt: number;
  #controller: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;

  constructor({ key, idempotent, attempt }: CallContext) {
    this.key = key;
    this.idempotent = idempotent;
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended !== undefined) this.#controller.abort(this.#ended.reason);
    }
    return this.#controller.signal;
  }

  get caller(): AbortSignal {
    return this.signal;
  }

  /** Its signal is aborted for this reason, now or when somebody first reads it. */
  end(reason: unknown): void {
    this.#ended = { reason };
    this.#controller?.abort(reason);
  }
}
