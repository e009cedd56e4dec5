import { LANE, type Lane } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { changeAfter, changeBefore } from '../src/web/lib/changes.ts';
import { foldedOf, opensIn, stretchesOf } from '../src/web/lib/stretches.ts';
import type { Track } from '../src/web/lib/track.ts';

const { closed, open, halfOpen } = LANE;

function track(...runs: readonly (readonly [number, Lane])[]): Track {
  return { start: runs.map(([t]) => t), code: runs.map(([, code]) => code) };
}

describe('a lane as a list', () => {
  const lane = track([0, closed], [100, open], [130, halfOpen], [140, open], [170, closed]);

  it('holds every stretch of the range, newest first, cut at its edges', () => {
    expect(stretchesOf(lane, { from: 50, to: 200 }, 190, 10)).toEqual([
      { from: 170, to: 190, code: closed, open: true },
      { from: 140, to: 170, code: open, open: false },
      { from: 130, to: 140, code: halfOpen, open: false },
      { from: 100, to: 130, code: open, open: false },
      { from: 50, to: 100, code: closed, open: false },
    ]);
  });

  it('ends where the range ends', () => {
    expect(stretchesOf(lane, { from: 110, to: 135 }, 500, 10)).toEqual([
      { from: 130, to: 135, code: halfOpen, open: false },
      { from: 110, to: 130, code: open, open: false },
    ]);
  });

  it('holds no more than asked for, and nothing of what is not known', () => {
    expect(stretchesOf(lane, { from: 0, to: 200 }, 200, 2)).toHaveLength(2);
    expect(stretchesOf(undefined, { from: 0, to: 200 }, 200, 2)).toEqual([]);
    expect(stretchesOf(track([100, closed]), { from: 0, to: 50 }, 200, 2)).toEqual([]);
  });

  it('counts openings, not failed probes, and only those in the range', () => {
    expect(opensIn(lane, { from: 0, to: 200 })).toBe(1);
    expect(opensIn(lane, { from: 100, to: 200 })).toBe(0);
    expect(opensIn(lane, { from: 0, to: 99 })).toBe(0);
    expect(opensIn(track([0, open], [10, closed], [20, open]), { from: 0, to: 200 })).toBe(1);
    expect(opensIn(undefined, { from: 0, to: 200 })).toBe(0);
  });

  it('says of folded minutes which share of time each state had', () => {
    const minutes = { from: 0, shares: [0, 255, 0, 0, 0, 0, 127.5, 0, 0, 127.5], changes: [0, 4] };
    const folded = foldedOf({ ...track([90_000, closed]), minutes }, { from: 30_000, to: 500_000 });
    expect(folded?.from).toBe(30_000);
    expect(folded?.to).toBe(90_000);
    expect(folded?.shares.get(closed)).toBeCloseTo(0.75);
    expect(folded?.shares.get(open)).toBeCloseTo(0.25);
    expect(foldedOf(lane, { from: 0, to: 100 })).toBeUndefined();
    expect(foldedOf({ ...lane, minutes }, { from: 200_000, to: 300_000 })).toBeUndefined();
  });
});

describe('changes of several lanes', () => {
  const lanes = new Map([
    [1, track([0, closed], [100, open], [200, closed])],
    [2, track([50, closed], [150, open])],
  ]);

  it('are found one before the other, the beginning of what is known not among them', () => {
    expect(changeBefore(lanes, 1_000)).toEqual({ row: 1, t: 200 });
    expect(changeBefore(lanes, 200)).toEqual({ row: 2, t: 150 });
    expect(changeBefore(lanes, 150)).toEqual({ row: 1, t: 100 });
    expect(changeBefore(lanes, 100)).toBeUndefined();
    expect(changeBefore(new Map(), 100)).toBeUndefined();
  });

  it('are found one after the other, as far as is asked', () => {
    expect(changeAfter(lanes, 0, 1_000)).toEqual({ row: 1, t: 100 });
    expect(changeAfter(lanes, 100, 1_000)).toEqual({ row: 2, t: 150 });
    expect(changeAfter(lanes, 150, 1_000)).toEqual({ row: 1, t: 200 });
    expect(changeAfter(lanes, 200, 1_000)).toBeUndefined();
    expect(changeAfter(lanes, 150, 199)).toBeUndefined();
  });
});
