import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { consecutiveFailures, createBreaker, createGroup } from '@cb/core';
import {
  type Hello,
  type Registration,
  type Rollup,
  readHello,
  readRegistrations,
  readRollup,
  readStateChanges,
  type StateChange,
} from '@cb/protocol';
import { closedPort } from '@cb/testing';
import { Server, type Socket } from 'socket.io';
import { afterEach, describe, expect, it } from 'vitest';
import { connectDashboard, type Reporter, type ReporterOptions } from '../src/index.ts';

interface Heard {
  url: string;
  port: number;
  hellos: Hello[];
  registrations: Registration[];
  changes: StateChange[];
  rollups: Rollup[];
  removed: number[];
  sockets: Set<Socket>;
  close(): Promise<void>;
  /** Answers `st` with the largest seq; switched off, nothing is confirmed. */
  confirm: boolean;
}

const opened: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

/** A dashboard's ingest side that checks every message with the server's own readers. */
async function listen(port = 0, ack: Record<string, unknown> = {}): Promise<Heard> {
  const io = new Server({ transports: ['websocket'], maxHttpBufferSize: 65_536, serveClient: false });
  const heard: Heard = {
    url: '',
    port: 0,
    hellos: [],
    registrations: [],
    changes: [],
    rollups: [],
    removed: [],
    sockets: new Set(),
    confirm: true,
    close: async () => {
      await io.close();
    },
  };
  io.of('/ingest').on('connection', (socket) => {
    heard.sockets.add(socket);
    socket.on('hello', (message, answer) => {
      heard.hellos.push(usable(readHello(message)));
      answer({ ok: true, v: 1, heartbeatMs: 200, rollupMs: 100, ...ack });
    });
    socket.on('reg', (message, answer) => {
      const batch = usable(readRegistrations(message));
      expect(batch.skipped).toBe(0);
      heard.registrations.push(...batch.items);
      answer({ ok: true });
    });
    socket.on('st', (message, answer) => {
      const batch = usable(readStateChanges(message));
      expect(batch.skipped).toBe(0);
      heard.changes.push(...batch.items);
      if (heard.confirm) answer({ seq: batch.lastSeq });
    });
    socket.on('ro', (message) => {
      const read = usable(readRollup(message));
      expect(read.skipped).toBe(0);
      heard.rollups.push(read.rollup);
    });
    socket.on('rm', (message, answer) => {
      heard.removed.push(...message);
      answer({ ok: true });
    });
  });
  const http = (await import('node:http')).createServer();
  io.attach(http);
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  heard.port = (http.address() as AddressInfo).port;
  heard.url = `http://127.0.0.1:${heard.port}`;
  opened.push(heard);
  return heard;
}

function usable<T>(read: T | string): T {
  if (typeof read === 'string') throw new Error(read);
  return read;
}

function connect(options: ReporterOptions): Reporter {
  const reporter = connectDashboard(options);
  opened.push(reporter);
  return reporter;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  await expect.poll(condition, { timeout: 5_000, interval: 5, message: what }).toBe(true);
}

function fragile(name = 'payments') {
  return createBreaker({ name, openWhen: consecutiveFailures(2), tags: { kind: 'http' } });
}

async function fail(breaker: ReturnType<typeof fragile>, message = 'down'): Promise<void> {
  await breaker.execute(() => Promise.reject(new Error(message))).catch(() => {});
}

