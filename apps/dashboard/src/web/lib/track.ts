import { LANE, type Lane, type Minutes } from '@cb/protocol';

/** What is known of one lane: exact runs, oldest first, and before them perhaps minutes that were folded. */
export interface Track {
  start: number[];
  code: Lane[];
  minutes?: Minutes;
}

export interface Run {
  from: number;
  /** Infinity for the run that still lasts. */
  to: number;
  code: Lane;
}

/** A run in force: a moment before the last known start is moved onto it, so that runs stay in order. */
export function appendRun(track: Track, t: number, code: Lane): void {
  const last = track.start.length - 1;
  if (last < 0) {
    track.start.push(t);
    track.code.push(code);
    return;
  }
  if (track.code[last] === code) return;
  const lastStart = track.start[last] ?? t;
  if (t <= lastStart) track.code[last] = code;
  else {
    track.start.push(t);
    track.code.push(code);
  }
}

/** Index of the run in force at `t`, -1 before the first. */
export function indexAt(track: Track, t: number): number {
  let low = 0;
  let high = track.start.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((track.start[middle] ?? 0) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function runAt(track: Track | undefined, t: number): Run | undefined {
  if (!track) return undefined;
  const i = indexAt(track, t);
  const from = track.start[i];
  const code = track.code[i];
  if (from === undefined || code === undefined) return undefined;
  return { from, to: track.start[i + 1] ?? Number.POSITIVE_INFINITY, code };
}

/** How long the trouble before the closed run that now lasts went on. */
export function lastOutageMs(track: Track | undefined): number | undefined {
  if (!track) return undefined;
  const last = track.start.length - 1;
  if (last < 1 || track.code[last] !== LANE.closed) return undefined;
  let first = last;
  while (first > 0 && track.code[first - 1] !== LANE.closed) first--;
  if (first === last || first === 0) return undefined;
  return (track.start[last] ?? 0) - (track.start[first] ?? 0);
}
