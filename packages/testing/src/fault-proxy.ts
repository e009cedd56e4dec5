import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Lane, ProxyTimers, Weather } from './fault-lane.ts';
import { createLane } from './fault-lane.ts';

/** What every connection through the proxy meets. Each may be changed at any time, also for bytes that are under way. */
export interface FaultSettings {
  /** Milliseconds that everything is late, in each direction. A round trip takes twice as long. 0 or more. @default 0 */
  readonly latencyMs: number;
  /** Milliseconds that are added by chance, from 0 up to this. The order of bytes stays. 0 or more. @default 0 */
  readonly jitterMs: number;
  /** Bytes a second on each connection and in each direction. Above 0. @default Infinity */
  readonly bytesPerSecond: number;
}

/** How a fault proxy is made. */
export interface FaultProxyOptions extends Partial<FaultSettings> {
  /** Where the real thing listens. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** What latency and slowness are measured by, e.g. a `manualClock()`. @default the host's */
  readonly timers?: ProxyTimers;
  /** 0 to below 1, for jitter. @default Math.random */
  readonly random?: () => number;
}

/** `'up'` is from the client to the real thing, `'down'` is back to the client. */
export type Direction = 'up' | 'down';

/** A TCP proxy on 127.0.0.1 that is a bad network when told to. */
export interface FaultProxy {
  /** Connect here instead. */
  readonly port: number;
  /** Connections: alive right now, and all that ever came in. */
  readonly connections: { readonly open: number; readonly total: number };
  /** Bytes that were handed on, each way. */
  readonly bytes: Readonly<Record<Direction, number>>;
  /** Changes what is named, for connections that stand and for new ones. @throws RangeError for a value out of range. */
  set(changes: Partial<FaultSettings>): void;
  /** A black hole: connections stand and new ones are taken, but nothing comes through, no end and no reset either. */
  pause(): void;
  /** What was held back arrives, and everything goes on. */
  resume(): void;
  /** Resets (RST) every connection that stands, towards both ends. Returns how many. */
  reset(): number;
  /** Ends one direction of every connection that stands, after what is under way; the other goes on. */
  halfClose(direction: Direction): void;
  /**
   * New connections fail: `'closed'`, nobody listens (ECONNREFUSED); `'reset'`, taken and reset at once (ECONNRESET).
   * Those that stand, stay.
   * @default 'closed'
   */
  refuse(how?: 'closed' | 'reset'): void;
  /** Ends `refuse`: listens again, on the same port. */
  accept(): Promise<void>;
  /** Stops listening, drops every connection and timer, and waits until they are gone. */
  close(): Promise<void>;
}

const systemTimers: ProxyTimers = {
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => clearTimeout(handle as number),
};

/**
 * Puts a bad network in front of anything that speaks TCP: a chaos server, a database, a container.
 *
 * @throws RangeError for a setting out of range.
 * @example
 * const proxy = await createFaultProxy({ port: database.port });
 * proxy.set({ latencyMs: 100, bytesPerSecond: 10_000 });
 * proxy.pause(); // hangs
 * proxy.reset(); // ECONNRESET
 * proxy.refuse(); // ECONNREFUSED
 */
export async function createFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { host = '127.0.0.1', timers = systemTimers, random = Math.random } = options;
  const { latencyMs = 0, jitterMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = options;
  const weather: Weather = { ...checked({ latencyMs, jitterMs, bytesPerSecond }), paused: false };
  const connections = new Set<Connection>();
  const bytes = { up: 0, down: 0 };
  let total = 0;
  let resetsNew = false;

  function onConnection(client: Socket): void {
    total++;
    if (resetsNew) return void client.resetAndDestroy();
    const upstream = connect({ port: options.port, host, allowHalfOpen: true });
    const laneOf = (direction: Direction, from: Socket, to: Socket): Lane =>
      createLane({ from, to, weather, timers, random, onPassed: (n) => (bytes[direction] += n) });
    const connection: Connection = {
      sockets: [client, upstream],
      lanes: { up: laneOf('up', client, upstream), down: laneOf('down', upstream, client) },
    };
    connections.add(connection);
    // Both ends: what the one said last may still be on its way to the other.
    void Promise.all(connection.sockets.map(closed)).then(() => forget(connection));
  }
  function forget(connection: Connection): void {
    stop(connection);
    connections.delete(connection);
  }
  function flushAll(): void {
    for (const { lanes } of connections) for (const lane of Object.values(lanes)) lane.flush();
  }

  const open = (on: number): Promise<Server> => listen(on, onConnection);
  let server: Server | undefined = await open(0);
  const { port } = server.address() as AddressInfo;

  return {
    port,
    get connections() {
      return { open: connections.size, total };
    },
    get bytes() {
      return { ...bytes };
    },
    set(changes) {
      Object.assign(weather, checked({ ...weather, ...changes }));
    },
    pause() {
      weather.paused = true;
    },
    resume() {
      weather.paused = false;
      flushAll();
    },
    reset() {
      const live = [...connections];
      for (const connection of live) {
        stop(connection);
        for (const socket of connection.sockets) socket.resetAndDestroy();
      }
      return live.length;
    },
    halfClose(direction) {
      for (const { lanes } of connections) lanes[direction].end();
    },
    refuse(how = 'closed') {
      resetsNew = how === 'reset';
      if (resetsNew) return;
      server?.close();
      server = undefined;
    },
    async accept() {
      resetsNew = false;
      server ??= await open(port);
    },
    async close() {
      const gone = [...connections].flatMap(({ sockets }) => sockets.map(closed));
      server?.close();
      server = undefined;
      for (const connection of connections) {
        stop(connection);
        for (const socket of connection.sockets) socket.destroy();
      }
      await Promise.all(gone);
    },
  };
}

interface Connection {
  readonly sockets: readonly Socket[];
  readonly lanes: Readonly<Record<Direction, Lane>>;
}

function stop({ lanes }: Connection): void {
  for (const lane of Object.values(lanes)) lane.stop();
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
}

async function listen(port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function checked<T extends FaultSettings>(settings: T): T {
  const { latencyMs, jitterMs, bytesPerSecond } = settings;
  for (const [name, ms] of Object.entries({ latencyMs, jitterMs })) {
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`${name} must be 0 or more, got ${ms}`);
  }
  if (!(bytesPerSecond > 0)) throw new RangeError(`bytesPerSecond must be above 0, got ${bytesPerSecond}`);
  return settings;
}
