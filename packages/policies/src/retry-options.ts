import { checkCount, checkFunction, checkKeys, checkMs, show } from '@cb/core/kit';
import { type Backoff, exponential, resolveBackoff } from './backoff.ts';
import type { PolicyOptions } from './policy.ts';
import type { Budget } from './retry-budget.ts';
import type { RetryScheduled } from './retry-events.ts';

export interface RetryOptions extends PolicyOptions {
  /** In total, the first one included. 1 to 1,000,000; 1 never retries. More hides longer faults and costs more load. @default 3 */
  attempts?: number | undefined;
  /** How long to wait between them. @default exponential({ firstMs: 100, factor: 2, maxMs: 10_000, jitter: 'full' }) */
  backoff?: Backoff | undefined;
  /**
   * Longest single wait, in milliseconds, 0 or more. The backoff's own delays are cut to it. Who is asked to wait longer, by
   * `Retry-After` or by an open circuit, gives up at once: to come earlier would be in vain.
   *
   * @default maxTotalMs
   */
  maxDelayMs?: number | undefined;
  /**
   * From the call on, in milliseconds, above 0: no attempt begins later, and no wait begins that would end later. An attempt
   * that is under way is not ended by it; `timeout` does that.
   *
   * @default 30_000
   */
  maxTotalMs?: number | undefined;
  /**
   * Whether an error is worth another attempt; `undefined` leaves it to `isRetryableError`. Must answer at once. `attempt` is
   * the one that failed, from 1. Where it throws, the error goes to `onError` and the default counts. It can forbid
   * everything; it cannot force a circuit that is open with no known end, nor a call that must not be made twice.
   */
  retryIf?(error: unknown, about: { readonly attempt: number }): boolean | undefined;
  /**
   * Whether an answer is as bad as an error: `isRetryableResponse` for fetch. Must answer at once. After the last
   * attempt the caller gets the answer. @default no answer is
   */
  retryResultIf?(value: unknown, about: { readonly attempt: number }): boolean | undefined;
  /** Also repeats calls made with `idempotent: false`, which may then be done twice. @default false */
  retryNonIdempotent?: boolean | undefined;
  /** Shared by all retries of one service: `retryBudget()`. @default no limit but `attempts` */
  budget?: Budget | undefined;
  /** The same as `on('retry-scheduled', …)`. */
  onRetry?: ((event: RetryScheduled) => void) | undefined;
}

const OPTIONS: readonly string[] = [
  ...['attempts', 'backoff', 'maxDelayMs', 'maxTotalMs', 'retryIf', 'retryResultIf', 'retryNonIdempotent'],
  ...['budget', 'onRetry', 'name', 'clock', 'random', 'onError'],
];
const SLIPS: Record<string, string> = {
  retries: 'attempts, which counts the first one too',
  maxAttempts: 'attempts, which counts the first one too',
  maxRetries: 'attempts, which counts the first one too',
  maxRetryTime: 'maxTotalMs',
  delay: 'backoff',
  retryDelay: 'backoff',
  retryCondition: 'retryIf',
  shouldRetry: 'retryIf',
};
const USUAL_BACKOFF: Backoff = exponential({ firstMs: 100, factor: 2, maxMs: 10_000, jitter: 'full' });

/** The options without functions and without tools. */
export interface RetryConfig {
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly maxDelayMs: number;
  readonly maxTotalMs: number;
  readonly retryNonIdempotent: boolean;
}

/** @throws RangeError or TypeError for a wrong option. */
export function configOf(options: RetryOptions): RetryConfig {
  checkKeys('retry', options, OPTIONS, SLIPS);
  const { attempts = 3, backoff = USUAL_BACKOFF, maxTotalMs = 30_000, retryNonIdempotent = false } = options;
  for (const name of ['retryIf', 'retryResultIf', 'onRetry'] as const)
    checkFunction(`retry ${name}`, options[name]);
  if (typeof retryNonIdempotent !== 'boolean')
    throw new TypeError(`retry retryNonIdempotent must be true or false, got ${show(retryNonIdempotent)}`);
  const { budget } = options;
  if (budget !== undefined && (typeof budget?.take !== 'function' || typeof budget.onCall !== 'function'))
    throw new TypeError(`retry budget must be made by retryBudget(…), got ${show(budget)}`);
  return Object.freeze({
    attempts: checkCount('retry attempts', attempts),
    backoff: resolveBackoff(backoff),
    maxDelayMs: checkMs('retry maxDelayMs', options.maxDelayMs ?? maxTotalMs, 0),
    maxTotalMs: checkMs('retry maxTotalMs', maxTotalMs),
    retryNonIdempotent,
  });
}
