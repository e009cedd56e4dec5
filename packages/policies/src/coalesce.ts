import { checkFunction, checkKeys, show } from '@cb/core/kit';
import type { CallContext } from './context.ts';
import type { Journey } from './journey.ts';
import {
  BasePolicy,
  type Policy,
  type PolicyEvent,
  type PolicyOptions,
  type PolicySnapshot,
} from './policy.ts';
import { SharedRun } from './shared-run.ts';

export interface CoalesceEvents {
  /** A call found one under way with the same key and waits for its outcome. */
  joined: PolicyEvent & { readonly key: string; readonly waiting: number };
  /** Everybody who waited for a run has gone; its signal was aborted. */
  abandoned: PolicyEvent & { readonly key: string };
}

export interface CoalesceOptions extends PolicyOptions {
  /**
   * Which calls are the same. Must tell apart all that may have different outcomes: a key that only says whom a call is for
   * gives one user's question the answer to another. `undefined`: the call runs alone. Where it throws, that is reported and
   * the call runs alone.
   *
   * @default the call's own key
   */
  key?: ((context: CallContext) => string | undefined) | undefined;
}

/**
 * Calls with the same key that come while one is under way share it, and its outcome: the very same value, or the very same
 * error. A caller that goes, goes alone; the shared call is aborted only when all have gone. Nothing is remembered: the next
 * call after the outcome runs again.
 *
 * @throws TypeError for a wrong option, at once.
 * @throws from `execute`: what the shared call throws; the reason of the caller's own signal (the call may still run for others).
 * @example
 * const user = pipeline(coalesce(), createBreaker({ name: 'users' }));
 * await user.execute(({ signal }) => fetch(`/users/${id}`, { signal }).then((r) => r.json()), { key: `/users/${id}` });
 */
export function coalesce(options: CoalesceOptions = {}): Policy<never, CoalesceEvents> {
  checkKeys('coalesce', options, ['key', 'name', 'clock', 'random', 'onError']);
  checkFunction('coalesce key', options.key);
  return new Coalesce(options);
}

class Coalesce extends BasePolicy<never, CoalesceEvents> {
  readonly #runs = new Map<string, SharedRun>();
  readonly #key: CoalesceOptions['key'];
  #led = 0;
  #followed = 0;
  #alone = 0;
  #left = 0;
  #abandoned = 0;

  constructor(options: CoalesceOptions) {
    super('coalesce', options);
    this.#key = options.key;
  }

  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    const { caller } = context;
    if (caller?.aborted) return Promise.reject(caller.reason as Error);
    const key = this.#keyOf(context);
    if (key === undefined) {
      this.#alone++;
      return journey.proceed(at + 1, context);
    }
    const { signal } = context;
    // A policy outside has given up, without its caller having gone.
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const under = this.#runs.get(key);
    return under === undefined ? this.#lead(key, journey, at, context) : this.#follow<T>(key, under, signal);
  }

  #lead<T>(key: string, journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    this.#led++;
    const run = new SharedRun(context, {
      ended: () => {
        this.#runs.delete(key);
      },
      left: () => {
        this.#left++;
      },
      abandoned: () => {
        this.#abandoned++;
        this.#runs.delete(key);
        this.tell('abandoned', { key });
      },
    });
    this.#runs.set(key, run);
    // It waits before it runs: a call may abort its own caller at once.
    const outcome = run.join<T>(context.signal);
    run.settleWith(journey.proceed(at + 1, run.context));
    return outcome;
  }

  #follow<T>(key: string, run: SharedRun, signal: AbortSignal | undefined): Promise<T> {
    this.#followed++;
    const outcome = run.join<T>(signal);
    this.tell('joined', { key, waiting: run.waiting });
    return outcome;
  }

  #keyOf(context: CallContext): string | undefined {
    try {
      const key: unknown = this.#key === undefined ? context.key : this.#key(context);
      if (typeof key === 'string' || key === undefined) return key;
      throw new TypeError(`coalesce key must give a text or undefined, got ${show(key)}`);
    } catch (error) {
      this.tools.report(error, 'key');
      return undefined;
    }
  }

  snapshot(): PolicySnapshot {
    let waiting = 0;
    for (const run of this.#runs.values()) waiting += run.waiting;
    return {
      kind: this.kind,
      name: this.name,
      counts: {
        led: this.#led,
        followed: this.#followed,
        alone: this.#alone,
        left: this.#left,
        abandoned: this.#abandoned,
      },
      gauges: { running: this.#runs.size, waiting },
      config: {},
    };
  }
}