describe('a reporter', () => {
  it('says who it is, registers its breakers and tells a change at once, with its reason', async () => {
    const server = await listen();
    const breaker = fragile();
    connect({ url: server.url, service: 'checkout', tags: { region: 'eu' }, breakers: [breaker] });
    await until(() => server.registrations.length === 1, 'registered');
    expect(server.hellos[0]).toMatchObject({ v: 1, service: 'checkout', tags: { region: 'eu' } });
    expect(server.registrations[0]).toMatchObject({ name: 'payments', state: 'closed', mode: 'auto' });
    expect(server.registrations[0]?.config).toMatchObject({ openWhen: [{ kind: 'consecutive-failures' }] });
    await fail(breaker, 'GET https://u:p@x.test/pay?token=abc failed, password=hunter2');
    await fail(breaker);
    await until(() => server.changes.length === 1, 'change');
    const change = server.changes[0];
    expect(change).toMatchObject({ seq: 1, from: 'closed', to: 'open', outcomes: 'ee' });
    expect(change?.why).toMatchObject({ rule: 'consecutive-failures', value: 2, limit: 2 });
    expect(change?.retryAt).toBeGreaterThan(change?.t ?? 0);
    expect(JSON.stringify(change)).not.toMatch(/hunter2|abc|u:p@/);
  });

  it('tells modes with who and why', async () => {
    const server = await listen();
    const breaker = fragile();
    connect({ url: server.url, service: 'checkout', breakers: [breaker] });
    breaker.setMode('forced-open', { by: 'ana', reason: 'maintenance' });
    await until(() => server.changes.length === 1, 'mode');
    expect(server.changes[0]).toMatchObject({
      mode: 'forced-open',
      modeFrom: 'auto',
      why: { rule: 'mode' },
      by: 'ana',
      note: 'maintenance',
    });
  });

  it('sends counters as deltas that add up, and nothing for a breaker that is idle', async () => {
    const server = await listen();
    const breaker = createBreaker({ name: 'payments' });
    const idle = createBreaker({ name: 'idle' });
    const reporter = connect({ url: server.url, service: 'checkout', breakers: [breaker, idle] });
    await until(() => reporter.stats().connected, 'connected');
    for (let i = 0; i < 7; i++) await breaker.execute(async () => i);
    await until(() => sum(server.rollups, 'ok') === 7, 'seven');
    for (let i = 0; i < 3; i++) await fail(breaker);
    await until(() => sum(server.rollups, 'fail') === 3, 'three');
    expect(sum(server.rollups, 'ok')).toBe(7);
    const idleId = server.registrations.find(({ name }) => name === 'idle')?.id;
    expect(server.rollups.flatMap((rollup) => rollup.id)).not.toContain(idleId);
    const measured = server.rollups.flatMap((rollup) => rollup.hist?.flat() ?? []);
    expect(measured.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b, 0)).toBe(10);
  });

  it('follows a group as breakers come and go, and tells two of one name apart', async () => {
    const server = await listen();
    const group = createGroup();
    group.get('a');
    const reporter = connect({ url: server.url, service: 'checkout', group, breakers: [fragile('a')] });
    await until(() => server.registrations.length === 2, 'two');
    expect(server.registrations.map(({ name }) => name).sort()).toEqual(['a', 'a (2)']);
    group.get('b');
    await until(() => server.registrations.length === 3, 'three');
    group.delete('b');
    await until(() => server.removed.length === 1, 'removed');
    expect(reporter.stats().breakers).toBe(2);
  });

  it('sends again after a reconnect what was not confirmed, with the same boot and seq', async () => {
    const server = await listen();
    server.confirm = false;
    const breaker = fragile();
    connect({ url: server.url, service: 'checkout', breakers: [breaker] });
    await until(() => server.registrations.length === 1, 'registered');
    await fail(breaker);
    await fail(breaker);
    await until(() => server.changes.length === 1, 'sent');
    server.confirm = true;
    for (const socket of server.sockets) socket.conn.close();
    await until(() => server.changes.length === 2, 'sent again');
    expect(server.changes[1]).toEqual(server.changes[0]);
    expect(server.hellos[1]?.boot).toBe(server.hellos[0]?.boot);
    expect(server.registrations).toHaveLength(2);
  });

  it('starts without a dashboard, keeps at most 1,000 changes, and catches up once there is one', async () => {
    const port = await closedPort();
    const breaker = fragile();
    const reporter = connect({ url: `http://127.0.0.1:${port}`, service: 'checkout', breakers: [breaker] });
    for (let i = 0; i < 1_500; i++) breaker.setMode(i % 2 ? 'auto' : 'observing');
    const { queued, lost, connected } = reporter.stats();
    expect(connected).toBe(false);
    expect(queued).toBeLessThanOrEqual(1_000);
    expect(queued + lost).toBe(1_500);
    const server = await listen(port);
    await until(() => reporter.stats().queued === 0, 'caught up');
    expect(server.changes.at(-1)).toMatchObject({ seq: 1_500, mode: 'auto' });
  });

  it('says goodbye with what is left, twice without harm', async () => {
    const server = await listen(0, { rollupMs: 60_000 });
    const breaker = fragile();
    const reporter = connect({ url: server.url, service: 'checkout', breakers: [breaker] });
    await until(() => reporter.stats().connected, 'connected');
    await fail(breaker);
    await fail(breaker);
    await Promise.all([reporter.close(), reporter.close()]);
    await until(() => sum(server.rollups, 'fail') === 2 && server.changes.length === 1, 'all said');
    expect(reporter.stats()).toMatchObject({ connected: false, queued: 0, confirmed: 1 });
  });

  it('takes the answers of a hostile server without a word', async () => {
    const server = await listen(0, { ok: true, heartbeatMs: 'x', rollupMs: -1, v: null });
    const reporter = connect({ url: server.url, service: 'checkout', breakers: [fragile()] });
    await until(() => reporter.stats().connected, 'connected');
    const refusing = await listen(0, { ok: false, error: { toString: 1 } });
    const other = connect({ url: refusing.url, service: 'checkout' });
    await until(() => refusing.hellos.length === 1, 'refused');
    expect(other.stats().connected).toBe(false);
  });

  it('batches 2,000 busy breakers below the size that a server takes', async () => {
    const server = await listen();
    const breakers = Array.from({ length: 2_001 }, (_, i) =>
      createBreaker({ name: `host-${i}.${'x'.repeat(60)}` }),
    );
    const reporter = connect({ url: server.url, service: 'checkout', breakers });
    await until(() => server.registrations.length === 2_000, 'all registered');
    await Promise.all(breakers.map((breaker) => breaker.execute(async () => 1)));
    await until(() => sum(server.rollups, 'ok') === 2_000, 'all counted');
    expect(server.hellos).toHaveLength(1);
    expect(reporter.stats().skipped).toBe(1);
  });
});

