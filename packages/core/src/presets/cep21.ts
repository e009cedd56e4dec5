/** Go's cep21/circuit: an opener and a closer of its hystrix kind, or consecutive errors; soft timeouts. */
import { checkCount, checkFunction, checkKeys, checkMs, show } from '../check.ts';
import type { OpenRule, WindowConfig } from '../config.ts';
import { isRejectedError } from '../errors.ts';
import type { BreakerOptions, CountsView, Outcome, Verdict } from '../types.ts';
import {
  consecutiveFailures,
  failureRatio,
  fixed,
  flag,
  lastMs,
  sinceClosed,
  successesInARow,
} from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';
import { orDefault } from './or-default.ts';

/** Opens at a share of errors. Everywhere, 0 is the default. */
export interface Cep21HystrixOpener {
  kind?: 'hystrix' | undefined;
  /** Percent of failures and timeouts at which it opens, 1 to 100. Smaller opens sooner. @default 50 */
  errorThresholdPercentage?: number | undefined;
  /** Asked only at so many attempts in the window, up to 1,000,000. @default 20 */
  requestVolumeThreshold?: number | undefined;
  /** Milliseconds of the whole window, at least 1. @default 10_000 */
  rollingDuration?: number | undefined;
  /** Parts in which the window forgets, 1 to 1,000. @default 10 */
  numBuckets?: number | undefined;
}
/** Opens at so many failures and timeouts in a row. */
export interface Cep21ConsecutiveOpener {
  kind: 'consecutive';
  /** 1 to 1,000,000; 0 is 10. @default 10 */
  errorThreshold?: number | undefined;
}
/** Everywhere, 0 is the default. */
export interface Cep21Closer {
  /** Milliseconds from the opening to the first probe, and from one round of probes to the next. @default 5_000 */
  sleepWindow?: number | undefined;
  /** Probes per sleep window, 1 to 10,000. @default 1 */
  halfOpenAttempts?: number | undefined;
  /** Successful probes in a row that close the circuit, 1 to 10,000. @default 1 */
  requiredConcurrentSuccessful?: number | undefined;
}
export interface Cep21Execution {
  /** Milliseconds; a call that took longer counts as a timeout, and its value is returned all the same. 0 is 1,000, less: no limit. @default 1_000 */
  timeout?: number | undefined;
  /** Calls at the same time; belongs to a bulkhead and changes nothing here. 0 is 10, less: no limit. @default 10 */
  maxConcurrentRequests?: number | undefined;
  /** True: an error counts also where the caller had given up. @default false */
  ignoreInterrupts?: boolean | undefined;
  /** Whether an error is the caller's own doing, once the caller has given up. @default always */
  isErrInterrupt?: ((error: unknown) => boolean) | undefined;
}
export interface Cep21Fallback {
  /** Fallbacks belong to a fallback policy and change nothing here. @default false */
  disabled?: boolean | undefined;
  /** @default 10 */
  maxConcurrentRequests?: number | undefined;
}
export interface Cep21Options {
  /** Generation. @default 4 */
  version?: 3 | 4 | undefined;
  /** `'never'` is a circuit without an opener. @default { kind: 'hystrix' } */
  opener?: Cep21HystrixOpener | Cep21ConsecutiveOpener | 'never' | undefined;
  closer?: Cep21Closer | undefined;
  execution?: Cep21Execution | undefined;
  fallback?: Cep21Fallback | undefined;
  /** Whether an error blames the caller and says nothing about the other side. @default never */
  isBadRequest?: ((error: unknown) => boolean) | undefined;
}

const KNOWN = ['version', 'opener', 'closer', 'execution', 'fallback', 'isBadRequest'];
const SLIPS = {
  general: "opener, closer, and breaker.setMode('forced-open' | 'forced-closed')",
  forceOpen: "breaker.setMode('forced-open')",
  forcedClosed: "breaker.setMode('forced-closed')",
  timeout: 'execution: { timeout }',
  sleepWindow: 'closer: { sleepWindow }',
  errorThresholdPercentage: 'opener: { errorThresholdPercentage }',
  requestVolumeThreshold: 'opener: { requestVolumeThreshold }',
};

/**
 * The configuration of a cep21 circuit as options of a breaker.
 * @param mode.faithful True: no `Retry-After` lengthens the open time. With version 3 also: its percentage loses the last
 * digits of a division, results of calls from before the opening count, and any success closes.
 * @example createBreaker({ name: 'users', ...cep21({ opener: { errorThresholdPercentage: 25 }, closer: { sleepWindow: 1_000 } }) })
 */
export function cep21(options: Cep21Options = {}, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  checkKeys('cep21', options, KNOWN, SLIPS);
  const { version = 4, opener = {}, closer = {}, execution = {}, fallback = {}, isBadRequest } = options;
  if (version !== 3 && version !== 4)
    throw new RangeError(`cep21 version must be 3 or 4, got ${show(version)}`);
  checkFunction('cep21 isBadRequest', isBadRequest);
  checkFallback(fallback);
  const faithful = isFaithful('cep21', mode);
  const old = version === 3 && faithful;
  const { failAfterMs, ...classifying } = executing(execution, isBadRequest);
  const { sleepWindow, probes, required } = closing(closer);
  return {
    ...opening(opener, old),
    stayOpen: fixed(sleepWindow, { hintMaxMs: faithful ? 0 : undefined }),
    probing: {
      probes,
      atOnce: probes,
      closeWhen: successesInARow(required),
      leaseMs: Math.max(sleepWindow, failAfterMs ?? 0),
      whileOpen: true,
    },
    counting: { check: 'failures', clears: 'opening-and-closing', late: old ? 'counted' : 'stale' },
    failAfterMs,
    ...classifying,
    counts: countsIn,
  };
}

