import { backoff, consecutiveFailures, failureRatio, fixed, lastCalls, lastMs, slowRatio } from '@cb/core';
import type { KeyBreakerOptions } from '@cb/core/kit';
import type { UpstreamName } from './script.ts';

/** A service of the shop: how many processes of it run, and which upstreams it calls by what. */
export interface Service {
  readonly name: string;
  readonly instances: number;
  readonly byFetch: readonly UpstreamName[];
  readonly byAxios: readonly UpstreamName[];
  /** By the resilient client of the examples. */
  readonly byClient: readonly UpstreamName[];
}

export const SERVICES: readonly Service[] = [
  {
    name: 'checkout',
    instances: 2,
    byFetch: ['payments', 'inventory', 'prices'],
    byAxios: ['shipping', 'fraud'],
    byClient: [],
  },
  {
    name: 'catalog',
    instances: 1,
    byFetch: ['inventory'],
    byAxios: [],
    byClient: ['recommendations', 'prices'],
  },
];

/** The service that has databases: one instance on a file, and one on a real PostgreSQL where there is one. */
export const ORDERS = 'orders';

/** What a breaker is for, as the dashboard shows it. */
export type RouteTags = { readonly kind: 'http' | 'db'; readonly client: string };

/** Calls a second of one instance to one upstream or database; at most so many at once; each may take so long. */
export const TRAFFIC = { callsPerSecond: 20, atOnce: 24, timeoutMs: 800 } as const;

/** A partner of the shop who looks everybody up at once, over and over: too much for his share and for the places there are. */
export const IMPORT = { tenant: 'partner', calls: 150, everyMs: 10_000 } as const;

/**
 * How an upstream or a database is guarded. Times are shorter than in production, so that a minute shows a whole story.
 *
 * @param speed the script's; windows and open times shrink with it.
 */
export function breakerOptions(name: string, speed: number, tags: RouteTags): KeyBreakerOptions {
  const common: KeyBreakerOptions = {
    window: lastMs(10_000 / speed, { buckets: 10 }),
    openWhen: [failureRatio(0.5), slowRatio(0.8, { slowMs: 500 })],
    stayOpen: backoff({ firstMs: 3_000 / speed, maxMs: 15_000 / speed, hintMaxMs: 15_000 / speed }),
    // One after the other, so that half-open lasts long enough to be seen.
    probing: { probes: 8, atOnce: 1, leaseMs: 3_000 },
    tags,
  };
  switch (name) {
    case 'inventory':
      return { ...common, openWhen: [failureRatio(0.5), slowRatio(0.5, { slowMs: 300 })] };
    case 'shipping':
      return { ...common, openWhen: [failureRatio(0.5), consecutiveFailures(12)] };
    case 'fraud':
      return { ...common, openWhen: failureRatio(0.3) };
    case 'recommendations':
      return {
        ...common,
        window: lastCalls(60),
        openWhen: failureRatio(0.4),
        stayOpen: fixed(3_000 / speed, { jitterRatio: 0.2 }),
      };
    case 'postgres':
      return { ...common, openWhen: [failureRatio(0.5), consecutiveFailures(8)] };
    default:
      return common;
  }
}
