import { LANE, type LaneStats } from '@cb/protocol';
import type { Walkable } from './store/long-history.ts';

/** Nothing yet. */
export function noStats(): LaneStats {
  return { ms: [0, 0, 0, 0, 0], opens: 0 };
}

/**
 * How long a lane showed each code between `from` and `to`, and how often it opened. Of a folded minute its share counts;
 * the time before anything was known of the lane does not.
 */
export function statsOf(history: Walkable, from: number, to: number): LaneStats {
  const stats = noStats();
  const { ms } = stats;
  const { knownSince } = history;
  if (knownSince === undefined || knownSince >= to) return stats;
  history.walk(Math.max(from, knownSince), to, {
    span(start, end, code, opened) {
      ms[code] += end - start;
      if (opened) stats.opens++;
    },
    minute(start, end, shares, opens) {
      const part = (Math.min(end, to) - Math.max(start, from)) / (end - start);
      for (let code = 0; code < shares.length; code++) {
        ms[code as 0] += (shares[code] as number) * part;
      }
      if (part >= 0.5) stats.opens += opens;
    },
  });
  for (let code = 0; code < ms.length; code++) ms[code as 0] = Math.round(ms[code as 0]);
  return stats;
}

export function addStats(sum: LaneStats, more: LaneStats): void {
  for (let code = 0; code < sum.ms.length; code++) sum.ms[code as 0] += more.ms[code as 0];
  sum.opens += more.opens;
}

/** Milliseconds in which calls were refused. */
export function refusedMs({ ms }: LaneStats): number {
  return ms[LANE.open] + ms[LANE.isolated];
}
