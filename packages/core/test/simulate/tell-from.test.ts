import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consecutiveFailures, custom, fixed, lastCalls, lastMs } from '../../src/index.ts';
import { simulate, type Timeline, type TracedCall, type TracedRow } from '../../src/simulate/index.ts';
import { aConfig } from '../support/arbitrary-config.ts';
import { property } from '../support/property.ts';

const TWICE = {
  window: lastCalls(10),
  openWhen: consecutiveFailures(2),
  stayOpen: fixed(1_000),
  probing: { probes: 1 },
};
const failed = (at: number, durationMs = 0): TracedCall => ({ at, durationMs, outcome: 'failed' });
const calls = [failed(0), failed(100), failed(500), failed(900), failed(1_200), failed(1_300)];

/** What begins at a moment or later, and what is under way then cut there. */
function cut({ segments, transitions }: Timeline, from: number): unknown {
  return {
    transitions: transitions.filter(({ at }) => at > from),
    states: segments
      .filter(({ to }) => to > from)
      .map(({ state, from: began, to }) => [state, Math.max(from, began), to]),
  };
}

describe('a timeline that is told from a moment on', () => {
  it('counts the calls that arrive then, in the state that the ones before have led to', () => {
    const { from, transitions, segments, totals } = simulate(TWICE, { calls }, { tellFrom: 500 });
    expect(from).toBe(500);
    expect(transitions.map(({ at, from: before, to }) => [at, before, to])).toEqual([
      [1_100, 'open', 'half-open'],
      [1_200, 'half-open', 'open'],
    ]);
    expect(segments.map(({ state, from: began, to, refused }) => [state, began, to, refused])).toEqual([
      ['open', 500, 1_100, 2],
      ['half-open', 1_100, 1_200, 0],
      ['open', 1_200, 1_300, 1],
    ]);
    expect(totals).toMatchObject({
      calls: 4,
      letThrough: 1,
      refused: 3,
      openings: 1,
      openMs: 700,
      closedMs: 0,
    });
  });

  it('takes a result at that moment for one before it', () => {
    const two = [failed(0, 300), failed(100, 200), failed(300)];
    expect(simulate(TWICE, { calls: two }, { tellFrom: 300 })).toMatchObject({
      transitions: [],
      totals: { calls: 1, refused: 1, openings: 0 },
    });
  });

  it('may begin behind everything, or before it', () => {
    const whole = simulate(TWICE, { calls });
    expect(simulate(TWICE, { calls }, { tellFrom: -5 })).toEqual(whole);
    expect(simulate(TWICE, { calls }, { tellFrom: 0 })).toEqual(whole);
    for (const tellFrom of [2_000, 9_999]) {
      const nothing = { from: 2_000, to: 2_000, segments: [], totals: { calls: 0, openMs: 0 } };
      expect(simulate(TWICE, { calls, to: 2_000 }, { tellFrom })).toMatchObject(nothing);
      expect(simulate(TWICE, { rows: [], to: 2_000 }, { tellFrom })).toMatchObject(nothing);
    }
  });

  it('goes on exactly as the whole does', () => {
    const aCall = fc.record({
      afterMs: fc.integer({ min: 1, max: 6_000 }).map((n) => n / 64),
      durationMs: fc.integer({ min: 0, max: 20_000 }).map((n) => n / 64),
      outcome: fc.constantFrom('ok' as const, 'failed' as const, 'failed' as const, 'ignored' as const),
    });
    const same = fc.property(
      aConfig(false),
      fc.array(aCall, { minLength: 5, maxLength: 80 }),
      fc.integer({ min: 1, max: 200_000 }),
      (config, gaps, ticks) => {
        let now = 0;
        const some = gaps.map(({ afterMs, ...call }) => {
          now += afterMs;
          return { ...call, at: now };
        });
        // Between two of the moments at which anything happens.
        const tellFrom = ticks / 64 + 1 / 128;
        const whole = simulate(config, { calls: some, from: 0 });
        fc.pre(tellFrom < whole.to);
        const told = simulate(config, { calls: some, from: 0 }, { tellFrom });
        expect(cut(told, tellFrom)).toEqual(cut(whole, tellFrom));
        expect(told.totals.calls).toBe(some.filter(({ at }) => at >= tellFrom).length);
      },
    );
    fc.assert(same, property(100));
  });

  it.each([
    ['many at a time', { window: lastMs(5_000), openWhen: consecutiveFailures(5), stayOpen: fixed(3_500) }],
    [
      'one by one',
      {
        window: lastMs(5_000),
        openWhen: [consecutiveFailures(5), custom('never')],
        rules: { never: () => false },
        stayOpen: fixed(3_500),
      },
    ],
  ])('goes on as the whole does with rows, %s', (_, config) => {
    const rows: TracedRow[] = Array.from({ length: 30 }, (_row, i) => ({
      at: i * 1_000,
      calls: 10,
      failures: i > 3 && i < 20 ? 10 : 0,
    }));
    const whole = simulate(config, { rows });
    for (const tellFrom of [0, 3_000, 6_000, 6_500, 12_000, 29_000, 30_000]) {
      const told = simulate(config, { rows }, { tellFrom });
      expect(cut(told, tellFrom)).toEqual(cut(whole, tellFrom));
      expect(told.totals.calls).toBe(10 * rows.filter(({ at }) => at >= tellFrom).length);
      expect(told.from).toBe(tellFrom);
    }
    expect(whole.totals.openings).toBeGreaterThan(1);
  });

  it('is refused for what is no moment', () => {
    for (const tellFrom of [Number.NaN, '5', null])
      expect(() => simulate({}, { calls: [] }, { tellFrom: tellFrom as number })).toThrow(
        /^tellFrom must be a moment of the trace, got /,
      );
  });
});
