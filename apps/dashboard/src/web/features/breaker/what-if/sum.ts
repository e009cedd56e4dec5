import type { Totals, Transition } from '@cb/core/simulate';
import { LANE, LANE_RANK, type Lane } from '@cb/protocol';
import type { Track } from '../../../lib/track.ts';
import type { Run } from './play.ts';

/** A change on one of several instances. */
export type Change = Transition & { readonly instance: string };

/** What several instances did together. */
export interface Sum {
  transitions: readonly Change[];
  totals: Totals;
}

const CODES: Readonly<Record<string, Lane>> = {
  closed: LANE.closed,
  open: LANE.open,
  'half-open': LANE.halfOpen,
};

export function sumOf(runs: readonly { instance: string; run: Run }[]): Sum {
  const transitions = runs
    .flatMap(({ instance, run }) => run.transitions.map((change) => ({ ...change, instance })))
    .sort((a, b) => a.at - b.at);
  return { transitions, totals: addTotals(runs.map(({ run }) => run.totals)) };
}

export function addTotals(all: readonly Totals[]): Totals {
  const [first, ...others] = all;
  if (first === undefined) throw new RangeError('there is nothing to add up');
  const sums: { -readonly [K in keyof Totals]: number } = { ...first };
  for (const totals of others)
    for (const key of Object.keys(sums) as (keyof Totals)[]) sums[key] += totals[key];
  return sums;
}

/** The worst of several runs at each moment, as a lane is drawn. After the end nothing is known. */
export function trackOf(runs: readonly Run[]): Track {
  const moments = new Set<number>();
  let end = 0;
  for (const { segments } of runs)
    for (const { from, to } of segments) {
      moments.add(from);
      end = Math.max(end, to);
    }
  const track: Track = { start: [], code: [] };
  const at = runs.map(() => 0);
  for (const moment of [...moments].sort((a, b) => a - b)) {
    let worst: Lane = LANE.noData;
    runs.forEach(({ segments }, i) => {
      while ((segments[(at[i] as number) + 1]?.from ?? Number.POSITIVE_INFINITY) <= moment)
        (at[i] as number)++;
      const segment = segments[at[i] as number];
      if (segment === undefined || segment.from > moment || segment.to < moment) return;
      const code = CODES[segment.state] ?? LANE.noData;
      if (worst === LANE.noData || (LANE_RANK[code] as number) > (LANE_RANK[worst] as number)) worst = code;
    });
    if (track.code.at(-1) === worst) continue;
    track.start.push(moment);
    track.code.push(worst);
  }
  if (track.start.length > 0) {
    track.start.push(end);
    track.code.push(LANE.noData);
  }
  return track;
}
