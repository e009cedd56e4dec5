import { deserialize, serialize } from 'node:v8';
import { keyOf, openingOf } from '../records.ts';
import type { LogRecord } from './record-line.ts';

const VERSION = 1;

/** What a line of a log is; events are counted up by what they opened. */
export const ENTRY: {
  readonly lane: 0;
  readonly row: 1;
  readonly event: 2;
  readonly opened: 3;
  readonly outset: 4;
  readonly marker: 5;
  readonly audit: 6;
} = { lane: 0, row: 1, event: 2, opened: 3, outset: 4, marker: 5, audit: 6 };

/** A range of `ENTRY`. */
export interface Kinds {
  readonly least: number;
  readonly most: number;
}

/** Columns, one entry a line. */
interface Columns {
  kind: number[];
  /** Number of the breaker within this part; -1 for none. */
  breaker: number[];
  t: number[];
  /** Where the line begins, and its bytes. */
  at: number[];
  bytes: number[];
  /** Number of an event. */
  id: number[];
}
const COLUMNS = ['kind', 'breaker', 't', 'at', 'bytes', 'id'] as const;

/** Where the lines of one log are, by breaker, kind and time. Lives in memory, and beside a log that is finished. */
export class PartIndex {
  readonly columns: Columns = { kind: [], breaker: [], t: [], at: [], bytes: [], id: [] };
  /** Entries at its beginning that repeat what the part before says. */
  carried = 0;
  readonly #breakers: Map<string, number> = new Map();

  get size(): number {
    return this.columns.t.length;
  }

  add(record: LogRecord, at: number, bytes: number): void {
    if (record.kind === 'carried') this.carried = this.size;
    const kind = entryOf(record);
    if (kind === undefined) return;
    const { columns } = this;
    columns.kind.push(kind);
    columns.breaker.push('service' in record ? this.#number(keyOf(record)) : -1);
    columns.t.push(record.t);
    columns.at.push(at);
    columns.bytes.push(bytes);
    columns.id.push(record.kind === 'event' ? record.event : 0);
  }

  #number(key: string): number {
    const known = this.#breakers.get(key);
    if (known !== undefined) return known;
    this.#breakers.set(key, this.#breakers.size);
    return this.#breakers.size - 1;
  }

  /**
   * Entries of these kinds and breakers in [from, to], in the order of the log.
   *
   * @param first The first entry that is looked at.
   */
  find({ least, most }: Kinds, from: number, to: number, of?: readonly string[], first = 0): number[] {
    const { kind, t, breaker } = this.columns;
    const wanted = of === undefined ? undefined : new Set(of.map((key) => this.#breakers.get(key) ?? -2));
    const found: number[] = [];
    for (let i = first; i < t.length; i++) {
      const each = kind[i] as number;
      if (each < least || each > most || (t[i] as number) < from || (t[i] as number) > to) continue;
      if (wanted?.has(breaker[i] as number) ?? true) found.push(i);
    }
    return found;
  }

  /** Entry of the event with this number; -1 where it is not in this log. */
  event(id: number): number {
    return this.columns.id.indexOf(id);
  }

  /** @param bytes Of the log: an index of another length is of no use. */
  toBuffer(bytes: number): Buffer {
    const columns = COLUMNS.map((name) => Float64Array.from(this.columns[name]));
    const { carried } = this;
    return serialize({ version: VERSION, bytes, carried, breakers: [...this.#breakers.keys()], columns });
  }

  static fromBuffer(buffer: Buffer, bytes: number): PartIndex | undefined {
    try {
      const held = deserialize(buffer) as { version: unknown; bytes: unknown } & Record<string, unknown>;
      if (held.version !== VERSION || held.bytes !== bytes) return undefined;
      const index = new PartIndex();
      index.carried = held.carried as number;
      for (const key of held.breakers as string[]) index.#number(key);
      COLUMNS.forEach((name, i) => {
        index.columns[name] = Array.from((held.columns as Float64Array[])[i] as Float64Array);
      });
      return index;
    } catch {
      return undefined;
    }
  }
}

function entryOf(record: LogRecord): number | undefined {
  if (record.kind === 'event') return ENTRY.event + openingOf(record);
  return record.kind === 'beat' || record.kind === 'carried' ? undefined : ENTRY[record.kind];
}
