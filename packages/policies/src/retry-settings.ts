import { exponential } from './backoff.ts';
import type { RetryOptions } from './retry-options.ts';

/** The part of the options that says how often, how fast and how long. */
export type RetrySettings = Readonly<Required<Pick<RetryOptions, 'attempts' | 'backoff' | 'maxTotalMs'>>>;

/**
 * Five attempts, quick ones: for reads that are cheap to repeat while somebody waits. Delays are drawn up to 50 ms, 100, 200 and
 * 400; nothing begins after 5 s. Give it a budget: without one a service that fails gets five times its load.
 *
 * @example const reads = retry({ ...aggressive, budget });
 */
export const aggressive: RetrySettings = Object.freeze({
  attempts: 5,
  backoff: exponential({ firstMs: 50, factor: 2, maxMs: 1_000, jitter: 'full' }),
  maxTotalMs: 5_000,
});

/**
 * Two attempts, half a second to a second apart: for writes, for what costs much, for a service that others lean on too. At
 * the worst its load doubles.
 *
 * @example const writes = retry(conservative);
 */
export const conservative: RetrySettings = Object.freeze({
  attempts: 2,
  backoff: exponential({ firstMs: 1_000, factor: 2, maxMs: 10_000, jitter: 'equal' }),
  maxTotalMs: 30_000,
});
