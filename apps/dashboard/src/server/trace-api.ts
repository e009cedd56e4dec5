import type { TraceAnswer } from '@cb/protocol';
import type { Fleet } from './fleet.ts';
import { json, type Reply, text } from './reply.ts';
import { integer, type Route, range } from './routes.ts';

/** Calls of one answer: about three megabytes before they are compressed. */
const MOST_CALLS = 200_000;

/** Single calls of one breaker on one instance. */
export function traceRoute(fleet: Fleet, now: () => number): Route {
  return {
    method: 'GET',
    path: 'trace',
    role: 'viewer',
    answer: ({ query }): Reply => {
      const row = fleet.rows.get(integer(query.get('row'), 'row'));
      const wanted = integer(query.get('lane'), 'lane');
      const lane = row && [...row.lanes.values()].find((each) => each.lane === wanted);
      if (row === undefined || lane === undefined)
        return text(404, 'There is no such row or lane; read the directory again.');
      const { from, to } = range(query, now());
      const found = fleet.traces.read(lane.lane, from, to, MOST_CALLS);
      return json({
        row: row.row,
        lane: lane.lane,
        instance: lane.instance.name,
        ...found,
      } satisfies TraceAnswer);
    },
  };
}
