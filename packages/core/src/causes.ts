/** Why a state changed where no rule of the window did it. */
import { FAILED, SLOW } from './bits.ts';
import type { BreakerConfig } from './config.ts';
import type { MachineState } from './machine.ts';
import type { Why } from './rules.ts';
import { successesNeeded, type Trial } from './trial.ts';

export const OPEN_TIME_OVER: Why = Object.freeze({ rule: 'open-time-over' });
export const PROBING_TOO_LONG: Why = Object.freeze({ rule: 'probing-too-long' });
export const PROBE_NOW: Why = Object.freeze({ rule: 'probe-now' });
export const TOLD_TO_OPEN: Why = Object.freeze({ rule: 'told-to-open' });
export const RESET: Why = Object.freeze({ rule: 'reset' });

/** What ends by time alone in this state. */
export function causeOfTime(machine: MachineState): Why {
  return machine.name === 'open' ? OPEN_TIME_OVER : PROBING_TOO_LONG;
}

/** What a probe's result is to the machine, and what it amounts to. */
export function probeResult(
  trial: Trial,
  bits: number,
  config: BreakerConfig,
): { type: 'probe-succeeded' | 'probe-failed'; slow: boolean; why: Why } {
  // Where slow calls open the circuit, a slow probe has not shown that the other side is back; a rule that looks at
  // both apart is told both.
  const apart = config.probing.closeWhen.kind === 'below-limits';
  const slow = (bits & SLOW) !== 0;
  const passed = !(bits & FAILED) && (!slow || apart);
  const why = (passed && !apart ? probesPassed : probesFailed)(trial, config);
  return { type: passed ? 'probe-succeeded' : 'probe-failed', slow, why };
}

/** What one more success, or failure, of a probe amounts to. */
function probesPassed({ succeeded, failed, successesInARow }: Trial, config: BreakerConfig): Why {
  const calls = succeeded + failed + 1;
  const value = (config.probing.closeWhen.kind === 'successes-in-a-row' ? successesInARow : succeeded) + 1;
  return { rule: 'probes-passed', value, limit: successesNeeded(config).needed, calls, bad: failed };
}
function probesFailed({ succeeded, failed }: Trial, config: BreakerConfig): Why {
  const calls = succeeded + failed + 1;
  const { needed, of } = successesNeeded(config);
  return { rule: 'probes-failed', value: failed + 1, limit: of - needed + 1, calls, bad: failed + 1 };
}
