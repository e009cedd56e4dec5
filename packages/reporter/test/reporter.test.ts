import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { consecutiveFailures, createBreaker, createGroup } from '@cb/core';
import {
  type Hello,
  type PolicyReport,
  type Registration,
  type Rollup,
  readHello,
  readPolicies,
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
  policies: PolicyReport[];
  /** Reports of each `pol` message. */
  batches: number[];
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
    policies: [],
    batches: [],
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
    socket.on('pol', (message) => {
      const batch = usable(readPolicies(message));
      expect(batch.skipped).toBe(0);
      heard.policies.push(...batch.items);
      heard.batches.push(batch.items.length);
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

interface ToyPolicy {
  kind: string;
  name: string;
  counts: Record<string, number>;
  gauges: Record<string, number>;
  config: unknown;
  looks: number;
  snapshot(): Omit<ToyPolicy, 'looks' | 'snapshot'>;
}

/** Something with the shape of a policy. */
function toyPolicy(kind = 'retry', name = kind): ToyPolicy {
  return {
    kind,
    name,
    counts: { retries: 0, recovered: 0 },
    gauges: { inFlight: 0 },
    config: { attempts: 3 },
    looks: 0,
    snapshot() {
      this.looks++;
      const { counts, gauges, config } = this;
      return { kind, name, counts: { ...counts }, gauges: { ...gauges }, config };
    },
  };
}

describe('a reporter of policies', () => {
  it('tells all of them at once, then those whose numbers changed, with settings only when they are new', async () => {
    const server = await listen();
    const [busy, idle] = [toyPolicy('retry', 'payments'), toyPolicy('timeout', 'payments')];
    const reporter = connect({ url: server.url, service: 'checkout', policies: [busy, idle] });
    await until(() => server.policies.length === 2, 'both');
    expect(server.policies).toMatchObject([
      { kind: 'retry', name: 'payments', counts: { retries: 0 }, config: { attempts: 3 } },
      { kind: 'timeout', name: 'payments' },
    ]);
    busy.counts.retries = 7;
    await until(() => server.policies.length === 3, 'changed count');
    busy.gauges.inFlight = 1;
    await until(() => server.policies.length === 4, 'changed gauge');
    const looked = idle.looks;
    await until(() => idle.looks > looked + 3, 'looked at again and again');
    expect(server.policies).toHaveLength(4);
    expect(server.policies[2]).toEqual({ ...server.policies[2], counts: { retries: 7, recovered: 0 } });
    expect(server.policies[2]).not.toHaveProperty('config');
    busy.config = { attempts: 4 };
    await until(() => server.policies.length === 5, 'other settings');
    expect(server.policies[4]).toMatchObject({ counts: { retries: 7 }, config: { attempts: 4 } });
    expect(reporter.stats()).toMatchObject({ policies: 2, breakers: 0, unreadable: 0 });
  });

  it('tells everything again after a reconnect', async () => {
    const server = await listen();
    connect({ url: server.url, service: 'checkout', policies: [toyPolicy()] });
    await until(() => server.policies.length === 1, 'told');
    for (const socket of server.sockets) socket.conn.close();
    await until(() => server.policies.length === 2, 'told again');
    expect(server.policies[1]).toEqual(server.policies[0]);
  });

  it('takes a pipeline apart: breakers and groups as such, nameless policies by the name of the breaker', async () => {
    const server = await listen();
    const breaker = fragile();
    const group = createGroup();
    group.get('eu');
    const shared = toyPolicy('bulkhead', 'pool');
    const reporter = connect({
      url: server.url,
      service: 'checkout',
      pipelines: [
        { members: [toyPolicy('fallback'), breaker, toyPolicy('timeout'), shared] },
        { members: [toyPolicy('timeout'), group, shared] },
      ],
    });
    await until(() => server.policies.length === 4 && server.registrations.length === 2, 'all');
    expect(server.registrations.map(({ name }) => name)).toEqual(['payments', 'eu']);
    expect(server.policies.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'fallback payments',
      'timeout payments',
      'bulkhead pool',
      'timeout timeout',
    ]);
    expect(reporter.stats()).toMatchObject({ policies: 4, breakers: 2 });
  });

  it('listens once to a group that stands in several pipelines', async () => {
    const group = createGroup();
    let listeners = 0;
    const watched = Object.assign(Object.create(group), {
      on: (...args: Parameters<typeof group.on>) => {
        listeners++;
        return group.on(...args);
      },
      [Symbol.iterator]: () => group[Symbol.iterator](),
    });
    const url = `http://127.0.0.1:${await closedPort()}`;
    const reporter = connect({ url, service: 'checkout', pipelines: [{ members: [watched] }] });
    const once = listeners;
    reporter.add({ members: [toyPolicy(), watched] }, watched);
    expect([once > 0, listeners]).toEqual([true, once]);
    group.get('eu');
    expect(reporter.stats()).toMatchObject({ breakers: 1, policies: 1 });
  });

  it('tells two of one kind and name apart, and scrubs what may be secret in a name', async () => {
    const server = await listen();
    const reporter = connect({ url: server.url, service: 'checkout', policies: [toyPolicy(), toyPolicy()] });
    reporter.add(toyPolicy('retry', 'GET https://u:p@x.test/?key=s3cret'));
    await until(() => server.policies.length === 3, 'three');
    expect(server.policies.map(({ name }) => name)).toEqual(['retry', 'retry (2)', 'GET https://x.test/']);
    expect(new Set(server.policies.map(({ id }) => id)).size).toBe(3);
  });

  it('no longer tells of what was removed, and says so once', async () => {
    const server = await listen();
    const [first, second, kept] = [toyPolicy('retry', 'a'), toyPolicy('retry', 'b'), toyPolicy('hedge')];
    const breaker = fragile();
    const pipeline = { members: [second, breaker] };
    const options = { url: server.url, service: 'checkout', policies: [first, kept], pipelines: [pipeline] };
    const reporter = connect(options);
    await until(() => server.policies.length === 3, 'told');
    reporter.remove(first);
    reporter.remove(first);
    reporter.remove(pipeline);
    first.counts.retries = 1;
    kept.counts.retries = 1;
    await until(() => server.policies.length === 6, 'gone');
    const gone = server.policies.filter((each) => each.gone);
    expect(gone.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(reporter.stats()).toMatchObject({ policies: 1, breakers: 1 });
    reporter.add(toyPolicy('retry', 'a'));
    await until(() => server.policies.length === 7, 'the name is free again');
    expect(server.policies[6]?.name).toBe('a');
  });

  it('skips and counts those that cannot be read, and tells the others', async () => {
    const server = await listen();
    const fails = toyPolicy('retry', 'fails');
    fails.snapshot = () => {
      throw new Error('broken');
    };
    const round: Record<string, unknown> = {};
    round.self = round;
    const endless = toyPolicy('retry', 'endless');
    endless.config = round;
    const silent = { ...toyPolicy('retry', 'silent'), snapshot: () => undefined as never };
    const locked = Object.defineProperty(toyPolicy(), 'name', {
      get() {
        throw new Error('locked');
      },
    });
    const policies = [fails, endless, silent, locked, toyPolicy('timeout', 'well')];
    const reporter = connect({ url: server.url, service: 'checkout', policies });
    await until(() => server.policies.length === 1, 'the one that can be read');
    expect(server.policies[0]?.name).toBe('well');
    expect(reporter.stats().unreadable).toBeGreaterThanOrEqual(4);
    endless.config = { attempts: 2 };
    await until(() => server.policies.length === 2, 'one that recovered');
    expect(server.policies[1]).toMatchObject({ name: 'endless', config: { attempts: 2 } });
  });

  it('keeps 1,000 large ones below the size that a server takes', async () => {
    const server = await listen();
    const policies = Array.from({ length: 1_001 }, (_, i) => {
      const policy = toyPolicy('custom', `policy ${i} ${'é'.repeat(60)}`);
      policy.counts = Object.fromEntries(Array.from({ length: 50 }, (_each, n) => [`counter ${n}`, i]));
      policy.config = { text: 'x'.repeat(5_000), list: Array.from({ length: 500 }, () => 1) };
      return policy;
    });
    const reporter = connect({ url: server.url, service: 'checkout', policies });
    await until(() => server.policies.length === 1_000, 'all told');
    expect(server.hellos).toHaveLength(1);
    expect(server.batches.length).toBeGreaterThan(10);
    expect(reporter.stats()).toMatchObject({ policies: 1_000, skipped: 1, unreadable: 0 });
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
        const policy = { kind: 'retry', name: 'retry', snapshot: () => ({ counts: {}, gauges: {}, config: {} }) };
        const reporter = connectDashboard({ url: ${JSON.stringify(url)}, service: 'checkout', policies: [policy] });
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
    [{ ...base, breakers: [5] }, /a breaker, a group, a policy or a pipeline is needed, got number/],
    [{ ...base, policies: [null] }, /a policy or a pipeline is needed, got null/],
    [{ ...base, pipelines: [{ members: ['x'] }] }, /a policy or a pipeline is needed, got string/],
    [{ ...base, policies: [{ take() {} }] }, /a policy or a pipeline is needed, got another object/],
    [{ ...base, pipeline: 1 }, /no option "pipeline"; did you mean "pipelines"\?/],
  ])('refuses %j in a sentence', (options, sentence) => {
    expect(() => connectDashboard(options as never)).toThrow(sentence);
  });
});
