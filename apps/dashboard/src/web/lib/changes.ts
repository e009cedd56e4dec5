import { indexAt, type Track } from './track.ts';

/** A moment at which a lane went into another state. */
export interface Change {
  row: number;
  t: number;
}

/** The last change before `t` of any of these lanes. The beginning of what is known is no change. */
export function changeBefore(tracks: ReadonlyMap<number, Track>, t: number): Change | undefined {
  let found: Change | undefined;
  for (const [row, track] of tracks) {
    const i = Math.min(track.start.length - 1, indexAt(track, t - 1));
    const start = track.start[i];
    if (i < 1 || start === undefined) continue;
    if (found === undefined || start > found.t) found = { row, t: start };
  }
  return found;
}

/** The first change after `t` and until `until` of any of these lanes. */
export function changeAfter(
  tracks: ReadonlyMap<number, Track>,
  t: number,
  until: number,
): Change | undefined {
  let found: Change | undefined;
  for (const [row, track] of tracks) {
    const i = Math.max(1, indexAt(track, t) + 1);
    const start = track.start[i];
    if (start === undefined || start > until) continue;
    if (found === undefined || start < found.t) found = { row, t: start };
  }
  return found;
}
