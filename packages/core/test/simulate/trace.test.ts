import { describe, expect, it } from 'vitest';
import { LATENCY_BUCKETS } from '../../src/latency.ts';
import {
  type CallTrace,
  checkCalls,
  checkRows,
  type RowTrace,
  type TracedCall,
} from '../../src/simulate/trace.ts';

/** The whole sentence that refuses it, with the error's name. */
function refusal(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    return String(error);
  }
  return 'accepted';
}
const calls = (...list: unknown[]): string => refusal(() => checkCalls({ calls: list } as CallTrace));
const rows = (...list: unknown[]): string => refusal(() => checkRows({ rows: list } as RowTrace));
const call = (more: object): TracedCall => ({ at: 0, durationMs: 1, outcome: 'ok', ...more });
const row = (more: object): object => ({ at: 0, calls: 10, failures: 4, ...more });

describe('a trace of calls', () => {
  it('goes from the first arrival to the last arrival or result, unless told', () => {
    expect(checkCalls({ calls: [] })).toEqual({ from: 0, to: 0 });
    const some = [call({ at: 5, durationMs: 30 }), call({ at: 7, durationMs: null, outcome: 'ignored' })];
    expect(checkCalls({ calls: some })).toEqual({ from: 5, to: 35 });
    expect(checkCalls({ calls: some.slice(1) })).toEqual({ from: 7, to: 7 });
    expect(checkCalls({ calls: some, from: -4, to: 90 })).toEqual({ from: -4, to: 90 });
    expect(checkCalls({ calls: some, from: 5, to: 35 })).toEqual({ from: 5, to: 35 });
    expect(checkCalls({ calls: [call({ at: 5 }), call({ at: 5 })] })).toEqual({ from: 5, to: 6 });
  });

  it('does not look at the duration of a call that was turned away', () => {
    const turnedAway = [call({ at: 5, durationMs: 100, outcome: 'unknown' })];
    expect(checkCalls({ calls: turnedAway })).toEqual({ from: 5, to: 5 });
    expect(calls(call({ durationMs: Number.NaN, outcome: 'unknown' }))).toBe('accepted');
    expect(calls(call({ durationMs: 0 }))).toBe('accepted');
  });

  it('says which call is wrong, and how', () => {
    for (const [at, shown] of [
      ['3', '"3"'],
      [undefined, 'undefined'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
    ] as const)
      expect(calls(call({}), call({ at }))).toBe(
        `TypeError: trace.calls[1].at must be a finite number of milliseconds, got ${shown}`,
      );
    expect(calls(undefined)).toBe(
      'TypeError: trace.calls[0].at must be a finite number of milliseconds, got undefined',
    );
    expect(calls(call({ at: 5 }), call({ at: 4 }))).toBe(
      'RangeError: trace.calls[1].at (4) must not be before 5: a trace is sorted by time, and its rows do not overlap',
    );
    expect(calls(call({ outcome: 'good' }))).toBe(
      'TypeError: trace.calls[0].outcome must be ok, failed, ignored or unknown, got "good"',
    );
    for (const [durationMs, shown] of [
      [-1, '-1'],
      ['3', '"3"'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
      [undefined, 'undefined'],
    ] as const)
      expect(calls(call({ durationMs }))).toBe(
        `RangeError: trace.calls[0].durationMs must be a number of milliseconds of 0 or more, or null for a call that never ended, got ${shown}`,
      );
  });

  it('and which of its ends', () => {
    const given = (ends: object): string => refusal(() => checkCalls({ calls: [call({ at: 5 })], ...ends }));
    expect(given({ from: Number.NaN })).toBe(
      'TypeError: trace.from must be a finite number of milliseconds, got NaN',
    );
    expect(given({ to: '9' })).toBe('TypeError: trace.to must be a finite number of milliseconds, got "9"');
    expect(given({ to: 5.5 })).toBe('RangeError: trace.to (5.5) must not be before the end of the trace (6)');
    expect(given({ from: 6 })).toBe(
      'RangeError: trace.calls[0].at (5) must not be before 6: a trace is sorted by time, and its rows do not overlap',
    );
  });
});

describe('a trace of rows', () => {
  it('goes from the first row to the end of the last one, unless told', () => {
    expect(checkRows({ rows: [] })).toEqual({ from: 0, to: 0 });
    const some = [
      { at: 5, calls: 0, failures: 0 },
      { at: 1_005, ms: 20, calls: 0, failures: 0 },
    ];
    expect(checkRows({ rows: some })).toEqual({ from: 5, to: 1_025 });
    expect(checkRows({ rows: some.slice(0, 1), intervalMs: 50 })).toEqual({ from: 5, to: 55 });
    expect(checkRows({ rows: some, from: 1, to: 2_000 })).toEqual({ from: 1, to: 2_000 });
    expect(refusal(() => checkRows({ rows: [], from: Number.NaN }))).toBe(
      'TypeError: trace.from must be a finite number of milliseconds, got NaN',
    );
    expect(refusal(() => checkRows({ rows: some, to: 1_000 }))).toBe(
      'RangeError: trace.to (1000) must not be before the end of the trace (1025)',
    );
  });

  it('takes what is on the edge', () => {
    const most = 10_000_000;
    expect(
      rows(
        row({ calls: 0, failures: 0 }),
        row({
          at: 1_000,
          calls: most,
          failures: most,
          slow: most,
          timeouts: most,
          ignored: most,
          refused: most,
        }),
        row({ at: 2_000, latency: [0, 0, LATENCY_BUCKETS - 1, most] }),
        row({ at: 3_000, latency: [] }),
      ),
    ).toBe('accepted');
  });

  it('says which row is wrong, and how', () => {
    expect(rows(row({}), row({ at: 999 }))).toBe(
      'RangeError: trace.rows[1].at (999) must not be before 1000: a trace is sorted by time, and its rows do not overlap',
    );
    expect(rows(row({}), row({ at: '1000' }))).toBe(
      'TypeError: trace.rows[1].at must be a finite number of milliseconds, got "1000"',
    );
    for (const [ms, shown] of [
      [0, '0'],
      [-1, '-1'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
      ['9', '"9"'],
    ] as const) {
      expect(rows(row({ ms }))).toBe(
        `RangeError: trace.rows[0].ms must be a finite number of milliseconds above 0, got ${shown}`,
      );
      expect(refusal(() => checkRows({ rows: [], intervalMs: ms as number }))).toBe(
        `RangeError: trace.intervalMs must be a finite number of milliseconds above 0, got ${shown}`,
      );
    }
  });

  it.each([
    [{ calls: -1 }],
    [{ calls: 10_000_001 }],
    [{ calls: 10.5 }],
    [{ calls: '10' }],
    [{ failures: -1 }],
    [{ failures: 11 }],
    [{ slow: 11 }],
    [{ slow: -1 }],
    [{ timeouts: 5 }],
    [{ ignored: 10_000_001 }],
    [{ ignored: -0.5 }],
    [{ refused: 10_000_001 }],
    [{ refused: null }],
  ])('wants sound counts, and shows those that it got: %j', (more) => {
    const got = { calls: 10, failures: 4, slow: 0, timeouts: 0, ignored: 0, refused: 0, ...more };
    expect(rows(row({}), row({ at: 1_000, ...more }))).toBe(
      `RangeError: trace.rows[1] must hold whole numbers: calls, ignored and refused from 0 to 10000000, failures and slow at most calls, timeouts at most failures; got ${shown(got)}`,
    );
  });

  it.each([
    [[1]],
    [[1, 2, 3]],
    [[LATENCY_BUCKETS, 1]],
    [[-1, 1]],
    [[1, 1, LATENCY_BUCKETS, 1]],
    [[1, -1]],
    [[1, 10_000_001]],
    [[1, 0.5]],
    [['1', 1]],
    [{ length: 0 }],
  ])('wants pairs of a bucket and its count: %j', (latency) => {
    expect(rows(row({ latency }))).toBe(
      'RangeError: trace.rows[0].latency must hold pairs of a bucket (0 to 207) and its count',
    );
  });
});

/** Texts are shown up to sixty characters. */
function shown(counts: object): string {
  const text = JSON.stringify(counts);
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
