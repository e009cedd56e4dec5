/** opossum 9 and 10 (Node): a percentage of failures in a window of buckets opens, one trial call decides. */
import { checkCount, checkKeys, checkMs, show } from '../check.ts';
import type { BreakerOptions, CountsView, Outcome, Verdict } from '../types.ts';
import { failureRatio, failures, fixed, lastMs } from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';

export interface OpossumOptions {
  /** A call that took longer than so many milliseconds is a failure. `false` or 0: no limit. @default 10_000 */
  timeout?: number | false | undefined;
  /** Milliseconds open; over at their end. @default 30_000 */
  resetTimeout?: number | undefined;
  /** Percent of failed calls above which it opens, 0 to 100; compared with `>`, so 100 never opens. @default 50 */
  errorThresholdPercentage?: number | undefined;
  /** Milliseconds that the window covers. @default 10_000 */
  rollingCountTimeout?: number | undefined;
  /** Parts of the window, 1 to 1,000. @default 10 */
  rollingCountBuckets?: number | undefined;
  /** Fewer calls in the window decide nothing. 0 lets the very first failure open: choose more. @default 0 */
  volumeThreshold?: number | undefined;
  /** True: nothing opens for the first `rollingCountTimeout` after construction. @default false */
  allowWarmUp?: boolean | undefined;
  /** True for an error that is not the dependency's fault. Gets the error alone, not the call's arguments. */
  errorFilter?: ((error: unknown) => unknown) | undefined;
  /** False: nothing opens. @default true */
  enabled?: boolean | undefined;
  /** Becomes the breaker's tag `group`. */
  group?: string | undefined;
  /** Given to `createBreaker` itself. Accepted and not used, like all below: see the preset's page. */
  name?: string | undefined;
  capacity?: number | undefined;
  cache?: boolean | undefined;
  cacheTTL?: number | undefined;
  cacheSize?: number | undefined;
  cacheGetKey?: ((...args: never[]) => string) | undefined;
  cacheTransport?: object | undefined;
  coalesce?: boolean | undefined;
  coalesceTTL?: number | undefined;
  coalesceSize?: number | undefined;
  coalesceResetOn?: readonly string[] | undefined;
  abortController?: object | undefined;
  autoRenewAbortController?: boolean | undefined;
  rollingPercentilesEnabled?: boolean | undefined;
  enableSnapshots?: boolean | undefined;
  rotateBucketController?: object | undefined;
}

const RULES = [
  'timeout',
  'resetTimeout',
  'errorThresholdPercentage',
  'rollingCountTimeout',
  'rollingCountBuckets',
  'volumeThreshold',
];
/** Checked for their kind; the first four are used. */
const KINDS: Readonly<Record<string, string>> = {
  allowWarmUp: 'boolean',
  errorFilter: 'function',
  enabled: 'boolean',
  group: 'string',
  name: 'string',
  capacity: 'number',
  cache: 'boolean',
  cacheTTL: 'number',
  cacheSize: 'number',
  cacheGetKey: 'function',
  cacheTransport: 'object',
  coalesce: 'boolean',
  coalesceTTL: 'number',
  coalesceSize: 'number',
  coalesceResetOn: 'object',
  abortController: 'object',
  autoRenewAbortController: 'boolean',
  rollingPercentilesEnabled: 'boolean',
  enableSnapshots: 'boolean',
  rotateBucketController: 'object',
};
const SLIPS = {
  state: 'restore, an option of createBreaker',
  status: 'restore, an option of createBreaker',
  maxFailures: '"errorThresholdPercentage" and "volumeThreshold"',
};

/**
 * A breaker with opossum's rules. With `faithful`, calls count from their start on and refusals count as calls, the window
 * outlives a closing, late results and filtered errors close a half-open circuit, and a trial call that never ends holds its
 * place (with a `timeout`: until opossum would have tried again).
 * @throws RangeError or TypeError for an unknown option or a value out of range.
 * @example createBreaker({ name: 'users', ...opossum({ timeout: 3_000, errorThresholdPercentage: 50, volumeThreshold: 10 }) })
 */
