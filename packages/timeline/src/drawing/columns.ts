import { LANE_RANK } from './lane.ts';
import { indexAt, type Track } from './track.ts';

export interface TimeWindow {
  from: number;
  to: number;
}

/** A column in which the lane did not exist, or nothing was loaded yet. */
export const BLANK = 255;

/** Moves the window onto whole columns of absolute time: a lane then moves by whole pixels and never shimmers. */
export function snapWindow(window: TimeWindow, width: number): TimeWindow {
  const msPerColumn = (window.to - window.from) / Math.max(1, width);
  const to = Math.ceil(window.to / msPerColumn) * msPerColumn;
  return { from: to - msPerColumn * width, to };
}

/** Per column the worst state that occurred in it, so that 200 ms open are still seen in 24 hours. */
export function fillColumns(track: Track, window: TimeWindow, until: number, out: Uint8Array): void {
  out.fill(BLANK);
  const perMs = out.length / (window.to - window.from);
  const end = Math.min(window.to, until);
  const first = Math.max(0, indexAt(track, window.from));
  for (let i = first; i < track.start.length; i++) {
    const start = track.start[i] ?? 0;
    if (start >= end) break;
    const stop = Math.min(end, track.start[i + 1] ?? end);
    if (stop <= window.from) continue;
    const code = track.code[i] ?? 0;
    const rank = LANE_RANK[code] ?? 0;
    const x0 = Math.max(0, Math.floor((start - window.from) * perMs));
    const x1 = Math.min(out.length, Math.max(x0 + 1, Math.ceil((stop - window.from) * perMs)));
    for (let x = x0; x < x1; x++) {
      const held = out[x] ?? BLANK;
      if (held === BLANK || rank > (LANE_RANK[held] ?? 0)) out[x] = code;
    }
  }
}
