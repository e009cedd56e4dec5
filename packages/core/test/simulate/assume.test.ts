import { describe, expect, it, vi } from 'vitest';
import { answers, guessing } from '../../src/simulate/assume.ts';
import type { TracedCall, TracedRow } from '../../src/simulate/trace.ts';

const ok = (at: number, durationMs = 0): TracedCall => ({ at, durationMs, outcome: 'ok' });
const failed = (at: number, durationMs = 0): TracedCall => ({ at, durationMs, outcome: 'failed' });
const ignored = (at: number): TracedCall => ({ at, durationMs: 9, outcome: 'ignored' });
const unknown = (at: number): TracedCall => ({ at, durationMs: null, outcome: 'unknown' });
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const byTime = (calls: TracedCall[]): TracedCall[] => calls.sort((a, b) => a.at - b.at);
/** What the calls of unknown outcome are taken for. */
const assumed = (calls: TracedCall[]): (readonly TracedCall[])[number][] => {
  const answered = answers(calls, 'neighbours');
  return answered.filter((_, i) => calls[i]?.outcome === 'unknown');
};

describe('the answer to a call', () => {
  it('is the call itself where its outcome is known', () => {
    const known = [ok(1), failed(2), ignored(3)];
    expect(answers(known, 'neighbours')).toBe(known);
    const mixed = [ok(1), unknown(2), ignored(3)];
    expect(answers(mixed, 'failed')).toEqual([
      ok(1),
      { at: 0, durationMs: 0, outcome: 'failed' },
      ignored(3),
    ]);
    expect(answers(mixed, 'ok')[1]).toEqual({ at: 0, durationMs: 0, outcome: 'ok' });
    expect(answers(mixed, 'ok')[0]).toBe(mixed[0]);
  });

  it('is good and at once where nothing is known', () => {
    expect(assumed([unknown(0), ignored(1), unknown(2)])).toEqual([
      { at: 0, durationMs: 0, outcome: 'ok' },
      { at: 0, durationMs: 0, outcome: 'ok' },
    ]);
  });

  it('is the nearest known call of its kind, the earlier of two', () => {
    const [early, late] = [ok(100, 1), ok(110, 2)];
    const found = (at: number): unknown => assumed(byTime([early, late, unknown(at)]))[0];
    expect([90, 100, 104, 105, 106, 110, 130].map(found)).toEqual([
      early,
      early,
      early,
      early,
      late,
      late,
      late,
    ]);
    const twice = [ok(100, 1), ok(100, 2), unknown(100), ok(200, 3)];
    expect(assumed(twice)).toEqual([ok(100, 2)]);
  });

  it('is found among many', () => {
    for (let count = 1; count <= 9; count++) {
      const known = times(count, (i) => ok(i * 10, i));
      const asked = times(count, (i) => unknown(i * 10 + 1));
      expect(assumed(byTime([...known, ...asked]))).toEqual(known);
    }
  });

  it('fails at the rate of the known calls, one by one', () => {
    const known = [failed(0, 3), ok(1, 4), ok(2, 5), ok(3, 6)];
    const outcomes = assumed([...known, ...times(8, () => unknown(10))]).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['ok', 'failed', 'ok', 'ok', 'ok', 'failed', 'ok', 'ok']);
    const all = assumed([failed(0, 3), failed(1, 4), unknown(2), unknown(3)]);
    expect(all).toEqual([failed(1, 4), failed(1, 4)]);
  });

  it('asks the nearest twenty, to both sides, and no more', () => {
    const outage = times(20, (i) => failed(100 + i));
    const good = [...times(30, (i) => ok(i)), ...times(30, (i) => ok(200 + i))];
    const inside = times(30, () => unknown(110));
    const calls = assumed(byTime([...good, ...outage, ...inside]));
    expect(calls.filter(({ outcome }) => outcome === 'failed').length).toBe(30);
    const nineteen = assumed(byTime([...good, ...outage.slice(1), ...inside.slice(10)]));
    expect(nineteen.filter(({ outcome }) => outcome === 'failed').length).toBe(19);
  });
});

