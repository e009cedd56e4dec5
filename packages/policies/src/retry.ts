import { circuitOpenIn, isRejectedError } from '@cb/core';
import { show, unrejected } from '@cb/core/kit';
import { AttemptContext } from './attempt-context.ts';
import { delayOf } from './backoff.ts';
import type { CallContext } from './context.ts';
import { answerSummaryOf, type ErrorSummary, summaryOf } from './error-summary.ts';
import { discardBody, retryAfterIn } from './http-retry.ts';
import type { Journey } from './journey.ts';
import { BasePolicy, type Policy, type PolicySnapshot } from './policy.ts';
import type { GaveUpReason, RetryEvents } from './retry-events.ts';
import { configOf, type RetryConfig, type RetryOptions } from './retry-options.ts';
import { isRetryableError } from './retryable-error.ts';
import { wait } from './timers.ts';

/**
 * Makes a call again when it failed in a way that may pass. What the last attempt gives is what the caller gets: the value, or
 * the very error. `docs/policies/retry.md` has the rules: what is retried, how long it waits, when it gives up.
 *
 * Outside a breaker each attempt counts and an open circuit is waited for only where it is known to end in time; inside
 * one, all attempts together are one call.
 *
 * @throws RangeError or TypeError for a wrong option, at once.
 * @throws from `execute` what the last attempt threw; the reason of a signal that was aborted beforehand (the call did not
 * run) or during a wait (it ran, and failed).
 * @example
 * const policy = retry({ attempts: 4, budget: retryBudget(), retryResultIf: isRetryableResponse });
 * const response = await policy.execute(({ signal }) => fetch(url, { signal }));
 */
export function retry(options: RetryOptions = {}): Policy<never, RetryEvents> {
  return new Retry(options);
}

/** How an attempt ended, where it does not end the whole. */
type Ending<T> = { readonly error: unknown } | { readonly value: T };

/** One call with all its attempts. */
interface Round {
  readonly context: CallContext;
  readonly startedAt: number;
  /** The current one, from 1. */
  attempt: number;
  /** What the backoff said last, without what was asked for. */
  previousMs: number | undefined;
}

