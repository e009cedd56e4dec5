/** resilience4j's CircuitBreakerConfig (2.x) under its own option names. `docs/presets/resilience4j.md` has every difference. */
import { checkCount, checkFunction, checkKeys, checkMs, show } from '../check.ts';
import type { Probing, StayOpen, WindowConfig } from '../config.ts';
import type { BreakerOptions, CountsView, Outcome } from '../types.ts';
import {
  backoff,
  belowLimits,
  chosen,
  failureRatio,
  flag,
  lastCalls,
  lastMs,
  slowRatio,
} from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';

type ErrorClass = abstract new (...args: never[]) => unknown;

/** Rates are percentages, above 0 and at most 100; durations are milliseconds. */
export interface Resilience4jOptions {
  /** The last calls, or the last seconds. @default 'COUNT_BASED' */
  slidingWindowType?: 'COUNT_BASED' | 'TIME_BASED' | undefined;
  /** Calls (1 to 1,000,000), or whole **seconds** where `TIME_BASED` (1 to 1,000). @default 100 */
  slidingWindowSize?: number | undefined;
  /** No verdict on fewer; a count window caps it at its size. 1 to 1,000,000. @default 100 */
  minimumNumberOfCalls?: number | undefined;
  /** Opens at so many percent failed calls. @default 50 */
  failureRateThreshold?: number | undefined;
  /** Opens at so many percent slow calls. @default 100 */
  slowCallRateThreshold?: number | undefined;
  /** A call that took longer is slow; above 0. @default 60_000 */
  slowCallDurationThreshold?: number | undefined;
  /** Probes of one half-open phase, 1 to 10,000. @default 10 */
  permittedNumberOfCallsInHalfOpenState?: number | undefined;
  /** Open time, at least 1; cut to whole ms. Not together with the function. @default 60_000 */
  waitDurationInOpenState?: number | undefined;
  /** Open time of the n-th opening (1, 2, …) since the circuit last closed. Asked once at construction, for the first. */
  waitIntervalFunctionInOpenState?: ((attempt: number) => number) | undefined;
  /** Longest time half-open. 0: as long as it takes. @default 0 */
  maxWaitDurationInHalfOpenState?: number | undefined;
  /** What follows it. @default 'OPEN' */
  transitionToStateAfterWaitDuration?: 'OPEN' | 'CLOSED' | undefined;
  /** True: half-open at the very end of the open time, not just after it. @default false */
  automaticTransitionFromOpenToHalfOpenEnabled?: boolean | undefined;
  /** Errors that are failures. The list and the function add up; others are then successes. @default every error */
  recordExceptions?: readonly ErrorClass[] | undefined;
  recordException?: ((error: unknown) => boolean) | undefined;
  /** Errors that count as nothing; asked first. The list and the function add up. @default none */
  ignoreExceptions?: readonly ErrorClass[] | undefined;
  ignoreException?: ((error: unknown) => boolean) | undefined;
  /** Values that are failures. @default none */
  recordResult?: ((value: unknown) => boolean) | undefined;
  /** Opens a closed circuit at once, for the milliseconds that it returns; undefined: leaves it. @default never */
  transitionOnResult?: ((outcome: Outcome) => number | undefined) | undefined;
}

const KNOWN = [
  'slidingWindowType',
  'slidingWindowSize',
  'minimumNumberOfCalls',
  'failureRateThreshold',
  'slowCallRateThreshold',
  'slowCallDurationThreshold',
  'permittedNumberOfCallsInHalfOpenState',
  'waitDurationInOpenState',
  'waitIntervalFunctionInOpenState',
  'maxWaitDurationInHalfOpenState',
  'transitionToStateAfterWaitDuration',
  'automaticTransitionFromOpenToHalfOpenEnabled',
  'recordExceptions',
  'recordException',
  'ignoreExceptions',
  'ignoreException',
  'recordResult',
  'transitionOnResult',
];
const SLIPS = { initialState: 'breaker.setMode("forced-open") after construction' };
const FUNCTIONS = [
  'waitIntervalFunctionInOpenState',
  'recordException',
  'ignoreException',
  'recordResult',
  'transitionOnResult',
] as const;

