import type { Lane, LaneHistory as LaneAnswer, Minutes } from '@cb/protocol';
import type { LaneHistory } from '../history.ts';
import type { LaneRuns, TimeRange } from './history-store.ts';
import { worstOf } from './worst-of.ts';

/** Exact runs of the store in one answer; beyond it all but the newest are told as shares of time. */
const MOST_RUNS = 500;
const EXACT_RUNS = 250;
const MOST_SHARES = 1_000;
const MINUTE_MS = 60_000;
const LANES = 5;

interface Runs {
  start: number[];
  code: Lane[];
}

/**
 * Puts what the store knows in front of what memory knows exactly.
 *
 * @param held The answer of memory alone. @param runs What the store has of this lane, or of all lanes of the row.
 */
export function joinLane(
  held: LaneAnswer,
  history: LaneHistory,
  runs: readonly LaneRuns[],
  { from, to }: TimeRange,
): LaneAnswer {
  const border = history.exactFrom ?? Number.POSITIVE_INFINITY;
  if (from >= border || runs.length === 0) return held;
  const older = cutAt(worstOf(runs), border);
  if (older.start.length === 0) return held;
  const fold = older.start.length > MOST_RUNS ? older.start.length - EXACT_RUNS : 0;
  const exact: Runs = { start: older.start.slice(fold), code: older.code.slice(fold) };
  if (fold === 0 && (exact.start[0] as number) > from) {
    exact.start.unshift(from);
    exact.code.unshift(0);
  }
  const newer = border <= to ? history.segments(border, to) : { start: [], code: [] };
  // Of two neighbours that say the same, the earlier one does.
  const same = newer.code[0] === exact.code.at(-1) ? 1 : 0;
  const start = [...exact.start, ...newer.start.slice(same)];
  const answer: LaneAnswer = {
    row: held.row,
    lane: held.lane,
    segments: { start, code: [...exact.code, ...newer.code.slice(same)] },
  };
  if (fold > 0) answer.minutes = toShares(older, from, exact.start[0] as number);
  return answer;
}

function cutAt({ start, code }: Runs, border: number): Runs {
  let count = start.length;
  while (count > 0 && (start[count - 1] as number) >= border) count--;
  return { start: start.slice(0, count), code: code.slice(0, count) };
}

/** Shares of time of the runs in [from, to), in steps of whole minutes. */
function toShares({ start, code }: Runs, from: number, to: number): Minutes {
  const first = Math.floor(Math.max(from, start[0] ?? from) / MINUTE_MS) * MINUTE_MS;
  const stepMs = Math.max(1, Math.ceil((to - first) / MOST_SHARES / MINUTE_MS)) * MINUTE_MS;
  const steps = Math.ceil((to - first) / stepMs);
  const ms = new Float64Array(steps * LANES);
  const changes: number[] = new Array(steps).fill(0);
  start.forEach((t, i) => {
    const end = Math.min(to, start[i + 1] ?? to);
    if (t >= first && t < to)
      changes[Math.floor((t - first) / stepMs)] = at(changes, (t - first) / stepMs) + 1;
    for (let begin = Math.max(first, t); begin < end; ) {
      const step = Math.floor((begin - first) / stepMs);
      const stop = Math.min(end, first + (step + 1) * stepMs);
      const cell = step * LANES + (code[i] as Lane);
      ms[cell] = (ms[cell] as number) + stop - begin;
      begin = stop;
    }
  });
  const shares = Array.from(ms, (part, i) => {
    const known = Math.min(to, first + (Math.floor(i / LANES) + 1) * stepMs) - first;
    const length = known - Math.floor(i / LANES) * stepMs;
    return Math.round((part / length) * 255);
  });
  return { from: first, stepMs, shares, changes };
}

function at(list: readonly number[], index: number): number {
  return list[Math.floor(index)] ?? 0;
}
