/**
 * "Circuit Breaker Orchestra" (Go): an error threshold that leans on the error rate of the past, and a half-open state
 * behind a bucket of tokens and a semaphore.
 */
import { checkCount, checkKeys, checkMs, show } from '../check.ts';
import type { MetricsCollector } from '../history.ts';
import type { BreakerOptions, CountsView } from '../types.ts';
import { failureRatio, fixed, lastCalls, successes } from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';

export interface OrchestraOptions {
  /** Percent of failed calls that opens, 1 to 100; compared with `>=`. @default 50 */
  errorThreshold?: number | undefined;
  /** The last so many calls are looked at, 1 to 1,000,000. @default 100 */
  windowSize?: number | undefined;
  /** Fewer calls decide nothing, 1 to 1,000,000, at most `windowSize`. @default 10 */
  minRequests?: number | undefined;
  /** Milliseconds open; a call exactly at their end is still refused. @default 30_000 */
  openTimeout?: number | undefined;
  /** Trial calls at the same time while half-open, 1 to 10,000. @default 5 */
  maxConcurrentRequests?: number | undefined;
  /** Tokens that the bucket holds; it is full when half-open begins, and every trial call takes one. @default 10 */
  halfOpenBucketSize?: number | undefined;
  /** Tokens that come back each second, above 0. @default 2 */
  halfOpenRefillRate?: number | undefined;
  /** Successful trial calls that close, 1 to 10,000. @default half of `minRequests`, rounded down, at least 1 */
  successThreshold?: number | undefined;
  /** 0 to 1: the weight of the past in the threshold; only with a `metricsCollector`. @default 0.3 */
  adaptiveThresholdFactor?: number | undefined;
  /**
   * Knows the error rate of the past, as a share from 0 to 1. `{ overMs }` lets the breaker remember it by itself.
   * @default none: the threshold stays as it is
   */
  metricsCollector?: MetricsCollector | { overMs: number } | undefined;
  /** Belongs to a fallback policy around the breaker; accepted and not used. */
  fallbackCache?: object | undefined;
}

const KEYS = [
  'errorThreshold',
  'windowSize',
  'minRequests',
  'openTimeout',
  'maxConcurrentRequests',
  'halfOpenBucketSize',
  'halfOpenRefillRate',
  'successThreshold',
  'adaptiveThresholdFactor',
  'metricsCollector',
  'fallbackCache',
];

/** There, failed trial calls never open the circuit again. So many are as good as never. */
const NEVER = 10_000;

/**
 * A breaker with the orchestra's rules. With `faithful`, failed trial calls do not open the circuit again, late results count
 * in whatever state they meet and a trial call that never ends keeps its place.
 * @throws RangeError or TypeError for an unknown option or a value out of range.
 * @example createBreaker({ name: 'api', ...orchestra({ errorThreshold: 30, windowSize: 50, halfOpenRefillRate: 2 }) })
 */
export function orchestra(options: OrchestraOptions = {}, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  checkKeys('orchestra', options, KEYS);
  const faithful = isFaithful('orchestra', mode);
  const windowSize = checkCount('orchestra windowSize', options.windowSize ?? 100);
  const minRequests = checkCount('orchestra minRequests', options.minRequests ?? 10);
  const openTimeout = checkMs('orchestra openTimeout', options.openTimeout ?? 30_000);
  const atOnce = checkCount('orchestra maxConcurrentRequests', options.maxConcurrentRequests ?? 5, 1, 10_000);
  const needed = checkCount(
    'orchestra successThreshold',
    options.successThreshold ?? Math.max(1, Math.floor(minRequests / 2)),
    1,
    10_000,
  );
  const { metricsCollector: history, adaptiveThresholdFactor: factor = 0.3 } = options;
  return {
    window: lastCalls(windowSize),
    openWhen: failureRatio(ratioOf(options.errorThreshold ?? 50), {
      minimumCalls: Math.min(minRequests, windowSize),
      adapt: history === undefined ? undefined : { factor, history },
    }),
    stayOpen: fixed(openTimeout, { endsAfter: true, hintMaxMs: faithful ? 0 : undefined }),
    probing: {
      probes: needed,
      atOnce,
      unlimited: true,
      tokens: {
        capacity: checkCount('orchestra halfOpenBucketSize', options.halfOpenBucketSize ?? 10),
        perSecond: rate(options.halfOpenRefillRate ?? 2),
      },
      closeWhen: successes(needed, { of: faithful ? NEVER : needed }),
      leaseMs: faithful ? null : openTimeout,
    },
    counting: { check: 'failures', late: faithful ? 'counted' : 'stale' },
    counts,
  };
}

function counts({ window: { succeeded, failures, calls } }: CountsView): Record<string, number> {
  return { successes: succeeded, failures, errorRate: calls === 0 ? 0 : (100 * failures) / calls };
}

function ratioOf(percent: unknown): number {
  if (typeof percent === 'number' && percent >= 1 && percent <= 100) return percent / 100;
  const isShare = typeof percent === 'number' && percent > 0 && percent < 1;
  // 29, not 28.999999999999996.
  const slip = isShare ? `; did you mean ${Number((percent * 100).toPrecision(15))}?` : '';
  throw new RangeError(`orchestra errorThreshold must be percent from 1 to 100, got ${show(percent)}${slip}`);
}

function rate(perSecond: unknown): number {
  if (typeof perSecond === 'number' && perSecond > 0 && perSecond <= 1_000_000) return perSecond;
  throw new RangeError(
    `orchestra halfOpenRefillRate must be tokens per second, above 0 and at most 1000000, got ${show(perSecond)}`,
  );
}
