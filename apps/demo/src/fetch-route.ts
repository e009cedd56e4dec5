import type { Group } from '@cb/core';
import { withBreaker } from '@cb/fetch';
import type { Ports } from './settings.ts';
import { breakerOptions, TRAFFIC } from './shop.ts';
import { startTraffic } from './traffic.ts';

/** Calls these upstreams by the global `fetch`, each guarded by a breaker of its name. */
export function startFetchRoute(ports: Partial<Ports>, speed: number): Group {
  const names = new Map(Object.entries(ports).map(([name, port]) => [`http://127.0.0.1:${port}`, name]));
  const guarded = withBreaker(fetch, {
    key: (input) => names.get(new URL(input instanceof Request ? input.url : input).origin),
    configure: (upstream) => breakerOptions(upstream, speed, { kind: 'http', client: 'fetch' }),
  });
  for (const origin of names.keys()) {
    startTraffic(TRAFFIC, async () => {
      const response = await guarded(`${origin}/`, { signal: AbortSignal.timeout(TRAFFIC.timeoutMs) });
      await response.arrayBuffer();
    });
  }
  return guarded.breakers;
}
