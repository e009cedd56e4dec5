import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/resolve.ts';
import { Spread } from '../../src/simulate/spread.ts';
import { Recording } from '../../src/simulate/timeline.ts';

const config = resolveConfig({});
const opened = { rule: 'failure-ratio' as const };
const over = { rule: 'open-time-over' as const };
const NOTHING = {
  calls: 0,
  letThrough: 0,
  refused: 0,
  failed: 0,
  failuresAvoided: 0,
  goodRefused: 0,
  probes: 0,
  assumed: 0,
};
const row = new Spread({
  at: 0,
  ms: 1_000,
  calls: 8,
  failures: 4,
  slow: 0,
  timeouts: 0,
  ignored: 2,
  assumed: 5,
});

describe('a recording', () => {
  it('writes down segments end to end, each with the calls that arrived in it, and their sums', () => {
    const recording = new Recording(10);
    recording.count(row, 0, 5, true);
    recording.move(20, 'open', opened);
    recording.count(row, 5, 10, false);
    recording.move(50, 'half-open', over);
    recording.tally.probes++;
    recording.move(50, 'open', opened);
    recording.move(70, 'half-open', over);
    recording.move(75, 'closed', { rule: 'probes-passed' });
    recording.count(row, 5, 10, true);
    const timeline = recording.finish(80, config);
    expect(timeline.from).toBe(10);
    expect(timeline.to).toBe(80);
    expect(timeline.config).toBe(config);
    expect(timeline.transitions).toEqual([
      { at: 20, from: 'closed', to: 'open', why: opened },
      { at: 50, from: 'open', to: 'half-open', why: over },
      { at: 50, from: 'half-open', to: 'open', why: opened },
      { at: 70, from: 'open', to: 'half-open', why: over },
      { at: 75, from: 'half-open', to: 'closed', why: { rule: 'probes-passed' } },
    ]);
    const [assumedEarly, failedEarly, callsEarly] = [
      row.assumedBefore(5),
      row.failuresBefore(5),
      row.callsBefore(5),
    ];
    expect(assumedEarly).toBeGreaterThan(0);
    expect(assumedEarly).toBeLessThan(5);
    const late = { calls: 5, assumed: 5 - assumedEarly };
    expect(timeline.segments).toEqual([
      {
        from: 10,
        to: 20,
        state: 'closed',
        ...NOTHING,
        calls: 5,
        letThrough: 5,
        failed: failedEarly,
        assumed: assumedEarly,
      },
      {
        from: 20,
        to: 50,
        state: 'open',
        ...NOTHING,
        ...late,
        refused: 5,
        failuresAvoided: 4 - failedEarly,
        goodRefused: 8 - callsEarly - (4 - failedEarly),
      },
      { from: 50, to: 50, state: 'half-open', ...NOTHING, probes: 1 },
      { from: 50, to: 70, state: 'open', ...NOTHING },
      { from: 70, to: 75, state: 'half-open', ...NOTHING },
      { from: 75, to: 80, state: 'closed', ...NOTHING, ...late, letThrough: 5, failed: 4 - failedEarly },
    ]);
    expect(timeline.totals).toEqual({
      calls: 15,
      letThrough: 10,
      refused: 5,
      failed: failedEarly + 4 - failedEarly,
      failuresAvoided: 4 - failedEarly,
      goodRefused: 8 - callsEarly - (4 - failedEarly),
      probes: 1,
      assumed: 10 - assumedEarly,
      openings: 2,
      closedMs: 15,
      openMs: 50,
      halfOpenMs: 5,
    });
  });

  it('of no length has no segments, and yet counts', () => {
    const recording = new Recording(10);
    recording.count(row, 0, 10, true);
    const { segments, totals, transitions } = recording.finish(10, config);
    expect([segments, transitions]).toEqual([[], []]);
    expect(totals).toEqual({
      ...NOTHING,
      calls: 10,
      letThrough: 10,
      failed: 4,
      assumed: 5,
      openings: 0,
      closedMs: 0,
      openMs: 0,
      halfOpenMs: 0,
    });
  });
});
