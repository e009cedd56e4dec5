/** Go's gobreaker: consecutive failures or a function of the counts, a fixed open time, a fixed number of probes. */
import { checkCount, checkFunction, checkKeys, checkMs, show } from '../check.ts';
import type { Counting, OpenRule, WindowConfig } from '../config.ts';
import type { BreakerOptions, CountsView, Outcome, Verdict, WindowView } from '../types.ts';
import {
  consecutiveFailures,
  custom,
  fixed,
  lastMs,
  sinceClosed,
  successes,
  tumblingMs,
} from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';

/** What `readyToTrip` decides on, and what `snapshot().counts` shows. */
export interface GobreakerCounts {
  /** Calls let through, those under way and the excluded ones included. */
  readonly requests: number;
  readonly totalSuccesses: number;
  readonly totalFailures: number;
  /** Ignored calls; they stay in `requests`. Version 1 has no such counter, and nothing that would fill it. */
  readonly totalExclusions: number;
  readonly consecutiveSuccesses: number;
  readonly consecutiveFailures: number;
}

export interface GobreakerOptions {
  /** Generation: 1 knows neither `bucketPeriod` nor `isExcluded`. @default 2 */
  version?: 1 | 2 | undefined;
  /** Probes in one half-open phase, all of which must succeed; 0 to 10,000, 0 is 1. @default 1 */
  maxRequests?: number | undefined;
  /** Milliseconds after which the counts of a closed circuit are cleared; 0 and less: never. @default 0 */
  interval?: number | undefined;
  /** Milliseconds of one bucket, which makes `interval` roll (rounded up to whole buckets); 0 and less: it does not. @default 0 */
  bucketPeriod?: number | undefined;
  /** Milliseconds to stay open; 0 and less is 60,000. @default 60_000 */
  timeout?: number | undefined;
  /** Whether to open; asked after each failure of a closed circuit. Pure. @default more than 5 consecutive failures */
  readyToTrip?: ((counts: GobreakerCounts) => boolean) | undefined;
  /** Whether a call was fine; `null` stands for a call without an error. @default only those */
  isSuccessful?: ((error: unknown) => boolean) | undefined;
  /** Whether a result says nothing; asked before `isSuccessful`, also with `null`. @default none */
  isExcluded?: ((error: unknown) => boolean) | undefined;
}

const KNOWN = ['version', 'maxRequests', 'interval', 'timeout', 'readyToTrip', 'isSuccessful'];
const KNOWN_2 = [...KNOWN, 'bucketPeriod', 'isExcluded'];
const SLIPS = {
  name: "createBreaker({ name: '…', ...gobreaker({ … }) })",
  onStateChange: "breaker.on('state-changed', …)",
  bucketPeriod: 'version: 2, which has it',
  isExcluded: 'version: 2, which has it',
};

/**
 * gobreaker's settings as options of a breaker.
 * @param mode.faithful True: a probe that never settles holds its place for ever, nothing but `isExcluded` is neutral, and
 * no `Retry-After` lengthens the open time.
 * @example createBreaker({ name: 'payments', ...gobreaker({ maxRequests: 3, timeout: 60_000 }) })
 */
