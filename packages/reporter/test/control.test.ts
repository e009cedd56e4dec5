import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Breaker, consecutiveFailures, createBreaker, createGroup } from '@cb/core';
import {
  type ControlAnswer,
  type ControlCommand,
  type Hello,
  type Registration,
  readControlAnswer,
  readControlCommand,
  readHello,
  readRegistrations,
  readStateChanges,
  type StateChange,
} from '@cb/protocol';
import { manualClock } from '@cb/testing';
import { Server, type Socket } from 'socket.io';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectDashboard, type RemoteCommand, type Reporter, type ReporterOptions } from '../src/index.ts';

interface Dashboard {
  url: string;
  hellos: Hello[];
  registrations: Registration[];
  changes: StateChange[];
  sockets: Socket[];
  /** Sends anything at all to the newest connection. */
  send(message: unknown): Promise<ControlAnswer>;
  /** Sends a command about breaker 1. */
  command(more?: Partial<ControlCommand>): Promise<ControlAnswer>;
}

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function listen(): Promise<Dashboard> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  opened.push({ close: () => io.close() });
  const dashboard: Dashboard = {
    url: '',
    hellos: [],
    registrations: [],
    changes: [],
    sockets: [],
    send: async (message) => {
      const answer: unknown = await dashboard.sockets.at(-1)?.emitWithAck('ctl', message);
      const read = usable(readControlAnswer(answer));
      expect(read).toEqual(answer);
      return read;
    },
    command: (more = {}) => {
      const command = {
        command: 1,
        id: 1,
        op: 'isolate',
        by: 'ana',
        reason: 'the bank asked for it',
        ...more,
      };
      expect(readControlCommand(command)).toEqual(command);
      return dashboard.send(command);
    },
  };
  io.of('/ingest').on('connection', (socket) => {
    dashboard.sockets.push(socket);
    socket.on('hello', (message, answer) => {
      dashboard.hellos.push(usable(readHello(message)));
      answer({ ok: true, v: 1, heartbeatMs: 100, rollupMs: 100 });
    });
    socket.on('reg', (message, answer) => {
      dashboard.registrations.push(...usable(readRegistrations(message)).items);
      answer({ ok: true });
    });
    socket.on('st', (message, answer) => {
      const batch = usable(readStateChanges(message));
      dashboard.changes.push(...batch.items);
      answer({ seq: batch.lastSeq });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  dashboard.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return dashboard;
}

function usable<T>(read: T | string): T {
  if (typeof read === 'string') throw new Error(read);
  return read;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  await expect.poll(condition, { timeout: 5_000, interval: 5, message: what }).toBe(true);
}

function fragile(name = 'payments'): Breaker {
  return createBreaker({ name, openWhen: consecutiveFailures(2), tags: { kind: 'http' } });
}

/** A reporter of these breakers that the dashboard has heard of. */
async function report(
  dashboard: Dashboard,
  breakers: readonly Breaker[],
  more: Partial<ReporterOptions> = {},
): Promise<Reporter> {
  const { url } = dashboard;
  const reporter = connectDashboard({
    url,
    service: 'checkout',
    breakers,
    allowRemoteControl: true,
    ...more,
  });
  opened.push(reporter);
  await until(() => dashboard.registrations.length >= breakers.length, 'registered');
  return reporter;
}

describe('what a service allows', () => {
  it('is nothing, unless it says so', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    const reporter = connectDashboard({ url: dashboard.url, service: 'checkout', breakers: [breaker] });
    opened.push(reporter);
    await until(() => dashboard.registrations.length === 1, 'registered');
    expect(dashboard.hellos[0]).not.toHaveProperty('caps');
    for (const op of ['isolate', 'release', 'reset', 'probe'] as const) {
      expect(await dashboard.command({ op })).toEqual({
        ok: false,
        version: 0,
        error: 'refused',
        message: 'this service takes no commands: it runs without allowRemoteControl',
      });
    }
    expect(breaker.mode).toBe('auto');
    expect(reporter.stats()).toMatchObject({ commandsDone: 0, commandsRefused: 4 });
  });

  it('is everything with true, and the dashboard knows that it takes commands', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    const reporter = await report(dashboard, [breaker]);
    expect(dashboard.hellos[0]?.caps).toEqual(['control']);
    expect(await dashboard.command()).toEqual({ ok: true, version: 1 });
    expect(breaker.mode).toBe('forced-open');
    expect(reporter.stats()).toMatchObject({ commandsDone: 1, commandsRefused: 0 });
  });

  it('is some operations, by a list', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    await report(dashboard, [breaker], { allowRemoteControl: ['isolate', 'release'] });
    expect(await dashboard.command({ op: 'reset' })).toMatchObject({
      error: 'refused',
      message: 'this service allows only isolate, release',
    });
    expect(await dashboard.command()).toMatchObject({ ok: true });
  });

  it('is what a function decides of the command, now or later', async () => {
    const dashboard = await listen();
    const seen: RemoteCommand[] = [];
    const breakers = [fragile(), fragile('ledger')];
    await report(dashboard, breakers, {
      allowRemoteControl: async (command) => {
        seen.push(command);
        await Promise.resolve();
        return command.breaker === 'payments' || 'the ledger is left alone';
      },
    });
    expect(await dashboard.command({ forMs: 5_000 })).toMatchObject({ ok: true });
    expect(await dashboard.command({ id: 2 })).toMatchObject({
      error: 'refused',
      message: 'the ledger is left alone',
    });
    expect(breakers.map(({ mode }) => mode)).toEqual(['forced-open', 'auto']);
    const said = { command: 1, op: 'isolate', by: 'ana', reason: 'the bank asked for it' };
    expect(seen).toEqual([
      { ...said, forMs: 5_000, breaker: 'payments', tags: { kind: 'http' } },
      { ...said, breaker: 'ledger', tags: { kind: 'http' } },
    ]);
  });

  it.each([
    ['says false', () => false, 'the service refused it'],
    ['says nothing', () => undefined as never, 'the service refused it'],
    ['says nothing in words', () => '', 'the service refused it'],
    ['says 1, which is not true', () => 1 as never, 'the service refused it'],
    [
      'throws',
      () => {
        throw new Error('no database, password=hunter2');
      },
      'the service failed to decide: no database, password=***',
    ],
    ['rejects', () => Promise.reject(new Error('no database')), 'the service failed to decide: no database'],
    ['throws what is no error', () => Promise.reject(null), 'the service failed to decide: not an error'],
  ])('is nothing where the function %s', async (_what, decide, message) => {
    const dashboard = await listen();
    const breaker = fragile();
    await report(dashboard, [breaker], { allowRemoteControl: decide as () => boolean });
    expect(await dashboard.command()).toEqual({ ok: false, version: 0, error: 'refused', message });
    expect(breaker.mode).toBe('auto');
  });

  it('is nothing where the function never decides, and nothing is done when it does after all', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    let decide: ((allowed: boolean) => void) | undefined;
    const decision = new Promise<boolean>((resolve) => {
      decide = resolve;
    });
    let asked = false;
    const allowRemoteControl = (): Promise<boolean> => {
      asked = true;
      return decision;
    };
    await report(dashboard, [breaker], { allowRemoteControl });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const answer = dashboard.command();
    await until(() => asked, 'asked');
    vi.advanceTimersByTime(4_000);
    vi.useRealTimers();
    expect(await answer).toMatchObject({
      error: 'refused',
      message: 'the service did not decide within 4000 ms',
    });
    decide?.(true);
    expect(await dashboard.command()).toMatchObject({ ok: true, version: 1 });
  });

  it.each([
    [{ allowRemoteControl: 'yes' }, /^allowRemoteControl must be true, false, a list of some of isolate, /],
    [{ allowRemoteControl: [] }, /^allowRemoteControl must be .*got an object$/],
    [{ allowRemoteControl: null }, /^allowRemoteControl must be/],
    [{ allowRemoteControl: ['isolate', 'explode'] }, /^allowRemoteControl knows isolate, .*got "explode"$/],
    [{ onControl: true }, /^onControl must be a function \(command, answer\) => void, got true$/],
    [{ remoteControl: true }, /has no option "remoteControl"; did you mean "allowRemoteControl"\?$/],
  ])('is refused in a sentence where it cannot be read: %j', (options, sentence) => {
    const given = { url: 'http://127.0.0.1:1', service: 'checkout', ...options } as never;
    expect(() => connectDashboard(given)).toThrow(sentence);
  });
});

