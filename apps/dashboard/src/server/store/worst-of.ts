import { LANE, LANE_RANK, type Lane } from '@cb/protocol';
import { Track } from './track.ts';

interface Runs {
  readonly start: readonly number[];
  readonly code: readonly Lane[];
}

/** The worst that any of the lanes showed, over time: no data only where none of them has any. */
export function worstOf(lanes: readonly Runs[]): Track {
  const changes = lanes.flatMap(({ start, code }, lane) => {
    return start.map((t, i) => ({ t, lane, code: code[i] as Lane }));
  });
  changes.sort((a, b) => a.t - b.t);
  const worst = new Track();
  const now: Lane[] = lanes.map(() => LANE.noData);
  for (let i = 0; i < changes.length; ) {
    const { t } = changes[i] as { t: number };
    let peak: Lane = LANE.noData;
    for (; changes[i]?.t === t; i++) {
      const { lane, code } = changes[i] as { lane: number; code: Lane };
      now[lane] = code;
      peak = worse(peak, code);
    }
    const after = now.reduce(worse, LANE.noData);
    // What a lane only passed through at this moment did happen.
    if (worse(peak, after) !== after && peak !== worst.code.at(-1)) worst.set(t, peak);
    worst.set(t, after);
  }
  return worst;
}

function worse(a: Lane, b: Lane): Lane {
  if (a === LANE.noData || b === LANE.noData) return a === LANE.noData ? b : a;
  return (LANE_RANK[b] as number) > (LANE_RANK[a] as number) ? b : a;
}