/**
 * A breaker that decides as resilience4j does. Default: without its late results and its probes that hang for ever.
 * @param mode.faithful True: with those too, to compare a migration call by call.
 * @example createBreaker({ name: 'payments', ...resilience4j({ slidingWindowSize: 50, minimumNumberOfCalls: 20 }) })
 */
export function resilience4j(
  options: Resilience4jOptions = {},
  mode: Mode = {},
): Omit<BreakerOptions, 'name'> {
  checkKeys('resilience4j', options, KNOWN, SLIPS);
  const faithful = isFaithful('resilience4j', mode);
  for (const key of FUNCTIONS) checkFunction(key, options[key]);
  const {
    failureRateThreshold = 50,
    slowCallRateThreshold = 100,
    slowCallDurationThreshold: slowMs,
  } = options;
  const window = windowOf(options);
  const least = checkCount('minimumNumberOfCalls', options.minimumNumberOfCalls ?? 100);
  const minimumCalls = window.kind === 'last-calls' ? Math.min(least, window.calls) : least;
  const { permittedNumberOfCallsInHalfOpenState: permitted = 10 } = options;
  checkCount('permittedNumberOfCallsInHalfOpenState', permitted, 1, 10_000);
  const verdictCalls = Math.min(least, permitted);
  const stayOpen = stayOpenOf(options, faithful);
  const longest = longestOf(options);
  const interval = options.waitIntervalFunctionInOpenState;
  return {
    window,
    openWhen: [
      failureRatio(ratioOf('failureRateThreshold', failureRateThreshold), { minimumCalls }),
      slowRatio(ratioOf('slowCallRateThreshold', slowCallRateThreshold), {
        minimumCalls,
        slowMs: checkMs('slowCallDurationThreshold', slowMs ?? 60_000),
      }),
    ],
    stayOpen,
    ...(interval === undefined ? {} : { openMs: ({ openings }) => wholeMs(interval(Math.max(1, openings))) }),
    probing: {
      probes: permitted,
      atOnce: permitted,
      closeWhen: belowLimits(verdictCalls),
      // A longest time half-open is resilience4j's own way out of a hung probe.
      leaseMs: faithful || longest.maxMs !== undefined ? null : Math.max(stayOpen.firstMs, slowMs ?? 0),
      ...longest,
    },
    ...(faithful ? { counting: { late: 'counted' as const } } : {}),
    ...classifierOf(options, faithful),
    counts: (view) => countsOf(view, minimumCalls, verdictCalls),
  };
}

function windowOf({
  slidingWindowType: type,
  slidingWindowSize: size = 100,
}: Resilience4jOptions): WindowConfig {
  chosen('resilience4j', 'slidingWindowType', type, ['COUNT_BASED', 'TIME_BASED']);
  if (type !== 'TIME_BASED') return lastCalls(checkCount('slidingWindowSize', size));
  const seconds = checkCount('slidingWindowSize (seconds, as TIME_BASED)', size, 1, 1_000);
  return lastMs(seconds * 1_000, { buckets: seconds, anchor: 'epoch' });
}

/** The longest time half-open acts from 1 ms on. */
function longestOf(options: Resilience4jOptions): Pick<Partial<Probing>, 'maxMs' | 'afterMaxMs'> {
  const { maxWaitDurationInHalfOpenState: longest = 0, transitionToStateAfterWaitDuration: after } = options;
  checkMs('maxWaitDurationInHalfOpenState', longest, 0);
  chosen('resilience4j', 'transitionToStateAfterWaitDuration', after, ['OPEN', 'CLOSED']);
  if (longest < 1) return {};
  return { maxMs: Math.trunc(longest), ...(after === 'CLOSED' ? { afterMaxMs: 'closed' } : {}) };
}

