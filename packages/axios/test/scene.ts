import { type Breaker, type Counts, consecutiveFailures, fixed } from '@cb/core';
import { type ChaosServer, createChaosServer, type ManualClock, manualClock } from '@cb/testing';
import type { AxiosInstance } from 'axios';
import { afterEach } from 'vitest';
import { type AxiosBreakerOptions, type BreakerInterceptor, breakerInterceptor } from '../src/index.ts';
import type { Way } from './axioses.ts';

/** A failing server that is gone after the test. */
export async function failingServer(): Promise<ChaosServer> {
  const server = await createChaosServer();
  servers.push(server);
  return server;
}
const servers: ChaosServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** What a breaker has counted, without what is 0. */
export type Tally = Partial<Counts & { inFlight: number }>;

export interface Guarded {
  readonly api: AxiosInstance;
  readonly clock: ManualClock;
  readonly interceptor: BreakerInterceptor;
  /** Of all its breakers. */
  readonly counted: () => Tally;
  readonly only: () => Breaker;
}

/** An instance whose breakers open after two failures in a row, for a second, and then want one good probe. */
export function guarded(
  { axios, create }: Pick<Way, 'axios' | 'create'>,
  options: Partial<AxiosBreakerOptions> = {},
  /** What is on the instance before the breaker. */
  before: (api: AxiosInstance) => void = () => {},
): Guarded {
  const api = create();
  before(api);
  const clock = manualClock();
  const interceptor = breakerInterceptor({
    axios,
    clock,
    openWhen: consecutiveFailures(2),
    stayOpen: fixed(1_000),
    probing: { probes: 1, atOnce: 1 },
    ...options,
  });
  api.interceptors.request.use(interceptor);
  return {
    api,
    clock,
    interceptor,
    counted: () => countedBy(interceptor.breakers),
    only: () => [...interceptor.breakers][0] as Breaker,
  };
}

export function countedBy(breakers: Iterable<Breaker>): Tally {
  const sum: Record<string, number> = {};
  for (const breaker of breakers) {
    const { counts, inFlight } = breaker.snapshot();
    for (const [name, n] of Object.entries({ ...counts, inFlight }))
      if (n > 0) sum[name] = (sum[name] ?? 0) + n;
  }
  return sum;
}
