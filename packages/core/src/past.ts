import type { Why } from './rules.ts';

/** What changed about a breaker since it was made, by itself or by people. A fresh one has none. */
export interface Past {
  /** Changes of state, mode and configuration so far. */
  seq: number;
  configRevision: number;
  openedBecause: Why | undefined;
  /** Epoch milliseconds of the last transition: a label. */
  sinceWallAt: number | undefined;
  /** When the mode ends by itself; Infinity where it does not. */
  modeUntil: number;
}

/** In place of a breaker's past where it has none, for reading. */
export const NO_PAST: Readonly<Past> = Object.freeze({
  seq: 0,
  configRevision: 1,
  openedBecause: undefined,
  sinceWallAt: undefined,
  modeUntil: Number.POSITIVE_INFINITY,
});
