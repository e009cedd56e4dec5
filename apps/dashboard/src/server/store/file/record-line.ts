import type { ChartRecord, HistoryRecord } from '../records.ts';

/** Ends the records that a part begins with: what was in force before it. A part without it was never finished. */
export interface CarriedMark {
  readonly kind: 'carried';
  readonly version: number;
  readonly t: number;
  readonly lastEvent: number;
}

/** One line of a log. */
export type LogRecord = Exclude<HistoryRecord, ChartRecord> | CarriedMark;

const NAMED: ReadonlySet<unknown> = new Set(['lane', 'event', 'row']);
const OTHERS: ReadonlySet<unknown> = new Set(['marker', 'audit', 'beat', 'carried']);

export function toLine(record: LogRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Reads a line; undefined for one that was torn, or that a newer version wrote. */
export function fromLine(line: string): LogRecord | undefined {
  try {
    const value = JSON.parse(line) as Record<string, unknown> | null;
    if (typeof value !== 'object' || value === null || !Number.isFinite(value.t)) return undefined;
    const named = typeof value.service === 'string' && typeof value.name === 'string';
    if (OTHERS.has(value.kind) || (NAMED.has(value.kind) && named)) return value as unknown as LogRecord;
    return undefined;
  } catch {
    return undefined;
  }
}
