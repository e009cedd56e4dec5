import {
  type ChartRecord,
  type HistoryRecord,
  isChart,
  type KeptEvent,
  type LaneRecord,
  openingOf,
  type SampleRecord,
} from '../records.ts';
import { Names } from './names.ts';
import type { Sql, Statement } from './sql.ts';

/** Oldest and newest moment, and the largest number of an event. */
export interface Facts {
  oldest: number | undefined;
  newest: number | undefined;
  lastEvent: number;
}

/** Puts records into the tables. */
export class Writer {
  readonly names: Names;
  readonly facts: Facts;
  readonly #forgetAfter: Statement;
  readonly #lastOf: Statement;
  readonly #addRun: Statement;
  readonly #addEvent: Statement;
  readonly #addSaid: Statement;
  readonly #addSample: Statement;
  readonly #addUnderWay: Statement;
  readonly #endUnderWay: Statement;
  readonly #lastNote: Statement;
  readonly #addNote: Statement;
  readonly #addFact: Statement;

  constructor(sql: Sql) {
    this.names = new Names(sql);
    this.#forgetAfter = sql.prepare('DELETE FROM lanes WHERE lane = ? AND t > ?');
    this.#lastOf = sql.prepare('SELECT t, n, code FROM lanes WHERE lane = ? ORDER BY t DESC, n DESC LIMIT 1');
    this.#addRun = sql.prepare('INSERT INTO lanes VALUES (?, ?, ?, ?)');
    this.#addEvent = sql.prepare('INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?)');
    this.#addSaid = sql.prepare('INSERT OR REPLACE INTO said VALUES (?, ?, ?)');
    this.#addSample = sql.prepare('INSERT OR REPLACE INTO samples VALUES (?, ?, ?)');
    this.#addUnderWay = sql.prepare('INSERT OR REPLACE INTO under_way VALUES (?, ?, ?)');
    this.#endUnderWay = sql.prepare('DELETE FROM under_way WHERE breaker = ? AND t = ?');
    this.#lastNote = sql.prepare('SELECT max(n) AS n FROM notes WHERE kind = ? AND t = ?');
    this.#addNote = sql.prepare('INSERT INTO notes VALUES (?, ?, ?, ?)');
    this.#addFact = sql.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?)');
    this.facts = readFacts(sql);
  }

  /** To be called within a transaction. */
  write(batch: readonly HistoryRecord[]): Facts {
    const facts = { ...this.facts };
    for (const record of batch) {
      this.#take(record);
      if (record.kind === 'event') facts.lastEvent = Math.max(facts.lastEvent, record.event);
      if (isChart(record) || record.kind === 'marker') continue;
      facts.oldest = Math.min(facts.oldest ?? record.t, record.t);
      facts.newest = Math.max(facts.newest ?? record.t, record.t);
    }
    this.saveFacts(facts);
    return facts;
  }

  saveFacts(facts: Facts): void {
    for (const [name, value] of Object.entries(facts))
      if (value !== undefined) this.#addFact.run(name, value);
  }

  #take(record: HistoryRecord): void {
    switch (record.kind) {
      case 'lane':
        this.#lane(record);
        break;
      case 'event':
        this.#event(record);
        break;
      case 'row':
        this.#addSaid.run(this.names.breaker(record), record.t, JSON.stringify(record));
        break;
      case 'sample': {
        const breaker = this.names.breaker(record);
        this.#addSample.run(breaker, record.t, packSample(record));
        this.#endUnderWay.run(breaker, record.t);
        break;
      }
      case 'under-way':
        this.#addUnderWay.run(this.names.breaker(record), record.t, packSample(record));
        break;
      case 'marker':
      case 'audit': {
        const { n } = this.#lastNote.get(record.kind, record.t) as { n: number | null };
        this.#addNote.run(record.kind, record.t, (n ?? -1) + 1, JSON.stringify(record.data ?? null));
        break;
      }
      default:
    }
  }

  #lane(record: LaneRecord): void {
    const lane = this.names.lane(record, record.instance);
    this.#forgetAfter.run(lane, record.t);
    const last = this.#lastOf.get(lane) as { t: number; n: number; code: number } | undefined;
    if (last?.code === record.code) return;
    // A run of no length stays, so two may begin at one moment.
    this.#addRun.run(lane, record.t, last?.t === record.t ? last.n + 1 : 0, record.code);
  }

  #event(record: KeptEvent): void {
    const breaker = this.names.breaker(record);
    this.#addEvent.run(breaker, record.t, record.event, openingOf(record), JSON.stringify(record));
  }
}

function readFacts(sql: Sql): Facts {
  const rows = sql.prepare('SELECT name, value FROM facts').all() as { name: string; value: number }[];
  const value = (name: string): number | undefined => rows.find((row) => row.name === name)?.value;
  return { oldest: value('oldest'), newest: value('newest'), lastEvent: value('lastEvent') ?? 0 };
}

/** Numbers only: a minute of a breaker is about a hundred bytes. */
function packSample(sample: ChartRecord): string {
  const { ms, ok, fail, slow, ignored, rejected, stale, inFlight, failureRatio, hist } = sample;
  return JSON.stringify([ms, ok, fail, slow, ignored, rejected, stale, inFlight, failureRatio, ...hist]);
}

export function unpackSample(service: string, name: string, t: number, data: string): SampleRecord {
  const [ms = 0, ok = 0, fail = 0, slow = 0, ignored = 0, rejected = 0, stale = 0, ...rest] = JSON.parse(
    data,
  ) as number[];
  const [inFlight = 0, failureRatio = 0, ...hist] = rest;
  const counts = { ok, fail, slow, ignored, rejected, stale };
  return { kind: 'sample', t, ms, service, name, ...counts, inFlight, failureRatio, hist };
}
