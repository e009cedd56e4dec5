import type { Evidence } from './evidence.ts';

/** Everything a breaker counts that is not a plain success. A sound breaker has none: that keeps it small. */
export class Trouble {
  failed = 0;
  slow = 0;
  /** Failures that were timeouts. */
  timeouts = 0;
  ignored = 0;
  rejected = 0;
  stale = 0;
  failuresInARow = 0;
  successesInARow: number;
  evidence: Evidence | null = null;

  /** @param successesInARow Until now everything was a success. */
  constructor(successesInARow = 0) {
    this.successesInARow = successesInARow;
  }
}

/** In place of a breaker's trouble where it has none, for reading. */
export const NO_TROUBLE: Readonly<Trouble> = Object.freeze(new Trouble());
