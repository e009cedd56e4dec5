/** What the oracle knows, and how it begins. */
import type { BreakerConfig, Counting } from '../../../src/config.ts';
import type { Ramp } from './ramp.ts';
import { type Trial, trial } from './recovery.ts';
import { emptyLog, type Log } from './window.ts';

/** A configuration, and the functions that stand beside it. */
export interface Setup {
  readonly config: BreakerConfig;
  /** The option `openMs`, as a function of the openings in a row and the failures in the window. */
  readonly openMs?: ((openings: number, failures: number) => number | undefined) | undefined;
  /** What `random` returns, always. */
  readonly random: number;
}

export interface Totals {
  readonly succeeded: number;
  readonly failed: number;
  readonly slow: number;
  readonly ignored: number;
  readonly rejected: number;
  readonly stale: number;
}

export interface Oracle {
  readonly name: 'closed' | 'open' | 'half-open';
  readonly generation: number;
  readonly since: number;
  readonly openings: number;
  readonly until: number;
  readonly bornAt: number;
  readonly log: Log;
  readonly trial: Trial;
  readonly ramp: Ramp | null;
  readonly underWay: readonly Ticket[];
  readonly mode: 'auto' | 'forced-open' | 'forced-closed' | 'observing';
  readonly totals: Totals;
  readonly tickets: number;
}
export interface Ticket {
  readonly id: number;
  readonly generation: number;
  readonly startedAt: number;
  /** A probe, whether or not it holds a lease. */
  readonly probe: boolean;
  /** Began while the circuit was closed. */
  readonly countsAsUnderWay: boolean;
  readonly lease: number | null;
}
export interface Result {
  readonly verdict: 'success' | 'failure' | 'ignored';
  readonly timeout?: boolean;
  /** What the other side asked for. */
  readonly retryAfterMs?: number;
  /** The classifier's wish. */
  readonly openForMs?: number;
}

/** Written down once more on purpose: the oracle takes nothing from the breaker. */
export const DEFAULTS: Counting = {
  dated: 'end',
  pending: false,
  rejected: 'nothing',
  ignored: 'nothing',
  late: 'stale',
  check: 'results',
  clears: 'closing',
  closingSuccess: false,
  streakExpires: false,
};
export function countingOf({ config }: Setup): Counting {
  return { ...DEFAULTS, ...config.counting };
}

export function oracle(now: number): Oracle {
  return {
    name: 'closed',
    generation: 1,
    since: Number.NEGATIVE_INFINITY,
    openings: 0,
    until: 0,
    bornAt: now,
    log: emptyLog(now, now),
    trial: trial(now),
    ramp: null,
    underWay: [],
    mode: 'auto',
    totals: { succeeded: 0, failed: 0, slow: 0, ignored: 0, rejected: 0, stale: 0 },
    tickets: 0,
  };
}
