import { LANE, type LaneStats } from '@cb/protocol';
import { elapsed, timeShare } from '../../lib/format.ts';
import { slugOf, wordOf } from '../../lib/states.ts';

/** Trouble first, as everywhere. */
const TOLD = [LANE.open, LANE.isolated, LANE.halfOpen, LANE.noData, LANE.closed] as const;

/** Time in which calls were refused. */
export function refusedMs({ ms }: LaneStats): number {
  return ms[LANE.open] + ms[LANE.isolated];
}

/** Time in each state: "open 4m 12s (7 %), closed 55m 48s (93 %)". */
export function inRange({ ms }: LaneStats): string {
  const all = ms.reduce((a, b) => a + b, 0);
  const parts = TOLD.flatMap((code) => {
    if (ms[code] === 0) return [];
    return [`${wordOf(slugOf(code)).toLowerCase()} ${elapsed(ms[code])} (${timeShare(ms[code] / all)})`];
  });
  return parts.join(', ');
}