describe('a version', () => {
  it('counts changes of mode and settings by anybody, and none of state', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    breaker.setMode('observing');
    await report(dashboard, [breaker]);
    expect(dashboard.registrations[0]).toMatchObject({ version: 0, mode: 'observing' });
    breaker.setMode('auto', { by: 'the code' });
    breaker.configure({ failAfterMs: 500 });
    for (let i = 0; i < 2; i++)
      await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {});
    breaker.reset();
    await until(() => dashboard.changes.length === 3, 'told');
    expect(dashboard.changes.map(({ version }) => version)).toEqual([1, 2, 2]);
    await until(() => dashboard.registrations.length === 2, 'settings');
    expect(dashboard.registrations[1]).toMatchObject({ version: 2 });
    expect(await dashboard.command({ op: 'reset' })).toEqual({ ok: true, version: 2 });
    expect(await dashboard.command({ op: 'isolate' })).toEqual({ ok: true, version: 3 });
  });

  it('that is another one by now is not acted on', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    await report(dashboard, [breaker]);
    expect(await dashboard.command({ expect: 0 })).toEqual({ ok: true, version: 1 });
    expect(await dashboard.command({ op: 'release', expect: 0 })).toEqual({
      ok: false,
      version: 1,
      error: 'changed',
      message: 'mode or settings were changed meanwhile: version 1, not 0',
    });
    expect(breaker.mode).toBe('forced-open');
  });

  it('is compared after the service has decided, however long that took', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    await report(dashboard, [breaker], {
      allowRemoteControl: async () => {
        await Promise.resolve();
        breaker.setMode('observing');
        return true;
      },
    });
    expect(await dashboard.command({ expect: 0 })).toMatchObject({ error: 'changed', version: 1 });
    expect(breaker.mode).toBe('observing');
  });

  it('lets one of two win who saw the same', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    await report(dashboard, [breaker]);
    const ops = ['isolate', 'observe', 'force-closed'] as const;
    const answers = await Promise.all(ops.map((op) => dashboard.command({ op, expect: 0 })));
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(breaker.mode).toBe('forced-open');
  });
});

