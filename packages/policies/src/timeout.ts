import { checkKeys, checkMs } from '@cb/core/kit';
import { offAbort, onAbort } from './abort-hearers.ts';
import type { CallContext } from './context.ts';
import { DerivedContext } from './derived-context.ts';
import { TimeoutError } from './errors.ts';
import type { Journey } from './journey.ts';
import { patientlyAfter } from './patient-timer.ts';
import {
  BasePolicy,
  type Policy,
  type PolicyEvent,
  type PolicyOptions,
  type PolicySnapshot,
} from './policy.ts';

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
      let over = false;
      let endedAt = 0;
      const leave = (): void => {
        over = true;
        this.#inFlight--;
        cancel();
        offAbort(caller, hearer);
        inner.close();
      };
      const end = (reason: unknown): void => {
        leave();
        endedAt = this.tools.clock.now();
        inner.end(reason);
        reject(reason as Error);
      };
      const hearer = { handleEvent: (): void => end(caller?.reason) };
      const cancel = patientlyAfter(this.#ms, () => end(this.#error(context)), this.tools, this.#given);
      onAbort(caller, hearer);
      journey.proceed(at + 1, inner).then(
        (value) => {
          if (over) return this.#settledLate('success', endedAt);
          this.#succeeded++;
          leave();
          resolve(value);
        },
        (error: unknown) => {
          if (over) return this.#settledLate('failure', endedAt);
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