describe('a guess about the refused calls of a row', () => {
  const row = (at: number, calls: number, failures: number, more: Partial<TracedRow> = {}): TracedRow => ({
    at,
    calls,
    failures,
    ...more,
  });
  const slowOf = ({ slow = 0 }: TracedRow): number => slow;
  const failedOf = ({ failures }: TracedRow): number => failures;

  it('is all good or all failed where one says so', () => {
    const rows = [row(0, 10, 5, { slow: 4, timeouts: 3 })];
    expect(guessing(rows, 'ok', slowOf, failedOf)(0, 7)).toEqual({ failures: 0, slow: 0, timeouts: 0 });
    expect(guessing(rows, 'failed', slowOf, failedOf)(0, 7)).toEqual({ failures: 7, slow: 0, timeouts: 0 });
  });

  it('is the share of the nearest rows that hold twenty calls', () => {
    const rows = [
      row(0, 100, 100),
      row(1_000, 10, 5, { slow: 2, timeouts: 1 }),
      row(2_000, 10, 5, { slow: 6, timeouts: 3 }),
      row(3_000, 100, 0),
    ];
    const guess = guessing(rows, 'neighbours', slowOf, failedOf);
    expect(guess(1_500, 100)).toEqual({ failures: 50, slow: 40, timeouts: 20 });
    expect(guess(1_001, 100)).toEqual({ failures: 50, slow: 40, timeouts: 20 });
    expect(guess(0, 10)).toEqual({ failures: 10, slow: 0, timeouts: 0 });
    expect(guess(9_000, 10)).toEqual({ failures: 0, slow: 0, timeouts: 0 });
  });

  it('asks a third row where two hold nineteen calls, and where nothing is known guesses good', () => {
    const rows = [row(0, 9, 0), row(1_000, 10, 0), row(2_000, 19, 19)];
    expect(guessing(rows, 'neighbours', slowOf, failedOf)(0, 38).failures).toBe(19);
    expect(guessing([], 'neighbours', slowOf, failedOf)(0, 5)).toEqual({ failures: 0, slow: 0, timeouts: 0 });
  });

  it('keeps its shares over time, and holds no more of anything than there is', () => {
    const guess = guessing([row(0, 20, 5, { slow: 5, timeouts: 5 })], 'neighbours', slowOf, failedOf);
    expect(times(8, () => guess(0, 1).failures)).toEqual([0, 1, 0, 0, 0, 1, 0, 0]);
    expect(times(8, () => guess(0, 1))).toEqual(
      [0, 1, 0, 0, 0, 1, 0, 0].map((one) => ({ failures: one, slow: one, timeouts: one })),
    );
    expect(guess(0, 0)).toEqual({ failures: 0, slow: 0, timeouts: 0 });
  });

  it('takes failures by duration for timeouts, beside those that were recorded', () => {
    const rows = [row(0, 20, 4, { timeouts: 2 })];
    expect(guessing(rows, 'neighbours', slowOf, () => 10)(0, 20)).toEqual({
      failures: 10,
      slow: 0,
      timeouts: 8,
    });
    expect(guessing([row(0, 20, 4)], 'neighbours', slowOf, failedOf)(0, 20).timeouts).toBe(0);
  });

  it('passes over rows that hold no calls', () => {
    const rows = [row(0, 20, 20), ...times(50, (i) => row((i + 1) * 1_000, 0, 0))];
    const asked = vi.fn(failedOf);
    const guess = guessing(rows, 'neighbours', slowOf, asked);
    expect(guess(50_000, 6).failures).toBe(6);
    expect(new Set(asked.mock.calls.map(([{ at }]) => at))).toEqual(new Set([0]));
  });
});
