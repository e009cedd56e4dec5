import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANE_RANK, slugOf } from '../src/drawing/index.ts';
import type { TimelineSegment, TimelineState } from '../src/lanes.ts';
import { type ReadLane, readLane } from '../src/read-lane.ts';

const STATES: readonly TimelineState[] = ['no-data', 'closed', 'half-open', 'isolated', 'open'];

function runs({ start, code }: ReadLane): [number, string][] {
  return start.map((t, at) => [t, slugOf(code[at] ?? 0)]);
}

function segment(state: TimelineState, fromMs: number, toMs?: number, why?: string): TimelineSegment {
  return { state, fromMs, toMs, why };
}

describe('segments become runs', () => {
  it('that end where the next begins, and the last one lasts', () => {
    const lane = readLane([segment('closed', 0), segment('open', 10), segment('half-open', 30)]);
    expect(runs(lane)).toEqual([
      [0, 'closed'],
      [10, 'open'],
      [30, 'half-open'],
    ]);
  });

  it('in any order, joined where the state stays', () => {
    const lane = readLane([segment('open', 20, 30), segment('closed', 0, 10), segment('closed', 10, 20)]);
    expect(runs(lane)).toEqual([
      [0, 'closed'],
      [20, 'open'],
      [30, 'no-data'],
    ]);
  });

  it('with "no data" where nobody says anything', () => {
    const lane = readLane([segment('closed', 0, 10), segment('closed', 20)]);
    expect(runs(lane)).toEqual([
      [0, 'closed'],
      [10, 'no-data'],
      [20, 'closed'],
    ]);
  });

  it('of the worst where several say something of the same moment', () => {
    const lane = readLane([
      segment('closed', 0, 100),
      segment('open', 20, 60, 'first'),
      segment('open', 30, 70, 'second'),
      segment('isolated', 10, 90),
    ]);
    expect(runs(lane)).toEqual([
      [0, 'closed'],
      [10, 'isolated'],
      [20, 'open'],
      [70, 'isolated'],
      [90, 'closed'],
      [100, 'no-data'],
    ]);
    expect(lane.why).toEqual([undefined, undefined, 'first', undefined, undefined, undefined]);
  });

  it('that show "no data" after the last moment of which something is known', () => {
    const segments = [segment('closed', 0), segment('open', 10), segment('closed', 50)];
    expect(runs(readLane(segments, 30))).toEqual([
      [0, 'closed'],
      [10, 'open'],
      [30, 'no-data'],
    ]);
    expect(runs(readLane([segment('no-data', 0)], 30))).toEqual([[0, 'no-data']]);
    expect(runs(readLane([], 30))).toEqual([]);
  });

  it.each([
    ['no list', undefined],
    ['a text', 'closed'],
    ['null in it', [null, undefined, 7, 'open']],
    ['NaN', [segment('open', Number.NaN), segment('open', 0, Number.NaN)]],
    ['no number', [{ state: 'open', fromMs: '12' }]],
    [
      'moments that no calendar has',
      [segment('open', 1e300), segment('open', -1e20), segment('open', 0, 1e20)],
    ],
    ['an end before the beginning', [segment('open', 10, 5), segment('open', 10, 10)]],
  ])('and what cannot be used is left out: %s', (_what, given) => {
    expect(runs(readLane(given))).toEqual([]);
  });

  it('and a state that nobody knows is no health', () => {
    const odd = ['exploded', '__proto__', 'constructor', 4, null].map((state, at) => ({ state, fromMs: at }));
    expect(runs(readLane(odd))).toEqual([[0, 'no-data']]);
  });

  it('and an endless end is none', () => {
    expect(runs(readLane([segment('open', 5, Number.POSITIVE_INFINITY)]))).toEqual([[5, 'open']]);
  });

  it('and a reason is at most 200 characters of text', () => {
    expect(readLane([segment('open', 0, 1, 'x'.repeat(500))]).why[0]).toHaveLength(200);
    expect(readLane([{ state: 'open', fromMs: 0, why: { html: '<b>' } }]).why[0]).toBeUndefined();
  });

  it('and of more than 100,000 the last ones count', () => {
    const many = Array.from({ length: 150_000 }, (_, at) => segment(at % 2 === 0 ? 'open' : 'closed', at));
    const lane = readLane(many);
    expect(lane.start).toHaveLength(100_000);
    expect(lane.start[0]).toBe(50_000);
  });

  it('as a plain walk over every moment has it', () => {
    const piece = fc.record({
      state: fc.constantFrom(...STATES),
      fromMs: fc.integer({ min: 0, max: 40 }),
      length: fc.integer({ min: -3, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const segments = pieces.map(({ state, fromMs, length }) => segment(state, fromMs, fromMs + length));
        const lane = readLane(segments);
        const usable = segments.filter(({ fromMs, toMs = 0 }) => toMs > fromMs);
        const first = Math.min(...usable.map(({ fromMs }) => fromMs));
        for (let t = 0; t < 70; t++) {
          const there = usable.filter(({ fromMs, toMs = 0 }) => fromMs <= t && t < toMs);
          const codes = there.map(({ state }) => STATES.indexOf(state));
          const worst = codes.toSorted((a, b) => (LANE_RANK[b] ?? 0) - (LANE_RANK[a] ?? 0))[0] ?? 0;
          const at = lane.start.findLastIndex((start) => start <= t);
          expect(lane.code[at]).toBe(t < first ? undefined : worst);
        }
        for (let at = 1; at < lane.start.length; at++) {
          expect(lane.start[at]).toBeGreaterThan(lane.start[at - 1] ?? 0);
          expect(lane.code[at]).not.toBe(lane.code[at - 1]);
        }
      }),
    );
  });
});
