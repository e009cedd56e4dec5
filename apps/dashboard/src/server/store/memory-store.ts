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
} from './history-store.ts';
import { Latest } from './latest.ts';
import {
  asSample,
  type BreakerKey,
  type ChartRecord,
  type HistoryRecord,
  isChart,
  type KeptEvent,
  keyOf,
  type LaneRecord,
  type RowRecord,
  type SampleRecord,
  takesPlaceOf,
} from './records.ts';
import { Track } from './track.ts';

interface LaneTrack {
  readonly lane: LaneRecord;
  readonly track: Track;
}

/**
 * Keeps the past in plain lists: gone with the process. Also the model for stores of your own, because it does what the
 * interface asks in the plainest way.
 */
export class MemoryStore implements HistoryStore {
  readonly name: string = 'memory';
  readonly #most: number;
  readonly #lanes: Map<string, LaneTrack> = new Map();
  readonly #rows: Map<string, RowRecord[]> = new Map();
  readonly #samples: Map<string, Map<number, ChartRecord>> = new Map();
  readonly #events: Map<number, KeptEvent> = new Map();
  readonly #notes: Record<'marker' | 'audit', { t: number; data: unknown }[]> = { marker: [], audit: [] };
  #oldest: number | undefined;
  #newest: number | undefined;
  #lastEvent = 0;

  /** @param most Entries of one kind, of one list; beyond it the oldest go. Default 10,000. */
  constructor(most = 10_000) {
    this.#most = most;
  }

  append(batch: readonly HistoryRecord[]): void {
    for (const record of batch) {
      this.#take(record);
      if (isChart(record) || record.kind === 'marker') continue;
      this.#oldest = Math.min(this.#oldest ?? record.t, record.t);
      this.#newest = Math.max(this.#newest ?? record.t, record.t);
    }
  }

  #take(record: HistoryRecord): void {
    switch (record.kind) {
      case 'lane': {
        const key = keyOf(record, record.instance);
        const known = this.#lanes.get(key) ?? { lane: record, track: new Track() };
        known.track.set(record.t, record.code);
        this.#put(this.#lanes, key, known);
        break;
      }
      case 'row': {
        const rows = this.#rows.get(keyOf(record)) ?? [];
        this.#put(this.#rows, keyOf(record), this.#push(rows, record));
        break;
      }
      case 'event':
        this.#lastEvent = Math.max(this.#lastEvent, record.event);
        this.#put(this.#events, record.event, record);
        break;
      case 'sample':
      case 'under-way': {
        const samples = this.#samples.get(keyOf(record)) ?? new Map<number, ChartRecord>();
        if (takesPlaceOf(record, samples.get(record.t))) this.#put(samples, record.t, record);
        this.#put(this.#samples, keyOf(record), samples);
        break;
      }
      case 'marker':
      case 'audit':
        this.#push(this.#notes[record.kind], record);
        break;
      default:
    }
  }

  #put<K, V>(map: Map<K, V>, key: K, value: V): void {
    map.set(key, value);
    if (map.size <= this.#most) return;
    for (const first of map.keys()) {
      map.delete(first);
      break;
    }
  }

  #push<T>(list: T[], entry: T): T[] {
    list.push(entry);
    if (list.length > this.#most) list.shift();
    return list;
  }

  rows({ at, of }: { at: number } & OfBreakers): RowRecord[] {
    const wanted = wants(of);
    const answer: RowRecord[] = [];
    for (const [key, rows] of this.#rows) {
      const row = wanted(key) ? newestAt(rows, at) : undefined;
      if (row !== undefined) answer.push(row);
    }
    return answer;
  }

  lanes({ from, to, of }: TimeRange & OfBreakers): LaneRuns[] {
    const wanted = wants(of);
    const answer: LaneRuns[] = [];
    for (const { lane, track } of this.#lanes.values()) {
      if (!wanted(keyOf(lane))) continue;
      const runs = track.range(from, to);
      const { service, name, instance } = lane;
      if (runs.start.length > 0) answer.push({ service, name, instance, ...runs });
    }
    return answer;
  }

  events({ from, to, limit, of }: PageQuery & OfBreakers): Page<KeptEvent> {
    const wanted = wants(of);
    const found: KeptEvent[] = [];
    for (const event of this.#events.values()) {
      if (event.t >= from && event.t <= to && wanted(keyOf(event))) found.push(event);
    }
    found.sort((a, b) => b.t - a.t || b.event - a.event);
    return { entries: found.slice(0, limit), more: found.length > limit };
  }

  event(event: number): KeptEvent | undefined {
    return this.#events.get(event);
  }

  latest({ at, of }: { at: number } & OfBreakers): LatestEvents[] {
    const wanted = wants(of);
    const latest = new Latest();
    for (const event of this.#events.values()) {
      if (event.t <= at && wanted(keyOf(event))) latest.note(event);
    }
    return latest.read();
  }

  samples({ from, to, of }: TimeRange & { of: BreakerKey }): SampleRecord[] {
    const all = [...(this.#samples.get(keyOf(of))?.values() ?? [])];
    const wanted = all.filter(({ t }) => t >= from && t <= to).sort((a, b) => a.t - b.t);
    return wanted.map(asSample);
  }

  markers(query: PageQuery): Page<unknown> {
    return this.#readNotes('marker', query);
  }

  audit(query: PageQuery): Page<unknown> {
    return this.#readNotes('audit', query);
  }

  #readNotes(kind: 'marker' | 'audit', { from, to, limit }: PageQuery): Page<unknown> {
    const found = this.#notes[kind].filter(({ t }) => t >= from && t <= to).reverse();
    found.sort((a, b) => b.t - a.t);
    return { entries: found.slice(0, limit).map(({ data }) => data), more: found.length > limit };
  }

  summary(): StoreSummary {
    const known = this.#oldest === undefined || this.#newest === undefined;
    const span = known ? {} : { oldest: this.#oldest as number, newest: this.#newest as number };
    return { ...span, lastEvent: this.#lastEvent, bytes: 0 };
  }

  prune({ before }: PruneBounds): void {
    for (const { track } of this.#lanes.values()) track.forget(before);
    for (const rows of this.#rows.values()) {
      const inForce = newestAt(rows, before);
      if (inForce !== undefined) rows.splice(0, rows.indexOf(inForce));
    }
    for (const [id, { t }] of this.#events) if (t < before) this.#events.delete(id);
    for (const samples of this.#samples.values()) {
      for (const t of samples.keys()) if (t < before) samples.delete(t);
    }
    for (const kind of ['marker', 'audit'] as const) {
      this.#notes[kind] = this.#notes[kind].filter(({ t }) => t >= before);
    }
    if (this.#oldest !== undefined) this.#oldest = Math.max(this.#oldest, before);
  }

  close(): void {}
}

function wants(of: readonly BreakerKey[] | undefined): (key: string) => boolean {
  if (of === undefined) return () => true;
  const keys = new Set(of.map((each) => keyOf(each)));
  return (key) => keys.has(key);
}

/** The newest by `t`, of equal ones the last. */
function newestAt(rows: readonly RowRecord[], at: number): RowRecord | undefined {
  let newest: RowRecord | undefined;
  for (const row of rows) if (row.t <= at && row.t >= (newest?.t ?? 0)) newest = row;
  return newest;
}
