import type { Directory, EventPage, WindowOfEvent } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import type { DashboardServer } from '../../src/server/server.ts';
import { toCsv } from '../../src/server/store/csv.ts';
import { Exports } from '../../src/server/store/exports.ts';
import { changeOf, client, helloOf, read, registrationOf, rollupOf, start } from '../support.ts';
import { folder } from './folder.ts';
import { T0, World } from './world.ts';

const FORMULA = '=HYPERLINK("http://evil")';

/** Reads the file as a program for tables would: quotes and all. */
function readCsv(csv: string): Record<string, string>[] {
  const lines = [...csv.matchAll(/((?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*)\r\n/g)];
  const [header = [], ...rows] = lines.map(([, line = '']) =>
    [...`,${line}`.matchAll(/,("(?:[^"]|"")*"|[^",]*)/g)].map(([, cell = '']) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    ),
  );
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])));
}

async function filled(server: DashboardServer): Promise<number> {
  const socket = client(server, 'ingest');
  await socket.emitWithAck('hello', helloOf());
  const now = Date.now();
  await socket.emitWithAck('reg', [registrationOf(1, { name: FORMULA, since: now - 9_000 })]);
  await socket.emitWithAck('st', [
    changeOf(1, { t: now - 8_000, note: '@cmd, "quoted"\nand more', by: '+ann', outcomes: 'ooee' }),
    changeOf(2, {
      t: now - 7_000,
      from: 'open',
      to: 'closed',
      why: { rule: 'custom', name: '-1+1' },
      errors: [{ name: 'E', code: 'X', message: 'm', count: 2 }],
    }),
  ]);
  socket.emit('ro', rollupOf({ t: now - 6_000, ok: [10] }));
  await socket.emitWithAck('rm', []);
  return (await read<Directory>(server, 'directory')).rows[0]?.row ?? 0;
}

describe('an export', () => {
  it('is a file of what happened, whose cells are no formulas', async () => {
    const server = await start({ history: { store: 'file', path: folder() } });
    const row = await filled(server);
    const response = await fetch(`${server.url}api/v1/export?row=${row}&format=csv&what=events`);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="breakers-events-\d{8}T\d{6}Z-\d{8}T\d{6}Z\.csv"$/,
    );
    expect(response.headers.get('x-truncated')).toBeNull();
    const csv = await response.text();
    const [closed, opened] = readCsv(csv);
    expect(opened).toMatchObject({
      service: 'checkout',
      name: `'${FORMULA}`,
      instance: 'a:1',
      from: 'closed',
      to: 'open',
      rule: 'failure-ratio',
      value: '0.6',
      by: "'+ann",
      note: `'@cmd, "quoted" and more`,
      outcomes: 'ooee',
    });
    expect(closed).toMatchObject({ to: 'closed', rule: 'custom -1+1', errors: '2x X' });
    for (const line of csv.split('\r\n')) {
      for (const cell of line.split(',')) expect(cell).not.toMatch(/^"?[=+\-@\t]/);
    }
  });

  it.each(['file', 'memory'] as const)(
    'has events, lanes and charts as JSON too, kept in %s',
    async (store) => {
      const server = await start(store === 'memory' ? {} : { history: { store, path: folder() } });
      const row = await filled(server);
      const events = await read<{ rows: unknown[]; truncated: boolean }>(server, `export?rows=${row}`);
      expect(events).toMatchObject({
        what: 'events',
        truncated: false,
        rows: [{ to: 'closed' }, { to: 'open' }],
      });
      expect(await read(server, 'export')).toMatchObject({ rows: events.rows });
      const lanes = await read<{ rows: { state: string; ms: number }[] }>(
        server,
        `export?rows=${row}&what=lanes`,
      );
      expect(lanes.rows.filter(({ state }) => state !== 'no data')).toMatchObject([
        { instance: 'a:1', state: 'closed', ms: 1_000 },
        { state: 'open', ms: 1_000 },
        { state: 'closed' },
      ]);
      const series = await read<{ rows: { ok: number }[] }>(server, `export?rows=${row}&what=series`);
      expect(series.rows.reduce((sum, { ok }) => sum + ok, 0)).toBeCloseTo(10, 1);
    },
  );

  it('is bounded, and says where it was cut', async () => {
    const world = new World();
    const instance = world.instance();
    world.flap(instance, 1_001, 1);
    await world.archive.flush();
    const exports = new Exports(world.fleet, world.archive, world.past, 1_000);
    const range = { from: T0, to: world.now, now: world.now };
    for (const what of ['events', 'lanes'] as const) {
      const table = await exports[what](range);
      expect(table.rows).toHaveLength(1_000);
      expect(table.truncated).toBe(true);
    }
  });

  it.each([
    ['export?what=secrets', 400, 'what must be one of events, series, lanes'],
    ['export?format=xml', 400, 'format must be one of json, csv'],
    ['export?rows=x', 400, 'rows must be a whole number'],
    ['export?rows=999', 404, 'There is no such row'],
    ['export?from=9&to=1', 400, 'must not be later'],
    ['window/x', 400, 'an event is named by its number'],
    ['window/1e3', 400, 'an event is named by its number'],
    ['window/12345', 404, 'There is no such event'],
    ['window/', 400, 'an event is named by its number'],
    ['window', 404, 'window/:eventId'],
    ['window/1/2', 404, 'There is'],
    ['nothing/1', 404, 'There is'],
  ])('%s is answered with %i and a sentence', async (path, status, sentence) => {
    const server = await start();
    const response = await fetch(`${server.url}api/v1/${path}`);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(sentence);
  });

  it('is only for those who may look', async () => {
    const server = await start({ viewToken: 'view-token' });
    for (const path of ['export', 'window/1']) {
      expect((await fetch(`${server.url}api/v1/${path}`)).status).toBe(401);
    }
  });
});

describe('one change', () => {
  it('is found by its number, with what was behind it, also after a restart', async () => {
    const path = folder();
    const first = await start({ history: { store: 'sqlite', path } });
    await filled(first);
    const { events } = await read<EventPage>(first, 'events');
    const number = events.at(-1)?.event;
    const before = await read<WindowOfEvent>(first, `window/${number}`);
    expect(before).toMatchObject({
      service: 'checkout',
      name: FORMULA,
      event: { to: 'open', outcomes: 'ooee' },
    });
    await first.close();
    const second = await start({ history: { store: 'sqlite', path } });
    const after = await read<WindowOfEvent>(second, `window/${number}`);
    expect(after.epoch).not.toBe(before.epoch);
    expect(after.event).toEqual({ ...before.event, row: after.event.row, lane: after.event.lane });
  });
});

describe('a table of commas', () => {
  it('is empty where a cell has nothing, and keeps numbers as numbers', () => {
    expect(toCsv(['a', 'b', 'c'], [[null, undefined, -1.5]])).toBe('a,b,c\r\n,,-1.5\r\n');
    expect(toCsv(['a'], [['\t=1'], ['x"y'], ['a\r\nb']])).toBe(`a\r\n'\t=1\r\n"x""y"\r\n"a\r\nb"\r\n`);
  });
});
