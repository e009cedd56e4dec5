import {
  type EventRecord,
  type InstanceSearch,
  LANE,
  type LaneCounts,
  LIMITS,
  laneOf,
  type Moment,
} from '@cb/protocol';
import type { Fleet } from './fleet.ts';
import { json, type Reply } from './reply.ts';
import { BadRequest, integer, moment, type Route } from './routes.ts';
import { briefly, type FleetRow } from './row.ts';

/** An opening that comes later after a deploy than this is hardly its doing. */
const AFTER_DEPLOY_MS = 10 * 60_000;
/** Changes of a row that are looked through for the one that began a state. */
const MOST_EVENTS = 500;

/** What the page asks about one row or one name while somebody points at it. */
export class Moments {
  readonly #fleet: Fleet;
  readonly #now: () => number;

  constructor(fleet: Fleet, now: () => number) {
    this.#fleet = fleet;
    this.#now = now;
  }

  routes(): Route[] {
    return [
      { method: 'GET', path: 'moment', role: 'viewer', answer: ({ query }) => this.#moment(query) },
      { method: 'GET', path: 'instances', role: 'viewer', answer: ({ query }) => this.#instances(query) },
    ];
  }

  #moment(query: URLSearchParams): Reply {
    const row = this.#fleet.rows.get(integer(query.get('row'), 'row'));
    if (row === undefined) return { ...json(null), status: 404 };
    const t = Math.min(this.#now(), moment(query.get('t'), 't'));
    const { start, code } = row.history.segments(t, this.#now());
    const since = start[0] ?? t;
    const answer: Moment = {
      row: row.row,
      t,
      code: code[0] ?? LANE.noData,
      since,
      counts: countsAt(row, t),
      took: 0,
      of: row.lanes.size,
    };
    if (start[1] !== undefined) answer.until = start[1];
    for (const { history } of row.lanes.values()) {
      if (history.segments(since, (start[1] ?? this.#now() + 1) - 1).code.includes(answer.code))
        answer.took++;
    }
    const event = this.#eventOf(row, answer);
    if (event !== undefined) answer.event = briefly(event);
    const deploy = this.#fleet.markers.deployBefore(row.service, since, AFTER_DEPLOY_MS);
    if (deploy !== undefined) answer.deploy = deploy;
    return json(answer);
  }

  /** What the row shows is what one of its instances did at that very moment. */
  #eventOf(row: FleetRow, { since, code }: Moment): EventRecord | undefined {
    const { events } = this.#fleet.events.read({ from: since, to: since, limit: MOST_EVENTS }, row.row);
    return events.find((event) => laneOf(event.to, event.mode) === code) ?? events[0];
  }

  #instances(query: URLSearchParams): Reply {
    const like = (query.get('like') ?? '').toLowerCase();
    if (like === '' || like.length > LIMITS.nameChars) {
      throw new BadRequest(`like must have 1 to ${LIMITS.nameChars} characters`);
    }
    const rows = new Set<number>();
    for (const { name, breakers } of this.#fleet.instances.values()) {
      if (!name.toLowerCase().includes(like)) continue;
      for (const lane of breakers.values()) rows.add(lane.row.row);
    }
    let before = 0;
    const row = [...rows]
      .sort((a, b) => a - b)
      .map((each) => {
        const step = each - before;
        before = each;
        return step;
      });
    return json({ epoch: this.#fleet.epoch, row } satisfies InstanceSearch);
  }
}

function countsAt(row: FleetRow, t: number): LaneCounts {
  const counts: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  for (const { history } of row.lanes.values()) counts[history.at(t)]++;
  return counts;
}
