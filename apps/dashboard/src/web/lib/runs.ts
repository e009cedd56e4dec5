import type { Lane } from '@cb/protocol';
import type { Track } from './track.ts';

interface Grid {
  from: number;
  bucketMs: number;
  buckets: number;
}

/** Lanes that came as runs of buckets, `length * 8 + code`, one lane's after the other's. They may be carried on as any other. */
export function readRuns({ from, bucketMs, buckets }: Grid, runs: readonly number[]): Track[] {
  const tracks: Track[] = [];
  let track: Track = { start: [], code: [] };
  let at = 0;
  for (const run of runs) {
    track.start.push(from + at * bucketMs);
    track.code.push((run & 7) as Lane);
    at += run >> 3;
    if (at < buckets) continue;
    tracks.push(track);
    track = { start: [], code: [] };
    at = 0;
  }
  return tracks;
}
