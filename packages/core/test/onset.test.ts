import { describe, expect, it } from 'vitest';
import { type BreakerConfig, lastCalls, lastMs, sinceClosed, tumblingMs } from '../src/index.ts';
import { Onset, partOf } from '../src/onset.ts';
import { resolveConfig } from '../src/resolve.ts';

function note(onset: Onset, part: number, wallAt: number): void {
  if (onset.begins(part)) onset.add(part, wallAt);
}

describe('when failures began', () => {
  it('is when the first of them came', () => {
    const onset = new Onset();
    expect(onset.wallAt).toBeUndefined();
    note(onset, 0, 5);
    note(onset, 0, 6);
    note(onset, 1, 7);
    expect(onset.wallAt).toBe(5);
  });

  it('is a part later once a part has left the window', () => {
    const onset = new Onset();
    for (const [part, at] of [
      [0, 5],
      [3, 6],
      [4, 7],
      [15, 8],
    ] as const)
      note(onset, part, at);
    expect(onset.wallAt).toBe(5);
    note(onset, 16, 9);
    expect(onset.wallAt).toBe(6);
    note(onset, 18, 10);
    expect(onset.wallAt).toBe(6);
    note(onset, 19, 11);
    expect(onset.wallAt).toBe(7);
    note(onset, 1_000, 12);
    expect(onset.wallAt).toBe(12);
  });

  it('does not go by parts that another configuration counted', () => {
    const onset = new Onset();
    note(onset, 1_000, 5);
    note(onset, 3, 6);
    expect(onset.wallAt).toBe(6);
  });

  it('wants the first of a part only', () => {
    const onset = new Onset();
    expect(onset.begins(1)).toBe(true);
    onset.add(1, 5);
    expect([onset.begins(1), onset.begins(2)]).toEqual([false, true]);
    onset.clear();
    expect(onset.wallAt).toBeUndefined();
    note(onset, 1, 9);
    expect(onset.wallAt).toBe(9);
  });
});

it('a part is a sixteenth of a window that slides, and all of one that does not', () => {
  const part = (window: BreakerConfig['window'], now: number, calls: number): number =>
    partOf(resolveConfig({ window }), now, calls);
  expect([0, 62, 63, 1_000].map((now) => part(lastMs(1_000), now, 7))).toEqual([0, 0, 1, 16]);
  expect([0, 1, 2, 32].map((calls) => part(lastCalls(32), 7_000, calls))).toEqual([0, 0, 1, 16]);
  for (const window of [tumblingMs(1_000), sinceClosed()]) expect(part(window, 5_000, 40)).toBe(0);
});
