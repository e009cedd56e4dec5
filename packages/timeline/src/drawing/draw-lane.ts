import { BLANK, fillColumns, type TimeWindow } from './columns.ts';
import { LANE } from './lane.ts';
import type { Track } from './track.ts';

export type Fill = string | CanvasPattern;

/** How each state is filled; patterns are made once a theme and resolution. */
export interface LanePalette {
  noData: Fill;
  closed: Fill;
  halfOpen: Fill;
  halfOpenEdge: Fill;
  isolated: Fill;
  open: Fill;
}

/** The little of a canvas that lanes need; a test passes a recorder. */
export type LaneContext = Pick<CanvasRenderingContext2D, 'fillStyle' | 'globalAlpha' | 'fillRect'>;

/** Where a lane is on the canvas. */
export interface LaneBox {
  /** Middle of the lane, in pixels from the top of the canvas. */
  middle: number;
  size: 'row' | 'compact' | 'thin';
}

export interface LaneView extends TimeWindow {
  width: number;
  /** Nothing is drawn after it: the present, or the end of what was loaded. */
  until: number;
  /** After it the lane is a guess and fades: the last word of the server while it cannot be reached. */
  knownUntil: number;
}

/** Height says what a lane does before colour does: closed, half-open, isolated and open. */
export const HEIGHTS = {
  row: { closed: 4, halfOpen: 11, isolated: 18, open: 18, dot: 2 },
  compact: { closed: 3, halfOpen: 8, isolated: 14, open: 14, dot: 2 },
  thin: { closed: 3, halfOpen: 7, isolated: 9, open: 9, dot: 2 },
} as const;

let scratch = new Uint8Array(0);

/** The runs of one lane, column by column the worst. */
export function drawLane(
  ctx: LaneContext,
  track: Track,
  box: LaneBox,
  view: LaneView,
  palette: LanePalette,
): void {
  const width = Math.floor(view.width);
  if (width < 1) return;
  if (scratch.length !== width) scratch = new Uint8Array(width);
  const known = Math.round(((view.knownUntil - view.from) / (view.to - view.from)) * width);
  fillColumns(track, view, view.until, scratch);
  let x = 0;
  while (x < width) {
    const code = scratch[x] ?? BLANK;
    let end = x + 1;
    while (end < width && scratch[end] === code && end !== known) end++;
    if (code !== BLANK) {
      ctx.globalAlpha = x >= known ? 0.28 : 1;
      drawRun(ctx, code, x, end - x, box, palette);
    }
    x = end;
  }
  ctx.globalAlpha = 1;
}

/** One state over some columns. */
export function drawRun(
  ctx: LaneContext,
  code: number,
  x: number,
  w: number,
  lane: LaneBox,
  palette: LanePalette,
): void {
  const h = HEIGHTS[lane.size];
  switch (code) {
    case LANE.closed:
      bar(ctx, palette.closed, x, w, lane.middle, h.closed);
      break;
    case LANE.halfOpen:
      // Too narrow for a hatch to be seen: its darker edge is all of it.
      bar(ctx, w > 3 ? palette.halfOpen : palette.halfOpenEdge, x, w, lane.middle, h.halfOpen);
      if (w > 3) outline(ctx, palette.halfOpenEdge, x, w, lane.middle, h.halfOpen);
      break;
    case LANE.isolated:
      bar(ctx, palette.isolated, x, w, lane.middle, h.isolated);
      break;
    case LANE.open:
      bar(ctx, palette.open, x, w, lane.middle, h.open);
      break;
    default: {
      ctx.fillStyle = palette.noData;
      const top = Math.round(lane.middle - h.dot / 2);
      for (let at = x - (x % 6) + (x % 6 === 0 ? 0 : 6); at < x + w; at += 6) ctx.fillRect(at, top, 2, h.dot);
    }
  }
}

function bar(ctx: LaneContext, fill: Fill, x: number, w: number, middle: number, height: number): void {
  ctx.fillStyle = fill;
  ctx.fillRect(x, Math.round(middle - height / 2), w, height);
}

function outline(ctx: LaneContext, fill: Fill, x: number, w: number, middle: number, height: number): void {
  ctx.fillStyle = fill;
  const top = Math.round(middle - height / 2);
  ctx.fillRect(x, top, w, 1);
  ctx.fillRect(x, top + height - 1, w, 1);
}
