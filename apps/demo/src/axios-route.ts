import { breakerInterceptor } from '@cb/axios';
import type { Group } from '@cb/core';
import axios from 'axios';
import type { Ports } from './settings.ts';
import { breakerOptions, TRAFFIC } from './shop.ts';
import { startTraffic } from './traffic.ts';

/** Calls these upstreams by axios; each request says the name of its breaker. */
export function startAxiosRoute(ports: Partial<Ports>, speed: number): Group {
  const api = axios.create({ timeout: TRAFFIC.timeoutMs });
  const guard = breakerInterceptor({
    axios,
    instance: api,
    configure: (upstream) => breakerOptions(upstream, speed, { kind: 'http', client: 'axios' }),
  });
  api.interceptors.request.use(guard);
  for (const [name, port] of Object.entries(ports)) {
    startTraffic(TRAFFIC, () => api.get(`http://127.0.0.1:${port}/`, { circuitBreaker: { key: name } }));
  }
  return guard.breakers;
}
