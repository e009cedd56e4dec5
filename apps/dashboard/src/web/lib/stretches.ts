import { LANE, type Lane } from '@cb/protocol';
import type { TimeWindow } from '@cb/timeline/drawing';
import { indexAt, stepOf, type Track } from './track.ts';

/** A piece of a lane in one state. */
export interface Stretch {
  from: number;
  /** The end, or the present while it lasts. */
  to: number;
  code: Lane;
  /** Lasts still. */
  open: boolean;
}

/** Minutes of which only the shares of time are known any more. */
export interface Folded {
  from: number;
  to: number;
  /** Share of time per state, 0 to 1, by lane code. */
  shares: ReadonlyMap<Lane, number>;
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

/** How often the lane opened within the window. After a failed probe it is open again, which is no opening. */
export function opensIn(track: Track | undefined, window: TimeWindow): number {
  if (!track) return 0;
  let n = 0;
  for (let i = Math.max(1, indexAt(track, window.from) + 1); i < track.start.length; i++) {
    if ((track.start[i] ?? 0) > window.to) break;
    if (track.code[i] === LANE.open && track.code[i - 1] !== LANE.halfOpen) n++;
  }
  return n;
}

/** The part of the window before the minutes, of which nothing is known. */
export function unknownOf(track: Track | undefined, window: TimeWindow): Stretch | undefined {
  if (track?.unknownFrom === undefined || track.minutes === undefined) return undefined;
  const from = Math.max(window.from, track.unknownFrom);
  const to = Math.min(window.to, track.minutes.from);
  return to > from ? { from, to, code: LANE.noData, open: false } : undefined;
}

/** The part of the window that was folded into minutes, as one piece. */
export function foldedOf(track: Track | undefined, window: TimeWindow): Folded | undefined {
  const minutes = track?.minutes;
  if (!track || !minutes) return undefined;
  const exactFrom = track.start[0] ?? Number.POSITIVE_INFINITY;
  const sums = new Map<Lane, number>();
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  const stepMs = stepOf(minutes);
  for (let m = 0; m * 5 < minutes.shares.length; m++) {
    const start = Math.max(window.from, minutes.from + m * stepMs);
    const stop = Math.min(window.to, exactFrom, minutes.from + (m + 1) * stepMs);
    if (stop <= start) continue;
    from = Math.min(from, start);
    to = Math.max(to, stop);
    for (const code of Object.values(LANE)) {
      const share = (minutes.shares[m * 5 + code] ?? 0) / 255;
      sums.set(code, (sums.get(code) ?? 0) + share * (stop - start));
    }
  }
  if (to <= from) return undefined;
  return { from, to, shares: new Map([...sums].map(([code, ms]) => [code, ms / (to - from)])) };
}