export function gobreaker(options: GobreakerOptions = {}, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  const { version = 2, readyToTrip } = options;
  if (version !== 1 && version !== 2)
    throw new RangeError(`gobreaker version must be 1 or 2, got ${show(version)}`);
  checkKeys('gobreaker', options, version === 1 ? KNOWN : KNOWN_2, SLIPS);
  const faithful = isFaithful('gobreaker', mode);
  for (const key of ['readyToTrip', 'isSuccessful', 'isExcluded'] as const)
    checkFunction(`gobreaker ${key}`, options[key]);
  const probes = checkCount('gobreaker maxRequests', options.maxRequests ?? 1, 0, 10_000) || 1;
  const timeout = positiveMs('timeout', options.timeout) || 60_000;
  const window = windowOf(
    positiveMs('interval', options.interval, 1),
    positiveMs('bucketPeriod', options.bucketPeriod),
  );
  return {
    window,
    ...tripping(readyToTrip),
    stayOpen: fixed(timeout, { endsAfter: true, hintMaxMs: faithful ? 0 : undefined }),
    probing: { probes, closeWhen: successes(probes), leaseMs: faithful ? null : timeout },
    counting: {
      dated: window.kind === 'last-ms' ? 'start' : 'end',
      pending: true,
      ignored: 'calls',
      check: 'failures',
      clears: 'opening-and-closing',
      streakExpires: true,
    } satisfies Partial<Counting>,
    ...classifying(options, faithful),
    counts: (view) => ({ ...countsIn(view) }),
  };
}

/** A new interval begins with the call that finds the last one over, and what began in the old one no longer counts. */
function windowOf(interval: number, bucketPeriod: number): WindowConfig {
  if (interval === 0) return sinceClosed();
  // Whole nanoseconds, as there: 2.1 / 0.3 is a shade above 7.
  const buckets = bucketPeriod === 0 ? 1 : Math.ceil(wholeNs(interval) / wholeNs(bucketPeriod));
  if (buckets === 1) {
    const ms = Math.max(interval, bucketPeriod);
    return tumblingMs(ms, { restarts: 'when-touched', endsAfter: true, stalesCalls: true });
  }
  checkCount('gobreaker interval ÷ bucketPeriod', buckets, 1, 1_000);
  return lastMs(buckets * bucketPeriod, { buckets });
}

function tripping(readyToTrip: GobreakerOptions['readyToTrip']): {
  openWhen: OpenRule;
  rules?: NonNullable<BreakerOptions['rules']>;
} {
  if (readyToTrip === undefined) return { openWhen: consecutiveFailures(6) };
  return {
    openWhen: custom('readyToTrip'),
    rules: { readyToTrip: (window) => readyToTrip(countsOf(window)) },
  };
}

function classifying(
  { isSuccessful, isExcluded }: GobreakerOptions,
  faithful: boolean,
): Pick<BreakerOptions, 'classify'> {
  if (isSuccessful === undefined && isExcluded === undefined && !faithful) return {};
  const classify = (outcome: Outcome): Verdict | undefined => {
    const error = outcome.ok ? null : outcome.error;
    if (isExcluded?.(error)) return 'ignored';
    if (isSuccessful === undefined ? outcome.ok : isSuccessful(error)) return 'success';
    // Left to the breaker, which knows the caller's own abort and the refusals of other policies from failures.
    return faithful || outcome.ok ? 'failure' : undefined;
  };
  return { classify };
}

/** Each state counts afresh: while open the window is empty. */
function countsIn({ window, probing }: CountsView): GobreakerCounts {
  if (probing === undefined) return countsOf(window);
  const { admitted, succeeded, failed, inFlight } = probing;
  return {
    requests: admitted,
    totalSuccesses: succeeded,
    totalFailures: failed,
    totalExclusions: admitted - succeeded - failed - inFlight,
    consecutiveSuccesses: succeeded,
    consecutiveFailures: failed,
  };
}

function countsOf(window: WindowView): GobreakerCounts {
  return {
    requests: window.calls,
    totalSuccesses: window.succeeded,
    totalFailures: window.failures,
    totalExclusions: window.ignored,
    consecutiveSuccesses: window.successesInARow,
    consecutiveFailures: window.failuresInARow,
  };
}

/** 0 where nothing, 0 or less was given. */
function positiveMs(key: string, value: unknown, smallest?: number): number {
  if (value === undefined || (typeof value === 'number' && value <= 0)) return 0;
  return checkMs(`gobreaker ${key}`, value, smallest);
}

function wholeNs(ms: number): number {
  return Math.round(ms * 1_000_000);
}
