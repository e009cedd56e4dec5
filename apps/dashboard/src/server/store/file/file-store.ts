import { mkdirSync } from 'node:fs';
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
import { InForce } from './in-force.ts';
import { Part, type Write } from './part.ts';
import { ENTRY, type Kinds } from './part-index.ts';
import type { CarriedMark, LogRecord } from './record-line.ts';

/** Of what is on disk. */
const VERSION = 1;

/** How long after it happened something may still be told. */
const LATE_MS = 86_400_000;
/** Parts whose index stays in memory. */
const MOST_INDEXES = 32;

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

export interface FileStoreOptions {
  /** Length of one part, default six hours. */
  partMs?: number;
  /** A part this large is followed by the next one whatever the time. Default 64 MiB. */
  partBytes?: number;
  /** For tests of what a full disk does. */
  write?: Write;
}

/** Keeps the past in files that people can read: a folder every six hours, with a log and the charts. Needs nothing else. */
export class FileStore implements HistoryStore {
  readonly name: string = 'file';
  readonly #root: string;
  readonly #partMs: number;
  readonly #partBytes: number;
  readonly #write: Write | undefined;
  #parts: Part[] = [];
  #used: Part[] = [];
  #inForce: InForce = new InForce();
  #newest: number | undefined;
  #lastEvent = 0;
  #before = 0;

  /** @param root Folder of its own; made where there is none. */
  constructor(root: string, { partMs = 21_600_000, partBytes = 64 * 2 ** 20, write }: FileStoreOptions = {}) {
    this.#root = root;
    this.#partMs = partMs;
    this.#partBytes = partBytes;
    this.#write = write;
    mkdirSync(root, { recursive: true });
    this.#parts = Part.all(root, write);
    this.#recover();
  }

  /** Learns what was in force. A part that was never finished beginning holds nothing that is not in the one before. */
  #recover(): void {
    for (;;) {
      const part = this.#parts.at(-1);
      if (part === undefined) return;
      let complete = false;
      part.scan((record) => {
        if (record.kind === 'carried') this.#checkVersion(record);
        complete ||= record.kind === 'carried' || record.kind === 'beat';
        this.#learn(record);
      });
      if (complete) return;
      this.#inForce = new InForce();
      part.delete();
      this.#parts.pop();
    }
  }

  #checkVersion({ version, lastEvent }: CarriedMark): void {
    this.#lastEvent = Math.max(this.#lastEvent, lastEvent);
    if (version <= VERSION) return;
    throw new Error(
      `${this.#root} was written by a newer version of the dashboard; use that, or another folder`,
    );
  }

  #learn(record: LogRecord): void {
    this.#inForce.take(record);
    this.#newest = Math.max(this.#newest ?? record.t, record.t);
    if (record.kind === 'event') this.#lastEvent = Math.max(this.#lastEvent, record.event);
  }

  append(batch: readonly HistoryRecord[]): void {
    if (batch.length === 0) return;
    const records: LogRecord[] = [];
    const samples: SampleRecord[] = [];
    for (const record of batch) {
      if (record.kind === 'sample') samples.push(record);
      else records.push(record);
    }
    const moments = (records.length > 0 ? records : samples).map(({ t }) => t);
    const start = this.#newest ?? moments.reduce((least, t) => Math.min(least, t));
    const part = this.#partFor(
      moments.reduce((most, t) => Math.max(most, t), start),
      start,
    );
    // Charts first: writing them twice does no harm, should the log fail.
    part.appendSamples(samples);
    part.append(records);
    for (const record of records) this.#learn(record);
  }

  /** The part that a batch goes into; a new one where it is time. */
  #partFor(newest: number, start: number): Part {
    const current = this.#parts.at(-1);
    if (current !== undefined) {
      const over = Math.floor(newest / this.#partMs) > Math.floor(current.start / this.#partMs);
      if (!(over || current.bytes > this.#partBytes) || start <= current.start) return current;
    }
    const part = Part.create(this.#root, start, this.#write);
    try {
      const mark = { kind: 'carried', version: VERSION, t: start, lastEvent: this.#lastEvent } as const;
      part.append([...this.#inForce.carry(start, this.#before), mark]);
    } catch (error) {
      part.delete();
      throw error;
    }
    current?.finish();
    this.#parts.push(part);
    return part;
  }

  /** Parts that say something about [from, to]; the first one begins with what was in force at `from`. */
  #between(from: number, to: number): Part[] {
    let first = this.#parts.findLastIndex((part) => part.start <= from);
    // What happened at the very moment in which a part began may be in the one before.
    while (first > 0 && (this.#parts[first] as Part).start === from) first--;
    const parts = this.#parts.slice(Math.max(0, first));
    return parts.filter((part) => part.start <= to + LATE_MS);
  }

  /** Entries in [from, to] of these parts; what later ones repeat at their beginning is left out. */
  *#find(kinds: Kinds, { from, to, of }: TimeRange & OfBreakers, parts: readonly Part[]): Generator<Found> {
    const keys = of?.map((each) => keyOf(each));
    for (const part of parts) {
      this.#use(part);
      const index = part.index();
      yield { part, entries: index.find(kinds, from, to, keys, part === parts[0] ? 0 : index.carried) };
    }
  }

  /** Records up to `to` from what was in force at `from` on, in the order in which they were kept. */
  *#read(kinds: Kinds, from: number, { to, of }: { to: number } & OfBreakers): Generator<LogRecord> {
    for (const { part, entries } of this.#find(kinds, { from: 0, to, of }, this.#between(from, to))) {
      for (const record of part.read(entries)) if (record !== undefined) yield record;
    }
  }

  #use(part: Part): void {
    this.#used = [...this.#used.filter((each) => each !== part), part];
    if (this.#used.length > MOST_INDEXES) this.#used.shift()?.dropIndex();
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
    for (const part of this.#parts.toReversed()) {
      this.#use(part);
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
    const byMoment = new Map<number, SampleRecord>();
    for (const part of this.#between(from, to)) {
      for (const sample of part.samples(of)) {
        if (sample.t >= from && sample.t <= to) byMoment.set(sample.t, sample);
      }
    }
    return [...byMoment.values()].sort((a, b) => a.t - b.t);
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
    for (const { part, entries } of this.#find(kinds, query, this.#between(from, to))) {
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
    const bytes = this.#parts.reduce((sum, part) => sum + part.bytes, 0);
    const oldest = this.#parts[0]?.start;
    const span = oldest === undefined ? {} : { oldest, newest: this.#newest ?? oldest };
    return { ...span, lastEvent: this.#lastEvent, bytes };
  }

  prune({ before, maxBytes }: PruneBounds): void {
    this.#before = Math.max(this.#before, before);
    while ((this.#parts[1]?.start ?? Number.POSITIVE_INFINITY) < before) this.#parts.shift()?.delete();
    const most = (): boolean => this.summary().bytes > maxBytes;
    for (const part of this.#parts.slice(0, -1)) if (most() && part.hasCharts) part.deleteCharts();
    while (this.#parts.length > 1 && most()) this.#parts.shift()?.delete();
  }

  close(): void {
    for (const part of this.#parts) part.close();
  }
}

function dataOf({ entries, more }: Page<LogRecord>): Page<unknown> {
  return { entries: entries.map((record) => (record as { data?: unknown }).data), more };
}
