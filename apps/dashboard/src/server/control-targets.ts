import { type ControlRequest, compareInstances, LANE, LIMITS } from '@cb/protocol';
import type { Fleet } from './fleet.ts';
import type { FleetLane, FleetRow } from './row.ts';

/** A breaker on an instance, and what its service calls it. */
export interface Target {
  readonly lane: FleetLane;
  /** Undefined where the service does not speak of it any more. */
  readonly id: number | undefined;
}

/** The breakers that a request means, in order of its rows and of their instances' names; or why it means none, for a person whose page is out of date. */
export function targetsOf(fleet: Fleet, { epoch, rows, lanes }: ControlRequest): Target[] | string {
  if (epoch !== fleet.epoch)
    return 'The server was started anew since that page was read; read the directory again.';
  const wanted = lanes && new Set(lanes);
  const found: FleetLane[] = [];
  for (const number of rows) {
    const row = fleet.rows.get(number);
    if (row === undefined) return `Row ${number} is gone; read the directory again.`;
    found.push(...lanesOf(row, wanted));
  }
  if (wanted !== undefined && found.length < wanted.size) {
    const known = new Set(found.map(({ lane }) => lane));
    const missing = [...wanted].find((lane) => !known.has(lane));
    return `Lane ${missing} is gone, or of none of these rows; read the directory again.`;
  }
  if (found.length > LIMITS.controlLanes) {
    return `That would be ${found.length} instances; at most ${LIMITS.controlLanes} at once.`;
  }
  return withIds(found);
}

/** Those that were asked for; else those that are heard; and where none is, all of them, so that it shows that nobody was reached. */
function lanesOf(row: FleetRow, wanted: ReadonlySet<number> | undefined): FleetLane[] {
  // Which instance connected first is chance; who asks twice wants the same order twice.
  const all = [...row.lanes.values()].sort((a, b) => compareInstances(a.instance.name, b.instance.name));
  if (wanted !== undefined) return all.filter(({ lane }) => wanted.has(lane));
  const heard = all.filter(({ code }) => code !== LANE.noData);
  return heard.length > 0 ? heard : all;
}

function withIds(lanes: readonly FleetLane[]): Target[] {
  const ids = new Map<FleetLane, number>();
  for (const instance of new Set(lanes.map((lane) => lane.instance))) {
    for (const [id, lane] of instance.breakers) ids.set(lane, id);
  }
  return lanes.map((lane) => ({ lane, id: ids.get(lane) }));
}
