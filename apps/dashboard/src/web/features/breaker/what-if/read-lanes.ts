import { LANE, type TraceStretch } from '@cb/protocol';
import { serverNow } from '../../../lib/clock.ts';
import type { Track } from '../../../lib/track.ts';
import { readLaneSeries, readTrace } from '../../../live/api.ts';
import type { Range } from './decode-trace.ts';
import type { LaneData } from './simulation.ts';

/** A trace begins with the connection, and is told once a second; one without calls every ten. */
const BEGIN_SLACK_MS = 2_000;
const END_SLACK_MS = 13_000;
/** A share of the range that may be missing at its beginning: what is shown begins where the calls do. */
const SLACK_RATIO = 0.02;

/** For so long the server keeps sums per second; an answer that reaches further back has coarser ones. */
const FINE_MS = 15 * 60_000;
/** What is asked for travels meanwhile. */
const TRAVEL_MS = 5_000;

export interface LaneRead extends LaneData {
  /** Where calls were recorded, although not in all of the range. */
  recorded?: TraceStretch;
}

/** An instance that is tried, and what is known of what it showed. */
export interface TriedLane {
  lane: number;
  instance: string;
  track: Track | undefined;
}

/** Reads calls where they cover the range, else sums. */
export async function readLane(
  row: number,
  { lane, instance, track }: TriedLane,
  range: Range,
  lookbackMs: number,
  signal: AbortSignal,
): Promise<LaneRead> {
  const from = range.from - lookbackMs;
  const trace = await readTrace(row, lane, from, range.to, signal);
  const needed = { from: Math.max(range.from, knownFrom(track)), to: range.to };
  if (!trace.more && trace.complete.some((stretch) => covers(stretch, needed)))
    return { lane, instance, trace };
  const series = await readLaneSeries(row, lane, Math.max(from, finestFrom(range)), range.to, signal);
  const recorded = trace.complete.at(-1);
  return { lane, instance, series, ...(recorded && { recorded }) };
}

/** A range of which sums per second are kept is not made coarser by what comes before it. */
function finestFrom({ from }: Range): number {
  const kept = serverNow() - FINE_MS;
  return from >= kept - TRAVEL_MS ? kept + TRAVEL_MS : Number.NEGATIVE_INFINITY;
}

function covers([begin, end]: TraceStretch, { from, to }: Range): boolean {
  const slackMs = Math.max(BEGIN_SLACK_MS, SLACK_RATIO * (to - from));
  return begin <= from + slackMs && end >= to - END_SLACK_MS;
}

/** When the instance was first heard: nothing can be missing before it. */
function knownFrom(track: Track | undefined): number {
  const first = track?.code.findIndex((code) => code !== LANE.noData) ?? -1;
  return first === -1 || track?.minutes
    ? Number.NEGATIVE_INFINITY
    : (track?.start[first] ?? Number.NEGATIVE_INFINITY);
}
