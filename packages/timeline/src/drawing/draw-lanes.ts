import { BLANK, fillColumns, type TimeWindow } from './columns.ts';
import { LANE } from './lane.ts';
import type { Track } from './track.ts';

type Fill = string | CanvasPattern;

/** How each state is filled; patterns are made once a theme and resolution. */
export interface LanePalette {
  noData: Fill;
  closed: Fill;
  halfOpen: Fill;
  halfOpenEdge: Fill;
  isolated: Fill;
  open: Fill;
  /** Deploys and notes. */
  mark: Fill;
}

/** The little of a canvas that lanes need; a test passes a recorder. */
export type LaneContext = Pick<CanvasRenderingContext2D, 'fillStyle' | 'globalAlpha' | 'fillRect'>;

export interface LaneRect {
  /** Middle of the lane, in pixels from the top of the canvas. */
  middle: number;
  size: 'row' | 'compact' | 'thin';
  track: Track | undefined;
  /** Moments of what was deployed or noted for it. */
  marks?: readonly number[];
}

export interface LaneView extends TimeWindow {
  width: number;
  /** Nothing is drawn after it: the present, or the end of what was loaded. */
  until: number;
  /** After it the lane is a guess and fades: the last word of the server while it cannot be reached. */
  knownUntil: number;
}

/** Height says what a lane does before colour does: closed, half-open, isolated and open. */
const HEIGHTS = {
  row: { closed: 4, halfOpen: 11, isolated: 18, open: 18, dot: 2 },
  compact: { closed: 3, halfOpen: 8, isolated: 14, open: 14, dot: 2 },
  thin: { closed: 3, halfOpen: 7, isolated: 9, open: 9, dot: 2 },
} as const;

let scratch = new Uint8Array(0);

export function drawLanes(
  ctx: LaneContext,
  lanes: readonly LaneRect[],
  view: LaneView,
  palette: LanePalette,
): void {
  const width = Math.floor(view.width);
  if (width < 1) return;
  if (scratch.length !== width) scratch = new Uint8Array(width);
  const known = Math.round(((view.knownUntil - view.from) / (view.to - view.from)) * width);
  for (const lane of lanes) {
    if (!lane.track) continue;
    fillColumns(lane.track, view, view.until, scratch);
    if (lane.track.minutes) drawMinutes(ctx, lane, view, palette, width);
    let x = 0;
    while (x < width) {
      const code = scratch[x] ?? BLANK;
      let end = x + 1;
      while (end < width && scratch[end] === code && end !== known) end++;
      if (code !== BLANK) {
        ctx.globalAlpha = x >= known ? 0.28 : 1;
        drawRun(ctx, code, x, end - x, lane, palette);
      }
      x = end;
    }
    ctx.globalAlpha = 1;
    if (lane.marks) drawMarks(ctx, lane.marks, lane, view, palette);
  }
}

/** A thin line across the lane, a little higher than anything it can show. */
function drawMarks(
  ctx: LaneContext,
  marks: readonly number[],
  lane: LaneRect,
  view: LaneView,
  palette: LanePalette,
): void {
  const height = HEIGHTS[lane.size].open + 4;
  ctx.fillStyle = palette.mark;
  for (const t of marks) {
    if (t < view.from || t > view.to) continue;
    const x = Math.round(((t - view.from) / (view.to - view.from)) * view.width);
    ctx.fillRect(x, Math.round(lane.middle - height / 2), 1, height);
  }
}

function drawRun(
  ctx: LaneContext,
  code: number,
  x: number,
  w: number,
  lane: LaneRect,
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

/** A folded minute is a share of time per state: a stacked bar, because the order within it is no longer known. */
function drawMinutes(
  ctx: LaneContext,
  lane: LaneRect,
  view: LaneView,
  palette: LanePalette,
  width: number,
): void {
  const minutes = lane.track?.minutes;
  if (!minutes) return;
  const exactFrom = lane.track?.start[0] ?? Number.POSITIVE_INFINITY;
  const perMs = width / (view.to - view.from);
  const full = HEIGHTS[lane.size].open;
  const bottom = Math.round(lane.middle + full / 2);
  const stack: [number, Fill][] = [
    [LANE.open, palette.open],
    [LANE.isolated, palette.isolated],
    [LANE.halfOpen, palette.halfOpen],
  ];
  const stepMs = minutes.stepMs ?? 60_000;
  for (let m = 0; m * 5 < minutes.shares.length; m++) {
    const from = minutes.from + m * stepMs;
    const to = Math.min(from + stepMs, exactFrom);
    if (to <= view.from || from >= view.to || to <= from) continue;
    const x = Math.max(0, Math.floor((from - view.from) * perMs));
    const w = Math.max(1, Math.min(width, Math.ceil((to - view.from) * perMs)) - x);
    const share = (code: number) => (minutes.shares[m * 5 + code] ?? 0) / 255;
    if (share(LANE.noData) > 0.5) drawRun(ctx, LANE.noData, x, w, lane, palette);
    else drawRun(ctx, LANE.closed, x, w, lane, palette);
    let y = bottom;
    for (const [code, fill] of stack) {
      if (share(code) === 0) continue;
      const height = Math.max(2, Math.round(full * share(code)));
      ctx.fillStyle = fill;
      ctx.fillRect(x, y - height, w, height);
      y -= height;
    }
  }
}
