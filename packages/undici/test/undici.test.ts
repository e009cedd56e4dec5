import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Breaker,
  type Counts,
  circuitOpenIn,
  consecutiveFailures,
  createGroup,
  fixed,
  isCircuitOpenError,
} from '@cb/core';
import { type ChaosServer, createChaosServer, eventually, manualClock } from '@cb/testing';
import * as undici7 from 'undici';
import * as undici6 from 'undici6';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { breakerInterceptor, type UndiciBreakerOptions } from '../src/index.ts';

let server: ChaosServer;
let dispatchers: { destroy(): Promise<void> }[];
beforeEach(async () => {
  dispatchers = [];
  server = await createChaosServer();
});
afterEach(async () => {
  for (const dispatcher of dispatchers) await dispatcher.destroy();
  await server.close();
});

function counted(breaker: Breaker | undefined): Partial<Counts & { inFlight: number }> {
  const { counts, inFlight } = (breaker as Breaker).snapshot();
  return Object.fromEntries(Object.entries({ ...counts, inFlight }).filter(([, n]) => n > 0));
}

const open = {
  openWhen: consecutiveFailures(1),
  stayOpen: { ...fixed(1_000), hintMaxMs: 600_000 },
} as const;

// Their types differ, what is used of them here does not.
const versions = [
  ['6', undici6 as unknown as typeof undici7],
  ['7', undici7],
] as const;