describe('a mode', () => {
  it('says when it ends, who laid it and why, also to a dashboard that comes later', async () => {
    const clock = manualClock();
    const wallNow = (): number => 1_000_000;
    const timed = { now: () => clock.now(), wallNow };
    const breaker = createBreaker({ name: 'payments', clock: timed });
    const before = createBreaker({ name: 'ledger', clock: timed });
    before.setMode('forced-open', { forMs: 7_000 });
    const dashboard = await listen();
    await report(dashboard, [breaker, before], { clock: wallNow });
    expect(dashboard.registrations[1]).toMatchObject({ mode: 'forced-open', modeUntil: 1_007_000 });
    expect(await dashboard.command({ forMs: 5_000 })).toMatchObject({ ok: true });
    await until(() => dashboard.changes.length === 1, 'told');
    expect(dashboard.changes[0]).toMatchObject({
      mode: 'forced-open',
      modeUntil: 1_005_000,
      version: 1,
      by: 'ana',
      note: 'the bank asked for it',
    });
    breaker.configure({ failAfterMs: 500 });
    await until(() => dashboard.registrations.length === 3, 'settings');
    expect(dashboard.registrations[2]).toMatchObject({
      mode: 'forced-open',
      version: 2,
      modeUntil: 1_005_000,
      modeBy: 'ana',
      modeNote: 'the bank asked for it',
    });
  });

  it('that has ended is announced where the clock has no timers and nobody calls', async () => {
    let now = 0;
    const breaker = createBreaker({ name: 'payments', clock: { now: () => now } });
    const dashboard = await listen();
    await report(dashboard, [breaker]);
    await dashboard.command({ forMs: 5_000 });
    now = 5_000;
    await until(() => dashboard.changes.length === 2, 'ended');
    expect(dashboard.changes[1]).toMatchObject({ mode: 'auto', modeFrom: 'forced-open', version: 2 });
    expect(dashboard.changes[1]).not.toHaveProperty('modeUntil');
  });
});

