import type { Lane } from './lane.ts';

/** Older, folded minutes: share of each minute per lane code, where the order within it is no longer known. */
export interface Minutes {
  /** Start of the first minute. */
  from: number;
  /** Length of each, where it is not a minute. */
  stepMs?: number;
  /** Five shares of 0..255 a minute, in order of lane code: [noData, closed, halfOpen, isolated, open] */
  shares: number[];
}

/** What is known of one lane: exact runs, oldest first, and before them perhaps minutes that were folded. */
export interface Track {
  start: number[];
  code: Lane[];
  minutes?: Minutes;
}

/** Index of the run in force at `t`, -1 before the first. */
export function indexAt({ start }: Pick<Track, 'start'>, t: number): number {
  let low = 0;
  let high = start.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((start[middle] ?? 0) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
