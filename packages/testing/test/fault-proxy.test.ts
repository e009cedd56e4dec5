import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  closedPort,
  createFaultProxy,
  eventually,
  type FaultProxy,
  type FaultProxyOptions,
  type ManualClock,
  manualClock,
} from '../src/index.ts';

/** One end of a connection: what it has heard, and how it ended. */
interface End {
  readonly socket: Socket;
  heard: string;
  ended: boolean;
  code: string | undefined;
}

function endOf(socket: Socket): End {
  const end: End = { socket, heard: '', ended: false, code: undefined };
  socket.on('data', (bytes) => (end.heard += bytes));
  socket.on('end', () => (end.ended = true));
  socket.on('error', ({ code }: NodeJS.ErrnoException) => (end.code = code));
  return end;
}

let upstream: Server;
let far: End[];
let near: End[];
let clock: ManualClock;
let proxy: FaultProxy;

beforeEach(async () => {
  clock = manualClock();
  [far, near] = [[], []];
  upstream = createServer({ allowHalfOpen: true }, (socket) => far.push(endOf(socket)));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const { socket } of [...near, ...far]) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => upstream.close(resolve));
});

async function start(options: Partial<FaultProxyOptions> = {}): Promise<void> {
  const { port } = upstream.address() as AddressInfo;
  proxy = await createFaultProxy({ port, timers: clock, ...options });
}

/** A client, which does not wait until anybody takes it. */
function dial(): End {
  const end = endOf(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }));
  near.push(end);
  return end;
}

/** Both ends of a new connection through the proxy. */
async function connected(): Promise<{ client: End; server: End }> {
  const before = far.length;
  const client = dial();
  await eventually('the connection stands', () => far.length > before);
  return { client, server: far[before] as End };
}

