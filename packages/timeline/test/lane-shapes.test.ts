import { describe, expect, it } from 'vitest';
import {
  drawLane,
  LANE,
  type Lane,
  type LaneContext,
  type LanePalette,
  STATE_SLUGS,
  slugOf,
  wordOf,
} from '../src/drawing/index.ts';

const NAMED: LanePalette = {
  noData: 'dots',
  closed: 'closed',
  halfOpen: 'hatch',
  halfOpenEdge: 'edge',
  isolated: 'cross hatch',
  open: 'open',
};
const HATCHED: readonly unknown[] = ['hatch', 'cross hatch'];

interface Drawn {
  height: number;
  hatch: unknown;
  /** One piece, or dots. */
  whole: boolean;
}

/** What a lane that is in one state all the time looks like, colours left out. */
function draw(code: Lane, size: 'row' | 'compact' | 'thin', width = 200): Drawn {
  const rects: { fill: string; x: number; y: number; w: number; h: number }[] = [];
  const ctx: LaneContext = {
    fillStyle: '',
    globalAlpha: 1,
    fillRect(x, y, w, h) {
      rects.push({ fill: typeof this.fillStyle === 'string' ? this.fillStyle : 'other', x, y, w, h });
    },
  };
  const view = { from: 0, to: 1_000, width, until: 1_000, knownUntil: 1_000 };
  drawLane(ctx, { start: [0], code: [code] }, { middle: 20, size }, view, NAMED);
  const top = Math.min(...rects.map(({ y }) => y));
  const bottom = Math.max(...rects.map(({ y, h }) => y + h));
  return {
    height: bottom - top,
    hatch: rects.find(({ fill }) => HATCHED.includes(fill))?.fill ?? 'none',
    whole: rects.some(({ w }) => w === width),
  };
}

describe('a lane without its colours', () => {
  it.each(['row', 'compact', 'thin'] as const)('says which state it is in, drawn as %s', (size) => {
    const shapes = Object.values(LANE).map((code) => JSON.stringify(draw(code, size)));
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('grows with the trouble: no data, closed, half-open, open', () => {
    const heights = [LANE.noData, LANE.closed, LANE.halfOpen, LANE.open].map(
      (code) => draw(code, 'row').height,
    );
    expect(heights).toEqual([2, 4, 11, 18]);
    expect(draw(LANE.isolated, 'row')).toEqual({ height: 18, hatch: 'cross hatch', whole: true });
    expect(draw(LANE.noData, 'row').whole).toBe(false);
  });

  it('fills what is too narrow for a hatch with the darker edge', () => {
    expect(draw(LANE.halfOpen, 'row', 3).hatch).toBe('none');
    expect(draw(LANE.halfOpen, 'row', 4).hatch).toBe('hatch');
  });

  it('has a word for each state, and no word twice', () => {
    expect(Object.values(LANE).map(slugOf).toSorted()).toEqual([...STATE_SLUGS].toSorted());
    expect(new Set(STATE_SLUGS.map(wordOf)).size).toBe(5);
  });
});
