import { circuitOpenIn, isRejectedError } from '@cb/core';
import { atOnce, checkFunction, checkKeys } from '@cb/core/kit';
import type { CallContext } from './context.ts';
import { type ErrorSummary, summaryOf } from './error-summary.ts';
import { withCause } from './fallback-error.ts';
import type { Journey } from './journey.ts';
import {
  BasePolicy,
  type Policy,
  type PolicyEvent,
  type PolicyOptions,
  type PolicySnapshot,
} from './policy.ts';
import { type AnswerOf, type Replacement, standsOf } from './replacement.ts';
import type { Answer, FallbackContext, FallbackReason, Stand } from './stand.ts';
import { until } from './until.ts';

/** Which replacement it is about. */
interface AboutReplacement extends PolicyEvent {
  /** Its place among the replacements, from 0 on. */
  readonly index: number;
  /** The function's name, `'function'`, `'value'`, or the label of the cache. */
  readonly label: string;
  readonly reason: FallbackReason;
  readonly key: string | undefined;
}

export interface FallbackEvents {
  /** A call that failed was answered by this one. `ageMs` and `stale`: of what comes out of a cache. */
  'fallback-used': AboutReplacement & {
    readonly ageMs: number | undefined;
    readonly stale: boolean | undefined;
  };
  /** This one failed as well. The next one is asked, if there is one. */
  'fallback-failed': AboutReplacement & { readonly error: ErrorSummary };
  /** This cache had nothing, or nothing young enough, or could not be asked. */
  'cache-missed': AboutReplacement;
}

export interface FallbackOptions extends PolicyOptions {
  /**
   * Which failures are replaced. The caller's own abort never is. Where it throws, that is reported and the failure is replaced.
   *
   * @default all, refusals included
   * @example when: (error, reason) => reason !== 'failed'
   */
  when?: ((error: unknown, reason: FallbackReason) => boolean) | undefined;
}

/**
 * Answers in place of a call that was refused or failed. Each replacement is asked at most once, in order, until one answers:
 * a function is called with the error and the context, `cached(…)` gives the last good answer, anything else is the answer
 * itself. An aborted signal is never replaced, whatever its reason: the caller has gone.
 *
 * @throws TypeError for no replacement, a promise, a policy, and what stands behind a value, at once.
 * @throws from `execute`, where all failed: the error of the last one, the call's own as its `cause`; `FallbackError` where it
 * cannot carry that. Where none had an answer: the call's own error. Whether the call ran is for its own error to say.
 * @example
 * const status = pipeline(
 *   fallback(cached(memoryCache()), (_error, context) => mirror.execute(ask, context), { status: 'unknown' }),
 *   retry({ attempts: 3 }),
 *   createBreaker({ name: 'status' }),
 * );
 */
export function fallback<R extends readonly Replacement[]>(
  ...replacements: R
): Policy<AnswerOf<R[number]>, FallbackEvents> {
  return new Fallback<AnswerOf<R[number]>>({}, replacements);
}

/**
 * The same with options, which come first.
 *
 * @example fallbackWith({ name: 'spare', when: (_error, reason) => reason === 'open' }, () => spare());
 */
export function fallbackWith<R extends readonly Replacement[]>(
  options: FallbackOptions,
  ...replacements: R
): Policy<AnswerOf<R[number]>, FallbackEvents> {
  return new Fallback<AnswerOf<R[number]>>(options, replacements);
}

class Fallback<Adds> extends BasePolicy<Adds, FallbackEvents> {
  readonly #when: FallbackOptions['when'];
  readonly #stands: readonly Stand[];
  readonly #keepers: readonly Stand[];
  readonly #usedBy: number[];
  #succeeded = 0;
  #replaced = 0;
  #failed = 0;
  #notReplaced = 0;
  #aborted = 0;
  #cacheMissed = 0;
  #inFlight = 0;
  #replacing = 0;

