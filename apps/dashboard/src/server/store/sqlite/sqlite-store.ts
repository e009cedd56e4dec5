import type { Lane } from '@cb/protocol';
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
import type { BreakerKey, HistoryRecord, KeptEvent, RowRecord, SampleRecord } from '../records.ts';
import { Database } from './database.ts';
import { Pruner } from './pruner.ts';
import { prepareSchema } from './schema.ts';
import { openSql, type Sql, type SqlLibrary } from './sql.ts';
import { unpackSample, Writer } from './writer.ts';

/** What is older than the last time is looked for this often. */
const PRUNE_EVERY_MS = 600_000;

/** Of one moment, what was said when it was over. */
const SAMPLES = `
  SELECT t, data FROM samples WHERE breaker = ? AND t BETWEEN ? AND ?
  UNION ALL
  SELECT t, data FROM under_way AS u WHERE breaker = ? AND t BETWEEN ? AND ?
    AND NOT EXISTS (SELECT 1 FROM samples AS s WHERE s.breaker = u.breaker AND s.t = u.t)
  ORDER BY t`;

interface Named extends BreakerKey {
  readonly id: number;
}

/** Keeps the past in a SQLite database, through whichever library there is. */
export class SqliteStore implements HistoryStore {
  readonly name: string = 'sqlite';
  /** The library that was found. */
  readonly library: string;
  readonly #sql: Sql;
  readonly #writer: Writer;
  readonly #pruner: Pruner;
  readonly #database: Database;
  #prunedBefore = Number.NEGATIVE_INFINITY;

  /** @throws Error in a sentence where there is no library, or the file cannot be used. */
  constructor(file: string, libraries?: readonly SqlLibrary[]) {
    const { sql, library } = openSql(file, libraries);
    this.library = library;
    this.#sql = sql;
    this.#database = new Database(sql);
    try {
      prepareSchema(sql, file);
      this.#writer = new Writer(sql);
      this.#pruner = new Pruner(sql);
    } catch (error) {
      sql.close();
      const { message } = error as Error;
      throw message.startsWith(file)
        ? error
        : new Error(`${file} cannot be used: ${message}`, { cause: error });
    }
  }

  append(batch: readonly HistoryRecord[]): void {
    if (batch.length === 0) return;
    const { facts, names } = this.#writer;
    try {
      Object.assign(
        facts,
        this.#database.transaction(() => this.#writer.write(batch)),
      );
    } catch (error) {
      names.forget();
      throw error;
    }
  }

