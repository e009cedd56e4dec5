import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the upstream does from now on. */
interface Behaviour {
  /** Share of requests that are answered with 503, spread evenly: 0 to 1. @default 0 */
  readonly failing?: number;
  /** Milliseconds until an answer. @default 2 */
  readonly delayMs?: number;
}

/** A real HTTP server on this machine that does what a chapter tells it. */
export interface Upstream {
  readonly url: string;
  behave(behaviour: Behaviour): void;
  /** Requests that have arrived since it was last told how to behave. */
  readonly arrived: number;
  /** The most that were under way at the same time since then. */
  readonly mostAtOnce: number;
  close(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  let { failing = 0, delayMs = 2 }: Behaviour = {};
  let [total, arrived, underWay, mostAtOnce, owed] = [0, 0, 0, 0, 0];
  const server = createServer((_request, response) => {
    const price = 100 + ++total;
    arrived++;
    mostAtOnce = Math.max(mostAtOnce, ++underWay);
    owed += failing;
    const fails = owed > 0.999; // shares such as 0.1 do not add up to 1
    if (fails) owed--;
    setTimeout(() => {
      underWay--;
      response.writeHead(fails ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ price }));
    }, delayMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    behave(behaviour) {
      ({ failing = 0, delayMs = 2 } = behaviour);
      [arrived, mostAtOnce, owed] = [0, underWay, 0];
    },
    get arrived() {
      return arrived;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Asks it. Another status than 2xx is an error, as in most clients. */
export async function ask(url: string, signal?: AbortSignal): Promise<{ price: number }> {
  const response = await fetch(url, { signal: signal ?? null });
  const body = (await response.json()) as { price: number };
  if (!response.ok)
    throw Object.assign(new Error(`HTTP ${response.status}`), { code: `HTTP_${response.status}` });
  return body;
}
