import type { BreakerDetail, EventPage, EventRecord, LaneHistory as LaneAnswer, Series } from '@cb/protocol';
import type { EventQuery } from '../event-log.ts';
import type { Fleet } from '../fleet.ts';
import { laneAnswer } from '../lane-answer.ts';
import type { FleetRow } from '../row.ts';
import { readSeries } from '../series.ts';
import type { Archive } from './archive.ts';
import type { LaneRuns, TimeRange } from './history-store.ts';
import { joinLane } from './join-lane.ts';
import { borderOf, joinSeries } from './join-series.ts';
import { keyOf } from './records.ts';
import { groupByBreaker, toEventRecord } from './resume.ts';

/** Rows whose lanes are read from the store at once. */
const ROWS_AT_ONCE = 50;
const MINUTE_MS = 60_000;

/**
 * What was, whether memory still has it or only the store: each moment is answered by one of them, so nothing is missing
 * and nothing comes twice. Where the store fails, memory answers alone.
 */
export class Past {
  readonly #fleet: Fleet;
  readonly #archive: Archive;
  readonly #startedAt: number;

  /** @param startedAt When memory began to fill with charts. */
  constructor(fleet: Fleet, archive: Archive, startedAt: number) {
    this.#fleet = fleet;
    this.#archive = archive;
    this.#startedAt = startedAt;
  }

  /** How far back the store reaches at most; undefined where there is none. */
  get keptMs(): number | undefined {
    return this.#archive.keeps('lane') ? this.#archive.retentionMs : undefined;
  }

  async events(query: EventQuery, row?: number): Promise<EventPage> {
    const held = this.#fleet.events.read(query, row);
    const oldest = this.#fleet.events.oldest(row) ?? Number.POSITIVE_INFINITY;
    const of = row === undefined ? undefined : this.#fleet.rows.get(row);
    const known = row !== undefined && of === undefined;
    if (held.more || query.from >= oldest || known || !this.#archive.keeps('event')) return held;
    const page = await this.#archive.read((store) => store.events({ ...query, of: of && [of] }));
    if (page === undefined) return held;
    const events = new Map(held.events.map((event) => [event.event, event]));
    for (const kept of page.entries) {
      const event = events.get(kept.event) ?? toEventRecord(kept, this.#fleet);
      if (event !== undefined) events.set(kept.event, event);
    }
    const all = [...events.values()].sort((a, b) => b.t - a.t || b.event - a.event);
    return { events: all.slice(0, query.limit), more: page.more || all.length > query.limit };
  }

  /** The event with this number, and whose it is: also of breakers that are no longer there. */
  async event(event: number): Promise<{ service: string; name: string; event: EventRecord } | undefined> {
    const held = this.#fleet.events.find(event);
    const row = held && this.#fleet.rows.get(held.row);
    if (held !== undefined && row !== undefined) return { service: row.service, name: row.name, event: held };
    if (!this.#archive.keeps('event')) return undefined;
    const kept = await this.#archive.read((store) => store.event(event));
    if (kept === undefined) return undefined;
    const { service, name, kind: _kind, boot: _boot, seq: _seq, ...rest } = kept;
    return { service, name, event: toEventRecord(kept, this.#fleet) ?? { ...rest, row: 0, lane: 0 } };
  }

  /** The lanes of rows; with `each` also those of their instances. */
  async lanes(rows: readonly FleetRow[], range: TimeRange, each: boolean): Promise<LaneAnswer[]> {
    const older = rows.filter(({ history, lanes }) => {
      const all = each ? [history, ...[...lanes.values()].map((lane) => lane.history)] : [history];
      return all.some(({ exactFrom }) => range.from < (exactFrom ?? Number.POSITIVE_INFINITY));
    });
    const runs = await this.#runs(older, range);
    return rows.flatMap(({ row, service, name, history, lanes }) => {
      const known = runs.get(keyOf({ service, name })) ?? [];
      const answer = [joinLane(laneAnswer(row, -1, history, range), history, known, range)];
      for (const { lane, instance, history } of each ? lanes.values() : []) {
        const own = known.filter((each) => each.instance === instance.name);
        answer.push(joinLane(laneAnswer(row, lane, history, range), history, own, range));
      }
      return answer;
    });
  }

  async #runs(rows: readonly FleetRow[], { from, to }: TimeRange): Promise<Map<string, LaneRuns[]>> {
    const all: LaneRuns[] = [];
    for (let i = 0; i < rows.length && this.#archive.keeps('lane'); i += ROWS_AT_ONCE) {
      const of = rows.slice(i, i + ROWS_AT_ONCE).map(({ service, name }) => ({ service, name }));
      const runs = await this.#archive.read((store) => store.lanes({ from, to, of }));
      if (runs === undefined) break;
      for (const each of runs) all.push(each);
    }
    return groupByBreaker(all);
  }

  /** Charts of a row, or of one of its lanes: that is known as far as memory reaches. */
  async series(row: FleetRow, range: TimeRange & { now: number }, lane?: number): Promise<Series> {
    const lanes = [...row.lanes.values()].filter((each) => lane === undefined || each.lane === lane);
    const series = lanes.map((each) => each.series);
    const border = borderOf(range, this.#fleet.memory, this.#startedAt);
    if (lane !== undefined || range.from >= border.storeUntil || !this.#archive.keeps('sample')) {
      return readSeries(row.row, series, range);
    }
    const of = { service: row.service, name: row.name };
    const asked = { from: range.from - MINUTE_MS, to: Math.min(range.to, border.storeUntil - 1), of };
    const samples = (await this.#archive.read((store) => store.samples(asked))) ?? [];
    return joinSeries(row.row, series, samples, range, border);
  }

  /** Settings in force at a moment, and the newest opening by then. */
  async settings({ row, service, name }: FleetRow, at: number, now: BreakerDetail): Promise<BreakerDetail> {
    const of = [{ service, name }];
    const asked = this.#archive.keeps('row')
      ? await this.#archive.read(async (store) => ({
          said: await store.rows({ at, of }),
          latest: await store.latest({ at, of }),
        }))
      : undefined;
    const { opened: _opened, ...rest } = now;
    const detail: BreakerDetail = { ...rest, at };
    const said = asked?.said[0];
    if (said !== undefined) {
      detail.config = said.config;
      detail.configRevision = said.configRevision;
    }
    const kept = asked?.latest[0]?.opened;
    const held = this.#fleet.events
      .read({ from: 0, to: at, limit: Number.POSITIVE_INFINITY }, row)
      .events.find(({ from, to }) => to === 'open' && from !== 'open');
    const opened = held ?? (kept && toEventRecord(kept, this.#fleet));
    if (opened !== undefined) detail.opened = opened;
    return detail;
  }
}