function sum(rollups: readonly Rollup[], key: 'ok' | 'fail'): number {
  return rollups.flatMap((rollup) => rollup[key] ?? []).reduce((a, b) => a + b, 0);
}

describe('the process', () => {
  const built = new URL('../dist/index.js', import.meta.url);
  const silent = async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({ close: () => void server.close() });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it('is held by no timer and no socket', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const reporter = connect({
      url: `http://127.0.0.1:${await closedPort()}`,
      service: 'checkout',
      breakers: [fragile()],
    });
    await until(() => reporter.stats().problem !== undefined, 'tried');
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before);
  });

  it.skipIf(!existsSync(built)).each(['answers', 'accepts and says nothing', 'is not there'])(
    'exits by itself while the dashboard %s',
    async (kind) => {
      const url =
        kind === 'answers'
          ? (await listen()).url
          : kind === 'is not there'
            ? `http://127.0.0.1:${await closedPort()}`
            : await silent();
      const program = `
        import { connectDashboard } from ${JSON.stringify(built.href)};
        const reporter = connectDashboard({ url: ${JSON.stringify(url)}, service: 'checkout' });
        setTimeout(() => console.log(reporter.stats().connected), 300);`;
      const args = ['--input-type=module', '-e', program];
      const cwd = fileURLToPath(new URL('..', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 4_000 });
      expect(stdout.trim()).toBe(String(kind === 'answers'));
    },
  );
});

describe('options', () => {
  const base = { url: 'http://127.0.0.1:4600', service: 'checkout' };
  it.each([
    [{ ...base, url: 'localhost:4600' }, /url must be like .* did you mean http:\/\/localhost:4600\?/],
    [{ ...base, url: 'ws://x:1' }, /did you mean http:\/\/x:1\?/],
    [{ ...base, url: 'http://x:1/?token=s3cret' }, /did you mean the option "token"\?$/],
    [{ url: base.url }, /service must be a name of 1 to 128 characters, got undefined/],
    [{ ...base, serviceName: 'x' }, /no option "serviceName"; did you mean "service"\?/],
    [{ ...base, token: '' }, /token must be a string of 1 to 256 characters/],
    [{ ...base, tags: ['a'] }, /tags must be an object/],
    [{ ...base, clock: 5 }, /clock must be a function/],
    [{ ...base, breakers: [5] }, /a breaker or a group is needed, got number/],
  ])('refuses %j in a sentence', (options, sentence) => {
    expect(() => connectDashboard(options as never)).toThrow(sentence);
  });
});
