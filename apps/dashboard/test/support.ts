import type { Hello, Registration, Rollup, StateChange } from '@cb/protocol';
import { io, type Socket } from 'socket.io-client';
import { expect, onTestFinished } from 'vitest';
import { type DashboardOptions, type DashboardServer, startDashboard } from '../src/server/server.ts';

/** A small repeatable source of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

export function helloOf(more: Partial<Hello> = {}): Hello {
  return {
    v: 1,
    service: 'checkout',
    instance: 'a:1',
    boot: 'b1',
    sdk: 'test',
    tags: {},
    now: Date.now(),
    ...more,
  };
}

export function registrationOf(id: number, more: Partial<Registration> = {}): Registration {
  return {
    id,
    name: `breaker-${id}`,
    state: 'closed',
    mode: 'auto',
    since: 0,
    config: null,
    configRevision: 1,
    tags: {},
    ...more,
  };
}

export function changeOf(seq: number, more: Partial<StateChange> = {}): StateChange {
  return {
    id: 1,
    seq,
    t: Date.now(),
    from: 'closed',
    to: 'open',
    mode: 'auto',
    modeFrom: 'auto',
    why: { rule: 'failure-ratio', value: 0.6, limit: 0.5 },
    configRevision: 1,
    ...more,
  };
}

export function rollupOf(more: Partial<Rollup> = {}): Rollup {
  return { t: Date.now(), ms: 1_000, id: [1], ok: [10], ...more };
}

/** A server on a free port that is closed with the test. */
export async function start(options: DashboardOptions = {}): Promise<DashboardServer> {
  const server = await startDashboard({ port: 0, webDir: '/nowhere', ...options });
  onTestFinished(() => server.close());
  return server;
}

/** A client of one namespace, closed with the test. */
export function client(
  server: DashboardServer,
  namespace: 'ingest' | 'ui' | '',
  options: Parameters<typeof io>[1] = {},
): Socket {
  const socket = io(server.url + namespace, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...options,
  });
  onTestFinished(() => {
    socket.disconnect();
  });
  return socket;
}

export function heard<T = unknown>(socket: Socket, event: string): Promise<T> {
  return new Promise((resolve) => socket.once(event, resolve));
}

/** A service that has said hello and registered breaker 1. */
export async function service(server: DashboardServer, more: Partial<Hello> = {}): Promise<Socket> {
  const socket = client(server, 'ingest');
  expect(await socket.emitWithAck('hello', helloOf(more))).toMatchObject({ ok: true, v: 1 });
  expect(await socket.emitWithAck('reg', [registrationOf(1, { since: Date.now() })])).toEqual({ ok: true });
  return socket;
}

export async function read<T>(server: DashboardServer, path: string): Promise<T> {
  const response = await fetch(`${server.url}api/v1/${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  await expect.poll(condition, { timeout: 5_000, interval: 5, message: what }).toBe(true);
}
