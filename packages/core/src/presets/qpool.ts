/** qpool (Go), as of 2026-07: failures in a row open, and so many trial calls at a time close again. */
import { checkCount, checkKeys, checkMs } from '../check.ts';
import type { BreakerOptions, CountsView } from '../types.ts';
import { consecutiveFailures, fixed, sinceClosed, successes } from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';

export interface QpoolOptions {
  /** Failed calls in a row that open the circuit, 1 to 1,000,000. 0 and below stand for 1. @default 1 */
  maxFailures?: number | undefined;
  /** Milliseconds open; a call exactly at their end is still refused. 0 and below stand for the default. @default 60_000 */
  resetTimeout?: number | undefined;
  /**
   * Trial calls that may run at the same time while half-open, and successes that close, 1 to 10,000. 0 and below stand for
   * 1. The pool's short form `WithCircuitBreaker(id, maxFailures, resetTimeout)` means 2. @default 1
   */
  halfOpenMax?: number | undefined;
}

/**
 * A breaker with qpool's rules. With `faithful`, late results count in whatever state they meet and a trial call that never
 * ends keeps its place for ever, as there.
 * @throws RangeError or TypeError for an option that qpool has not, or a value that is no number.
 * @example createBreaker({ name: 'jobs', ...qpool({ maxFailures: 5, resetTimeout: 10_000, halfOpenMax: 2 }) })
 */
export function qpool(options: QpoolOptions = {}, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  checkKeys('qpool', options, ['maxFailures', 'resetTimeout', 'halfOpenMax']);
  const faithful = isFaithful('qpool', mode);
  const maxFailures = checkCount('qpool maxFailures', positiveOr(options.maxFailures, 1));
  const resetTimeout = checkMs('qpool resetTimeout', positiveOr(options.resetTimeout, 60_000));
  const halfOpenMax = checkCount('qpool halfOpenMax', positiveOr(options.halfOpenMax, 1), 1, 10_000);
  return {
    window: sinceClosed(),
    openWhen: consecutiveFailures(maxFailures),
    stayOpen: fixed(resetTimeout, { endsAfter: true, hintMaxMs: faithful ? 0 : undefined }),
    probing: {
      probes: halfOpenMax,
      atOnce: halfOpenMax,
      unlimited: true,
      closeWhen: successes(halfOpenMax),
      leaseMs: faithful ? null : resetTimeout,
    },
    counting: { check: 'failures', late: faithful ? 'counted' : 'stale' },
    counts,
  };
}

function counts({ window, probing }: CountsView): Record<string, number> {
  return {
    failureCount: window.failuresInARow,
    halfOpenSuccess: probing?.succeeded ?? 0,
    halfOpenInflight: probing?.inFlight ?? 0,
  };
}

/** What is left out, 0 or negative stands for the default. */
function positiveOr(value: unknown, otherwise: number): unknown {
  return value === undefined || (typeof value === 'number' && value <= 0) ? otherwise : value;
}
