import type { ErrorSummary } from './error-summary.ts';
import type { PolicyEvent } from './policy.ts';

/**
 * Why there was no further attempt, each named after what said no: `attempts`, `maxTotalMs`, `maxDelayMs` (the other side
 * asked for a longer wait), `retryIf` or the rules, `budget`, the signal.
 */
export type GaveUpReason = 'attempts' | 'total-time' | 'max-delay' | 'not-retryable' | 'budget' | 'aborted';

export interface RetryScheduled extends PolicyEvent {
  /** The attempt that is going to be made: 2 for the first retry. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly key: string | undefined;
  /** Of the last attempt. `undefined` for an answer without an HTTP status that `retryResultIf` turned down. */
  readonly error: ErrorSummary | undefined;
}

export interface RetryEvents {
  /** An attempt failed, and after a wait there will be another. */
  'retry-scheduled': RetryScheduled;
  /** There will be no other; the caller gets what the last attempt gave. */
  'gave-up': PolicyEvent & {
    readonly reason: GaveUpReason;
    /** How many were made. */
    readonly attempts: number;
    readonly key: string | undefined;
    readonly error: ErrorSummary | undefined;
  };
  /** An attempt other than the first succeeded. */
  recovered: PolicyEvent & { readonly attempts: number; readonly key: string | undefined };
}