  constructor(options: FallbackOptions, replacements: readonly unknown[]) {
    checkKeys('fallbackWith', options, ['when', 'name', 'clock', 'random', 'onError']);
    checkFunction('fallback when', options.when);
    super('fallback', options);
    this.#when = options.when;
    this.#stands = standsOf(replacements, { name: this.name, tools: this.tools, given: options.clock });
    this.#keepers = this.#stands.filter(({ kind }) => kind === 'cache');
    this.#usedBy = this.#stands.map(() => 0);
  }

  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    const { caller } = context;
    if (caller?.aborted) return Promise.reject(caller.reason as Error);
    this.#inFlight++;
    return journey.proceed(at + 1, context).then(
      (value) => this.#keep(value, context),
      // What it answers is in the type of the policy.
      (error: unknown) => this.#replace(error, context) as Promise<T>,
    );
  }

  #keep<T>(value: T, context: CallContext): T | Promise<T> {
    this.#succeeded++;
    const writes: Promise<void>[] = [];
    for (const keeper of this.#keepers) {
      const write = keeper.keep?.(value, context);
      if (write !== undefined) writes.push(write);
    }
    const leave = (): T => {
      this.#inFlight--;
      return value;
    };
    return writes.length === 0 ? leave() : Promise.all(writes).then(leave);
  }

  async #replace(error: unknown, context: CallContext): Promise<unknown> {
    this.#replacing++;
    try {
      const { signal } = context;
      // Aborted by the caller, or by a policy outside which no longer waits: an answer would go nowhere.
      if (signal?.aborted) return this.#giveUp(error);
      const reason = reasonOf(error);
      if (!this.#wants(error, reason)) {
        this.#notReplaced++;
        throw error;
      }
      const { key, idempotent, attempt, caller } = context;
      return await this.#ask(error, { signal, key, idempotent, attempt, caller, reason });
    } finally {
      this.#replacing--;
      this.#inFlight--;
    }
  }

  /** Asks one after the other. */
  async #ask(error: unknown, context: FallbackContext): Promise<unknown> {
    const failures: unknown[] = [];
    const { reason, key, signal } = context;
    for (const [index, stand] of this.#stands.entries()) {
      if (signal?.aborted) return this.#giveUp(signal.reason);
      const about = { index, label: stand.label, reason, key };
      try {
        const asked = stand.ask(error, context);
        const answer = asked instanceof Promise ? await until(asked, signal) : asked;
        if (answer !== undefined) return this.#use(about, answer);
        this.#cacheMissed++;
        this.tell('cache-missed', about);
      } catch (failure) {
        if (signal?.aborted) return this.#giveUp(signal.reason);
        failures.push(failure);
        this.tell('fallback-failed', { ...about, error: summaryOf(failure) });
      }
    }
    this.#failed++;
    throw withCause(this.name, error, failures);
  }

  #use(about: Omit<AboutReplacement, keyof PolicyEvent>, { value, ageMs, stale }: Answer): unknown {
    this.#replaced++;
    (this.#usedBy[about.index] as number) += 1;
    this.tell('fallback-used', { ...about, ageMs, stale });
    return value;
  }

  #giveUp(error: unknown): never {
    this.#aborted++;
    throw error;
  }

  #wants(error: unknown, reason: FallbackReason): boolean {
    try {
      return this.#when === undefined || Boolean(atOnce('when', this.#when(error, reason)));
    } catch (thrown) {
      this.tools.report(thrown, 'when');
      return true;
    }
  }

  snapshot(): PolicySnapshot {
    const usedBy = Object.fromEntries(this.#usedBy.map((count, index) => [`replacedBy${index}`, count]));
    return {
      kind: this.kind,
      name: this.name,
      counts: {
        succeeded: this.#succeeded,
        replaced: this.#replaced,
        failed: this.#failed,
        notReplaced: this.#notReplaced,
        aborted: this.#aborted,
        cacheMissed: this.#cacheMissed,
        ...usedBy,
      },
      gauges: { inFlight: this.#inFlight, replacing: this.#replacing },
      config: { replacements: this.#stands.map(({ kind, label, config }) => ({ kind, label, ...config })) },
    };
  }
}

function reasonOf(error: unknown): FallbackReason {
  if (circuitOpenIn(error) !== undefined) return 'open';
  if (isRejectedError(error)) return 'rejected';
  return isTimeout(error) ? 'timeout' : 'failed';
}

function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  try {
    const { name, code } = error as { name?: unknown; code?: unknown };
    return (
      name === 'TimeoutError' || (typeof code === 'string' && /TIMEDOUT|TIMEOUT|^ECONNABORTED$/.test(code))
    );
  } catch {
    return false; // a getter of a foreign object
  }
}
