import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BreakerKey, ChartRecord } from '../records.ts';
import { appendCharts, readChart } from './charts.ts';
import { PartIndex } from './part-index.ts';
import { fromLine, type LogRecord, toLine } from './record-line.ts';

export type Write = (
  fd: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => number;

const NAME = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d\.\d{3}Z)$/;
/** Lines with less than this between them are read together, up to so many bytes. */
const GAP_BYTES = 4_096;
const READ_BYTES = 2 ** 20;

/**
 * One stretch of time on disk: a folder with the log of everything, and a file of charts for each breaker. It begins with
 * what was in force, so it can be read alone, and it is deleted whole.
 */
export class Part {
  /** No record that was kept before this part is newer. */
  readonly start: number;
  readonly #dir: string;
  readonly #write: Write;
  #fd: number | undefined;
  /** Bytes of the log that count, and whether there may be more behind them. */
  #bytes: number;
  #torn = false;
  #chartBytes: number;
  #index: PartIndex | undefined;

  private constructor(root: string, start: number, write: Write) {
    this.start = start;
    this.#dir = join(root, nameOf(start));
    this.#write = write;
    this.#bytes = existsSync(this.#log) ? statSync(this.#log).size : 0;
    this.#chartBytes = bytesIn(join(this.#dir, 'charts'));
  }

  get #log(): string {
    return join(this.#dir, 'log.ndjson');
  }

  get bytes(): number {
    return this.#bytes + this.#chartBytes;
  }

  get hasCharts(): boolean {
    return this.#chartBytes > 0;
  }

  /** All parts of a folder in order of time. What is called otherwise is left alone. */
  static all(root: string, write: Write = writeSync): Part[] {
    const starts = readdirSync(root).flatMap((name) => startOf(name) ?? []);
    return starts.sort((a, b) => a - b).map((start) => new Part(root, start, write));
  }

  static create(root: string, start: number, write: Write = writeSync): Part {
    mkdirSync(join(root, nameOf(start)), { recursive: true });
    const part = new Part(root, start, write);
    part.#index = new PartIndex();
    return part;
  }

  /** Reads the whole log, from its first line to the last one that is complete. */
  scan(visit: (record: LogRecord, at: number, bytes: number) => void): void {
    const log = existsSync(this.#log) ? readFileSync(this.#log) : Buffer.alloc(0);
    let at = 0;
    for (;;) {
      const end = log.indexOf(10, at);
      if (end === -1) break;
      const record = fromLine(log.toString('utf8', at, end));
      if (record !== undefined) visit(record, at, end + 1 - at);
      at = end + 1;
    }
    // A line without its end was torn by a crash. The next write takes its place.
    this.#torn ||= at < this.#bytes;
    this.#bytes = at;
  }

  index(): PartIndex {
    if (this.#index !== undefined) return this.#index;
    const file = join(this.#dir, 'log.index');
    const held = existsSync(file) ? PartIndex.fromBuffer(readFileSync(file), this.#bytes) : undefined;
    const index = held ?? new PartIndex();
    if (held === undefined) this.scan((record, at, bytes) => index.add(record, at, bytes));
    this.#index = index;
    return index;
  }

  /** Frees memory; the index is read again when it is needed. */
  dropIndex(): void {
    if (this.#fd === undefined) this.#index = undefined;
  }

  /** Appends to the log all or nothing. */
  append(records: readonly LogRecord[]): void {
    const index = this.index();
    const lines = records.map((record) => Buffer.from(toLine(record)));
    this.#fd ??= openSync(this.#log, existsSync(this.#log) ? 'r+' : 'w+');
    if (this.#torn) ftruncateSync(this.#fd, this.#bytes);
    this.#torn = true;
    const buffer = Buffer.concat(lines);
    for (let done = 0; done < buffer.length; ) {
      done += this.#write(this.#fd, buffer, done, buffer.length - done, this.#bytes + done);
    }
    this.#torn = false;
    lines.forEach((line, i) => {
      index.add(records[i] as LogRecord, this.#bytes, line.length);
      this.#bytes += line.length;
    });
  }

  appendCharts(charts: readonly ChartRecord[]): void {
    if (charts.length > 0) this.#chartBytes += appendCharts(join(this.#dir, 'charts'), charts);
  }

  charts(of: BreakerKey): ChartRecord[] {
    return readChart(join(this.#dir, 'charts'), of);
  }

  /** The records of these entries, in their order; undefined in the place of a line that somebody damaged. */
  read(entries: readonly number[]): (LogRecord | undefined)[] {
    if (entries.length === 0) return [];
    const { at, bytes } = this.index().columns;
    const records: (LogRecord | undefined)[] = new Array(entries.length);
    // Where the lines lie, in order of place: neighbours are read together.
    const order = entries.map((_, i) => i).sort((a, b) => (entries[a] as number) - (entries[b] as number));
    const fd = openSync(this.#log, 'r');
    try {
      for (let first = 0; first < order.length; ) {
        const entryAt = (i: number): number => entries[order[i] as number] as number;
        const start = at[entryAt(first)] as number;
        let last = first;
        let end = start + (bytes[entryAt(first)] as number);
        for (let next = first + 1; next < order.length; next++) {
          const from = at[entryAt(next)] as number;
          const to = from + (bytes[entryAt(next)] as number);
          if (from - end > GAP_BYTES || to - start > READ_BYTES) break;
          [last, end] = [next, to];
        }
        const buffer = Buffer.allocUnsafe(end - start);
        readSync(fd, buffer, 0, buffer.length, start);
        for (; first <= last; first++) {
          const from = (at[entryAt(first)] as number) - start;
          const line = buffer.toString('utf8', from, from + (bytes[entryAt(first)] as number));
          records[order[first] as number] = fromLine(line);
        }
      }
      return records;
    } finally {
      closeSync(fd);
    }
  }

  /** Nothing more is appended. The index is put beside the log, so that nobody has to read all of it again. */
  finish(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    writeFileSync(join(this.#dir, 'log.index'), this.index().toBuffer(this.#bytes));
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  deleteCharts(): void {
    rmSync(join(this.#dir, 'charts'), { recursive: true, force: true });
    this.#chartBytes = 0;
  }

  delete(): void {
    this.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function nameOf(start: number): string {
  return new Date(start).toISOString().replaceAll(':', '-');
}

function startOf(name: string): number | undefined {
  const found = NAME.exec(name);
  return found === null ? undefined : Date.parse(`${found[1]}:${found[2]}:${found[3]}`);
}

function bytesIn(dir: string): number {
  if (!existsSync(dir)) return 0;
  let bytes = 0;
  for (const name of readdirSync(dir)) bytes += statSync(join(dir, name)).size;
  return bytes;
}
