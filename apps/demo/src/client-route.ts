import { createResilientClient, type ResilientClient } from './examples/resilient-client.ts';
import type { Ports } from './settings.ts';
import { breakerOptions, TRAFFIC } from './shop.ts';
import { startTraffic } from './traffic.ts';

/** Calls these upstreams by the resilient client: one for each, so that each has a retry budget of its own. */
export function startClientRoute(ports: Partial<Ports>, speed: number): ResilientClient[] {
  return Object.entries(ports).map(([name, port]) => {
    const client = createResilientClient({
      name,
      timeoutMs: TRAFFIC.timeoutMs,
      hedgeAfterMs: 50,
      breaker: breakerOptions(name, speed, { kind: 'http', client: 'fetch' }),
    });
    startTraffic(TRAFFIC, () => client.json(`http://127.0.0.1:${port}/`));
    return client;
  });
}
