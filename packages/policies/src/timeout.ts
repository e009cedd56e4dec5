import { checkKeys, checkMs } from '@cb/core/kit';
import type { CallContext } from './context.ts';
import { DerivedContext } from './derived-context.ts';
import { TimeoutError } from './errors.ts';
import type { Journey } from './journey.ts';
import {
  BasePolicy,
  type Policy,
  type PolicyEvent,
  type PolicyOptions,
  type PolicySnapshot,
} from './policy.ts';
import { after } from './timers.ts';

export interface TimeoutEvents {
  /** The time was over first. The call may still be running. */
  'timed-out': PolicyEvent & { readonly timeoutMs: number; readonly key: string | undefined };
  /** A call that had been given up has ended after all; its result goes nowhere. */
  'settled-late': PolicyEvent & { readonly outcome: 'success' | 'failure'; readonly lateMs: number };
}

/**
 * Gives a call up when it takes too long: its signal is aborted with a `TimeoutError`, and the caller gets the same error,
 * whether the call listens to the signal or not. What it still answers goes nowhere.
 *
 * @param ms Milliseconds, above 0; also more than 2^31. Smaller frees callers sooner and counts more slow calls as failures.
 * @throws RangeError for anything else, at once.
 * @throws TimeoutError (`code: 'ERR_TIMEOUT'`) from `execute`: the call ran, or still runs. The reason of the caller's own
 * signal where that was first.
 * @example
 * const body = await timeout(2_000).execute(({ signal }) => fetch(url, { signal }));
 */
export function timeout(ms: number, options: PolicyOptions = {}): Policy<never, TimeoutEvents> {
  checkKeys('timeout, beside its milliseconds,', options, ['name', 'clock', 'random', 'onError']);
  return new Timeout(checkMs('timeout', ms), options);
}

class Timeout extends BasePolicy<never, TimeoutEvents> {
  readonly #ms: number;
  readonly #given: PolicyOptions['clock'];
  #succeeded = 0;
  #failed = 0;
  #timedOut = 0;
  #late = 0;
  #inFlight = 0;

  constructor(ms: number, options: PolicyOptions) {
    super('timeout', options);
    this.#ms = ms;
    this.#given = options.clock;
  }

  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    const { caller } = context;
    if (caller?.aborted) return Promise.reject(caller.reason as Error);
    const inner = new DerivedContext(context);
    this.#inFlight++;
    return new Promise<T>((resolve, reject) => {
      let endedAt: number | undefined;
      const leave = (): void => {
        endedAt = this.tools.clock.now();
        this.#inFlight--;
        cancel();
        caller?.removeEventListener('abort', stop);
        inner.close();
      };
      const cancel = after(this.#ms, () => give(this.#error(context)), this.tools, this.#given);
      const give = (error: TimeoutError): void => {
        inner.end(error);
        leave();
        reject(error);
      };
      const stop = (): void => {
        inner.end(caller?.reason);
        leave();
        reject(caller?.reason as Error);
      };
      caller?.addEventListener('abort', stop, { once: true });
      journey.proceed(at + 1, inner).then(
        (value) => {
          if (endedAt !== undefined) return this.#settledLate('success', endedAt);
          this.#succeeded++;
          leave();
          resolve(value);
        },
        (error: unknown) => {
          if (endedAt !== undefined) return this.#settledLate('failure', endedAt);
          this.#failed++;
          leave();
          reject(error as Error);
        },
      );
    });
  }

  #error({ key }: CallContext): TimeoutError {
    this.#timedOut++;
    this.tell('timed-out', { timeoutMs: this.#ms, key });
    return new TimeoutError(`${this.name}: no answer within ${this.#ms} ms`, this.#ms);
  }

  #settledLate(outcome: 'success' | 'failure', endedAt: number): void {
    this.#late++;
    this.tell('settled-late', { outcome, lateMs: this.tools.clock.now() - endedAt });
  }

  snapshot(): PolicySnapshot {
    return {
      kind: this.kind,
      name: this.name,
      counts: {
        succeeded: this.#succeeded,
        failed: this.#failed,
        timedOut: this.#timedOut,
        late: this.#late,
      },
      gauges: { inFlight: this.#inFlight },
      config: { timeoutMs: this.#ms },
    };
  }
}