export function opossum(options: OpossumOptions = {}, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  checkKeys('opossum', options, [...RULES, ...Object.keys(KINDS)], SLIPS);
  checkKinds(options);
  const faithful = isFaithful('opossum', mode);
  const { errorFilter, group } = options;
  const timeout = checkMs('opossum timeout', options.timeout === false ? 0 : (options.timeout ?? 10_000), 0);
  const resetTimeout = checkMs('opossum resetTimeout', options.resetTimeout ?? 30_000, 0);
  const windowMs = checkMs('opossum rollingCountTimeout', options.rollingCountTimeout ?? 10_000, 1);
  const buckets = checkCount('opossum rollingCountBuckets', options.rollingCountBuckets ?? 10, 1, 1_000);
  return {
    window: lastMs(windowMs, { buckets, anchor: 'construction' }),
    openWhen: options.enabled === false ? [] : rule(options),
    stayOpen: fixed(resetTimeout, { hintMaxMs: faithful ? 0 : undefined }),
    probing: { probes: 1, leaseMs: leaseMs(resetTimeout, timeout, faithful) },
    counting: faithful
      ? {
          check: 'failures',
          pending: true,
          rejected: 'calls',
          late: 'counted',
          clears: 'never',
          closingSuccess: true,
        }
      : { check: 'failures' },
    ...(faithful || errorFilter !== undefined
      ? { classify: (outcome: Outcome) => verdict(outcome, errorFilter, faithful) }
      : {}),
    counts: ({ window, totals }) => counts(window, totals, faithful),
    ...(timeout === 0 ? {} : { failAfterMs: timeout }),
    ...(options.allowWarmUp ? { warmUpMs: windowMs } : {}),
    ...(group === undefined ? {} : { tags: { group } }),
  };
}

function rule({
  errorThresholdPercentage: percent = 50,
  volumeThreshold = 0,
}: OpossumOptions): BreakerOptions['openWhen'] & object {
  const minimumCalls = Math.max(1, checkCount('opossum volumeThreshold', volumeThreshold, 0));
  if (!(typeof percent === 'number' && percent >= 0 && percent <= 100))
    throw new RangeError(
      `opossum errorThresholdPercentage must be percent from 0 to 100, got ${show(percent)}`,
    );
  // Above 0 % means at the first failure.
  if (percent === 0) return failures(1, { minimumCalls });
  return failureRatio(percent / 100, { above: true, minimumCalls });
}

/** There, a trial call ends with its timeout, and the next may go one reset time later; without a timeout, never. */
function leaseMs(resetTimeout: number, timeout: number, faithful: boolean): number | null {
  if (!faithful) return Math.max(resetTimeout, timeout) || 10_000;
  return timeout === 0 ? null : timeout + resetTimeout;
}

/** There, a filtered error is a success, and every other one a failure: refusals of a semaphore and aborts too. */
function verdict(
  outcome: Outcome,
  errorFilter: OpossumOptions['errorFilter'],
  faithful: boolean,
): Verdict | undefined {
  if (outcome.ok) return undefined;
  if (errorFilter?.(outcome.error)) return faithful ? 'success' : 'ignored';
  return faithful ? 'failure' : undefined;
}

function counts(window: CountsView['window'], totals: CountsView['totals'], faithful: boolean) {
  const { calls, succeeded, failures, timeouts } = window;
  return {
    fires: calls,
    successes: succeeded,
    failures,
    timeouts,
    rejects: faithful ? window.rejected : totals.rejected,
  };
}

function checkKinds(options: OpossumOptions): void {
  for (const [key, kind] of Object.entries(KINDS)) {
    const value = options[key as keyof OpossumOptions];
    if (value === undefined || (typeof value === kind && value !== null)) continue;
    throw new TypeError(
      `opossum ${key} must be ${kind === 'object' ? 'an' : 'a'} ${kind}, got ${show(value)}`,
    );
  }
}
