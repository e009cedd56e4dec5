import { LANE, type Lane } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { changeAfter, changeBefore } from '../src/web/lib/changes.ts';
import { drawLanes, type LanePalette } from '../src/web/lib/draw-lanes.ts';
import { foldedOf, opensIn, stretchesOf, unknownOf } from '../src/web/lib/stretches.ts';
import { codeAt, type Track, trackOf } from '../src/web/lib/track.ts';

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

describe('a lane that began to flap after a time of which nothing is known', () => {
  // Asked for from 0 on; it reported from 120 s on, and is told exactly from 250 s on.
  const minutes = { from: 120_000, shares: [0, 55, 0, 0, 200, 0, 200, 0, 0, 55], changes: [30, 20] };
  const told = { segments: { start: [0, 230_000], code: [LANE.noData, closed] }, minutes };
  const flapped = trackOf(told);
  const range = { from: 0, to: 300_000 };

  it('was silent before its minutes only, and not in them', () => {
    expect([60_000, 130_000, 200_000, 240_000].map((t) => codeAt(flapped, t))).toEqual([
      undefined,
      open,
      closed,
      closed,
    ]);
    expect(stretchesOf(flapped, range, 300_000, 10).map(({ from, code }) => [from, code])).toEqual([
      [230_000, closed],
    ]);
    expect(foldedOf(flapped, range)).toMatchObject({ from: 120_000, to: 230_000 });
    expect(unknownOf(flapped, range)).toEqual({ from: 0, to: 120_000, code: LANE.noData, open: false });
    expect(unknownOf(flapped, { from: 130_000, to: 300_000 })).toBeUndefined();
  });

  it('is drawn so', () => {
    const filled: [string, number, number][] = [];
    const ctx = {
      fillStyle: '',
      globalAlpha: 1,
      fillRect: (x: number, _y: number, w: number) => filled.push([ctx.fillStyle, x, x + w]),
    };
    const palette = { noData: 'none', closed: 'closed', open: 'open', halfOpen: '', halfOpenEdge: '' };
    const view = { ...range, width: 300, until: 300_000, knownUntil: 300_000 };
    const lane = { track: flapped, middle: 10, size: 'row' as const };
    drawLanes(ctx, [lane], view, { ...palette, isolated: '', mark: '' } satisfies LanePalette);
    const reach = (fill: string) => [
      Math.min(...filled.flatMap(([what, from]) => (what === fill ? [from] : []))),
      Math.max(...filled.flatMap(([what, , to]) => (what === fill ? [to] : []))),
    ];
    expect(reach('none')[0]).toBe(0);
    expect(reach('none')[1]).toBeLessThanOrEqual(120);
    expect(reach('open')).toEqual([120, 230]);
  });

  it('keeps a silence that is told exactly', () => {
    const { minutes: _, ...exact } = told;
    expect(trackOf(exact)).toEqual({ start: [0, 230_000], code: [LANE.noData, closed] });
    const later = trackOf({ segments: { start: [240_000], code: [LANE.noData] }, minutes });
    expect(later).toMatchObject({ start: [240_000], code: [LANE.noData] });
    expect(unknownOf(later, range)).toBeUndefined();
  });

  it('counts longer steps than minutes as what they are', () => {
    const long = trackOf({
      segments: { start: [], code: [] },
      minutes: { ...minutes, from: 0, stepMs: 300_000 },
    });
    expect([299_999, 300_000, 600_000].map((t) => codeAt(long, t))).toEqual([open, closed, undefined]);
    expect(foldedOf(long, { from: 0, to: 900_000 })).toMatchObject({ from: 0, to: 600_000 });
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
