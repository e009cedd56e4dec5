import type { BreakerConfig } from './config.ts';
import { type MetricsCollector, OwnHistory } from './history.ts';
import type { Plan } from './plan.ts';
import type { Ramp } from './ramp.ts';
import { Underway } from './underway.ts';

/** What only some configurations need; a breaker without them has none. */
export class Extras {
  /** While the traffic comes back. */
  ramp: Ramp | null = null;
  underway: Underway | null;
  history: OwnHistory | null;
  readonly collector: MetricsCollector | undefined;
  /** Before it nothing opens the circuit. */
  readonly opensFrom: number;

  constructor(config: BreakerConfig, plan: Plan, collector: MetricsCollector | undefined, now: number) {
    this.collector = collector;
    this.opensFrom = now + (config.warmUpMs ?? 0);
    this.underway = plan.watchesSlow ? new Underway(plan.slowMs) : null;
    const rule = plan.adapting;
    const history = rule?.adapt?.history;
    this.history =
      rule === null || typeof history !== 'number'
        ? null
        : new OwnHistory(history, rule.ratio, rule.minimumCalls, now);
  }
}

export function needsExtras(config: BreakerConfig, plan: Plan): boolean {
  return (
    config.warmUpMs !== undefined || config.rampUp !== undefined || plan.watchesSlow || plan.adapting !== null
  );
}
