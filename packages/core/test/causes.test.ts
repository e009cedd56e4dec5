import { describe, expect, it } from 'vitest';
import { FAILED, SLOW, SLOW_FAILURE } from '../src/bits.ts';
import {
  causeOfTime,
  OPEN_TIME_OVER,
  PROBE_NOW,
  PROBING_TOO_LONG,
  probeResult,
  RESET,
  TOLD_TO_OPEN,
} from '../src/causes.ts';
import type { CloseRule } from '../src/config.ts';
import { belowLimits, successes, successesInARow, successRatio } from '../src/index.ts';
import type { MachineState } from '../src/machine.ts';
import { resolveConfig } from '../src/resolve.ts';
import { emptyTrial } from '../src/trial.ts';

/** One more result of a trial that has seen three successes, the last two in a row, and two failures. */
function result(bits: number, closeWhen: CloseRule): unknown {
  const config = resolveConfig({ probing: { probes: 10, closeWhen } });
  const trial = { ...emptyTrial(0, config.probing), succeeded: 3, failed: 2, successesInARow: 2 };
  return probeResult(trial, bits, config);
}

describe('a cause that is no rule of the window', () => {
  it('has a name', () => {
    expect([OPEN_TIME_OVER, PROBING_TOO_LONG, PROBE_NOW, TOLD_TO_OPEN, RESET]).toEqual([
      { rule: 'open-time-over' },
      { rule: 'probing-too-long' },
      { rule: 'probe-now' },
      { rule: 'told-to-open' },
      { rule: 'reset' },
    ]);
  });

  it('is shared, so nobody may change it', () => {
    for (const why of [OPEN_TIME_OVER, PROBING_TOO_LONG, PROBE_NOW, TOLD_TO_OPEN, RESET])
      expect(Object.isFrozen(why)).toBe(true);
  });

  it('is the end of the open time, or of half-open', () => {
    expect(causeOfTime({ name: 'open' } as MachineState)).toBe(OPEN_TIME_OVER);
    expect(causeOfTime({ name: 'half-open' } as MachineState)).toBe(PROBING_TOO_LONG);
  });
});

describe('the result of a probe', () => {
  it('counts the successes of all probes', () => {
    const why = { rule: 'probes-passed', value: 4, limit: 5, calls: 6, bad: 2 };
    expect(result(0, successRatio(0.5))).toEqual({ type: 'probe-succeeded', slow: false, why });
    expect(result(0, successes(5, { of: 9 }))).toEqual({ type: 'probe-succeeded', slow: false, why });
  });

  it('counts the row where a row closes', () => {
    const why = { rule: 'probes-passed', value: 3, limit: 7, calls: 6, bad: 2 };
    expect(result(0, successesInARow(7))).toEqual({ type: 'probe-succeeded', slow: false, why });
  });

  it('counts the failures that are too many', () => {
    const why = { rule: 'probes-failed', value: 3, limit: 5, calls: 6, bad: 3 };
    expect(result(FAILED, successes(5, { of: 9 }))).toEqual({ type: 'probe-failed', slow: false, why });
  });

  it('is a failure where it was slow, except where both are looked at apart', () => {
    const seen = (bits: number, closeWhen: CloseRule): unknown => {
      const { type, slow, why } = result(bits, closeWhen) as ReturnType<typeof probeResult>;
      return [type, slow, why.rule];
    };
    expect(seen(SLOW, successRatio(1))).toEqual(['probe-failed', true, 'probes-failed']);
    expect(seen(SLOW, belowLimits(10))).toEqual(['probe-succeeded', true, 'probes-failed']);
    expect(seen(SLOW_FAILURE, belowLimits(10))).toEqual(['probe-failed', true, 'probes-failed']);
  });
});
