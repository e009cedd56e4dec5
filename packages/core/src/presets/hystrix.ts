/** Go's hystrix-go: ten seconds, a share of errors in percent, one probe per sleep window, any success closes. */
import { checkCount, checkKeys, checkMs } from '../check.ts';
import { isRejectedError } from '../errors.ts';
import type { BreakerOptions, CountsView, Outcome, Verdict } from '../types.ts';
import { failureRatio, fixed, lastMs, successes } from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';
import { orDefault } from './or-default.ts';

export interface HystrixOptions {
  /** Milliseconds; a call that took longer counts as a timeout. It is not abandoned: that is a timeout policy's work. 0 is 1,000. @default 1_000 */
  timeout?: number | undefined;
  /** Calls at the same time, at least 0; belongs to a bulkhead and changes nothing here. 0 is 10. @default 10 */
  maxConcurrentRequests?: number | undefined;
  /** The circuit opens only at so many attempts in the window, up to 1,000,000; 0 is 20. @default 20 */
  requestVolumeThreshold?: number | undefined;
  /** Milliseconds from the opening to the first probe, and from one probe to the next; 0 is 5,000. @default 5_000 */
  sleepWindow?: number | undefined;
  /** Percent of errors, rounded half up, at which it opens: 1 to 100; 0 is 50. Smaller opens sooner. @default 50 */
  errorPercentThreshold?: number | undefined;
}

const KNOWN = [
  'timeout',
  'maxConcurrentRequests',
  'requestVolumeThreshold',
  'sleepWindow',
  'errorPercentThreshold',
];
const SLIPS = {
  errorThresholdPercentage: '"errorPercentThreshold"',
  forceOpen: "breaker.setMode('forced-open')",
  toggleForceOpen: "breaker.setMode('forced-open')",
};
const WINDOW_MS = 10_000;

/**
 * hystrix-go's command configuration as options of a breaker.
 * @param mode.faithful True: a success of a call from before the opening closes the circuit, refusals of a bulkhead inside
 * the call are errors, a deadline that passed is neutral, and no `Retry-After` lengthens the open time.
 * @example createBreaker({ name: 'search', ...hystrix({ errorPercentThreshold: 25, sleepWindow: 2_000 }) })
 */
export function hystrix(options: HystrixOptions = {}, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  checkKeys('hystrix', options, KNOWN, SLIPS);
  const faithful = isFaithful('hystrix', mode);
  const timeout = checkMs('hystrix timeout', orDefault(options.timeout, 1_000));
  const sleepWindow = checkMs('hystrix sleepWindow', orDefault(options.sleepWindow, 5_000));
  const minimumCalls = checkCount(
    'hystrix requestVolumeThreshold',
    orDefault(options.requestVolumeThreshold, 20),
  );
  const percent = checkCount(
    'hystrix errorPercentThreshold',
    orDefault(options.errorPercentThreshold, 50),
    1,
    100,
  );
  checkCount('hystrix maxConcurrentRequests', orDefault(options.maxConcurrentRequests, 10));
  return {
    window: lastMs(WINDOW_MS, { buckets: 10, anchor: 'epoch', forgets: 'by-counter' }),
    openWhen: failureRatio(percent / 100, { minimumCalls, rounding: 'percent' }),
    stayOpen: fixed(sleepWindow, { endsAfter: true, hintMaxMs: faithful ? 0 : undefined }),
    probing: {
      probes: 1,
      atOnce: 1,
      closeWhen: successes(1),
      leaseMs: Math.max(sleepWindow, timeout),
      whileOpen: true,
    },
    counting: {
      rejected: 'failures',
      ignored: 'calls',
      check: 'arrivals',
      closingSuccess: true,
      late: faithful ? 'counted' : 'stale',
    },
    failAfterMs: timeout,
    classify: (outcome) => judge(outcome, faithful),
    counts: countsIn,
  };
}

/** A call that was cancelled is an attempt and no error; what the caller's own signal did, the breaker knows. */
function judge(outcome: Outcome, faithful: boolean): Verdict | undefined {
  if (outcome.ok) return undefined;
  const { name, code } = (outcome.error ?? {}) as { name?: unknown; code?: unknown };
  if (name === 'AbortError') return 'ignored';
  if (!faithful) return undefined;
  if (isRejectedError(outcome.error)) return 'failure';
  // The number that a platform's own TimeoutError carries: a deadline of the caller's, not a timeout of the command's.
  return name === 'TimeoutError' && code === 23 ? 'ignored' : undefined;
}

/** Of the last ten seconds, as its default collector keeps them. */
function countsIn({ window }: CountsView): Record<string, number> {
  const { calls, succeeded, failures, timeouts, ignored, rejected } = window;
  return {
    attempts: calls,
    errors: failures,
    successes: succeeded,
    failures: Math.max(0, failures - timeouts - rejected),
    timeouts,
    shortCircuits: rejected,
    contextCanceled: ignored,
  };
}
