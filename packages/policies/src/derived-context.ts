import { offAbort, onAbort } from './abort-hearers.ts';
import type { CallContext } from './context.ts';

/**
 * A context that a policy can end by itself, as well as its outer one can. The signal is made when first read; `close`
 * takes its listener off the outer signal, which may outlive a million calls.
 */
export class DerivedContext implements CallContext {
  readonly #outer: CallContext;
  #controller: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;
  #closed = false;
  readonly attempt: number;
  readonly caller: AbortSignal | undefined;

  /** @param changes What is different from the outer context. */
  constructor(
    outer: CallContext,
    { attempt = outer.attempt, caller = outer.caller }: Partial<Pick<CallContext, 'attempt' | 'caller'>> = {},
  ) {
    this.#outer = outer;
    this.attempt = attempt;
    this.caller = caller;
  }

  get key(): string | undefined {
    return this.#outer.key;
  }

  get idempotent(): boolean {
    return this.#outer.idempotent;
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    if (this.#ended !== undefined) controller.abort(this.#ended.reason);
    else if (this.#outer.signal?.aborted) controller.abort(this.#outer.signal.reason);
    else if (!this.#closed) onAbort(this.#outer.signal, this);
    return controller.signal;
  }

  /** Ends the call: its signal is aborted for this reason, now or when somebody first reads it. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#controller?.abort(this.#ended.reason);
    this.close();
  }

  /** The call is over, or nobody waits for it any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#controller !== undefined) offAbort(this.#outer.signal, this);
  }

  /** The outer signal was aborted. */
  handleEvent(): void {
    this.#controller?.abort(this.#outer.signal?.reason);
  }
}
