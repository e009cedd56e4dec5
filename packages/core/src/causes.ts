/** Why a state changed where no rule of the window did it. */
import type { BreakerConfig } from './config.ts';
import type { Why } from './rules.ts';
import { successesNeeded, type Trial } from './trial.ts';

export const OPEN_TIME_OVER: Why = Object.freeze({ rule: 'open-time-over' });
export const PROBING_TOO_LONG: Why = Object.freeze({ rule: 'probing-too-long' });
export const PROBE_NOW: Why = Object.freeze({ rule: 'probe-now' });
export const TOLD_TO_OPEN: Why = Object.freeze({ rule: 'told-to-open' });
export const RESET: Why = Object.freeze({ rule: 'reset' });

/** What one more success, or failure, of a probe amounts to. */
export function probesPassed({ succeeded, failed, successesInARow }: Trial, config: BreakerConfig): Why {
  const calls = succeeded + failed + 1;
  const value = (config.probing.closeWhen.kind === 'successes-in-a-row' ? successesInARow : succeeded) + 1;
  return { rule: 'probes-passed', value, limit: successesNeeded(config).needed, calls, bad: failed };
}
export function probesFailed({ succeeded, failed }: Trial, config: BreakerConfig): Why {
  const calls = succeeded + failed + 1;
  const { needed, of } = successesNeeded(config);
  return { rule: 'probes-failed', value: failed + 1, limit: of - needed + 1, calls, bad: failed + 1 };
}
