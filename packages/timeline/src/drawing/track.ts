import type { Lane } from './lane.ts';

/** What is known of one lane: runs, oldest first. */
export interface Track {
  start: number[];
  code: Lane[];
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
