import { LIMITS, type WindowOfEvent } from '@cb/protocol';
import type { Fleet } from '../fleet.ts';
import { json, type Reply, text } from '../reply.ts';
import { type ApiRequest, BadRequest, integer, type Route, range } from '../routes.ts';
import type { FleetRow } from '../row.ts';
import { toCsv } from './csv.ts';
import { cellsOf, Exports, type Table } from './exports.ts';
import type { History } from './history.ts';

const WHAT = ['events', 'series', 'lanes'] as const;
const FORMATS = ['json', 'csv'] as const;
/** Exports that may be made at once: each may need some hundred MiB for a moment. */
const AT_ONCE = 2;
const BUSY: Record<string, string> = { 'retry-after': '2' };
const EVENT_NUMBER = /^\d{1,15}$/;

/** `export`: a range as a file. `window/:eventId`: one change with what was behind it, by a number that outlives restarts. */
export function historyRoutes({ fleet, archive, past }: History, now: () => number): Route[] {
  const exports = new Exports(fleet, archive, past);
  let running = 0;
  const toFile = async ({ query }: ApiRequest): Promise<Reply> => {
    const what = oneOf(query.get('what') ?? 'events', 'what', WHAT);
    const format = oneOf(query.get('format') ?? 'json', 'format', FORMATS);
    const rows = rowsOf(query, fleet);
    if (rows?.length === 0) return text(404, 'There is no such row; read the directory again.');
    const asked = { ...range(query, now()), now: now() };
    if (running >= AT_ONCE) return { ...text(503, 'Other exports are under way; try again.'), headers: BUSY };
    running++;
    try {
      return file(what, format, await exports[what]({ ...asked, rows }), asked);
    } finally {
      running--;
    }
  };
  const window = async ({ parameter = '' }: ApiRequest): Promise<Reply> => {
    if (!EVENT_NUMBER.test(parameter)) throw new BadRequest('an event is named by its number');
    const found = await past.event(Number(parameter));
    if (found === undefined) return text(404, 'There is no such event, or it is older than what is kept.');
    return json({ epoch: fleet.epoch, ...found } satisfies WindowOfEvent);
  };
  return [
    { method: 'GET', path: 'export', role: 'viewer', answer: toFile },
    { method: 'GET', path: 'window/:eventId', role: 'viewer', answer: window },
  ];
}

function oneOf<T extends string>(value: string, name: string, all: readonly T[]): T {
  const found = all.find((each) => each === value);
  if (found === undefined) throw new BadRequest(`${name} must be one of ${all.join(', ')}`);
  return found;
}

/** Rows that are asked for, those that are there; undefined where all are meant. */
function rowsOf(query: URLSearchParams, fleet: Fleet): FleetRow[] | undefined {
  const said = query.get('rows') ?? query.get('row');
  if (said === null) return undefined;
  const ids = said.split(',').filter((id) => id !== '');
  if (ids.length > LIMITS.watchedRows) {
    throw new BadRequest(`rows must name at most ${LIMITS.watchedRows} rows, got ${ids.length}`);
  }
  return [...new Set(ids)].flatMap((id) => fleet.rows.get(integer(id, 'rows')) ?? []);
}

function file(
  what: string,
  format: 'json' | 'csv',
  table: Table,
  { from, to }: { from: number; to: number },
): Reply {
  const { rows, truncated } = table;
  const name = `breakers-${what}-${stamp(from)}-${stamp(to)}${truncated ? '-truncated' : ''}.${format}`;
  const headers: Record<string, string> = { 'content-disposition': `attachment; filename="${name}"` };
  if (truncated) headers['x-truncated'] = 'true';
  if (format === 'json') return { ...json({ what, from, to, truncated, rows }), headers };
  const lines = function* (): Generator<ReturnType<typeof cellsOf>> {
    for (const row of rows) yield cellsOf(table, row);
  };
  return { status: 200, body: toCsv(table.header, lines()), type: 'text/csv; charset=utf-8', headers };
}

/** A moment that may stand in the name of a file: `20260131T060000Z`. */
function stamp(t: number): string {
  return new Date(Math.min(t, 8.64e15)).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}
