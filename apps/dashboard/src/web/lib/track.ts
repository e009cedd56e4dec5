import { LANE, type Lane, type LaneHistory, type Minutes } from '@cb/protocol';
import { indexAt, type Track as Runs } from '@cb/timeline/drawing';

export { indexAt };

/** What is known of one lane: exact runs, oldest first, and before them perhaps minutes that were folded. */
export interface Track extends Runs {
  minutes?: Minutes;
  /** From here to the minutes nothing is known. */
  unknownFrom?: number;
}

const MINUTE_MS = 60_000;

/** A lane as the server tells it. */
export function trackOf({ segments, minutes }: Pick<LaneHistory, 'segments' | 'minutes'>): Track {
  const track: Track = { start: [...segments.start], code: [...segments.code] };
  if (!minutes) return track;
  track.minutes = minutes;
  const [first] = track.start;
  // "Not known yet" is told as a run of no data. It ends where the minutes begin, not where the exact part does.
  if (first !== undefined && track.code[0] === LANE.noData && first < minutes.from + stepOf(minutes)) {
    track.unknownFrom = first;
    track.start.shift();
    track.code.shift();
  }
  return track;
}

/** How long each of the minutes is: longer ones than a minute are told of a long past. */
export function stepOf({ stepMs = MINUTE_MS }: Minutes): number {
  return stepMs;
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

export function runAt(track: Track | undefined, t: number): Run | undefined {
  if (!track) return undefined;
  const i = indexAt(track, t);
  const from = track.start[i];
  const code = track.code[i];
  if (from === undefined || code === undefined) return undefined;
  return { from, to: track.start[i + 1] ?? Number.POSITIVE_INFINITY, code };
}

/** How long the trouble before the closed run in force at `t` went on. */
export function lastOutageMs(track: Track | undefined, t: number): number | undefined {
  if (!track) return undefined;
  const last = indexAt(track, t);
  if (last < 1 || track.code[last] !== LANE.closed) return undefined;
  let first = last;
  while (first > 0 && track.code[first - 1] !== LANE.closed) first--;
  if (first === last || first === 0) return undefined;
  return (track.start[last] ?? 0) - (track.start[first] ?? 0);
}

/** What the lane showed at `t`, also where only shares of its minutes are known: then what it showed for longest. */
export function codeAt(track: Track | undefined, t: number): Lane | undefined {
  const run = runAt(track, t);
  if (run || !track?.minutes) return run?.code;
  const { from, shares } = track.minutes;
  const minute = Math.floor((t - from) / stepOf(track.minutes)) * 5;
  if (minute < 0 || minute >= shares.length) return undefined;
  const of = shares.slice(minute, minute + 5);
  return of.indexOf(Math.max(...of)) as Lane;
}

/** How often it went from closed to open in (from, to], as far as that is known exactly. */
export function opensWithin(track: Track, from: number, to: number): number {
  let opens = 0;
  for (let i = Math.max(1, indexAt(track, from)); i < track.start.length; i++) {
    const start = track.start[i] ?? 0;
    if (start > to) break;
    if (start > from && track.code[i] === LANE.open && track.code[i - 1] === LANE.closed) opens++;
  }
  return opens;
}
