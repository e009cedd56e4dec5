import { LANE } from '@cb/protocol';
import type { Instance } from './instance.ts';
import type { FleetLane, FleetRow } from './row.ts';

/** A twentieth at once, so that looking for them is not done for each newcomer. */
function twentieth<T>(found: readonly T[], limit: number): readonly T[] {
  return found.slice(0, Math.max(1, Math.floor(limit / 20)));
}

/** Rows that may go to make room: never one that is in trouble; those without data first, and of them the longest silent. */
export function calmRows(rows: Iterable<FleetRow>, limit: number, service?: string): readonly FleetRow[] {
  const calm: FleetRow[] = [];
  for (const row of rows) {
    const idle = row.code === LANE.closed || row.code === LANE.noData;
    if (idle && (service === undefined || row.service === service)) calm.push(row);
  }
  calm.sort((a, b) => a.code - b.code || a.heardAt - b.heardAt);
  return twentieth(calm, limit);
}

/** Lanes that may go to make room: those of instances that are gone, the longest gone first. */
export function goneLanes(rows: Iterable<FleetRow>, limit: number): readonly FleetLane[] {
  const gone: FleetLane[] = [];
  for (const row of rows) {
    for (const lane of row.lanes.values()) {
      if (lane.code === LANE.noData && lane.instance.owner === undefined) gone.push(lane);
    }
  }
  gone.sort((a, b) => a.instance.heardAt - b.instance.heardAt);
  return twentieth(gone, limit);
}

/** Instances that may go to make room: those without a connection; those that never had a breaker first. */
export function goneInstances(
  instances: ReadonlyMap<string, Instance>,
  limit: number,
): readonly (readonly [string, Instance])[] {
  const gone = [...instances].filter(([, { owner }]) => owner === undefined);
  const rank = ({ breakers }: Instance): number => (breakers.size === 0 ? 0 : 1);
  gone.sort(([, a], [, b]) => rank(a) - rank(b) || a.heardAt - b.heardAt);
  return twentieth(gone, limit);
}