/** The attempt counts openings since the last close: `quietMs: 0` forgets them there. */
function stayOpenOf(options: Resilience4jOptions, faithful: boolean): StayOpen {
  const { waitDurationInOpenState: wait, waitIntervalFunctionInOpenState: interval } = options;
  if (wait !== undefined && interval !== undefined)
    throw new TypeError(
      'resilience4j takes waitDurationInOpenState or waitIntervalFunctionInOpenState, not both',
    );
  const first = interval === undefined ? (wait ?? 60_000) : interval(1);
  const option =
    interval === undefined ? 'waitDurationInOpenState' : 'waitIntervalFunctionInOpenState(1), its result,';
  const firstMs = Math.max(1, Math.trunc(checkMs(option, first, interval === undefined ? 1 : 0)));
  return backoff({
    firstMs,
    factor: 1,
    maxMs: firstMs,
    jitterRatio: 0,
    quietMs: 0,
    ...flag('endsAfter', !isAutomatic(options)),
    ...(faithful ? { hintMaxMs: 0 } : {}),
  });
}

function isAutomatic({
  automaticTransitionFromOpenToHalfOpenEnabled: automatic,
}: Resilience4jOptions): boolean {
  flag('automaticTransitionFromOpenToHalfOpenEnabled', automatic);
  return automatic === true;
}

function classifierOf(options: Resilience4jOptions, faithful: boolean): Pick<BreakerOptions, 'classify'> {
  const records = anyOf('recordExceptions', options.recordExceptions, options.recordException);
  const ignores = anyOf('ignoreExceptions', options.ignoreExceptions, options.ignoreException);
  const { recordResult, transitionOnResult } = options;
  if (!faithful && !records && !ignores && !recordResult && !transitionOnResult) return {};
  return {
    classify(outcome) {
      if (outcome.ok && recordResult?.(outcome.value)) return 'failure';
      if (!outcome.ok && ignores?.(outcome.error)) return 'ignored';
      const openForMs = wholeMs(transitionOnResult?.(outcome));
      const verdict = outcome.ok || records?.(outcome.error) === false ? 'success' : 'failure';
      if (openForMs !== undefined) return { verdict, openForMs };
      // Nobody asked about this error: the caller's own abort stays neutral.
      return outcome.ok || records !== undefined || faithful ? verdict : undefined;
    },
  };
}

/** A list of classes and a function of one kind are OR-ed. */
function anyOf(
  option: string,
  classes: readonly ErrorClass[] | undefined,
  predicate: ((error: unknown) => boolean) | undefined,
): ((error: unknown) => boolean) | undefined {
  if (classes === undefined) return predicate;
  if (!Array.isArray(classes) || !classes.every((one) => typeof one === 'function'))
    throw new TypeError(`${option} must be a list of error classes, got ${show(classes)}`);
  return (error) => classes.some((one) => error instanceof one) || predicate?.(error) === true;
}

function countsOf(view: CountsView, minimumCalls: number, verdictCalls: number): Record<string, number> {
  const { window, probing, totals } = view;
  const slowFailed = probing?.slowFailed ?? window.slowFailures;
  const failed = probing?.failed ?? window.failures;
  const slow = (probing ?? window).slow;
  const succeeded = (probing ?? window).succeeded;
  const calls = failed + succeeded;
  const rate = (bad: number): number =>
    calls < (probing === undefined ? minimumCalls : verdictCalls) ? -1 : (bad * 100) / calls;
  return {
    failureRate: rate(failed),
    slowCallRate: rate(slow),
    bufferedCalls: calls,
    failedCalls: failed,
    slowCalls: slow,
    slowSuccessfulCalls: slow - slowFailed,
    slowFailedCalls: slowFailed,
    successfulCalls: succeeded,
    notPermittedCalls: totals.rejected,
  };
}

/** Percent as the share that a person would write: 1.1 is 0.011, not 0.011000000000000001. */
function ratioOf(option: string, percent: unknown): number {
  if (typeof percent !== 'number' || !(percent > 0 && percent <= 100))
    throw new RangeError(`${option} is a percentage, above 0 and at most 100, got ${show(percent)}`);
  return Number((percent / 100).toPrecision(15));
}

function wholeMs(ms: number | undefined): number | undefined {
  return typeof ms === 'number' ? Math.max(0, Math.trunc(ms)) : undefined;
}
