import type {
  HistoryStore,
  LaneRuns,
  LatestEvents,
  OfBreakers,
  Page,
  PageQuery,
  PruneBounds,
  StoreSummary,
  TimeRange,
} from '../history-store.ts';
import { Latest } from '../latest.ts';
import {
  type BreakerKey,
  type HistoryRecord,
  type KeptEvent,
  keyOf,
  type LaneRecord,
  type RowRecord,
  type SampleRecord,
} from '../records.ts';
import { Track } from '../track.ts';
import { samplesOf } from './charts.ts';
import type { Part } from './part.ts';
import { ENTRY, type Kinds } from './part-index.ts';
import { PartList, type PartListOptions } from './part-list.ts';
import type { LogRecord } from './record-line.ts';

const LANE: Kinds = { least: ENTRY.lane, most: ENTRY.lane };
const ROW: Kinds = { least: ENTRY.row, most: ENTRY.row };
const EVENT: Kinds = { least: ENTRY.event, most: ENTRY.outset };
const MARKER: Kinds = { least: ENTRY.marker, most: ENTRY.marker };
const AUDIT: Kinds = { least: ENTRY.audit, most: ENTRY.audit };

/** Entries of one part. */
interface Found {
  readonly part: Part;
  readonly entries: readonly number[];
}

/** Keeps the past in files that people can read: a folder every six hours, with a log and the charts. Needs nothing else. */
export class FileStore implements HistoryStore {
  readonly name: string = 'file';
  readonly #parts: PartList;

  /** @param root Folder of its own; made where there is none. */
  constructor(root: string, options: PartListOptions = {}) {
    this.#parts = new PartList(root, options);
  }

  append(batch: readonly HistoryRecord[]): void {
    this.#parts.append(batch);
  }

  /** Entries in [from, to] of these parts; what later ones repeat at their beginning is left out. */
  *#find(kinds: Kinds, { from, to, of }: TimeRange & OfBreakers, parts: readonly Part[]): Generator<Found> {
    const keys = of?.map((each) => keyOf(each));
    for (const part of parts) {
      this.#parts.use(part);
      const index = part.index();
      yield { part, entries: index.find(kinds, from, to, keys, part === parts[0] ? 0 : index.carried) };
    }
  }

  /** Records up to `to` from what was in force at `from` on, in the order in which they were kept. */
  *#read(kinds: Kinds, from: number, { to, of }: { to: number } & OfBreakers): Generator<LogRecord> {
    for (const { part, entries } of this.#find(kinds, { from: 0, to, of }, this.#parts.between(from, to))) {
      for (const record of part.read(entries)) if (record !== undefined) yield record;
    }
  }

  rows({ at, of }: { at: number } & OfBreakers): RowRecord[] {
    const rows = new Map<string, RowRecord>();
    for (const row of this.#read(ROW, at, { to: at, of })) {
      const known = rows.get(keyOf(row as RowRecord));
      if (known === undefined || row.t >= known.t) rows.set(keyOf(row as RowRecord), row as RowRecord);
    }
    return [...rows.values()];
  }

  lanes({ from, to, of }: TimeRange & OfBreakers): LaneRuns[] {
    const lanes = new Map<string, { of: LaneRecord; track: Track }>();
    for (const record of this.#read(LANE, from, { to, of })) {
      const lane = record as LaneRecord;
      const key = keyOf(lane, lane.instance);
      const known = lanes.get(key) ?? { of: lane, track: new Track() };
      lanes.set(key, known);
      known.track.set(lane.t, lane.code);
    }
    return [...lanes.values()].flatMap(({ of: { service, name, instance }, track }) => {
      const runs = track.range(from, to);
      return runs.start.length > 0 ? { service, name, instance, ...runs } : [];
    });
  }

  events(query: PageQuery & OfBreakers): Page<KeptEvent> {
    return this.#page(EVENT, query) as Page<KeptEvent>;
  }

  event(event: number): KeptEvent | undefined {
    for (const part of this.#parts.reversed()) {
      this.#parts.use(part);
      const entry = part.index().event(event);
      if (entry !== -1) return part.read([entry])[0] as KeptEvent | undefined;
    }
    return undefined;
  }

  latest({ at, of }: { at: number } & OfBreakers): LatestEvents[] {
    const latest = new Latest();
    for (const event of this.#read(EVENT, at, { to: at, of })) latest.note(event as KeptEvent);
    return latest.read();
  }

  samples({ from, to, of }: TimeRange & { of: BreakerKey }): SampleRecord[] {
    const over = this.#parts.between(from, to).flatMap((part) => part.charts(of));
    const charts = [...over, ...this.#parts.underWay.of(of)];
    return samplesOf(charts.filter(({ t }) => t >= from && t <= to));
  }

  markers(query: PageQuery): Page<unknown> {
    return dataOf(this.#page(MARKER, query));
  }

  audit(query: PageQuery): Page<unknown> {
    return dataOf(this.#page(AUDIT, query));
  }

  /** Newest first. Only the lines of the page are read. */
  #page(kinds: Kinds, query: PageQuery & OfBreakers): Page<LogRecord> {
    const { from, to, limit } = query;
    const found: { part: Part; entry: number; t: number; id: number }[] = [];
    for (const { part, entries } of this.#find(kinds, query, this.#parts.between(from, to))) {
      const { t, id } = part.index().columns;
      for (const entry of entries) {
        found.push({ part, entry, t: t[entry] as number, id: id[entry] as number });
      }
    }
    found.reverse().sort((a, b) => b.t - a.t || b.id - a.id);
    const page = found.slice(0, limit);
    const entries: (LogRecord | undefined)[] = new Array(page.length);
    for (const part of new Set(page.map((each) => each.part))) {
      const places = page.flatMap((each, i) => (each.part === part ? [i] : []));
      const records = part.read(places.map((i) => (page[i] as { entry: number }).entry));
      places.forEach((place, i) => {
        entries[place] = records[i];
      });
    }
    const whole = entries.filter((record) => record !== undefined);
    return { entries: whole, more: found.length > limit };
  }

  summary(): StoreSummary {
    return this.#parts.summary();
  }

  prune(bounds: PruneBounds): void {
    this.#parts.prune(bounds);
  }

  close(): void {
    this.#parts.close();
  }
}

function dataOf({ entries, more }: Page<LogRecord>): Page<unknown> {
  return { entries: entries.map((record) => (record as { data?: unknown }).data), more };
}
