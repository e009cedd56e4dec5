import type { BreakerConfig } from './config.ts';
import { slowestAllowedMs } from './rules.ts';

/** What follows from a configuration for the way of a call; shared by all breakers that have the same one. */
export interface Plan {
  /** A call that took longer is slow; Infinity where no rule asks. */
  readonly slowMs: number;
  /** Whether calls must be timed. */
  readonly timed: boolean;
  /** Whether a result must read the clock. */
  readonly datesResults: boolean;
  /** Live counts of durations, where somebody measures them: such a plan is the breaker's own. */
  readonly latency: Uint32Array | null;
}

const PLANS = new WeakMap<BreakerConfig, Plan>();

export function planOf(config: BreakerConfig, latency: Uint32Array | null): Plan {
  if (latency !== null) return derive(config, latency);
  const known = PLANS.get(config) ?? derive(config, null);
  PLANS.set(config, known);
  return known;
}

function derive(config: BreakerConfig, latency: Uint32Array | null): Plan {
  const slowMs = slowestAllowedMs(config.openWhen);
  const timed = latency !== null || slowMs !== Number.POSITIVE_INFINITY;
  return { slowMs, timed, datesResults: timed || config.window.kind === 'last-ms', latency };
}
