import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answer, routes } from './chaos-routes.ts';
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

/** A real HTTP server on 127.0.0.1 that fails in the ways real ones do. */
export interface ChaosServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
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
 */
export async function createChaosServer(): Promise<ChaosServer> {
  const sockets = new Set<Socket>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const tallies = new Map<string, Tally>();
  const gates = new Map<string, HeldGate>();
  const all = createTally();
  let mood: Mood = 'healthy';

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

  const server = createServer((request, response) => {
    request.on('error', () => {}); // a caller that goes away is what this server is for
    response.on('error', () => {});
    const url = new URL(request.url ?? '/', 'http://chaos');
    const [name = '', ...rest] = url.pathname.slice(1).split('/');
    const visits = tally(url.pathname);
    visits.add();
    all.add();
    if (name === 'gate') return gate(rest.join('/')).hold(response);
    const route = routes[name];
    if (route) return route({ request, response, url, rest, hit: visits.count, later });
    if (mood === 'healthy') return answer(response, 200);
    if (mood === 'resetting') return void request.socket.resetAndDestroy();
    if (mood !== 'hanging') answer(response, mood);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    hits: (path) => (path === undefined ? all : tally(path)).count,
    reached: (path, n = 1) => within(`${n} requests at ${path}`, tally(path).reaches(n)),
    gate,
    become(next) {
      mood = next;
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