describe('a command', () => {
  it('is told to the service with what became of it', async () => {
    const dashboard = await listen();
    const told: unknown[] = [];
    await report(dashboard, [fragile()], {
      allowRemoteControl: ['isolate'],
      onControl: (...each) => told.push(each),
    });
    await dashboard.command({ command: 7 });
    await dashboard.command({ command: 8, op: 'reset' });
    const said = { by: 'ana', reason: 'the bank asked for it', breaker: 'payments', tags: { kind: 'http' } };
    const refused = { ok: false, version: 1, error: 'refused', message: 'this service allows only isolate' };
    await until(() => told.length === 2, 'told');
    expect(told).toEqual([
      [
        { command: 7, op: 'isolate', ...said },
        { ok: true, version: 1 },
      ],
      [{ command: 8, op: 'reset', ...said }, refused],
    ]);
  });

  it.each([
    [
      'at once',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['later', () => Promise.reject(new Error('the log is full'))],
  ])('is done where the service fails to hear of it: %s', async (_when, fail) => {
    const dashboard = await listen();
    const breaker = fragile();
    let told = 0;
    await report(dashboard, [breaker], {
      onControl: (_command, answer) => {
        answer.ok = false;
        told++;
        return fail();
      },
    });
    // A rejection that nobody hears would end the test's process, as it would the service's.
    expect(await dashboard.command()).toEqual({ ok: true, version: 1 });
    await until(() => told === 1, 'told');
  });

  it('about a breaker that is gone, or goes while the service decides, is not done', async () => {
    const dashboard = await listen();
    const group = createGroup();
    const breaker = group.get('payments');
    const reporter = await report(dashboard, [], {
      group,
      allowRemoteControl: () => {
        group.delete('payments');
        return true;
      },
    });
    await until(() => dashboard.registrations.length === 1, 'registered');
    expect(reporter.stats().breakers).toBe(1);
    expect(await dashboard.command()).toMatchObject({
      error: 'gone',
      message: 'the breaker was removed meanwhile',
    });
    expect(await dashboard.command()).toMatchObject({
      error: 'gone',
      message: 'the service has no such breaker any more',
    });
    expect(breaker.mode).toBe('auto');
  });

  it('whose connection is lost while the service decides is not done', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    let decide: ((allowed: boolean) => void) | undefined;
    const told: ControlAnswer[] = [];
    await report(dashboard, [breaker], {
      allowRemoteControl: () =>
        new Promise<boolean>((resolve) => {
          decide = resolve;
        }),
      onControl: (_command, answer) => told.push(answer),
    });
    dashboard.command().catch(() => {});
    await until(() => decide !== undefined, 'asked');
    dashboard.sockets[0]?.conn.close();
    await until(() => dashboard.sockets.length === 2, 'came again');
    decide?.(true);
    await until(() => told.length === 1, 'told');
    expect(told[0]).toMatchObject({ error: 'refused', message: 'the connection that asked is gone' });
    expect(breaker.mode).toBe('auto');
  });

  it('that a breaker fails at is a failure, and nothing more', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    await report(dashboard, [breaker]);
    breaker.reset = () => {
      throw new Error('broken, token=abcdef');
    };
    expect(await dashboard.command({ op: 'reset' })).toEqual({
      ok: false,
      version: 0,
      error: 'failed',
      message: 'broken, token=***',
    });
  });

  it('beyond five hundred at once is refused before anybody looks at it', async () => {
    const dashboard = await listen();
    let decided = 0;
    let told = 0;
    await report(dashboard, [fragile()], {
      allowRemoteControl: () => {
        decided++;
        return true;
      },
      onControl: () => {
        told++;
      },
    });
    const answers = await Promise.all(Array.from({ length: 700 }, () => dashboard.command()));
    const refused = answers.filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(100);
    expect(refused[0]).toMatchObject({
      error: 'refused',
      message: 'too many commands at once, the service takes ten a second',
    });
    await until(() => told === decided, 'told');
    expect([decided, told]).toEqual([700 - refused.length, 700 - refused.length]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'isolate'],
    ['a list', []],
    ['an object of nothing', {}],
    ['an operation from the prototype', { command: 1, id: 1, op: 'constructor', by: 'a', reason: 'abc' }],
    ['no reason', { command: 1, id: 1, op: 'isolate', by: 'ana' }],
    ['nobody', { command: 1, id: 1, op: 'isolate', reason: 'abc' }],
    ['an id from the prototype', { command: 1, id: '__proto__', op: 'isolate', by: 'a', reason: 'abc' }],
    ['binary', Buffer.from('isolate')],
  ])('that is %s is answered with why it is none', async (_what, message) => {
    const dashboard = await listen();
    const breaker = fragile();
    await report(dashboard, [breaker]);
    expect(await dashboard.send(message)).toMatchObject({
      ok: false,
      error: 'invalid',
      message: expect.stringMatching(/^ctl[. ]/),
    });
    expect(breaker.mode).toBe('auto');
    expect(await dashboard.command()).toMatchObject({ ok: true });
  });

  it('that asks for no answer is none', async () => {
    const dashboard = await listen();
    const breaker = fragile();
    const reporter = await report(dashboard, [breaker]);
    dashboard.sockets[0]?.emit('ctl', { command: 1, id: 1, op: 'isolate', by: 'ana', reason: 'the bank' });
    expect(await dashboard.command({ op: 'release' })).toMatchObject({ ok: true, version: 0 });
    expect(reporter.stats()).toMatchObject({ commandsDone: 1, commandsRefused: 0 });
  });
});
