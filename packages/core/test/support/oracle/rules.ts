/** When the circuit opens: the rules, in the words of `config.ts`. */
import type { BreakerConfig, FailureRatio, OpenRule } from '../../../src/config.ts';
import { reaches } from './exact.ts';
import type { Counters } from './window.ts';

export interface Seen extends Counters {
  readonly failuresInARow: number;
  readonly successesInARow: number;
  readonly inFlight: number;
  /** Calls under way that are slow already. */
  readonly slowUnderWay: number;
}

/** The custom rules of all model runs: what no other rule can say. The breaker gets the same functions. */
export const CUSTOM: Record<string, (seen: Seen) => boolean> = {
  'as many failures as successes': ({ calls, failures, succeeded }) => calls >= 3 && failures >= succeeded,
  'two failures that were no timeouts': ({ failures, timeouts }) => failures - timeouts >= 2,
  'six calls': ({ calls }) => calls >= 6,
};
export const CUSTOM_NAMES: readonly string[] = Object.keys(CUSTOM);

export function metRule(config: BreakerConfig, seen: Seen): OpenRule | undefined {
  return config.openWhen.find((rule) => isMet(rule, seen));
}

function isMet(rule: OpenRule, seen: Seen): boolean {
  switch (rule.kind) {
    case 'failure-ratio':
      return seen.calls >= rule.minimumCalls && reaches(adapted(rule), seen.failures, seen.calls);
    case 'slow-ratio': {
      const more = rule.inFlight ? seen.slowUnderWay : 0;
      return seen.calls + more >= rule.minimumCalls && reaches(rule, seen.slow + more, seen.calls + more);
    }
    case 'failures':
      return seen.calls >= rule.minimumCalls && seen.failures >= rule.failures;
    case 'consecutive-failures':
      return seen.failuresInARow >= rule.failures;
    case 'custom':
      return CUSTOM[rule.name]?.(seen) === true;
  }
}

/** The error rate of ordinary times, in all model runs. */
export const ORDINARY = 0.25;

/** Moved by the past: factor 0 keeps the limit, 1 replaces it. */
export function adapted(rule: FailureRatio): FailureRatio {
  if (rule.adapt === undefined) return rule;
  const { factor } = rule.adapt;
  return { ...rule, ratio: rule.ratio * (1 - factor) + ORDINARY * factor };
}

/** A call that took longer is slow; all slow rules of a breaker share one limit. */
export function slowLimit(config: BreakerConfig): number {
  const rule = config.openWhen.find(({ kind }) => kind === 'slow-ratio');
  return rule?.kind === 'slow-ratio' ? rule.slowMs : Number.POSITIVE_INFINITY;
}

export function asksOnArrival(config: BreakerConfig): boolean {
  const underWay = config.openWhen.some((rule) => rule.kind === 'slow-ratio' && rule.inFlight === true);
  return underWay || config.counting?.check === 'arrivals';
}
