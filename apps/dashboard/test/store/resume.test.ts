import type {
  AuditPage,
  BreakerDetail,
  Directory,
  EventPage,
  MarkerList,
  Series,
  Timeline,
} from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import type { DashboardServer } from '../../src/server/server.ts';
import {
  changeOf,
  client,
  helloOf,
  read,
  registrationOf,
  rollupOf,
  service,
  start,
  until,
} from '../support.ts';
import { folder } from './folder.ts';

const T0 = Date.UTC(2030, 0, 15, 12);

/** Servers one after the other over one folder, with a clock that the test moves. */
function lives(store: 'file' | 'sqlite'): { now: number; begin(): Promise<DashboardServer> } {
  const path = folder();
  const world = {
    now: T0,
    begin: () => start({ history: { store, path }, clock: () => world.now }),
  };
  return world;
}

describe.each(['file', 'sqlite'] as const)('a server that keeps its past in %s', (store) => {
  it('shows after a restart what was before, with a gap, under another epoch', async () => {
    const world = lives(store);
    const first = await world.begin();
    const socket = client(first, 'ingest');
    await socket.emitWithAck('hello', helloOf({ now: world.now }));
    const config = { openWhen: [{ kind: 'failure-ratio', ratio: 0.5 }] };
    const said = registrationOf(1, { since: T0 - 5_000, config, tags: { kind: 'db' } });
    await socket.emitWithAck('reg', [said]);
    world.now = T0 + 10_000;
    await socket.emitWithAck('st', [
      changeOf(1, { t: T0 + 2_000, outcomes: 'ooee' }),
      changeOf(2, { t: T0 + 4_000, from: 'open', to: 'half-open' }),
      changeOf(3, { t: T0 + 5_000, from: 'half-open', to: 'closed' }),
    ]);
    const before = await read<Directory>(first, 'directory');
    await first.close();

    world.now = T0 + 60_000;
    const second = await world.begin();
    const after = await read<Directory>(second, 'directory');
    expect(after.epoch).not.toBe(before.epoch);
    expect(after.rows).toMatchObject([
      {
        service: 'checkout',
        name: 'breaker-1',
        tags: { kind: 'db' },
        code: 0,
        since: T0 + 10_000,
        failureLimit: 0.5,
        opens: 1,
        last: { to: 'closed' },
        opened: { to: 'open', outcomes: 'ooee' },
        instances: [{ instance: 'a:1', code: 0, state: 'closed', since: T0 + 10_000 }],
      },
    ]);
    const row = after.rows[0]?.row;
    const whole = {
      start: [T0 - 5_000, T0 + 2_000, T0 + 4_000, T0 + 5_000, T0 + 10_000],
      code: [1, 4, 2, 1, 0],
    };
    const timeline = await read<Timeline>(second, `timeline?rows=${row}&lanes=1&from=${T0}`);
    expect(timeline.lanes.map(({ segments }) => segments)).toEqual([whole, whole]);
    const events = await read<EventPage>(second, `events?row=${row}&from=${T0}`);
    const held = await read<EventPage>(second, `events?from=${T0}&limit=2`);
    expect(events.events.map(({ event, to }) => [event, to])).toEqual([
      [3, 'closed'],
      [2, 'half-open'],
      [1, 'open'],
    ]);
    expect(held).toMatchObject({ more: true, events: [{ event: 3 }, { event: 2 }] });
    expect(await read<BreakerDetail>(second, `breaker?row=${row}`)).toMatchObject({
      config,
      opened: { event: 1 },
    });
  });

  it('goes on with a row whose service comes back, and takes nothing twice', async () => {
    const world = lives(store);
    const first = await world.begin();
    const from = await service(first, { boot: 'b1' });
    const opened = changeOf(1, { t: T0 });
    await from.emitWithAck('st', [opened]);
    await first.close();

    world.now = T0 + 30_000;
    const second = await world.begin();
    const again = client(second, 'ingest');
    await again.emitWithAck('hello', helloOf({ boot: 'b1', now: world.now }));
    await again.emitWithAck('reg', [registrationOf(1, { state: 'open', since: T0 })]);
    // The answer to the first was lost: it is sent again, with one that happened while nobody listened.
    const closed = changeOf(2, { t: T0 + 20_000, from: 'open', to: 'closed' });
    expect(await again.emitWithAck('st', [opened, closed])).toEqual({ seq: 2 });
    expect(second.stats()).toMatchObject({ duplicates: 1, rows: 1, lanes: 1 });
    const { rows } = await read<Directory>(second, 'directory');
    expect(rows).toMatchObject([{ code: 1, since: T0 + 20_000, instances: [{ instance: 'a:1', code: 1 }] }]);
    const page = await read<EventPage>(second, `events?from=${T0}`);
    expect(page.events.map(({ to }) => to)).toEqual(['closed', 'open']);
    expect(page.events[0]?.event).toBeGreaterThan(100_000);
  });

  // Every sample waits for the one before, and a server that closes writes: on a busy machine that adds up.
  it('has charts of before, in front of those of now', { timeout: 30_000 }, async () => {
    const world = lives(store);
    const first = await world.begin();
    const from = await service(first);
    // Well below what a service may send at once: a message above it is dropped, and its answer never comes.
    for (let i = 1; i <= 50; i++) {
      world.now = T0 + i * 2_000;
      const counted = { ok: [12], fail: [4], failureRatio: [0.25], hist: [[40, 16]] };
      from.emit('ro', rollupOf({ t: world.now, ms: 2_000, ...counted }));
      await from.emitWithAck('rm', []);
    }
    await first.close();

    world.now = T0 + 160_000;
    const second = await world.begin();
    const again = await service(second, { now: world.now });
    again.emit('ro', rollupOf({ t: world.now + 1_000, ok: [50] }));
    world.now += 5_000;
    await again.emitWithAck('rm', []);
    const [row] = (await read<Directory>(second, 'directory')).rows;
    const series = await read<Series>(second, `series?row=${row?.row}&from=${T0 - 1_000}&to=${world.now}`);
    const sum = (column: readonly number[]): number => column.reduce((a, b) => a + b, 0);
    expect(series.stepMs).toBe(1_000);
    expect(Math.round(sum(series.fail))).toBe(200);
    expect(Math.round(sum(series.ok))).toBe(650);
    expect(series.p95[10]).toBeGreaterThan(0);
    expect(series.t).toEqual([...series.t].sort((a, b) => a - b));
    expect(new Set(series.t).size).toBe(series.t.length);
  });

  it('still has deploys and acts of people, and gives no number twice', async () => {
    const path = folder();
    const begin = (): Promise<DashboardServer> =>
      start({ history: { store, path }, controlToken: 'control-token' });
    const headers = { authorization: 'Bearer control-token', 'content-type': 'application/json' };
    const post = async (server: DashboardServer, text: string): Promise<unknown> => {
      const body = JSON.stringify({ text, kind: 'deploy', service: 'checkout', t: Date.now() + 200_000 });
      return await (await fetch(`${server.url}api/v1/markers`, { method: 'POST', headers, body })).json();
    };
    const control = async (server: DashboardServer): Promise<number> => {
      const { epoch } = await read<Directory>(server, 'directory');
      const body = JSON.stringify({ epoch, rows: [1], op: 'reset', reason: 'a test' });
      const answer = await fetch(`${server.url}api/v1/control`, { method: 'POST', headers, body });
      return ((await answer.json()) as { audit: number }).audit;
    };
    const first = await begin();
    await service(first);
    const deploy = await post(first, 'v1');
    const act = await control(first);
    await first.close();

    const second = await begin();
    const markers = await read<MarkerList>(second, `markers?from=0&to=${Date.now() + 300_000}`);
    expect(markers.markers).toEqual([deploy]);
    expect(await post(second, 'v2')).toMatchObject({ marker: 2 });
    const audit = await fetch(`${second.url}api/v1/audit`, { headers });
    const { records } = (await audit.json()) as AuditPage;
    expect(records).toMatchObject([{ audit: act, action: 'control', op: 'reset', reason: 'a test' }]);
    // A deploy may lie ahead: it does not say when the server was last alive.
    const [row] = (await read<Directory>(second, 'directory')).rows;
    expect(row?.since).toBeLessThanOrEqual(Date.now());
    expect(await control(second)).toBeGreaterThan(act);
  });

  it('keeps a past of its own for each run, where that is asked for', async () => {
    const path = folder();
    const begin = (): Promise<DashboardServer> => start({ history: { store, path, mode: 'run' } });
    const first = await begin();
    await (await service(first)).emitWithAck('st', [changeOf(1)]);
    await first.close();
    const second = await begin();
    expect((await read<Directory>(second, 'directory')).rows).toEqual([]);
    expect(second.stats().history).toMatchObject({ store, failures: 0 });
  });

  it('keeps a second server away from its folder', async () => {
    const path = folder();
    const first = await start({ history: { store, path } });
    await expect(start({ history: { store, path } })).rejects.toThrow(/is in use by process \d+ on/);
    await first.close();
    await start({ history: { store, path } });
  });

  it('says in its statistics what it wrote', async () => {
    const server = await start({ history: { store, path: folder() } });
    await service(server);
    await until(() => server.stats().history.written >= 3, 'written');
    expect(server.stats().history).toMatchObject({ store, dropped: 0, failures: 0, keptMs: 604_800_000 });
  });
});
