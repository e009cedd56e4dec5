import { createBreaker } from '@cb/core';
import { type DashboardOptions, type DashboardServer, startDashboard } from '@cb/dashboard';
import type { Registration, StateChange } from '@cb/protocol';
import { io, type Socket } from 'socket.io-client';

/** A service whose breakers do what the test says, when it says so: nothing in it runs by itself but the heartbeat. */
export interface FakeService {
  readonly socket: Socket;
  /** Tells a change of the breaker with this number: it opens now, unless said otherwise. */
  change(id: number, change?: Partial<StateChange>): Promise<void>;
  /** One second of calls of every breaker. */
  calls(): void;
  /** Is not heard from any more. */
  leave(): void;
}

export interface FakeShop {
  readonly url: string;
  readonly server: DashboardServer;
  service(
    service: string,
    instance: string,
    breakers: readonly Partial<Registration>[],
  ): Promise<FakeService>;
  close(): Promise<void>;
}

const HEARTBEAT_MS = 500;
/** As a service says them: those of a breaker that was told nothing. */
const SETTINGS = createBreaker({ name: 'any' }).config;

/** A dashboard in this process, and services that are told what to report to it. */
export async function openShop(options: DashboardOptions = {}): Promise<FakeShop> {
  const server = await startDashboard({ port: 0, ...options });
  const services: FakeService[] = [];
  return {
    url: server.url,
    server,
    async service(service, instance, breakers) {
      const made = await connect(server.url, service, instance, breakers, options.ingestToken);
      services.push(made);
      return made;
    },
    async close() {
      for (const service of services) service.leave();
      await server.close();
    },
  };
}

async function connect(
  url: string,
  service: string,
  instance: string,
  breakers: readonly Partial<Registration>[],
  token?: string,
): Promise<FakeService> {
  const auth = token === undefined ? {} : { token };
  const socket = io(`${url}ingest`, { transports: ['websocket'], forceNew: true, auth });
  const tags = { region: 'eu' };
  await socket.emitWithAck('hello', {
    v: 1,
    service,
    instance,
    boot: 'b',
    sdk: 'test',
    tags,
    now: Date.now(),
    caps: ['control'],
  });
  const registrations = breakers.map((breaker, id) => registration(id, breaker));
  // The server takes so many in one message.
  for (let i = 0; i < registrations.length; i += 200) {
    await socket.emitWithAck('reg', registrations.slice(i, i + 200));
  }
  const beat = () => socket.emit('hb', { now: Date.now(), queued: 0, lost: 0 });
  const timer = setInterval(beat, HEARTBEAT_MS);
  let seq = 0;
  return {
    socket,
    async change(id, change) {
      await socket.emitWithAck('st', [{ ...aChange(id, ++seq), ...change }]);
    },
    calls() {
      const id = breakers.map((_, i) => i);
      const same = (n: number) => id.map(() => n);
      const hist = id.map(() => [20, 40, 30, 2]);
      socket.emit('ro', {
        t: Date.now(),
        ms: 1_000,
        id,
        ok: same(40),
        fail: same(2),
        inFlight: same(3),
        hist,
      });
    },
    leave() {
      clearInterval(timer);
      socket.disconnect();
    },
  };
}

function registration(id: number, more: Partial<Registration>): Registration {
  return {
    id,
    name: `breaker-${id}`,
    state: 'closed',
    mode: 'auto',
    since: Date.now() - 600_000,
    config: SETTINGS,
    configRevision: 1,
    tags: {},
    ...more,
  };
}

function aChange(id: number, seq: number): StateChange {
  const to = 'open';
  return {
    id,
    seq,
    t: Date.now(),
    from: 'closed',
    to,
    mode: 'auto',
    modeFrom: 'auto',
    why: { rule: 'failure-ratio', value: 0.61, limit: 0.5, calls: 100, minimumCalls: 20, bad: 61 },
    configRevision: 1,
    outcomes: `${'o'.repeat(36)}sss${'e'.repeat(48)}${'t'.repeat(13)}`,
    errors: [
      { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED api.payments:443', count: 48 },
      { name: 'TimeoutError', message: 'no answer within 2 s', count: 13 },
    ],
  };
}

/** One breaker in each state that there is. The order of the list on the fleet page: as they stand here. */
export async function fillShop(shop: FakeShop): Promise<void> {
  const t = Date.now();
  const checkout = await shop.service('checkout', 'checkout-1', [
    { name: 'payments', tags: { kind: 'http', team: 'checkout' } },
    { name: 'fraud' },
    { name: 'ledger', tags: { kind: 'db' } },
    { name: 'prices', tags: { kind: 'http' } },
  ]);
  await checkout.change(0, { t: t - 274_000, retryAt: t + 3_600_000, firstFailureAt: t - 277_000 });
  await checkout.change(1, { t: t - 60_000, retryAt: t - 20_000 });
  await checkout.change(1, { t: t - 20_000, from: 'open', to: 'half-open', why: { rule: 'open-time-over' } });
  const by = { by: 'maria', note: 'vendor maintenance' };
  await checkout.change(2, {
    t: t - 90_000,
    from: 'closed',
    to: 'closed',
    mode: 'forced-open',
    why: { rule: 'mode' },
    ...by,
  });
  checkout.calls();
  const notify = await shop.service('notify', 'notify-7f9c', [{ name: 'smtp' }]);
  notify.leave();
}
