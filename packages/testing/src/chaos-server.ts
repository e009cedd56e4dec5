import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from './certificates.ts';
import { answer, routes } from './chaos-routes.ts';
import type { Handshake } from './tls-door.ts';
import { createTlsDoor } from './tls-door.ts';
import type { Tally } from './waiting.ts';
import { createTally, within } from './waiting.ts';

/** What the plain paths (all that are not a route of their own) answer. A number is a status. */
export type Mood = 'healthy' | 'resetting' | 'hanging' | number;

/** Requests held at `/gate/<id>` until the test lets them go. */
export interface Gate {
  /** Resolves once `n` requests have reached the gate. Rejects after 5 s of real time. */
  reached(n: number): Promise<void>;
  /** How many are held right now. A request whose caller has gone is not. */
  readonly held: number;
  /** Answers all that are held, and from now on all that come. @default status 200 */
  release(status?: number): void;
}

/** How a chaos server is made. */
export interface ChaosServerOptions {
  /** Speak TLS, with this certificate. A client that should trust it needs `chaosAuthority`. @default plain HTTP */
  readonly tls?: Certificate;
}

/** A real HTTP server on 127.0.0.1 that fails in the ways real ones do. */
export interface ChaosServer {
  /** `http://127.0.0.1:<port>`, or `https://…`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** How many connections there have been, also those that never got as far as a request. */
  readonly connections: number;
  /** Requests that wait for an answer or for the rest of one, and whose caller is still there. */
  readonly openRequests: number;
  /** How many requests a path has had, e.g. `hits('/status/503')`; without a path, the whole server. The query does not matter. */
  hits(path?: string): number;
  /** Resolves once a path has had `n` requests. Rejects after 5 s of real time. @default n 1 */
  reached(path: string, n?: number): Promise<void>;
  /** The gate at `/gate/<id>`. */
  gate(id: string): Gate;
  /**
   * Changes what plain paths do from the next request on: `'healthy'` (200), `'resetting'`, `'hanging'`, or a status such as 503.
   * @default 'healthy'
   */
  become(mood: Mood): void;
  /**
   * Changes what becomes of TLS handshakes from the next connection on; connections that stand, stay.
   * @default 'complete'
   * @throws Error where the server speaks plain HTTP.
   */
  shakeHands(how: Handshake): void;
  /** Stops listening, destroys every open socket and waits until they are gone. */
  close(): Promise<void>;
}

/**
 * Starts a chaos server on an ephemeral port.
 *
 * Paths: `/rst` `/fin` `/hang` `/late?ms=` `/loris` `/slowhdr` `/trunc` `/chunktrunc` `/rstmid` `/stall` `/badjson`
 * `/garbage` `/badgzip` `/truncgzip` `/bighdr?bytes=` `/big?bytes=` `/loop` `/redirect/<n>?to=` `/status/<n>?ra=`
 * `/503then200?n=` `/echo` `/gate/<id>`; any other path follows `become`.
 *
 * @example
 * const server = await createChaosServer();
 * await fetch(`${server.url}/status/503?ra=30`);
 * server.hits('/status/503'); // 1
 * await server.close();
 * @example
 * const server = await createChaosServer({ tls: 'self-signed' });
 * await fetch(server.url); // DEPTH_ZERO_SELF_SIGNED_CERT
 */
export async function createChaosServer({ tls }: ChaosServerOptions = {}): Promise<ChaosServer> {
  const sockets = new Set<Socket>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const tallies = new Map<string, Tally>();
  const gates = new Map<string, HeldGate>();
  const all = createTally();
  const unanswered = new Set<ServerResponse>();
  let mood: Mood = 'healthy';
  let connections = 0;

  function tally(path: string): Tally {
    const found = tallies.get(path) ?? createTally();
    tallies.set(path, found);
    return found;
  }
  function gate(id: string): HeldGate {
    const found = gates.get(id) ?? createGate(id);
    gates.set(id, found);
    return found;
  }
  function later(ms: number, step: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      step();
    }, ms);
    timers.add(timer);
  }

  /** The plain socket below: one that speaks TLS cannot reset. */
  function reset({ socket }: IncomingMessage): void {
    for (const each of sockets) if (each.remotePort === socket.remotePort) each.resetAndDestroy();
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    request.on('error', () => {}); // a caller that goes away is what this server is for
    response.on('error', () => {});
    unanswered.add(response);
    response.on('close', () => unanswered.delete(response));
    const url = new URL(request.url ?? '/', 'http://chaos');
    const [name = '', ...rest] = url.pathname.slice(1).split('/');
    const visits = tally(url.pathname);
    visits.add();
    all.add();
    const route = routes[name];
    if (name === 'gate') gate(rest.join('/')).hold(response);
    else if (route)
      route({ request, response, url, rest, hit: visits.count, later, reset: () => reset(request) });
    else behave(request, response);
  }
  function behave(request: IncomingMessage, response: ServerResponse): void {
    if (mood === 'healthy') answer(response, 200);
    else if (mood === 'resetting') reset(request);
    else if (mood !== 'hanging') answer(response, mood);
  }

  const door = tls && createTlsDoor(tls, onRequest);
  const server = door?.server ?? createServer(onRequest);
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `${door ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    get connections() {
      return connections;
    },
    get openRequests() {
      return unanswered.size;
    },
    hits: (path) => (path === undefined ? all : tally(path)).count,
    reached: (path, n = 1) => within(`${n} requests at ${path}`, tally(path).reaches(n)),
    gate,
    become(next) {
      mood = next;
    },
    shakeHands(how) {
      if (door === undefined) throw new Error('plain HTTP has no handshake: createChaosServer({ tls })');
      door.shakeHands(how);
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface HeldGate extends Gate {
  hold(response: ServerResponse): void;
}

function createGate(id: string): HeldGate {
  const arrivals = createTally();
  const held = new Set<ServerResponse>();
  let openStatus: number | undefined;
  return {
    hold(response) {
      held.add(response);
      response.on('close', () => held.delete(response));
      if (openStatus !== undefined) answer(response, openStatus);
      arrivals.add();
    },
    get held() {
      return held.size;
    },
    reached: (n) => within(`${n} requests at gate ${id}`, arrivals.reaches(n)),
    release(status = 200) {
      openStatus = status;
      for (const response of held) answer(response, status);
    },
  };
}
