/** Two configurations for the two ends of the scale; `createBreaker` without any is the middle. */
import type { ConfigInput } from '../config.ts';
import {
  backoff,
  consecutiveFailures,
  failureRatio,
  fixed,
  lastMs,
  slowRatio,
  successRatio,
} from '../vocabulary.ts';

/**
 * Opens quickly and tries again quickly, for a dependency that a user waits for and that has a cheap replacement: a cache, a
 * default, another region. Wrong verdicts are frequent and cost a second.
 * @param options.slowMs A call that took longer is slow; about three times what is usual. Default 1,000.
 * @example createBreaker({ name: 'recommendations', ...fastFailing({ slowMs: 300 }) })
 */
export function fastFailing({ slowMs = 1_000 }: { slowMs?: number | undefined } = {}): ConfigInput {
  return {
    // Long enough for five calls at one a second; an incident of the last minute has no say any more.
    window: lastMs(5_000, { buckets: 10 }),
    openWhen: [
      // A dead host says so three times at once: no need to wait for a rate.
      consecutiveFailures(3),
      // One in three fails: users notice. Fewer than five calls are no rate: two unlucky ones would be 40 %.
      failureRatio(0.3, { minimumCalls: 5 }),
      // Half are slow, those still waiting included: a hang is seen after slowMs, not after the client's time limit.
      slowRatio(0.5, { slowMs, minimumCalls: 5, inFlight: true }),
    ],
    // A second is short enough for a wrong verdict not to matter; the jitter keeps a fleet out of step.
    stayOpen: fixed(1_000, { jitterRatio: 0.2 }),
    // One call pays for the try; a second slow one would only prove the same. It may take twice what is slow.
    probing: { probes: 1, leaseMs: Math.max(1_000, 2 * slowMs) },
  };
}

/**
 * Opens only when trouble is long and clear, and comes back step by step, for a dependency without a replacement: to refuse a
 * call is as bad as its failure, and the other side needs time to warm up.
 * @param options.slowMs A call that took longer is slow. Default 10,000.
 * @param options.minimumCalls Calls within a minute that a verdict needs; lower it where there are fewer than two a second.
 * Default 100.
 * @example createBreaker({ name: 'ledger', ...tolerant() })
 */
export function tolerant({
  slowMs = 10_000,
  minimumCalls = 100,
}: {
  slowMs?: number | undefined;
  minimumCalls?: number | undefined;
} = {}): ConfigInput {
  return {
    // A minute outlasts a restart, a failover or one bad deployment of a few instances; parts of five seconds forget smoothly.
    window: lastMs(60_000, { buckets: 12 }),
    openWhen: [
      // While one call in four gets through, the calls are worth making.
      failureRatio(0.75, { minimumCalls }),
      // Slow is better than nothing, until nearly everything is: then the waiting calls are what breaks this side.
      slowRatio(0.9, { slowMs, minimumCalls }),
    ],
    // An outage that lasted a minute seldom ends in the next seconds; doubling to two minutes spares a side that is down.
    stayOpen: backoff({ firstMs: 10_000, factor: 2, maxMs: 120_000, jitterRatio: 0.2 }),
    // Ten calls are a sample and one failure among them is luck; three at a time are no load. A probe may be slow.
    probing: { probes: 10, atOnce: 3, closeWhen: successRatio(0.7), leaseMs: Math.max(30_000, 2 * slowMs) },
    // Caches and pools on the other side are cold: a tenth of the traffic first, all of it after half a minute.
    rampUp: { overMs: 30_000, fromRatio: 0.1 },
  };
}