function opening(
  opener: NonNullable<Cep21Options['opener']>,
  roundsDown: boolean,
): { window: WindowConfig; openWhen: OpenRule | readonly OpenRule[] } {
  if (opener === 'never') return { window: sinceClosed(), openWhen: [] };
  if (typeof opener !== 'object' || opener === null)
    throw new TypeError(`cep21 opener must be an object or "never", got ${show(opener)}`);
  if (opener.kind === 'consecutive') {
    checkKeys('cep21 opener', opener, ['kind', 'errorThreshold']);
    const errors = checkCount('cep21 opener.errorThreshold', orDefault(opener.errorThreshold, 10));
    return { window: sinceClosed(), openWhen: consecutiveFailures(errors) };
  }
  if (opener.kind !== undefined && opener.kind !== 'hystrix')
    throw new TypeError(`cep21 opener.kind must be "hystrix" or "consecutive", got ${show(opener.kind)}`);
  const known = ['errorThresholdPercentage', 'requestVolumeThreshold', 'rollingDuration', 'numBuckets'];
  checkKeys('cep21 opener', opener, ['kind', ...known], { errorThreshold: "kind: 'consecutive'" });
  const { errorThresholdPercentage, requestVolumeThreshold, rollingDuration, numBuckets } = opener;
  const percent = checkCount(
    'cep21 opener.errorThresholdPercentage',
    orDefault(errorThresholdPercentage, 50),
    1,
    100,
  );
  const minimumCalls = checkCount(
    'cep21 opener.requestVolumeThreshold',
    orDefault(requestVolumeThreshold, 20),
  );
  const ms = checkMs('cep21 opener.rollingDuration', orDefault(rollingDuration, 10_000), 1);
  const buckets = checkCount('cep21 opener.numBuckets', orDefault(numBuckets, 10), 1, 1_000);
  return {
    window: lastMs(ms, { buckets, anchor: 'construction' }),
    openWhen: failureRatio(percent / 100, {
      minimumCalls,
      rounding: roundsDown ? 'percent-down' : undefined,
    }),
  };
}

function closing(closer: Cep21Closer): { sleepWindow: number; probes: number; required: number } {
  checkKeys('cep21 closer', closer, ['sleepWindow', 'halfOpenAttempts', 'requiredConcurrentSuccessful']);
  const { sleepWindow, halfOpenAttempts, requiredConcurrentSuccessful } = closer;
  return {
    sleepWindow: checkMs('cep21 closer.sleepWindow', orDefault(sleepWindow, 5_000)),
    probes: checkCount('cep21 closer.halfOpenAttempts', orDefault(halfOpenAttempts, 1), 1, 10_000),
    required: checkCount(
      'cep21 closer.requiredConcurrentSuccessful',
      orDefault(requiredConcurrentSuccessful, 1),
      1,
      10_000,
    ),
  };
}

function executing(
  execution: Cep21Execution,
  isBadRequest: Cep21Options['isBadRequest'],
): Pick<BreakerOptions, 'failAfterMs' | 'classify'> {
  const known = ['timeout', 'maxConcurrentRequests', 'ignoreInterrupts', 'isErrInterrupt'];
  checkKeys('cep21 execution', execution, known);
  const { timeout, maxConcurrentRequests, isErrInterrupt } = execution;
  checkFunction('cep21 execution.isErrInterrupt', isErrInterrupt);
  checkConcurrency('execution.maxConcurrentRequests', maxConcurrentRequests);
  flag('cep21 execution.ignoreInterrupts', execution.ignoreInterrupts);
  const none = typeof timeout === 'number' && timeout < 0;
  const classify = (outcome: Outcome): Verdict | undefined => {
    if (outcome.ok || isRejectedError(outcome.error)) return undefined;
    if (isBadRequest?.(outcome.error)) return 'ignored';
    // Left to the breaker, which knows whether the caller had given up.
    return execution.ignoreInterrupts || isErrInterrupt?.(outcome.error) === false ? 'failure' : undefined;
  };
  return {
    failAfterMs: none ? undefined : checkMs('cep21 execution.timeout', orDefault(timeout, 1_000)),
    classify,
  };
}

function checkFallback(fallback: Cep21Fallback): void {
  checkKeys('cep21 fallback', fallback, ['disabled', 'maxConcurrentRequests']);
  flag('cep21 fallback.disabled', fallback.disabled);
  checkConcurrency('fallback.maxConcurrentRequests', fallback.maxConcurrentRequests);
}

function checkConcurrency(key: string, value: unknown): void {
  const isNone = typeof value === 'number' && value < 0;
  if (!isNone) checkCount(`cep21 ${key}`, orDefault(value, 10));
}

/** Every call since construction, and what the opener looks at. */
export function countsIn({ totals, window }: CountsView): Record<string, number> {
  return {
    success: totals.succeeded,
    errFailure: totals.failed - totals.timeouts,
    errTimeout: totals.timeouts,
    errShortCircuit: totals.rejected,
    attempts: window.calls,
    errors: window.failures,
  };
}
