import {
  type EventRecord,
  type InstanceSearch,
  LANE,
  LIMITS,
  laneOf,
  type Moment,
  type Segments,
} from '@cb/protocol';
import type { Fleet } from './fleet.ts';
import { json, type Reply } from './reply.ts';
import { BadRequest, integer, moment, type Route } from './routes.ts';
import { briefly, type FleetRow } from './row.ts';
import type { Past } from './store/past.ts';

/** An opening that comes later after a deploy than this is hardly its doing. */
const AFTER_DEPLOY_MS = 10 * 60_000;
/** Changes of a row that are looked through for the one that began a state. */
const MOST_EVENTS = 500;

/** What the page asks about one row or one name while somebody points at it. */
export class Moments {
  readonly #fleet: Fleet;
  readonly #past: Past | undefined;
  readonly #now: () => number;

  /** @param past What is older than memory; left out: nothing is. */
  constructor(fleet: Fleet, now: () => number, past?: Past) {
    this.#fleet = fleet;
    this.#past = past;
    this.#now = now;
  }

  routes(): Route[] {
    return [
      { method: 'GET', path: 'moment', role: 'viewer', answer: ({ query }) => this.#moment(query) },
      { method: 'GET', path: 'instances', role: 'viewer', answer: ({ query }) => this.#instances(query) },
    ];
  }

  async #moment(query: URLSearchParams): Promise<Reply> {
    const row = this.#fleet.rows.get(integer(query.get('row'), 'row'));
    if (row === undefined) return { ...json(null), status: 404 };
    const t = Math.min(this.#now(), moment(query.get('t'), 't'));
    const lanes = await this.#lanes(row, t);
    const { start, code } = lanes.whole(t);
    const since = start[0] ?? t;
    const counts: [number, number, number, number, number] = [0, 0, 0, 0, 0];
    const answer: Moment = {
      row: row.row,
      t,
      code: code[0] ?? LANE.noData,
      since,
      counts,
      took: 0,
      of: lanes.each.length,
    };
    if (start[1] !== undefined) answer.until = start[1];
    for (const showed of lanes.each) {
      counts[showed(t, t).code[0] ?? LANE.noData]++;
      if (showed(since, (start[1] ?? this.#now() + 1) - 1).code.includes(answer.code)) answer.took++;
    }
    const event = await this.#eventOf(row, answer);
    if (event !== undefined) answer.event = briefly(event);
    const deploy = this.#fleet.markers.deployBefore(row.service, since, AFTER_DEPLOY_MS);
    if (deploy !== undefined) answer.deploy = deploy;
    return json(answer);
  }

  /** The lanes of a row, from memory or, for an earlier moment, from the store. */
  async #lanes(row: FleetRow, t: number): Promise<Lanes> {
    const now = this.#now();
    const older = t < (row.history.exactFrom ?? now) ? await this.#past?.tracks(row, t, now) : undefined;
    if (older === undefined) {
      const lanes = [...row.lanes.values()];
      return {
        whole: (from) => row.history.segments(from, now),
        each: lanes.map(
          ({ history }) =>
            (from: number, to: number) =>
              history.segments(from, to),
        ),
      };
    }
    return {
      whole: (from) => older.whole.range(from, now),
      // Instances that came later did not take part.
      each: older.each
        .filter((track) => track.indexAt(t) >= 0)
        .map((track) => (from: number, to: number) => track.range(from, to)),
    };
  }

  /** What the row shows is what one of its instances did at that very moment. */
  async #eventOf(row: FleetRow, { since, code }: Moment): Promise<EventRecord | undefined> {
    const query = { from: since, to: since, limit: MOST_EVENTS };
    const page = await (this.#past?.events(query, row.row) ?? this.#fleet.events.read(query, row.row));
    const { events } = page;
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

/** What the lanes of a row showed. */
interface Lanes {
  whole(from: number): Segments;
  readonly each: readonly ((from: number, to: number) => Segments)[];
}
