/** cockatiel 3 and 4 (Node): one of three rules opens; one trial call, or a sample of them, closes. */
import { checkCount, checkFunction, checkKeys, checkMs, show } from '../check.ts';
import type { OpenRule, WindowConfig } from '../config.ts';
import type { BreakerOptions, CountsView, Outcome, Verdict } from '../types.ts';
import {
  backoff,
  consecutiveFailures,
  failureRatio,
  fixed,
  lastCalls,
  lastMs,
  sinceClosed,
  successes,
} from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';

/** Which of its three breakers, with that breaker's own options. */
export type CockatielBreaker =
  /** `new ConsecutiveBreaker(n)`: opens after n failures in a row. */
  | { readonly consecutive: number }
  /** `new CountBreaker({ … })`: opens above a share of the last `size` calls. `minimumNumberOfCalls` defaults to `size`. */
  | {
      readonly count: {
        readonly threshold: number;
        readonly size: number;
        readonly minimumNumberOfCalls?: number | undefined;
      };
    }
  /**
   * `new SamplingBreaker({ … })`: opens above a share of the calls of the last `duration` milliseconds, if these were at
   * least `minimumRps` a second. `minimumRps` defaults to 5 ÷ threshold.
   */
  | {
      readonly sampling: {
        readonly threshold: number;
        readonly duration: number;
        readonly minimumRps?: number | undefined;
      };
    };

/** One of cockatiel's back-offs, such as `new ExponentialBackoff()`. */
export interface CockatielBackoff {
  next(context: {
    attempt: number;
    result: { error: unknown };
  }): CockatielBackoff & { readonly duration: number };
}

export interface CockatielOptions {
  breaker: CockatielBreaker;
  /**
   * Milliseconds open, over at their end; or a function of the opening's number since it last closed (1, 2, …); or one of
   * cockatiel's back-offs.
   */
  halfOpenAfter: number | ((attempt: number) => number) | CockatielBackoff;
  /**
   * Trial calls, 1 to 10,000, and the share of them (0 to below 1) that may fail. Not in version 3.
   * @default { calls: 1, threshold: 0 }
   */
  halfOpenSampling?: { readonly calls: number; readonly threshold: number } | undefined;
  /** The policy's error filter: false for an error that says nothing about the dependency. @default every error counts */
  handleWhen?: ((error: unknown) => boolean) | undefined;
  /** The policy's result filter: true for a returned value that is a failure. @default none is */
  handleWhenResult?: ((value: unknown) => boolean) | undefined;
  /** @default 4 */
  version?: 3 | 4 | undefined;
}

const KEYS = ['breaker', 'halfOpenAfter', 'halfOpenSampling', 'handleWhen', 'handleWhenResult', 'version'];
const SLIPS = { initialState: 'restore, an option of createBreaker' };
/** Where a function decides how long to stay open and returns nothing sensible; and how long a trial call may take then. */
const FALLBACK_MS = 10_000;

/**
 * A breaker with cockatiel's rules. With `faithful`, old parts of a sampling window leave one by one, late results count in
 * whatever state they meet and a trial call that never ends keeps its place for ever.
 * @throws RangeError or TypeError for an unknown option or a value out of range.
 * @example createBreaker({ name: 'db', ...cockatiel({ breaker: { consecutive: 5 }, halfOpenAfter: 10_000 }) })
 */
export function cockatiel(options: CockatielOptions, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  checkKeys('cockatiel', options, KEYS, SLIPS);
  const faithful = isFaithful('cockatiel', mode);
  const { handleWhen, handleWhenResult } = options;
  for (const [option, value] of Object.entries({ handleWhen, handleWhenResult })) {
    checkFunction(`cockatiel ${option}`, value);
  }
  const { calls, threshold } = sampleOf(options);
  const mayFail = Math.min(Math.floor(threshold * calls + 1e-9), calls - 1);
  const open = openTime(options.halfOpenAfter, faithful);
  return {
    ...trip(options.breaker, faithful),
    ...open,
    probing: {
      probes: calls,
      closeWhen: successes(calls - mayFail, { of: calls }),
      leaseMs: faithful ? null : open.stayOpen.firstMs || FALLBACK_MS,
    },
    counting: { check: 'failures', closingSuccess: true, late: faithful ? 'counted' : 'stale' },
    ...(faithful || handleWhen !== undefined || handleWhenResult !== undefined
      ? { classify: (outcome: Outcome) => verdict(outcome, handleWhen, handleWhenResult, faithful) }
      : {}),
  };
}

interface Trip {
  window: WindowConfig;
  openWhen: OpenRule;
  counts: (view: CountsView) => Record<string, number>;
}

function trip(breaker: CockatielBreaker, faithful: boolean): Trip {
  const kinds = typeof breaker === 'object' && breaker !== null ? Object.keys(breaker) : [];
  if (kinds.length === 1) {
    if ('consecutive' in breaker) return consecutiveTrip(breaker.consecutive);
    if ('count' in breaker) return countTrip(breaker.count);
    if ('sampling' in breaker) return samplingTrip(breaker.sampling, faithful);
  }
  throw new TypeError(
    `cockatiel breaker must be { consecutive }, { count: { … } } or { sampling: { … } }, got ${show(breaker)}`,
  );
}