describe('createFaultProxy', () => {
  it('passes everything on, both ways, and counts it', async () => {
    await start();
    const { client, server } = await connected();
    client.socket.write('hello');
    await eventually('the request is there', () => server.heard === 'hello');
    server.socket.write('good day');
    await eventually('the answer is there', () => client.heard === 'good day');
    expect(proxy.bytes).toEqual({ up: 5, down: 8 });
    expect(proxy.connections).toEqual({ open: 1, total: 1 });
    client.socket.end();
    await eventually('the end is there', () => server.ended);
    server.socket.end();
    await eventually('it is over', () => proxy.connections.open === 0);
    expect([client.ended, client.code, proxy.connections.total]).toEqual([true, undefined, 1]);
  });

  it('carries megabytes whole, to a reader who takes his time', async () => {
    await start();
    const { client, server } = await connected();
    client.socket.pause();
    const text = 'grüße '.repeat(2_000_000);
    server.socket.end(text);
    await eventually('it has begun', () => proxy.bytes.down > 0);
    const chunks: Buffer[] = [];
    client.socket.on('data', (bytes) => chunks.push(bytes));
    client.socket.resume();
    await eventually('all is there', () => client.ended);
    expect(Buffer.concat(chunks).toString() === text).toBe(true);
  });

  it('is late by its latency, each way', async () => {
    await start({ latencyMs: 100 });
    const { client, server } = await connected();
    client.socket.write('hello');
    await eventually('it is on its way', () => clock.pendingTimers === 1);
    clock.advance(99);
    expect(proxy.bytes.up).toBe(0);
    clock.advance(1);
    expect(proxy.bytes.up).toBe(5);
    await eventually('it is there', () => server.heard === 'hello');
    server.socket.write('yes');
    await eventually('the answer is on its way', () => clock.pendingTimers === 1);
    expect(proxy.bytes.down).toBe(0);
    clock.advance(100);
    await eventually('the answer is there', () => client.heard === 'yes');
  });

  it('is later by chance, and keeps the order', async () => {
    const draws = [0.9, 0.1];
    await start({ latencyMs: 100, jitterMs: 100, random: () => draws.shift() ?? 0 });
    const { client, server } = await connected();
    client.socket.write('first ');
    await eventually('the first is on its way', () => clock.pendingTimers === 1);
    client.socket.write('second');
    await eventually('the second is on its way', () => clock.pendingTimers === 2);
    clock.advance(110); // the second would be there
    expect(proxy.bytes.up).toBe(0);
    clock.advance(80);
    expect(proxy.bytes.up).toBe(12);
    await eventually('both are there', () => server.heard === 'first second');
  });

  it('lets as many bytes through as fit into the time', async () => {
    await start({ bytesPerSecond: 1_000 });
    const { client, server } = await connected();
    client.socket.write('x'.repeat(500));
    await eventually('they are on their way', () => clock.pendingTimers === 1);
    clock.advance(100);
    expect(proxy.bytes.up).toBe(100);
    clock.advance(300);
    expect(proxy.bytes.up).toBe(400);
    clock.advance(100);
    await eventually('all are there', () => server.heard.length === 500);
  });

  it('changes its settings for a connection that stands', async () => {
    await start({ latencyMs: 100 });
    const { client, server } = await connected();
    proxy.set({ latencyMs: 0 });
    client.socket.write('now');
    await eventually('it is there at once', () => server.heard === 'now');
    proxy.set({ latencyMs: 1 });
    client.socket.write('later');
    await eventually('it waits', () => clock.pendingTimers === 1);
    expect(server.heard).toBe('now');
  });

  it('is a black hole while it is paused, and lets everything out afterwards', async () => {
    await start({ latencyMs: 1 });
    const { client, server } = await connected();
    proxy.pause();
    client.socket.end('lost?');
    await eventually('it has come as far as the proxy', () => clock.pendingTimers === 2);
    clock.advance(60_000);
    const late = dial();
    late.socket.write('me too');
    await eventually('a new connection is taken', () => clock.pendingTimers === 1);
    clock.advance(60_000);
    expect([proxy.bytes.up, server.heard, server.ended]).toEqual([0, '', false]);
    proxy.resume();
    await eventually('it was not lost', () => server.heard === 'lost?' && server.ended);
    await eventually('nor was the other', () => far[1]?.heard === 'me too');
  });

  it('resets the connections that stand, and takes new ones', async () => {
    await start();
    const { client, server } = await connected();
    const { client: other } = await connected();
    expect(proxy.reset()).toBe(2);
    await eventually('all know', () => [client, other, server].every(({ code }) => code !== undefined));
    expect([client.code, other.code, server.code]).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET']);
    await eventually('none is left', () => proxy.connections.open === 0);
    await connected();
    expect(proxy.connections).toEqual({ open: 1, total: 3 });
  });

  it('refuses new connections and keeps the old ones, until it accepts again', async () => {
    await start();
    const { client, server } = await connected();
    proxy.refuse();
    const refused = dial();
    await eventually('it is refused', () => refused.code !== undefined);
    client.socket.write('still here');
    await eventually('the old one works', () => server.heard === 'still here');
    await proxy.accept();
    await connected();
    expect([refused.code, proxy.connections]).toEqual(['ECONNREFUSED', { open: 2, total: 2 }]);
  });

  it('resets new connections when told to refuse so', async () => {
    await start();
    proxy.refuse('reset');
    const refused = dial();
    refused.socket.write('hello?');
    await eventually('it is reset', () => refused.code !== undefined);
    await proxy.accept();
    await connected();
    expect([refused.code, far.length]).toEqual(['ECONNRESET', 1]);
  });

  it('ends one direction after what is under way, and the other goes on', async () => {
    await start();
    const { client, server } = await connected();
    server.socket.write('last words');
    await eventually('they are there', () => client.heard === 'last words');
    proxy.halfClose('down');
    await eventually('the client sees the end', () => client.ended);
    client.socket.write('still talking');
    await eventually('and is still heard', () => server.heard === 'still talking');
    server.socket.write('unheard');
    server.socket.end();
    client.socket.end();
    await eventually('both are done', () => proxy.connections.open === 0);
    expect([client.heard, client.code]).toEqual(['last words', undefined]);
  });

  it('passes a reset on', async () => {
    await start();
    const { client, server } = await connected();
    server.socket.resetAndDestroy();
    await eventually('the client sees it', () => client.code === 'ECONNRESET');
    const second = await connected();
    second.client.socket.resetAndDestroy();
    await eventually('the server sees it', () => second.server.code === 'ECONNRESET');
    await eventually('none is left', () => proxy.connections.open === 0);
  });

  it('resets a client whose server is not there', async () => {
    await start({ port: await closedPort() });
    const client = dial();
    await eventually('it is reset', () => client.code === 'ECONNRESET');
    await eventually('none is left', () => proxy.connections.open === 0);
  });

  it('closes with bytes, timers and connections still under way, and more than once', async () => {
    await start({ latencyMs: 100 });
    const { client } = await connected();
    client.socket.write('never');
    await eventually('it is on its way', () => clock.pendingTimers === 1);
    await Promise.all([proxy.close(), proxy.close()]);
    expect([clock.pendingTimers, proxy.connections.open]).toEqual([0, 0]);
    const late = dial();
    await eventually('nobody listens', () => late.code === 'ECONNREFUSED');
  });

  it.each([{ latencyMs: -1 }, { jitterMs: Number.NaN }, { bytesPerSecond: 0 }])(
    'refuses %o, now and later',
    async (wrong) => {
      await start();
      expect(() => proxy.set(wrong)).toThrow(RangeError);
      await expect(createFaultProxy({ port: 1, ...wrong })).rejects.toThrow(RangeError);
    },
  );
});
