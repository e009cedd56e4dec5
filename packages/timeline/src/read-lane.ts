import { LANE, LANE_RANK, type Lane } from './drawing/lane.ts';
import { slugOf } from './drawing/states.ts';
import type { Track } from './drawing/track.ts';
import type { TimelineSegment } from './lanes.ts';

const MOST_SEGMENTS = 100_000;
const MOST_WHY = 200;
/** What a calendar can name, less a few days for the edges. */
const LATEST = 8.64e15 - 1e9;
const CODES: ReadonlyMap<unknown, Lane> = new Map(Object.values(LANE).map((code) => [slugOf(code), code]));

/** A lane as it is drawn, and why each of its runs began. */
export interface ReadLane extends Track {
  why: (string | undefined)[];
}

interface Piece {
  from: number;
  to: number;
  code: Lane;
  why: string | undefined;
}

/** Whether it is a moment that a calendar can name. */
export function isMoment(t: unknown): t is number {
  return typeof t === 'number' && Math.abs(t) <= LATEST;
}

/**
 * Segments as runs that follow each other: the worst of those that overlap, and "no data" where there is none.
 * @param knownUntil Nothing is known after it.
 */
export function readLane(segments: unknown, knownUntil: number = Number.POSITIVE_INFINITY): ReadLane {
  const pieces = piecesOf(segments);
  const ends = pieces.map((_, at) => at).sort((a, b) => endOf(pieces[a]) - endOf(pieces[b]));
  const lane: ReadLane = { start: [], code: [], why: [] };
  const active = [0, 0, 0, 0, 0];
  const whys: (string | undefined)[] = [];
  let begun = 0;
  let ended = 0;
  while (begun < pieces.length || ended < ends.length) {
    const t = Math.min(pieces[begun]?.from ?? Number.POSITIVE_INFINITY, endOf(pieces[ends[ended] ?? -1]));
    if (t >= knownUntil || t === Number.POSITIVE_INFINITY) break;
    for (let piece = pieces[begun]; piece?.from === t; piece = pieces[++begun]) {
      if (active[piece.code] === 0) whys[piece.code] = piece.why;
      active[piece.code] = (active[piece.code] ?? 0) + 1;
    }
    for (let piece = pieces[ends[ended] ?? -1]; piece?.to === t; piece = pieces[ends[++ended] ?? -1]) {
      active[piece.code] = (active[piece.code] ?? 0) - 1;
    }
    const code = worstOf(active);
    if (code !== lane.code.at(-1)) push(lane, t, code, active[code] ? whys[code] : undefined);
  }
  if (knownUntil < LATEST && lane.start.length > 0 && lane.code.at(-1) !== LANE.noData) {
    push(lane, knownUntil, LANE.noData, undefined);
  }
  return lane;
}

function endOf(piece: Piece | undefined): number {
  return piece?.to ?? Number.POSITIVE_INFINITY;
}

function push(lane: ReadLane, t: number, code: Lane, why: string | undefined): void {
  lane.start.push(t);
  lane.code.push(code);
  lane.why.push(why);
}

function worstOf(active: readonly number[]): Lane {
  let worst: Lane | undefined;
  for (const code of Object.values(LANE)) {
    if (!active[code]) continue;
    if (worst === undefined || (LANE_RANK[code] ?? 0) > (LANE_RANK[worst] ?? 0)) worst = code;
  }
  return worst ?? LANE.noData;
}

/** What can be used of it, oldest first, each with an end. */
function piecesOf(segments: unknown): Piece[] {
  if (!Array.isArray(segments)) return [];
  const pieces: Piece[] = [];
  for (const segment of segments.slice(-MOST_SEGMENTS) as Partial<TimelineSegment | null>[]) {
    const { state, fromMs, toMs, why } = segment ?? {};
    if (!isMoment(fromMs)) continue;
    if (toMs !== undefined && toMs !== Number.POSITIVE_INFINITY && !(isMoment(toMs) && toMs > fromMs))
      continue;
    const code = CODES.get(state) ?? LANE.noData;
    const said = typeof why === 'string' ? why.slice(0, MOST_WHY) : undefined;
    pieces.push({ from: fromMs, to: toMs ?? Number.NaN, code, why: said });
  }
  pieces.sort((a, b) => a.from - b.from);
  let next = Number.POSITIVE_INFINITY;
  for (let at = pieces.length - 1; at >= 0; at--) {
    const piece = pieces[at] as Piece;
    const later = pieces[at + 1]?.from ?? next;
    if (later > piece.from) next = later;
    if (Number.isNaN(piece.to)) piece.to = next;
  }
  return pieces;
}
