import { type EventRecord, LANE } from '@cb/protocol';
import { readRuns } from '../lib/runs.ts';
import { runAt, type Track } from '../lib/track.ts';
import type { readStrip } from './api.ts';

/** So a lane in buckets begins that nobody told of at first; a silence that began before it looks the same. */
export function beginsUnknown(track: Track | undefined, t: number): boolean {
  const run = runAt(track, t);
  return run?.code === LANE.noData && run.from === track?.start[0];
}

export function tracksOf(strip: Awaited<ReturnType<typeof readStrip>>): Map<number, Track> {
  const lanes = readRuns(strip, strip.runs);
  const tracks = new Map<number, Track>();
  let row = 0;
  strip.row.forEach((step, i) => {
    row += step;
    const lane = lanes[i];
    if (lane) tracks.set(row, lane);
  });
  return tracks;
}

export function byRow(newestFirst: readonly EventRecord[]): Map<number, EventRecord[]> {
  const rows = new Map<number, EventRecord[]>();
  for (const event of [...newestFirst].reverse()) {
    const of = rows.get(event.row) ?? [];
    of.push(event);
    rows.set(event.row, of);
  }
  return rows;
}
