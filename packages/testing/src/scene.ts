import { strict as assert } from 'node:assert';
import type { Breaker, CircuitOpenError, Group } from '@cb/core';
import { circuitOpenIn, consecutiveFailures, fixed, lastCalls, successRatio } from '@cb/core';
import type {
  AdapterUnderTest,
  CallOptions,
  CallResult,
  GuardedClient,
  MakeOptions,
} from './adapter-under-test.ts';
import type { ChaosServer, ChaosServerOptions } from './chaos-server.ts';
import { createChaosServer } from './chaos-server.ts';
import type { ManualClock } from './manual-clock.ts';
import { manualClock } from './manual-clock.ts';
import { within } from './waiting.ts';

/** How long the suite's breakers stay open, on the manual clock. */
export const OPEN_MS = 1_000;
/** How many failures in a row open the suite's breakers. */
export const FAILURES_TO_OPEN = 3;

/** How a call ended. */
export type Ending =
  | { readonly value: CallResult; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: unknown };

type Changes = Partial<Omit<MakeOptions, 'breaker' | 'clock'>> & {
  breaker?: Partial<MakeOptions['breaker']>;
};

/** Everything a case works with: a failing server, a clock, the adapter on a client. */
export interface Scene {
  readonly server: ChaosServer;
  readonly clock: ManualClock;
  readonly adapter: AdapterUnderTest;
  /** What user callbacks threw, as the adapter reported it. */
  readonly reported: unknown[];
  /** A second server, started when asked for. */
  readonly anotherServer: (options?: ChaosServerOptions) => Promise<ChaosServer>;
  /** The adapter on a fresh client, whose breakers open after three failures in a row, for a second. */
  readonly make: (changes?: Changes) => Promise<Player>;
}

/** A guarded client in a scene. Paths are at the scene's server; anything else is an absolute address. */
export interface Player extends GuardedClient {
  /** Makes a call and says how it ended; never rejects. */
  send(path: string, options?: CallOptions): Promise<Ending>;
  /** The group's only breaker. */
  readonly breaker: Breaker;
  /** The totals of all breakers of the group. Zeros while there is none. */
  totals(): Totals;
  /** Fails often enough to open the circuit. */
  open(): Promise<void>;
  /** Opens the circuit and lets its time pass: the next call is a probe. */
  openAndWait(): Promise<void>;
}

export interface Totals {
  succeeded: number;
  failed: number;
  ignored: number;
  rejected: number;
  stale: number;
  inFlight: number;
}

/** Runs a case in a scene of its own and takes everything down again. */
export async function inScene(
  adapter: AdapterUnderTest,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const servers = [await createChaosServer()];
  const clients: GuardedClient[] = [];
  const clock = manualClock();
  const reported: unknown[] = [];
  const [server] = servers as [ChaosServer];
  const scene: Scene = {
    server,
    clock,
    adapter,
    reported,
    async anotherServer(options) {
      const another = await createChaosServer(options);
      servers.push(another);
      return another;
    },
    async make({ breaker, ...changes } = {}) {
      const client = await adapter.make({
        clock,
        onError: (error) => reported.push(error),
        ...changes,
        breaker: {
          clock,
          window: lastCalls(100),
          openWhen: [consecutiveFailures(FAILURES_TO_OPEN)],
          stayOpen: fixed(OPEN_MS),
          probing: { probes: 2, atOnce: 2, closeWhen: successRatio(1), leaseMs: 60_000 },
          ...breaker,
        },
      });
      clients.push(client);
      return player(client, server, clock);
    },
  };
  try {
    await run(scene);
  } finally {
    for (const client of clients) await client.dispose?.();
    await Promise.all(servers.map((each) => each.close()));
  }
}

function player(client: GuardedClient, server: ChaosServer, clock: ManualClock): Player {
  const self: Player = {
    group: client.group,
    call: (path, options) => client.call(addressOf(path, server), options),
    uninstall: () => client.uninstall?.(),
    send: (path, options) => ending(self.call(path, options)),
    get breaker() {
      const breakers = [...client.group];
      assert.equal(breakers.length, 1, `the group holds one breaker, not ${breakers.length}`);
      return breakers[0] as Breaker;
    },
    totals: () => totalsOf(client.group),
    async open() {
      for (let i = 0; i < FAILURES_TO_OPEN; i++) await self.send('/status/500');
      assert.equal(self.breaker.state, 'open', `${FAILURES_TO_OPEN} failures in a row open the circuit`);
    },
    async openAndWait() {
      await self.open();
      clock.advance(OPEN_MS);
    },
  };
  return self;
}

/** A path at that server, or the absolute address as it is. */
export function addressOf(path: string, server: ChaosServer): string {
  return path.startsWith('/') ? server.url + path : path;
}

/** How a promise ended, within 5 s of real time. */
export async function ending(promise: Promise<CallResult>): Promise<Ending> {
  return within(
    'the end of the call',
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  );
}

/** The open error in an error's chain of causes. */
export function openErrorIn(error: unknown): CircuitOpenError {
  const found = circuitOpenIn(error);
  assert.ok(found, `a refused call rejects with CircuitOpenError, not ${String(error)}`);
  return found;
}

/** What a caller can see of an error: two errors with equal portraits are the same to them. */
export function portrait(error: unknown, depth = 3): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { name, code, message, cause } = error as Record<string, unknown>;
  return {
    type: (error as object).constructor?.name,
    name,
    code,
    message,
    cause: depth > 0 && cause !== undefined ? portrait(cause, depth - 1) : undefined,
  };
}

function totalsOf(group: Group): Totals {
  const sum: Totals = { succeeded: 0, failed: 0, ignored: 0, rejected: 0, stale: 0, inFlight: 0 };
  for (const breaker of group) {
    const { counts, inFlight } = breaker.snapshot();
    for (const name of ['succeeded', 'failed', 'ignored', 'rejected', 'stale'] as const)
      sum[name] += counts[name];
    sum.inFlight += inFlight;
  }
  return sum;
}

const nothing: Totals = { succeeded: 0, failed: 0, ignored: 0, rejected: 0, stale: 0, inFlight: 0 };

/** Asserts the totals of a client's breakers. What is not named is 0. */
export function assertTotals(client: Player, expected: Partial<Totals>, message?: string): void {
  assert.deepEqual(client.totals(), { ...nothing, ...expected }, message);
}
