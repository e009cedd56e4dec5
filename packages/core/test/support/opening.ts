/** An opening as `openMs` is told of it, for those who do not ask about the window. */
import type { Opening } from '../../src/types.ts';

export const openingOf = (openings: number, error?: unknown): Opening => ({
  openings,
  error,
  window: {
    calls: 1,
    succeeded: 0,
    failures: 1,
    timeouts: 0,
    slow: 0,
    slowFailures: 0,
    ignored: 0,
    rejected: 0,
    failuresInARow: 1,
    successesInARow: 0,
    inFlight: 0,
  },
});
