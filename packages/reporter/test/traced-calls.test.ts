import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { consecutiveFailures, createBreaker, createGroup } from '@cb/core';
import { readTraces, type TracePart } from '@cb/protocol';
import { Server, type Socket } from 'socket.io';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectDashboard, type ReporterOptions } from '../src/index.ts';

/** A dashboard's ingest side that keeps what traces say. */
async function listen(): Promise<{ url: string; parts: TracePart[]; sockets: Set<Socket> }> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], maxHttpBufferSize: 65_536 });
  const parts: TracePart[] = [];
  const sockets = new Set<Socket>();
  io.of('/ingest').on('connection', (socket) => {
    sockets.add(socket);
    socket.on('hello', (_, answer) => answer({ ok: true, v: 1, heartbeatMs: 200, rollupMs: 100 }));
    socket.on('reg', (_, answer) => answer({ ok: true }));
    socket.on('st', (changes, answer) => answer({ seq: changes.at(-1).seq }));
    socket.on('tr', (message) => {
      const batch = readTraces(message);
      if (typeof batch === 'string') throw new Error(batch);
      expect(batch.skipped).toBe(0);
      parts.push(...batch.items);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await io.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, parts, sockets };
}

function connect(options: Omit<ReporterOptions, 'service'>): ReturnType<typeof connectDashboard> {
  const reporter = connectDashboard({ service: 'checkout', ...options });
  onTestFinished(() => reporter.close());
  return reporter;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  await expect.poll(condition, { timeout: 5_000, interval: 5, message: what }).toBe(true);
}

/** Letters of all calls of one breaker. */
function lettersOf(parts: readonly TracePart[], id: number): string {
  return parts
    .filter((part) => part.id === id)
    .map(({ calls }) => calls)
    .join('');
}

describe('traceCalls', () => {
  it('tells of every call of every breaker, those of groups included, with a start for each', async () => {
    const { url, parts } = await listen();
    const payments = createBreaker({ name: 'payments', openWhen: consecutiveFailures(2) });
    const group = createGroup<string>();
    const reporter = connect({ url, breakers: [payments], group, traceCalls: true });
    await until(() => parts.length > 0, 'the trace begins');
    const tenant = group.get('a');
    for (let i = 0; i < 3; i++) await tenant.execute(async () => i);
    for (let i = 0; i < 3; i++)
      await payments.execute(() => Promise.reject(new Error('down'))).catch(() => {});
    await until(() => lettersOf(parts, 1) === 'eer' && lettersOf(parts, 2) === 'ooo', 'all calls');
    for (const id of [1, 2]) {
      const own = parts.filter((part) => part.id === id);
      expect(own.map(({ part }) => part)).toEqual(own.map((_, i) => i + 1));
      expect(own[0]?.start).toMatchObject({ v: 1, counts: { succeeded: 0 } });
    }
    expect(parts.flatMap(({ changes = [] }) => changes)).toMatchObject([{ to: 'open' }]);
    // The moment on the wall, from the breaker's own clock.
    const { zeroAt, from } = parts[0] as TracePart;
    expect(Math.abs(zeroAt + from / 1_024 - Date.now())).toBeLessThan(60_000);
    expect(reporter.stats()).toMatchObject({ connected: true, lost: 0 });
  });

  it('begins anew after a reconnect: nobody heard what was between', async () => {
    const { url, parts, sockets } = await listen();
    const payments = createBreaker({ name: 'payments' });
    connect({ url, breakers: [payments], traceCalls: { maxPerSecond: 50 } });
    await until(() => parts.length > 0, 'the trace begins');
    await payments.execute(async () => 1);
    await until(() => lettersOf(parts, 1) === 'o', 'the call');
    const before = parts.length;
    for (const socket of sockets) socket.conn.close();
    await until(() => parts.length > before, 'it begins again');
    const [last, next] = [parts[before - 1] as TracePart, parts[before] as TracePart];
    expect(next.part).toBeGreaterThan(last.part + 1);
    expect(next.start).toMatchObject({ window: { buckets: expect.anything() } });
  });

  it('listens to no call unless asked to', async () => {
    const { url, parts } = await listen();
    const payments = createBreaker({ name: 'payments' });
    const listening = vi.spyOn(payments, 'on');
    const reporter = connect({ url, breakers: [payments] });
    await until(() => reporter.stats().connected, 'connected');
    expect(listening.mock.calls.map(([event]) => event)).toEqual([
      'state-changed',
      'mode-changed',
      'configured',
    ]);
    expect(parts).toEqual([]);
  });

  it.each([
    [5, 'traceCalls must be true, false or { maxPerSecond }, got 5'],
    [null, 'traceCalls must be true, false or { maxPerSecond }, got null'],
    [{ perSecond: 5 }, 'traceCalls has no "perSecond"; it knows maxPerSecond'],
    [{ maxPerSecond: 0 }, 'traceCalls.maxPerSecond must be a whole number from 1 to 100000, got 0'],
    [{ maxPerSecond: 1.5 }, 'traceCalls.maxPerSecond must be a whole number from 1 to 100000, got 1.5'],
  ])('refuses %j in a sentence', (traceCalls, sentence) => {
    const options = { url: 'http://127.0.0.1:1', service: 'checkout' };
    expect(() => connectDashboard({ ...options, traceCalls: traceCalls as never })).toThrow(sentence);
    expect(() => connectDashboard({ ...options, trace: true } as never)).toThrow(
      'did you mean "traceCalls"?',
    );
  });
});
