import { LANE, type Why } from '@cb/protocol';
import type { Fleet } from '../fleet.ts';
import type { FleetRow } from '../row.ts';
import type { Archive } from './archive.ts';
import type { Cell } from './csv.ts';
import type { LaneRuns, TimeRange } from './history-store.ts';
import type { Past } from './past.ts';
import type { BreakerKey, KeptEvent } from './records.ts';

/** Rows of one file. */
const MOST_ROWS = 100_000;
const ROWS_AT_ONCE = 50;
const WORDS: readonly string[] = ['no data', 'closed', 'half-open', 'isolated', 'open'];

/** Lines of a file, each as an object and as cells; bounded. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly Record<string, unknown>[];
  readonly truncated: boolean;
}

export interface ExportQuery extends TimeRange {
  /** Left out: all. */
  readonly rows?: readonly FleetRow[] | undefined;
  readonly now: number;
}

/** Tables of what happened, out of memory and store. */
export class Exports {
  readonly #fleet: Fleet;
  readonly #archive: Archive;
  readonly #past: Past;
  readonly #most: number;

  /** @param most Rows of one table, default 100,000. */
  constructor(fleet: Fleet, archive: Archive, past: Past, most: number = MOST_ROWS) {
    this.#most = most;
    this.#fleet = fleet;
    this.#archive = archive;
    this.#past = past;
  }

  /** Every change, newest first: also those of breakers that are gone, where all are asked for. */
  async events({ from, to, rows }: ExportQuery): Promise<Table> {
    const events = new Map<number, Record<string, unknown>>();
    let truncated = false;
    if (this.#archive.keeps) {
      const of = rows?.map(({ service, name }) => ({ service, name }));
      const page = await this.#archive.read((store) => store.events({ from, to, of, limit: this.#most }));
      for (const event of page?.entries ?? []) events.set(event.event, fromKept(event));
      truncated = page?.more ?? true;
    }
    for (const row of rows ?? [undefined]) {
      const held = this.#fleet.events.read({ from, to, limit: this.#most }, row?.row);
      for (const { row: of, lane: _lane, ...event } of held.events) {
        const { service = '', name = '' } = this.#fleet.rows.get(of) ?? {};
        events.set(event.event, { service, name, ...event });
      }
      truncated ||= held.more;
    }
    const all = [...events.values()].sort(
      (a, b) => Number(b.t) - Number(a.t) || Number(b.event) - Number(a.event),
    );
    return {
      header: EVENT_HEADER,
      rows: all.slice(0, this.#most),
      truncated: truncated || all.length > this.#most,
    };
  }

  /** Runs of every instance: when what began, and when it ended within the range. */
  async lanes({ from, to, rows = [...this.#fleet.rows.values()], now }: ExportQuery): Promise<Table> {
    const lines: Record<string, unknown>[] = [];
    let truncated = false;
    for (let i = 0; i < rows.length && lines.length <= this.#most; i += ROWS_AT_ONCE) {
      const some = rows.slice(i, i + ROWS_AT_ONCE);
      const of = some.map(({ service, name }) => ({ service, name }));
      const kept = this.#archive.keeps
        ? await this.#archive.read((store) => store.lanes({ from, to, of }))
        : undefined;
      // Memory alone has told older runs as shares of minutes.
      truncated ||= kept === undefined && some.some((row) => isFolded(row, from));
      for (const runs of kept ?? some.flatMap((row) => heldRuns(row, from, to))) {
        for (const line of linesOf(runs, Math.min(to, now))) lines.push(line);
      }
    }
    truncated ||= lines.length > this.#most;
    return { header: LANE_HEADER, rows: lines.slice(0, this.#most), truncated };
  }

  /** The charts of rows, step by step. */
  async series({ from, to, rows = [...this.#fleet.rows.values()], now }: ExportQuery): Promise<Table> {
    const lines: Record<string, unknown>[] = [];
    for (const row of rows) {
      if (lines.length > this.#most) break;
      const { stepMs, row: _row, t, ...columns } = await this.#past.series(row, { from, to, now });
      t.forEach((moment, i) => {
        const values = Object.entries(columns).map(([column, all]) => [column, all[i] ?? null]);
        lines.push({ ...keyAndTime(row, moment), stepMs, ...Object.fromEntries(values) });
      });
    }
    return { header: SERIES_HEADER, rows: lines.slice(0, this.#most), truncated: lines.length > this.#most };
  }
}

const EVENT_HEADER = [
  ...['time', 't', 'event', 'service', 'name', 'instance', 'from', 'to', 'mode', 'rule', 'value', 'limit'],
  ...['calls', 'bad', 'configRevision', 'by', 'note', 'outcomes', 'errors'],
];
const LANE_HEADER = ['time', 't', 'until', 'ms', 'service', 'name', 'instance', 'state'];
const SERIES_HEADER = [
  ...['time', 't', 'stepMs', 'service', 'name', 'ok', 'fail', 'slow', 'rejected', 'inFlight', 'failureRatio'],
  ...['p50', 'p95', 'p99'],
];

/** The cells of a line: what is nested in an event is laid out flat. */
export function cellsOf({ header }: Table, line: Record<string, unknown>): Cell[] {
  const why = (line.why ?? {}) as Partial<Why>;
  const errors = (line.errors ?? []) as readonly { name: string; code?: string; count: number }[];
  const flat: Record<string, unknown> = {
    ...why,
    ...line,
    time: new Date(Number(line.t)).toISOString(),
    errors: errors.map(({ name, code, count }) => `${count}x ${code ?? name}`).join('; '),
    // A custom rule has a name of its own, which is not the breaker's.
    rule: why.name === undefined ? why.rule : `${why.rule} ${why.name}`,
  };
  return header.map((column) => flat[column] as Cell);
}

function fromKept({ kind: _kind, boot: _boot, seq: _seq, ...event }: KeptEvent): Record<string, unknown> {
  return event;
}

function keyAndTime({ service, name }: BreakerKey, t: number): Record<string, unknown> {
  return { t, service, name };
}

function isFolded({ lanes }: FleetRow, from: number): boolean {
  return [...lanes.values()].some(({ history }) => (history.foldedUntil ?? 0) > from);
}

function heldRuns({ service, name, lanes }: FleetRow, from: number, to: number): LaneRuns[] {
  return [...lanes.values()].map(({ instance, history }) => ({
    service,
    name,
    instance: instance.name,
    ...history.segments(from, to),
  }));
}

function linesOf({ start, code, instance, ...of }: LaneRuns, to: number): Record<string, unknown>[] {
  return start.map((t, i) => {
    const until = Math.min(to, start[i + 1] ?? to);
    const state = WORDS[code[i] ?? LANE.noData];
    return { ...keyAndTime(of, t), until, ms: until - t, instance, state };
  });
}
