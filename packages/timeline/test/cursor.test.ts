import { describe, expect, it } from 'vitest';
import { timeTicks } from '../src/drawing/index.ts';
import { readLane } from '../src/read-lane.ts';
import { shownRuns, worstRun } from '../src/runs.ts';
import { type CursorState, moveBy, pointAt } from '../src/use-cursor.ts';

const lane = readLane([
  { state: 'closed', fromMs: 0 },
  { state: 'open', fromMs: 100 },
  { state: 'half-open', fromMs: 130 },
  { state: 'closed', fromMs: 140 },
]);
const empty = readLane([]);
const late = readLane([{ state: 'closed', fromMs: 900 }]);
const scene = { read: [lane, empty, late, lane], window: { from: 50, to: 150 }, now: 150, height: 20 };

/** The cursor as the component has it, on a run. */
function on(n: number, run: number): CursorState {
  const [first, last] = shownRuns(lane, scene.window, scene.now);
  return { lane: n, run, place: run - first, count: last - first + 1, share: 0.5 };
}

describe('keys', () => {
  it.each([
    ['ArrowLeft', undefined, { lane: 0, t: 140 }],
    ['ArrowRight', undefined, { lane: 0, t: 140 }],
    ['ArrowDown', undefined, { lane: 0, t: 140 }],
    ['ArrowLeft', on(0, 3), { lane: 0, t: 130 }],
    ['ArrowLeft', on(0, 1), { lane: 0, t: 50 }],
    ['ArrowLeft', on(0, 0), { lane: 0, t: 50 }],
    ['ArrowRight', on(0, 1), { lane: 0, t: 130 }],
    ['ArrowRight', on(0, 3), { lane: 0, t: 140 }],
    ['Home', on(0, 3), { lane: 0, t: 50 }],
    ['End', on(0, 0), { lane: 0, t: 140 }],
    ['ArrowDown', on(0, 1), { lane: 3, t: 100 }],
    ['ArrowDown', on(3, 1), { lane: 3, t: 100 }],
    ['ArrowUp', on(3, 1), { lane: 0, t: 100 }],
    ['Tab', on(0, 1), undefined],
    ['a', undefined, undefined],
  ])('%s from %j leads to %j', (key, from, expected) => {
    expect(moveBy(key, from, scene)).toEqual(expected);
  });

  it('lead nowhere where nothing is shown', () => {
    expect(moveBy('ArrowLeft', undefined, { ...scene, read: [empty] })).toBeUndefined();
    expect(moveBy('ArrowLeft', undefined, { ...scene, read: [] })).toBeUndefined();
  });
});

describe('the pointer', () => {
  it('finds the lane and the run under it', () => {
    expect(pointAt(0, 30, 100, scene)).toEqual({ lane: 0, t: 50 });
    expect(pointAt(55, 22 + 3 * 20, 100, scene)).toEqual({ lane: 3, t: 105 });
  });

  it('finds nothing on the axis, on an empty lane, below the lanes and after the present', () => {
    for (const [x, y] of [
      [50, 10],
      [50, 50],
      [50, 500],
      [50, Number.NaN],
    ] as const)
      expect(pointAt(x, y, 100, scene)).toBeUndefined();
    expect(pointAt(90, 30, 100, { ...scene, now: 120 })).toBeUndefined();
    expect(pointAt(5, 30, 0, scene)).toBeUndefined();
  });

  it('finds the worst of what one column shows', () => {
    // Two columns of 50 ms each: the second holds the end of closed, open, half-open and closed again.
    expect(pointAt(1, 30, 2, scene)).toEqual({ lane: 0, t: 100 });
    expect(worstRun(lane, 0, 1_000)).toBe(1);
  });
});

describe('ticks', () => {
  it('are never more than fit, however long the range is', () => {
    for (const span of [1, 1e3, 1e6, 1e9, 1e12, 8e15]) {
      expect(timeTicks(0, span, 800).length, String(span)).toBeLessThanOrEqual(16);
    }
  });
});
