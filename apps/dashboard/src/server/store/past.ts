import type {
  BreakerDetail,
  EventPage,
  EventRecord,
  Lane,
  LaneHistory as LaneAnswer,
  Series,
} from '@cb/protocol';
import type { EventQuery } from '../event-log.ts';
import type { Fleet } from '../fleet.ts';
import { laneAnswer } from '../lane-answer.ts';
import type { FleetRow } from '../row.ts';
import { readSeries } from '../series.ts';
import type { Archive } from './archive.ts';
import type { LaneRuns, TimeRange } from './history-store.ts';
import { joinLane } from './join-lane.ts';
import { heldFrom, joinSeries } from './join-series.ts';
import { LongHistory, type Walkable } from './long-history.ts';
import { OlderLanes } from './older-lanes.ts';
import { keyOf } from './records.ts';
import { toEventRecord } from './resume.ts';
import { Track } from './track.ts';
import { worstOf } from './worst-of.ts';

const MINUTE_MS = 60_000;

/**
 * What was, whether memory still has it or only the store: each moment is answered by one of them, so nothing is missing
 * and nothing comes twice. Where the store fails, memory answers alone.
 */
export class Past {
  readonly #fleet: Fleet;
  readonly #archive: Archive;
  readonly #startedAt: number;
  readonly #older: OlderLanes;

  /** @param startedAt When memory began to fill with charts. */
  constructor(fleet: Fleet, archive: Archive, startedAt: number) {
    this.#fleet = fleet;
    this.#archive = archive;
    this.#startedAt = startedAt;
    this.#older = new OlderLanes(archive);
  }

  /** How far back the store reaches at most; undefined where there is none. */
  get keptMs(): number | undefined {
    return this.#archive.keeps ? this.#archive.retentionMs : undefined;
  }

  async events(query: EventQuery, row?: number): Promise<EventPage> {
    const held = this.#fleet.events.read(query, row);
    const oldest = this.#fleet.events.oldest(row) ?? Number.POSITIVE_INFINITY;
    const of = row === undefined ? undefined : this.#fleet.rows.get(row);
    const known = row !== undefined && of === undefined;
    if (held.more || query.from >= oldest || known || !this.#archive.keeps) return held;
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
    if (!this.#archive.keeps) return undefined;
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
    const none = new Map<string, LaneRuns[]>();
    const runs = older.length === 0 ? none : await this.#older.read(older, range.from, range.to);
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

  /** What the lanes of rows showed over a range that may reach further back than memory; those that memory has are left out. */
  async histories(rows: readonly FleetRow[], from: number, now: number): Promise<Map<number, Walkable>> {
    const histories = new Map<number, Walkable>();
    const older = await this.#older.rows(rows, from, now);
    for (const { row, history } of rows) {
      const track = older.get(row);
      if (track !== undefined) histories.set(row, new LongHistory(track, history));
    }
    return histories;
  }

  /** The lanes of a row over all that memory and store know together; undefined where the store knows nothing of it. */
  async tracks(
    row: FleetRow,
    from: number,
    to: number,
  ): Promise<{ whole: Track; each: Track[] } | undefined> {
    const runs = (await this.#older.read([row], from, to)).get(keyOf(row)) ?? [];
    if (runs.length === 0) return undefined;
    const each = runs.map(({ start, code }) => {
      const track = new Track();
      start.forEach((t, i) => {
        track.set(t, code[i] as Lane);
      });
      return track;
    });
    return { whole: worstOf(runs), each };
  }

  /** Charts of a row over all its instances. */
  async series(row: FleetRow, range: TimeRange & { now: number }): Promise<Series> {
    const held = heldFrom(row.series, range);
    if (range.from >= held || !this.#archive.keeps) return readSeries(row.row, [row.series], range);
    const of = { service: row.service, name: row.name };
    const asked = { from: range.from - MINUTE_MS, to: Math.min(range.to, held), of };
    const samples = (await this.#archive.read((store) => store.samples(asked))) ?? [];
    return joinSeries(row.row, row.series, samples, range, this.#startedAt);
  }

  /** Settings in force at a moment, and the newest opening by then. */
  async settings({ row, service, name }: FleetRow, at: number, now: BreakerDetail): Promise<BreakerDetail> {
    const of = [{ service, name }];
    const asked = this.#archive.keeps
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
