import { backoff, consecutiveFailures, failureRatio, fixed, lastCalls, lastMs, slowRatio } from '@cb/core';
import type { OriginBreakerOptions } from '@cb/fetch';
import type { UpstreamName } from './script.ts';

/** A service of the shop: how many processes of it run, and which upstreams it calls. */
export interface Service {
  readonly name: string;
  readonly instances: number;
  readonly upstreams: readonly UpstreamName[];
}

export const SERVICES: readonly Service[] = [
  { name: 'checkout', instances: 2, upstreams: ['payments', 'inventory', 'shipping', 'fraud', 'prices'] },
  { name: 'catalog', instances: 1, upstreams: ['recommendations', 'inventory', 'prices'] },
];

/** Calls a second of one instance to one upstream; at most so many at once; each may take so long. */
export const TRAFFIC = { callsPerSecond: 20, atOnce: 24, timeoutMs: 800 } as const;

/**
 * How an upstream is guarded. Times are shorter than in production, so that a minute shows a whole story.
 *
 * @param speed the script's; windows and open times shrink with it.
 */
export function breakerOptions(upstream: string, speed: number): OriginBreakerOptions {
  const common: OriginBreakerOptions = {
    window: lastMs(10_000 / speed, { buckets: 10 }),
    openWhen: [failureRatio(0.5), slowRatio(0.8, { slowMs: 500 })],
    stayOpen: backoff({ firstMs: 3_000 / speed, maxMs: 15_000 / speed, hintMaxMs: 15_000 / speed }),
    // One after the other, so that half-open lasts long enough to be seen.
    probing: { probes: 8, atOnce: 1, leaseMs: 3_000 },
    tags: { kind: 'http' },
  };
  switch (upstream) {
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
    default:
      return common;
  }
}
