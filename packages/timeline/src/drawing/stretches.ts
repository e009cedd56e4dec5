import type { TimeWindow } from './columns.ts';
import { LANE, type Lane } from './lane.ts';
import { indexAt, type Track } from './track.ts';

/** A piece of a lane in one state. */
export interface Stretch {
  from: number;
  /** The end, or the present while it lasts. */
  to: number;
  code: Lane;
  /** Lasts still. */
  open: boolean;
}

/** A lane in the window as a list, newest first, at most `most` of it. What is cut at an edge begins or ends there. */
export function stretchesOf(
  track: Track | undefined,
  window: TimeWindow,
  now: number,
  most: number,
): Stretch[] {
  if (!track) return [];
  const end = Math.min(window.to, now);
  const found: Stretch[] = [];
  for (let i = indexAt(track, end); i >= 0 && found.length < most; i--) {
    const start = track.start[i] ?? 0;
    const next = track.start[i + 1] ?? Number.POSITIVE_INFINITY;
    const to = Math.min(end, next);
    if (to <= window.from) break;
    const from = Math.max(window.from, start);
    if (to > from) found.push({ from, to, code: track.code[i] ?? LANE.noData, open: next > now });
  }
  return found;
}