describe.each(versions)('breakerInterceptor on undici %s', (_, undici) => {
  function guard(options: UndiciBreakerOptions = {}) {
    const clock = manualClock();
    const breaker = breakerInterceptor({ clock, ...options });
    const dispatcher = new undici.Agent().compose(breaker);
    dispatchers.push(dispatcher);
    const send = (path: string, more: object = {}) =>
      undici.request(`${server.url}${path}`, { dispatcher, ...more });
    const only = (): Breaker => [...breaker.breakers][0] as Breaker;
    return { breaker, dispatcher, send, only, clock };
  }

  it('is one breaker per origin, however the origin is written', async () => {
    const { breaker, dispatcher } = guard();
    for (const origin of [server.url, new URL(server.url), server.url.toUpperCase()])
      await (await dispatcher.request({ origin, path: '/status/200', method: 'GET' })).body.dump();
    expect([...breaker.breakers].map(({ name }) => name)).toEqual([server.url]);
  });

  it('numbers the clients that name no origin', async () => {
    const breaker = breakerInterceptor();
    const clients = [0, 1].map(() => new undici.Client(server.url).compose(breaker));
    dispatchers.push(...clients);
    for (const client of [...clients, ...clients])
      await (await client.request({ path: '/status/200', method: 'GET' } as never)).body.dump();
    expect([...breaker.breakers].map((each) => [each.name, counted(each)])).toEqual([
      ['client-1', { succeeded: 2 }],
      ['client-2', { succeeded: 2 }],
    ]);
  });

  it('asks the key function, and leaves alone what it gives no key', async () => {
    const { breaker, send } = guard({ key: ({ path }) => (path === '/status/200' ? null : 'tenant-1') });
    await (await send('/status/200')).body.dump();
    await (await send('/echo')).body.dump();
    expect([...breaker.breakers].map(({ name }) => name)).toEqual(['tenant-1']);
  });

  it('shows requests, answers and errors to the classifier', async () => {
    const seen: unknown[] = [];
    const { send, only } = guard({
      classify({ request, response, error }) {
        seen.push([request.path, response?.statusCode, response?.headers['retry-after'], error]);
        return response?.statusCode === 501 ? 'success' : undefined;
      },
    });
    await (await send('/status/501?ra=7')).body.dump();
    const error = await send('/rst').catch((caught: unknown) => caught);
    expect(seen).toEqual([
      ['/status/501?ra=7', 501, '7', undefined],
      ['/rst', undefined, undefined, error],
    ]);
    expect(counted(only())).toEqual({ succeeded: 1, failed: 1 });
  });

  it('keeps the circuit open for as long as Retry-After says', async () => {
    const { send, only } = guard(open);
    await (await send('/status/503?ra=30')).body.dump();
    expect(only().openError().retryAfterMs).toBe(30_000);
    expect(only().snapshot().errors).toMatchObject([{ code: 'HTTP_503' }]);
  });

  it('fails with the very error of the open circuit', async () => {
    const { send } = guard(open);
    await (await send('/status/503')).body.dump();
    const error = await send('/status/200').catch((caught: unknown) => caught);
    expect(circuitOpenIn(error)).toBe(error);
  });

  it('ignores a caller that gives up by an event emitter', async () => {
    const { send, only } = guard();
    const signal = new EventEmitter();
    const call = send('/hang', { signal }).catch((caught: unknown) => caught);
    await server.reached('/hang');
    signal.emit('abort');
    expect(await call).toBeInstanceOf(undici.errors.RequestAbortedError);
    expect(counted(only())).toEqual({ ignored: 1 });
  });

  it('ignores requests of a dispatcher that is closed or destroyed', async () => {
    const { dispatcher, send, only } = guard();
    const call = send('/hang').catch((caught: unknown) => caught);
    await server.reached('/hang');
    await dispatcher.destroy();
    expect(await call).toMatchObject({ code: 'UND_ERR_DESTROYED' });
    await expect(send('/hang')).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
    expect(counted(only())).toEqual({ ignored: 2 });
  });

  it('ignores a request that undici cannot send, or that comes after the close', async () => {
    const { dispatcher, send, only } = guard();
    const expecting = send('/echo', { method: 'POST', headers: { expect: '100-continue' } });
    await expect(expecting).rejects.toMatchObject({ code: 'UND_ERR_NOT_SUPPORTED' });
    const closed = dispatcher.close();
    await expect(send('/status/200')).rejects.toMatchObject({ code: 'UND_ERR_CLOSED' });
    await closed;
    expect(counted(only())).toEqual({ ignored: 2 });
  });

  it('ignores a connection that fails when the caller has already gone', async () => {
    let fail: (() => void) | undefined;
    const breaker = breakerInterceptor();
    const dispatcher = new undici.Agent({
      connect(_options, callback) {
        fail = () => callback(new Error('no way there'), null);
      },
    }).compose(breaker);
    dispatchers.push(dispatcher);
    const controller = new AbortController();
    const call = undici.request(server.url, { dispatcher, signal: controller.signal });
    const caught = call.catch((error: unknown) => error);
    await eventually('undici wants to connect', () => fail !== undefined);
    controller.abort();
    fail?.();
    expect(await caught).toBeInstanceOf(Error);
    expect(counted([...breaker.breakers][0])).toEqual({ ignored: 1 });
  });

  it('ignores a body of another length than its header says', async () => {
    const { send, only } = guard();
    const call = send('/echo', { method: 'POST', body: 'four', headers: { 'content-length': '5' } });
    await expect(call).rejects.toMatchObject({ code: 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH' });
    expect(counted(only())).toEqual({ ignored: 1 });
  });

  it('gives the permit back where dispatching throws', () => {
    const breaker = breakerInterceptor();
    const boom = new Error('boom');
    const dispatch = breaker((_request: object, _handler: object): boolean => {
      throw boom;
    });
    expect(() => dispatch({ origin: 'http://a.example' }, {})).toThrow(boom);
    expect(() => dispatch({ origin: 'http://a.example' }, null as never)).toThrow(TypeError);
    expect(counted([...breaker.breakers][0])).toEqual({ ignored: 2 });
  });

  it('counts an upgrade as the success it is', async () => {
    const upgrading = createServer().on('upgrade', (_, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
    });
    await once(upgrading.listen(0, '127.0.0.1'), 'listening');
    for (const body of ['headers', 'end'] as const) {
      const { dispatcher, only } = guard({ body });
      const { socket } = await undici.upgrade(
        `http://127.0.0.1:${(upgrading.address() as AddressInfo).port}`,
        { dispatcher, protocol: 'echo' },
      );
      socket.destroy();
      expect(counted(only())).toEqual({ succeeded: 1 });
    }
    upgrading.close();
  });

  it('takes an informational status for no answer', async () => {
    const early = createServer((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.writeHead(503).end());
    });
    await once(early.listen(0, '127.0.0.1'), 'listening');
    const { dispatcher, only } = guard();
    const onInfo = vi.fn();
    const url = `http://127.0.0.1:${(early.address() as AddressInfo).port}`;
    const { body, statusCode } = await undici.request(url, { dispatcher, onInfo });
    await body.dump();
    early.close();
    expect([statusCode, onInfo.mock.calls.length]).toEqual([503, 1]);
    expect(counted(only())).toEqual({ failed: 1 });
  });

  it('holds a call until the end of its body, where asked to', async () => {
    const { send, only } = guard({ body: 'end' });
    const { body } = await send('/big?bytes=1000000');
    expect(counted(only())).toEqual({ inFlight: 1 });
    await body.text();
    await eventually('the body has ended', () => only().snapshot().inFlight === 0);
    expect(counted(only())).toEqual({ succeeded: 1 });
  });

  it('ignores a body that the caller throws away, and counts an answer that was bad already', async () => {
    const { send, only } = guard({ body: 'end' });
    const { body } = await send('/loris');
    body.on('error', () => {}).destroy();
    await eventually('the body has gone', () => only().snapshot().inFlight === 0);
    expect(counted(only())).toEqual({ ignored: 1 });
    await send('/status/503');
    expect(counted(only())).toEqual({ ignored: 1, failed: 1 });
  });

  it('asks the classifier once about a call that is over with its headers', async () => {
    const classify = vi.fn();
    const { send } = guard({ classify });
    const { body } = await send('/trunc');
    await expect(body.text()).rejects.toThrow();
    expect(classify).toHaveBeenCalledTimes(1);
  });

  it('counts the hops of a redirect one by one where it sits inside of redirects', async () => {
    const breaker = breakerInterceptor();
    const { redirect } = undici.interceptors;
    const dispatcher = new undici.Agent().compose(breaker, redirect({ maxRedirections: 5 }));
    dispatchers.push(dispatcher);
    const { body } = await undici.request(`${server.url}/redirect/3?to=/status/200`, { dispatcher });
    await body.dump();
    expect(counted([...breaker.breakers][0])).toEqual({ succeeded: 4 });
  });

  it('sees names where addresses are looked up inside of it', async () => {
    const breaker = breakerInterceptor();
    const found = [{ address: '127.0.0.1', family: 4 as const, ttl: 60_000 }];
    const dns = undici.interceptors.dns({ lookup: (_origin, _options, done) => done(null, found) });
    const dispatcher = new undici.Agent().compose(dns, breaker);
    dispatchers.push(dispatcher);
    const origin = `http://api.example:${server.port}`;
    await (await undici.request(`${origin}/status/200`, { dispatcher })).body.dump();
    expect([...breaker.breakers].map(({ name }) => name)).toEqual([origin]);
  });

  it('counts what a mock agent replies', async () => {
    const breaker = breakerInterceptor();
    const mock = new undici.MockAgent();
    mock.disableNetConnect();
    const pool = mock.get('http://api.example');
    pool.intercept({ path: '/up' }).reply(200, 'hi');
    pool.intercept({ path: '/down' }).reply(503, '', { headers: { 'retry-after': '9' } });
    pool.intercept({ path: '/gone' }).replyWithError(new Error('gone'));
    const dispatcher = mock.compose(breaker);
    for (const path of ['/up', '/down'])
      await (await undici.request(`http://api.example${path}`, { dispatcher })).body.dump();
    await expect(undici.request('http://api.example/gone', { dispatcher })).rejects.toThrow('gone');
    await mock.close();
    expect(counted([...breaker.breakers][0])).toEqual({ succeeded: 1, failed: 2 });
  });

  it('is two layers for two groups, in whatever order, and one for one', async () => {
    const [a, b] = [breakerInterceptor(), breakerInterceptor({ key: () => 'everything' })];
    const dispatcher = new undici.Agent().compose(a, b, a);
    dispatchers.push(dispatcher);
    await (await undici.request(`${server.url}/status/200`, { dispatcher })).body.dump();
    expect([a, b].map(({ breakers }) => counted([...breakers][0]))).toEqual([
      { succeeded: 1 },
      { succeeded: 1 },
    ]);
  });

  it('shares a group with other dispatchers', async () => {
    const group = createGroup({ configure: () => open });
    const [first, second] = [guard({ group }), guard({ group })];
    await (await first.send('/rst').catch(() => undefined))?.body.dump();
    await expect(second.send('/status/200')).rejects.toSatisfy(isCircuitOpenError);
  });

  it('takes a timeout under the global fetch for a failure, any other abort for the caller’s wish', async () => {
    const before = undici.getGlobalDispatcher();
    const { breaker, dispatcher } = guard();
    undici.setGlobalDispatcher(dispatcher);
    try {
      const reasons = [new DOMException('', 'TimeoutError'), new Error('the user left'), 'a plain string'];
      for (const [i, reason] of reasons.entries()) {
        const controller = new AbortController();
        const call = fetch(`${server.url}/hang`, controller).catch((error: unknown) => error);
        await server.reached('/hang', i + 1);
        controller.abort(reason);
        expect(await call).toBe(reason);
      }
      expect(counted([...breaker.breakers][0])).toEqual({ failed: 1, ignored: 2 });
    } finally {
      undici.setGlobalDispatcher(before);
    }
  });

  it('ignores what the global fetch gives up before it has a connection: it does not say why', async () => {
    const before = undici.getGlobalDispatcher();
    let connect: (() => void) | undefined;
    const connector = undici.buildConnector({});
    const breaker = breakerInterceptor();
    const agent = new undici.Agent({
      connect(options, callback) {
        connect = () => connector(options, callback);
      },
    }).compose(breaker);
    dispatchers.push(agent);
    undici.setGlobalDispatcher(agent);
    try {
      const controller = new AbortController();
      const call = fetch(`${server.url}/hang`, controller).catch((error: unknown) => error);
      await eventually('undici wants to connect', () => connect !== undefined);
      const reason = new DOMException('', 'TimeoutError');
      controller.abort(reason);
      expect(await call).toBe(reason);
      expect(counted([...breaker.breakers][0])).toEqual({ inFlight: 1 });
      connect?.();
      await eventually('undici has heard', () => counted([...breaker.breakers][0]).inFlight === undefined);
      expect(counted([...breaker.breakers][0])).toEqual({ ignored: 1 });
    } finally {
      undici.setGlobalDispatcher(before);
    }
  });

  it('leaves nothing in flight under the global fetch, whatever becomes of its calls', async () => {
    const before = undici.getGlobalDispatcher();
    const breaker = breakerInterceptor({ openWhen: consecutiveFailures(1_000) });
    const agent = new undici.Agent().compose(breaker);
    dispatchers.push(agent);
    undici.setGlobalDispatcher(agent);
    try {
      const controller = new AbortController();
      const paths = ['/status/200', '/status/429', '/rst', '/trunc', '/badgzip', '/hang', '/late?ms=1'];
      const ends = Array.from({ length: 70 }, async (_, i) => {
        const { signal } = i % 2 === 0 ? controller : new AbortController();
        const hangs = i % paths.length === 5;
        const response = await fetch(
          `${server.url}${paths[i % paths.length]}`,
          hangs ? controller : { signal },
        );
        return await (i % 2 === 0 ? response.text() : response.body?.cancel());
      }).map((call) => call.then(() => 'fulfilled').catch(() => 'rejected'));
      await server.reached('/hang', 10);
      await eventually('all others are settled', () => counted([...breaker.breakers][0]).inFlight === 10);
      controller.abort();
      expect(new Set(await Promise.all(ends))).toEqual(new Set(['fulfilled', 'rejected']));
      expect(counted([...breaker.breakers][0])).toEqual({ succeeded: 40, failed: 20, ignored: 10 });
    } finally {
      undici.setGlobalDispatcher(before);
    }
  });
});

describe('breakerInterceptor', () => {
  it('refuses wrong options at once', () => {
    const wrong = (options: object) => () => breakerInterceptor(options as UndiciBreakerOptions);
    expect(wrong({ openMs: 5 })).toThrow(/openMs/);
    expect(wrong({ stayOpen: 5 })).toThrow(/fixed\(5\)/);
    expect(wrong({ body: 'all' })).toThrow("body must be 'headers' or 'end', got all");
    expect(wrong({ maxBreakers: 0 })).toThrow(/max/);
  });

  it('passes on every call of undici to the handler, whichever set of methods it has', () => {
    const breaker = breakerInterceptor();
    let watched: Record<string, (...args: unknown[]) => unknown> = {};
    const dispatch = breaker((_request: object, handler: object) => {
      watched = handler as typeof watched;
      return true;
    });
    const controller = { aborted: false, reason: null };
    const calls: Record<string, readonly unknown[]>[] = [
      {
        onConnect: [() => {}, { history: [] }],
        onUpgrade: [101, [], 'socket'],
        onHeaders: [200, [], () => {}, 'OK'],
        onData: ['chunk'],
        onComplete: [[]],
        onError: [new Error('late')],
      },
      {
        onRequestStart: [controller, { history: [] }],
        onRequestUpgrade: [controller, 101, {}, 'socket'],
        onResponseStart: [controller, 200, {}, 'OK'],
        onResponseData: [controller, 'chunk'],
        onResponseEnd: [controller, {}],
        onResponseError: [controller, new Error('late')],
      },
    ];
    for (const own of calls) {
      const all = { ...own, onResponseStarted: [], onBodySent: [3, 9], onRequestSent: [] };
      // Private fields, as undici's own handlers have: only a real call on the very object finds them.
      const seen: Record<string, unknown[]> = {};
      const handler = new (class {
        readonly #seen = seen;
        note(name: string, args: unknown[]): string {
          this.#seen[name] = args;
          return `result of ${name}`;
        }
      })();
      for (const name of Object.keys(all))
        Object.assign(handler, {
          [name](this: typeof handler, ...args: unknown[]) {
            return this.note(name, args);
          },
        });
      dispatch({ origin: 'http://a.example' }, handler);
      for (const [name, args] of Object.entries(all))
        expect(watched[name]?.(...args), name).toBe(`result of ${name}`);
      const { onConnect, ...rest } = seen;
      const { onConnect: given, ...others } = all as Record<string, readonly unknown[]>;
      expect(rest).toEqual(others);
      expect(onConnect?.[1]).toBe(given?.[1]);
    }
  });

  it('does without the methods that a handler does not have', () => {
    const breaker = breakerInterceptor({ body: 'end' });
    let watched: Record<string, (...args: unknown[]) => unknown> = {};
    const dispatch = breaker((_request: object, handler: object) => {
      watched = handler as typeof watched;
      return true;
    });
    const optional = ['onBodySent', 'onRequestSent', 'onResponseStarted'];
    dispatch({ origin: 'http://a.example' }, { onError() {} });
    for (const name of [...optional, 'onUpgrade', 'onConnect', 'onHeaders', 'onData', 'onComplete'])
      expect(watched[name]?.(), name).toBeUndefined();
    dispatch({ origin: 'http://a.example' }, { onResponseStart() {}, onResponseError() {} });
    for (const name of [...optional, 'onRequestUpgrade', 'onRequestStart', 'onResponseData', 'onResponseEnd'])
      expect(watched[name]?.(), name).toBeUndefined();
  });

  it('measures a date in Retry-After against the clock of the answer', () => {
    const breaker = breakerInterceptor({ ...open, clock: manualClock() });
    const headers = ['retry-after', 'Sun, 06 Nov 1994 08:50:37 GMT', 'date', 'Sun, 06 Nov 1994 08:49:37 GMT'];
    const dispatch = breaker((_request: object, handler: { onHeaders: (...args: unknown[]) => unknown }) =>
      Boolean(handler.onHeaders(503, headers)),
    );
    dispatch({ origin: 'http://a.example' }, { onHeaders() {}, onError() {} } as never);
    expect([...breaker.breakers][0]?.openError().retryAfterMs).toBe(60_000);
  });

  it('reads headers as bytes, as texts, in lists and several times the same', () => {
    const seen: unknown[] = [];
    const breaker = breakerInterceptor({ classify: ({ response }) => void seen.push(response?.headers) });
    const raws = [
      [Buffer.from('A'), Buffer.from('1'), 'b', '2', 'B', '3', 'b', ['4', '5']],
      ['c', ['6']],
      null,
      { d: '7' },
    ];
    for (const raw of raws) {
      const dispatch = breaker((_request: object, handler: { onHeaders: (...args: unknown[]) => unknown }) =>
        Boolean(handler.onHeaders(200, raw)),
      );
      dispatch({ origin: 'http://a.example' }, { onHeaders() {}, onError() {} } as never);
    }
    expect(seen).toEqual([{ a: '1', b: ['2', '3', '4', '5'] }, { c: ['6'] }, {}, { d: '7' }]);
  });
});