class Retry extends BasePolicy<never, RetryEvents> {
  readonly #config: RetryConfig;
  readonly #options: RetryOptions;
  #inFlight = 0;
  #waiting = 0;
  #succeeded = 0;
  #recovered = 0;
  #retries = 0;
  readonly #gaveUp: Record<GaveUpReason, number> = {
    attempts: 0,
    'total-time': 0,
    'max-delay': 0,
    'not-retryable': 0,
    budget: 0,
    aborted: 0,
  };

  constructor(options: RetryOptions) {
    const config = configOf(options);
    const { name, clock, random, onError } = options;
    super('retry', { name, clock, random, onError });
    this.#config = config;
    this.#options = { ...options };
    if (options.onRetry !== undefined) this.on('retry-scheduled', options.onRetry);
  }

  async run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    if (context.caller?.aborted) throw context.caller.reason as Error;
    this.#begin();
    const round: Round = { context, startedAt: this.tools.clock.now(), attempt: 1, previousMs: undefined };
    try {
      for (;;) {
        let ending: Ending<T>;
        try {
          const value = await journey.proceed(at + 1, contextOfAttempt(round));
          if (!this.#isTurnedDown(value, round)) return this.#succeed(value, round);
          ending = { value };
        } catch (error) {
          ending = { error };
        }
        const next = this.#next(ending, round);
        if (typeof next === 'string') return this.#giveUp(next, ending, round);
        await this.#pause(next, ending, round);
        // A stalled process, or a laptop that slept, wakes up too late.
        if (this.#leftMs(round) <= 0) return this.#giveUp('total-time', ending, round);
        round.attempt++;
        this.#retries++;
      }
    } finally {
      this.#inFlight--;
    }
  }

  #begin(): void {
    this.#inFlight++;
    const { budget } = this.#options;
    if (budget === undefined) return;
    try {
      budget.onCall();
    } catch (error) {
      this.tools.report(error, 'budget');
    }
  }

  #isTurnedDown(value: unknown, { attempt }: Round): boolean {
    return this.#ask('retryResultIf', value, attempt) ?? false;
  }

  #succeed<T>(value: T, { attempt, context }: Round): T {
    if (attempt === 1) this.#succeeded++;
    else {
      this.#recovered++;
      this.tell('recovered', { attempts: attempt, key: context.key });
    }
    return value;
  }

  /** How long to wait for the next attempt, or why there is none. It meets foreign objects, which must not replace the call's error. */
  #next(ending: Ending<unknown>, round: Round): number | GaveUpReason {
    try {
      if (round.context.signal?.aborted) return 'aborted';
      if (!this.#isRepeatable(ending, round)) return 'not-retryable';
      if (round.attempt >= this.#config.attempts) return 'attempts';
      const delayMs = this.#delay('error' in ending ? ending.error : ending.value, round);
      if (typeof delayMs === 'string') return delayMs;
      // Taken before the wait, in the same turn as it is looked at: calls that wait together cannot all have the last one.
      return this.#options.budget?.take() === false ? 'budget' : delayMs;
    } catch (error) {
      this.tools.report(error, 'retry');
      return 'not-retryable';
    }
  }

  #isRepeatable(ending: Ending<unknown>, { attempt, context }: Round): boolean {
    const mayRunTwice = context.idempotent || this.#config.retryNonIdempotent;
    if (!('error' in ending)) return mayRunTwice;
    const { error } = ending;
    if (!(this.#ask('retryIf', error, attempt) ?? isRetryableError(error))) return false;
    const open = circuitOpenIn(error);
    if (open !== undefined && open.retryAfterMs === undefined) return false;
    return mayRunTwice || isRejectedError(error);
  }

  #delay(ended: unknown, round: Round): number | 'max-delay' | 'total-time' {
    const { backoff, maxDelayMs } = this.#config;
    const ownMs = delayOf(backoff, round.attempt, round.previousMs, this.tools.random);
    round.previousMs = ownMs;
    const askedMs = askedBy(ended);
    const leftMs = this.#leftMs(round);
    if (askedMs >= leftMs) return 'total-time';
    if (askedMs > maxDelayMs) return 'max-delay';
    // Asked for: so long, and then the own delay, or all who were told the same would come back at once. At least a
    // millisecond of it: timers may fire that much too early.
    const delayMs = Math.min(maxDelayMs, Math.ceil(askedMs > 0 ? askedMs + Math.max(1, ownMs) : ownMs));
    return delayMs < leftMs ? delayMs : 'total-time';
  }

  #leftMs({ startedAt }: Round): number {
    return startedAt + this.#config.maxTotalMs - this.tools.clock.now();
  }

  async #pause(delayMs: number, ending: Ending<unknown>, round: Round): Promise<void> {
    const { context, attempt } = round;
    if (this.hears('retry-scheduled')) {
      const error = summaryOfEnding(ending);
      this.tell('retry-scheduled', { attempt: attempt + 1, delayMs, key: context.key, error });
    }
    if ('value' in ending) this.#discard(ending.value);
    this.#waiting++;
    try {
      await wait(delayMs, context.signal, this.tools, this.#options.clock);
      context.signal?.throwIfAborted(); // in the very moment in which the wait was over
    } catch (reason) {
      this.#note('aborted', ending, round);
      throw reason as Error;
    } finally {
      this.#waiting--;
    }
  }

  #discard(value: unknown): void {
    try {
      discardBody(value);
    } catch (error) {
      this.tools.report(error, 'body of an answer');
    }
  }

  #giveUp<T>(reason: GaveUpReason, ending: Ending<T>, round: Round): T {
    this.#note(reason, ending, round);
    if ('error' in ending) throw ending.error as Error;
    return ending.value;
  }

  #note(reason: GaveUpReason, ending: Ending<unknown>, { attempt, context }: Round): void {
    this.#gaveUp[reason]++;
    if (!this.hears('gave-up')) return;
    this.tell('gave-up', { reason, attempts: attempt, key: context.key, error: summaryOfEnding(ending) });
  }

  /** What a user's function says; `undefined` where there is none, it has no opinion, or it fails. */
  #ask(where: 'retryIf' | 'retryResultIf', about: unknown, attempt: number): boolean | undefined {
    if (this.#options[where] === undefined) return undefined;
    try {
      const said: unknown = this.#options[where](about, { attempt });
      if (typeof said === 'boolean' || said === undefined) return said;
      unrejected(said, () => {});
      throw new TypeError(`${where} must answer true, false or undefined at once, got ${show(said)}`);
    } catch (error) {
      this.tools.report(error, where);
      return undefined;
    }
  }

  snapshot(): PolicySnapshot {
    const { budget } = this.#options;
    const gaveUp = this.#gaveUp;
    return {
      kind: this.kind,
      name: this.name,
      counts: {
        succeeded: this.#succeeded,
        recovered: this.#recovered,
        retries: this.#retries,
        gaveUpAttempts: gaveUp.attempts,
        gaveUpTotalTime: gaveUp['total-time'],
        gaveUpMaxDelay: gaveUp['max-delay'],
        gaveUpNotRetryable: gaveUp['not-retryable'],
        gaveUpBudget: gaveUp.budget,
        gaveUpAborted: gaveUp.aborted,
      },
      gauges: {
        inFlight: this.#inFlight,
        waiting: this.#waiting,
        ...(budget && { budgetTokens: budget.snapshot().gauges.tokens }),
      },
      config: { ...this.#config, ...(budget && { budget: budget.snapshot().name }) },
    };
  }
}

function contextOfAttempt({ context, attempt }: Round): CallContext {
  return attempt === 1 ? context : new AttemptContext(context, context.attempt + attempt - 1);
}

/** How long the other side, or a policy that turned the call away, wants to be left alone. 0 where nobody asks. */
function askedBy(ended: unknown): number {
  const own = (circuitOpenIn(ended) ?? (ended as { retryAfterMs?: unknown } | null | undefined))
    ?.retryAfterMs;
  return typeof own === 'number' && own > 0 ? own : (retryAfterIn(ended) ?? 0);
}

function summaryOfEnding(ending: Ending<unknown>): ErrorSummary | undefined {
  return 'error' in ending ? summaryOf(ending.error) : answerSummaryOf(ending.value);
}
