import type { BreakerConfig, FailureRatio } from './config.ts';
import { COUNTING } from './resolve.ts';
import { slowestAllowedMs } from './rules.ts';

/** What follows from a configuration for the way of a call; shared by all breakers that have the same one. */
export interface Plan {
  /** A call that took longer is slow; Infinity where no rule asks. */
  readonly slowMs: number;
  /** A call that took longer has failed. */
  readonly failAfterMs: number;
  /** Whether calls must be timed. */
  readonly timed: boolean;
  /** Whether a result must read the clock. */
  readonly datesResults: boolean;
  /** Whether an arrival at a closed circuit changes or decides nothing. */
  readonly plainArrivals: boolean;
  /** Whether an arrival asks the rules. */
  readonly asksOnArrival: boolean;
  readonly asksOnSuccess: boolean;
  readonly asksOnFailure: boolean;
  /** Whether the rules may be met although nothing failed and nothing was slow. */
  readonly asksAlways: boolean;
  /** Whether the window goes on while the circuit is not closed. */
  readonly windowLivesOn: boolean;
  /** Whether a result may find that its time was over: an interval's, or half-open's. */
  readonly endsByTime: boolean;
  /** Whether the window's intervals make results stale. */
  readonly tumbles: boolean;
  /** Whether slow calls count while they are still under way. */
  readonly watchesSlow: boolean;
  readonly countsIgnored: boolean;
  readonly countsRejected: boolean;
  readonly countsLate: boolean;
  /** Whether streaks are forgotten with what the window forgets. */
  readonly streaksExpire: boolean;
  /** The rule whose limit moves. */
  readonly adapting: AdaptingRatio | null;
  /** Live counts of durations, where somebody measures them: such a plan is the breaker's own. */
  readonly latency: Uint32Array | null;
}

type AdaptingRatio = FailureRatio & Required<Pick<FailureRatio, 'adapt'>>;

const PLANS = new WeakMap<BreakerConfig, Plan>();

export function planOf(config: BreakerConfig, latency: Uint32Array | null): Plan {
  if (latency !== null) return derive(config, latency);
  const known = PLANS.get(config) ?? derive(config, null);
  PLANS.set(config, known);
  return known;
}

function derive(config: BreakerConfig, latency: Uint32Array | null): Plan {
  const { window, openWhen, counting = COUNTING, failAfterMs = Number.POSITIVE_INFINITY } = config;
  const slowMs = slowestAllowedMs(openWhen);
  const watchesSlow = openWhen.some((rule) => 'inFlight' in rule);
  const adapting = openWhen.find((rule): rule is AdaptingRatio => 'adapt' in rule) ?? null;
  const tumbles = 'stalesCalls' in window;
  const asksOnArrival = counting.check === 'arrivals' || watchesSlow;
  const timed =
    latency !== null ||
    slowMs !== Number.POSITIVE_INFINITY ||
    config.failAfterMs !== undefined ||
    counting.dated === 'start' ||
    counting.pending;
  const ownHistory = typeof adapting?.adapt.history === 'number';
  return {
    slowMs,
    failAfterMs,
    timed,
    datesResults:
      timed ||
      ownHistory ||
      config.warmUpMs !== undefined ||
      window.kind === 'last-ms' ||
      window.kind === 'tumbling',
    plainArrivals: !asksOnArrival && !counting.pending && !tumbles && !('restarts' in window),
    asksOnArrival,
    asksOnSuccess: counting.check === 'results',
    asksOnFailure: counting.check !== 'arrivals',
    asksAlways: watchesSlow || openWhen.some(({ kind }) => kind === 'custom'),
    windowLivesOn: counting.clears === 'never',
    tumbles,
    endsByTime: tumbles || config.probing.maxMs !== undefined,
    watchesSlow,
    countsIgnored: counting.ignored === 'calls' || counting.pending,
    countsRejected: counting.rejected !== 'nothing',
    countsLate: counting.late === 'counted',
    streaksExpire: counting.streakExpires || tumbles,
    adapting,
    latency,
  };
}
