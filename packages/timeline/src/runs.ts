import type { TimeWindow } from './drawing/columns.ts';
import { LANE, LANE_RANK } from './drawing/lane.ts';
import { slugOf } from './drawing/states.ts';
import { indexAt } from './drawing/track.ts';
import type { TimelineLane, TimelineSelection } from './lanes.ts';
import type { ReadLane } from './read-lane.ts';

/** First and last run that the window shows; the last is before the first where it shows none. */
export function shownRuns(lane: ReadLane, window: TimeWindow, now: number): [first: number, last: number] {
  const end = Math.min(window.to, now);
  const at = indexAt(lane, end);
  // One that begins at the very end has no length.
  const last = at > 0 && lane.start[at] === end ? at - 1 : at;
  return [Math.max(0, indexAt(lane, window.from)), end > window.from ? last : -1];
}

/** The worst run between two moments, the newest of the worst: what one column of the drawing shows. */
export function worstRun(lane: ReadLane, from: number, to: number): number {
  let worst = indexAt(lane, to);
  for (let at = worst - 1; at >= 0 && (lane.start[at + 1] ?? 0) > from; at--) {
    if (rankOf(lane, at) > rankOf(lane, worst)) worst = at;
  }
  return worst;
}

function rankOf(lane: ReadLane, at: number): number {
  return LANE_RANK[lane.code[at] ?? LANE.noData] ?? 0;
}

/** A run in the words of those who use the component. */
export function selectionOf(
  lanes: readonly TimelineLane[],
  lane: number,
  read: ReadLane,
  at: number,
  now: number,
): TimelineSelection {
  const next = read.start[at + 1];
  return {
    lane,
    label: labelOf(lanes[lane]),
    state: slugOf(read.code[at] ?? LANE.noData),
    fromMs: read.start[at] ?? 0,
    toMs: next !== undefined && next <= now ? next : undefined,
    why: read.why[at],
  };
}

const MOST_LABEL = 128;

/** Whatever was given as a label, as text. */
export function labelOf(lane: TimelineLane | undefined): string {
  const label: unknown = lane?.label;
  return typeof label === 'string' ? label.slice(0, MOST_LABEL) : '';
}
