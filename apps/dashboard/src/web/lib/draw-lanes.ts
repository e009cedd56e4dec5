import { LANE, type Minutes } from '@cb/protocol';
import {
  drawLane,
  drawRun,
  type Fill,
  HEIGHTS,
  type LaneBox,
  type LaneContext,
  type LaneView,
  type LanePalette as StatePalette,
} from '@cb/timeline/drawing';
import { stepOf, type Track } from './track.ts';

/** How each state is filled, and what only these pages draw. */
export interface LanePalette extends StatePalette {
  /** Deploys and notes. */
  mark: Fill;
}

export interface LaneRect extends LaneBox {
  track: Track | undefined;
  /** Moments of what was deployed or noted for it. */
  marks?: readonly number[];
}

/** Lanes with what is known only by the minute below them, and what was deployed or noted above. */
export function drawLanes(
  ctx: LaneContext,
  lanes: readonly LaneRect[],
  view: LaneView,
  palette: LanePalette,
): void {
  const width = Math.floor(view.width);
  if (width < 1) return;
  for (const lane of lanes) {
    const { track, marks } = lane;
    if (!track) continue;
    const { unknownFrom, minutes } = track;
    if (unknownFrom !== undefined && minutes) {
      const until = Math.min(view.until, minutes.from);
      drawLane(ctx, { start: [unknownFrom], code: [LANE.noData] }, lane, { ...view, until }, palette);
    }
    if (minutes) drawMinutes(ctx, lane, minutes, track.start[0], view, palette, width);
    drawLane(ctx, track, lane, view, palette);
    if (marks) drawMarks(ctx, marks, lane, view, palette);
  }
}

/** A thin line across the lane, a little higher than anything it can show. */
function drawMarks(
  ctx: LaneContext,
  marks: readonly number[],
  lane: LaneBox,
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

/** A folded minute is a share of time per state: a stacked bar, because the order within it is no longer known. */
function drawMinutes(
  ctx: LaneContext,
  lane: LaneBox,
  minutes: Minutes,
  exactFrom: number = Number.POSITIVE_INFINITY,
  view: LaneView,
  palette: LanePalette,
  width: number,
): void {
  const perMs = width / (view.to - view.from);
  const full = HEIGHTS[lane.size].open;
  const bottom = Math.round(lane.middle + full / 2);
  const stack: [number, Fill][] = [
    [LANE.open, palette.open],
    [LANE.isolated, palette.isolated],
    [LANE.halfOpen, palette.halfOpen],
  ];
  const stepMs = stepOf(minutes);
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
