import type { Breaker, BreakerExport } from '@cb/core';

/** Most numbers of a window that travel with a start. */
const MOST_NUMBERS = 1_000;

/** Where a replay can begin: what the breaker exported, and when on its own clock. */
export interface TraceStart {
  readonly at: number;
  readonly exported: Omit<BreakerExport, 'openedBecause'>;
}

/**
 * The breaker as it is now. Undefined where a replay could not go on from there: amid probes, whose leases are in no export,
 * or with a window that is too large to be sent.
 */
export function startOf(breaker: Breaker): TraceStart | undefined {
  if (!isSmall(breaker)) return undefined;
  const { openedBecause: _, ...exported } = breaker.export();
  if (exported.at === undefined || exported.state === 'half-open') return undefined;
  return { at: exported.at, exported };
}

function isSmall(breaker: Breaker): boolean {
  const { window } = breaker.config;
  if (window.kind === 'last-calls')
    return window.calls <= MOST_NUMBERS || breaker.snapshot().window.calls <= MOST_NUMBERS;
  // Five to twelve numbers a bucket.
  return window.kind !== 'last-ms' || window.buckets <= MOST_NUMBERS / 5;
}