  #breakers(of: readonly BreakerKey[] | undefined): Named[] {
    if (of === undefined) return this.#database.all('SELECT id, service, name FROM breakers') as Named[];
    const found = new Map<number, Named>();
    for (const { service, name } of of) {
      const id = this.#writer.names.find({ service, name });
      if (id !== undefined) found.set(id, { id, service, name });
    }
    return [...found.values()];
  }

  rows({ at, of }: { at: number } & OfBreakers): RowRecord[] {
    return this.#breakers(of).flatMap(({ id }) => {
      const row = this.#database.get(
        'SELECT data FROM said WHERE breaker = ? AND t <= ? ORDER BY t DESC LIMIT 1',
        id,
        at,
      );
      return parse<RowRecord>(row) ?? [];
    });
  }

  lanes({ from, to, of }: TimeRange & OfBreakers): LaneRuns[] {
    return this.#breakers(of).flatMap(({ id, service, name }) => {
      const lanes = this.#database.all('SELECT id, instance FROM instances WHERE breaker = ?', id);
      return (lanes as { id: number; instance: string }[]).flatMap(({ id: lane, instance }) => {
        const runs = this.#runs(lane, from, to);
        return runs.start.length === 0 ? [] : { service, name, instance, ...runs };
      });
    });
  }

  #runs(lane: number, from: number, to: number): { start: number[]; code: Lane[] } {
    const inForce = this.#database.get(
      'SELECT t, code FROM lanes WHERE lane = ? AND t <= ? ORDER BY t DESC, n DESC LIMIT 1',
      lane,
      from,
    );
    const later = this.#database.all(
      'SELECT t, code FROM lanes WHERE lane = ? AND t > ? AND t <= ? ORDER BY t, n',
      lane,
      from,
      to,
    );
    const runs = [...(inForce === undefined ? [] : [inForce]), ...later] as { t: number; code: Lane }[];
    while (runs[0]?.code === 0) runs.shift();
    return { start: runs.map(({ t }) => t), code: runs.map(({ code }) => code) };
  }

  events({ from, to, limit, of }: PageQuery & OfBreakers): Page<KeptEvent> {
    const order = 't BETWEEN ? AND ? ORDER BY t DESC, event DESC LIMIT ?';
    const rows =
      of === undefined
        ? this.#database.all(`SELECT data FROM events WHERE ${order}`, from, to, limit + 1)
        : this.#breakers(of).flatMap(({ id }) =>
            this.#database.all(
              `SELECT data FROM events WHERE breaker = ? AND ${order}`,
              id,
              from,
              to,
              limit + 1,
            ),
          );
    const found = rows.flatMap((row) => parse<KeptEvent>(row) ?? []);
    found.sort((a, b) => b.t - a.t || b.event - a.event);
    return { entries: found.slice(0, limit), more: found.length > limit };
  }

  event(event: number): KeptEvent | undefined {
    return parse(this.#database.get('SELECT data FROM events WHERE event = ?', event));
  }

  latest({ at, of }: { at: number } & OfBreakers): LatestEvents[] {
    const newest = (id: number, opening: number): KeptEvent | undefined =>
      parse(
        this.#database.get(
          'SELECT data FROM events WHERE breaker = ? AND t <= ? AND opening >= ? ORDER BY t DESC, event DESC LIMIT 1',
          id,
          at,
          opening,
        ),
      );
    return this.#breakers(of).flatMap(({ id, service, name }) => {
      const last = newest(id, 0);
      if (last === undefined) return [];
      const [opened, outset] = [newest(id, 1), newest(id, 2)];
      return { service, name, last, ...(opened && { opened }), ...(outset && { outset }) };
    });
  }

  samples({ from, to, of }: TimeRange & { of: BreakerKey }): SampleRecord[] {
    const id = this.#writer.names.find(of);
    if (id === undefined) return [];
    const rows = this.#database.all(SAMPLES, id, from, to, id, from, to);
    return (rows as { t: number; data: string }[]).map(({ t, data }) =>
      unpackSample(of.service, of.name, t, data),
    );
  }

  markers(query: PageQuery): Page<unknown> {
    return this.#notes('marker', query);
  }

  audit(query: PageQuery): Page<unknown> {
    return this.#notes('audit', query);
  }

  #notes(kind: string, { from, to, limit }: PageQuery): Page<unknown> {
    const sql = 'SELECT data FROM notes WHERE kind = ? AND t BETWEEN ? AND ? ORDER BY t DESC, n DESC LIMIT ?';
    const found = this.#database.all(sql, kind, from, to, limit + 1).map((row) => parse(row));
    return { entries: found.slice(0, limit), more: found.length > limit };
  }

  summary(): StoreSummary {
    const { oldest, newest, lastEvent } = this.#writer.facts;
    const span = oldest === undefined || newest === undefined ? {} : { oldest, newest };
    return { ...span, lastEvent, bytes: this.#pruner.bytes };
  }

  prune({ before, maxBytes }: PruneBounds): void {
    const due = before - this.#prunedBefore >= PRUNE_EVERY_MS;
    const { facts, names } = this.#writer;
    const { oldest, newest } = facts;
    if ((!due && this.#pruner.bytes <= maxBytes) || oldest === undefined || newest === undefined) return;
    this.#prunedBefore = before;
    const gone = this.#database.transaction(() => {
      this.#pruner.forgetBefore(before);
      const everything = this.#pruner.shrinkTo(maxBytes, Math.max(oldest, before), newest) ?? before;
      this.#writer.saveFacts({ ...facts, oldest: Math.max(oldest, everything) });
      return everything;
    });
    facts.oldest = Math.max(oldest, gone);
    names.forget();
    this.#sql.exec('PRAGMA incremental_vacuum');
  }

  close(): void {
    this.#sql.close();
  }
}

function parse<T>(row: unknown): T | undefined {
  return row === undefined ? undefined : (JSON.parse((row as { data: string }).data) as T);
}