function consecutiveTrip(threshold: number): Trip {
  return {
    window: sinceClosed(),
    openWhen: consecutiveFailures(checkCount('cockatiel consecutive', threshold)),
    counts: ({ window }) => ({ count: window.failuresInARow }),
  };
}

function countTrip(options: Extract<CockatielBreaker, { count: object }>['count']): Trip {
  checkKeys('cockatiel count', options, ['threshold', 'size', 'minimumNumberOfCalls']);
  const { threshold, size, minimumNumberOfCalls = size } = options;
  const window = lastCalls(checkCount('cockatiel count size', size));
  const minimumCalls = checkCount('cockatiel count minimumNumberOfCalls', minimumNumberOfCalls, 1, size);
  return {
    window,
    openWhen: failureRatio(share('cockatiel count threshold', threshold), { above: true, minimumCalls }),
    counts: ({ window: { succeeded, failures } }) => ({ successes: succeeded, failures }),
  };
}

function samplingTrip(
  options: Extract<CockatielBreaker, { sampling: object }>['sampling'],
  faithful: boolean,
): Trip {
  checkKeys('cockatiel sampling', options, ['threshold', 'duration', 'minimumRps']);
  const { minimumRps = 0 } = options;
  const threshold = share('cockatiel sampling threshold', options.threshold);
  const duration = checkMs('cockatiel sampling duration', options.duration, 5);
  // At least five parts, of a second at most, and of whole milliseconds.
  const buckets = Math.min(1_000, Math.max(5, Math.ceil(duration / 1_000)));
  const windowMs = Math.round(duration / buckets) * buckets;
  const rps = minimumRps === 0 ? 5 / threshold : checkRps(minimumRps);
  const minimumCalls = Math.max(1, Math.ceil((rps * windowMs) / 1_000 - 1e-9));
  return {
    window: lastMs(windowMs, { buckets, anchor: 'first-call', forgets: faithful ? 'in-turn' : undefined }),
    openWhen: failureRatio(threshold, { above: true, minimumCalls }),
    counts: ({ window: { succeeded, failures } }) => ({
      currentSuccesses: succeeded,
      currentFailures: failures,
    }),
  };
}

function openTime(
  halfOpenAfter: CockatielOptions['halfOpenAfter'],
  faithful: boolean,
): Required<Pick<BreakerOptions, 'stayOpen'>> & Pick<BreakerOptions, 'openMs'> {
  const hintMaxMs = faithful ? 0 : undefined;
  if (typeof halfOpenAfter === 'number')
    return { stayOpen: fixed(checkMs('cockatiel halfOpenAfter', halfOpenAfter, 0), { hintMaxMs }) };
  const isFactory = typeof (halfOpenAfter as CockatielBackoff | undefined)?.next === 'function';
  if (typeof halfOpenAfter !== 'function' && !isFactory) {
    throw new TypeError(
      `cockatiel halfOpenAfter must be milliseconds, a function of the attempt or a back-off, got ${show(halfOpenAfter)}`,
    );
  }
  return {
    // The attempts are counted anew after every closing.
    stayOpen: backoff({ firstMs: FALLBACK_MS, factor: 1, jitterRatio: 0, quietMs: 0, hintMaxMs }),
    openMs: ({ openings, error }) =>
      typeof halfOpenAfter === 'function'
        ? halfOpenAfter(openings)
        : stepped(halfOpenAfter, Math.min(openings, 1_000), error),
  };
}

function stepped(factory: CockatielBackoff, attempts: number, error: unknown): number {
  let step = factory.next({ attempt: 1, result: { error } });
  for (let attempt = 2; attempt <= attempts; attempt++) step = step.next({ attempt, result: { error } });
  return step.duration;
}

function sampleOf({ halfOpenSampling, version = 4 }: CockatielOptions): { calls: number; threshold: number } {
  if (version !== 3 && version !== 4)
    throw new RangeError(`cockatiel version must be 3 or 4, got ${show(version)}`);
  if (halfOpenSampling === undefined) return { calls: 1, threshold: 0 };
  if (version === 3) throw new TypeError('cockatiel 3 has no halfOpenSampling: one trial call decides');
  checkKeys('cockatiel halfOpenSampling', halfOpenSampling, ['calls', 'threshold']);
  const { calls, threshold } = halfOpenSampling;
  checkCount('cockatiel halfOpenSampling calls', calls, 1, 10_000);
  return { calls, threshold: threshold === 0 ? 0 : share('cockatiel halfOpenSampling threshold', threshold) };
}

/** Unmatched errors decide nothing. There, a trial call that ends with one closes the circuit; here it gives its place back. */
function verdict(
  outcome: Outcome,
  handleWhen: CockatielOptions['handleWhen'],
  handleWhenResult: CockatielOptions['handleWhenResult'],
  faithful: boolean,
): Verdict | undefined {
  if (outcome.ok) return handleWhenResult?.(outcome.value) ? 'failure' : undefined;
  if (handleWhen !== undefined && !handleWhen(outcome.error)) return 'ignored';
  return faithful ? 'failure' : undefined;
}

function share(option: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  const slip = typeof value === 'number' && value > 1 && value < 100 ? `; did you mean ${value / 100}?` : '';
  throw new RangeError(`${option} must be above 0 and below 1, got ${show(value)}${slip}`);
}

function checkRps(value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= 1_000_000) return value;
  throw new RangeError(
    `cockatiel sampling minimumRps must be calls per second, from 0 to 1000000, got ${show(value)}`,
  );
}
