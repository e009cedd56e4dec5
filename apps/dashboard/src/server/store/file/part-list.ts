import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PruneBounds, StoreSummary } from '../history-store.ts';
import { type ChartRecord, type HistoryRecord, isChart } from '../records.ts';
import { InForce } from './in-force.ts';
import { Part, type Write } from './part.ts';
import type { CarriedMark, LogRecord } from './record-line.ts';
import { UnderWay } from './under-way.ts';

/** Of what is on disk. */
const VERSION = 1;
/** How long after it happened something may still be told. */
const LATE_MS = 86_400_000;
/** How far in the future a marker may lie. */
const AHEAD_MS = 600_000;
/** Parts whose index stays in memory. */
const MOST_INDEXES = 16;

export interface PartListOptions {
  /** Length of one part, default six hours. */
  partMs?: number;
  /** A part this large is followed by the next one whatever the time. Default 64 MiB. */
  partBytes?: number;
  /** For tests of what a full disk does. */
  write?: Write;
}

/** All parts of one folder in order of time: appends to the newest, begins the next, deletes the oldest. */
export class PartList {
  readonly #root: string;
  readonly #partMs: number;
  readonly #partBytes: number;
  readonly #write: Write | undefined;
  readonly underWay: UnderWay;
  #parts: Part[] = [];
  #used: Part[] = [];
  #inForce: InForce = new InForce();
  #newest: number | undefined;
  #lastEvent = 0;
  #before = 0;

  /** @param root Folder of its own; made where there is none. */
  constructor(root: string, { partMs = 21_600_000, partBytes = 64 * 2 ** 20, write }: PartListOptions = {}) {
    this.#root = root;
    this.#partMs = partMs;
    this.#partBytes = partBytes;
    this.#write = write;
    mkdirSync(root, { recursive: true });
    this.#parts = Part.all(root, write);
    this.#recover();
    this.underWay = new UnderWay(join(root, 'under-way.ndjson'));
    this.#endUnderWay();
  }

  /** Whoever was telling of it is gone: that is all there will be. */
  #endUnderWay(): void {
    const part = this.#parts.at(-1);
    if (part === undefined) return;
    part.appendCharts(this.underWay.all());
    this.underWay.clear();
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
    if (record.kind !== 'marker') this.#newest = Math.max(this.#newest ?? record.t, record.t);
    if (record.kind === 'event') this.#lastEvent = Math.max(this.#lastEvent, record.event);
  }

  append(batch: readonly HistoryRecord[]): void {
    if (batch.length === 0) return;
    const records: LogRecord[] = [];
    const charts: ChartRecord[] = [];
    for (const record of batch) {
      if (isChart(record)) charts.push(record);
      else records.push(record);
    }
    const moments = records.flatMap(({ kind, t }) => (kind === 'marker' ? [] : t));
    const before =
      this.#newest ?? batch.reduce((least, { t }) => Math.min(least, t), Number.POSITIVE_INFINITY);
    const part = this.#partFor(
      moments.reduce((most, t) => Math.max(most, t), before),
      before,
    );
    // Charts first: writing them twice does no harm, should the log fail.
    part.appendCharts(charts.filter(({ kind }) => kind === 'sample'));
    this.underWay.append(charts);
    part.append(records);
    for (const record of records) this.#learn(record);
  }

  /** The part that a batch goes into; a new one where it is time. */
  #partFor(newest: number, before: number): Part {
    const current = this.#parts.at(-1);
    const slot = Math.floor(newest / this.#partMs) * this.#partMs;
    // Nothing that was kept before is newer than the beginning of a part.
    const start = current === undefined ? before : Math.max(before, slot);
    if (current !== undefined) {
      const due = current.start < slot || current.bytes > this.#partBytes;
      if (!due || start <= current.start) return current;
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
  between(from: number, to: number): Part[] {
    let first = this.#parts.findLastIndex((part) => part.start <= from);
    // What happened at the very moment in which a part began may be in the one before, and markers lie ahead.
    while (first > 0 && (this.#parts[first] as Part).start > from - AHEAD_MS) first--;
    const parts = this.#parts.slice(Math.max(0, first));
    return parts.filter((part) => part.start <= to + LATE_MS);
  }

  /** Newest first. */
  reversed(): Part[] {
    return this.#parts.toReversed();
  }

  /** The part is read: its index stays in memory, that of another one may go. */
  use(part: Part): void {
    this.#used = [...this.#used.filter((each) => each !== part), part];
    if (this.#used.length > MOST_INDEXES) this.#used.shift()?.dropIndex();
  }

  summary(): StoreSummary {
    const bytes = this.#parts.reduce((sum, part) => sum + part.bytes, this.underWay.bytes);
    const oldest = this.#parts[0]?.start;
    const span = oldest === undefined ? {} : { oldest, newest: this.#newest ?? oldest };
    return { ...span, lastEvent: this.#lastEvent, bytes };
  }

  prune({ before, maxBytes }: PruneBounds): void {
    this.#before = Math.max(this.#before, before);
    this.underWay.forgetBefore(before);
    while ((this.#parts[1]?.start ?? Number.POSITIVE_INFINITY) < before) this.#parts.shift()?.delete();
    const most = (): boolean => this.summary().bytes > maxBytes;
    for (const part of this.#parts.slice(0, -1)) if (most() && part.hasCharts) part.deleteCharts();
    while (this.#parts.length > 1 && most()) this.#parts.shift()?.delete();
  }

  close(): void {
    for (const part of this.#parts) part.close();
  }
}
