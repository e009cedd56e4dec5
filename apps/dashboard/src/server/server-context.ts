import type { Fleet } from './fleet.ts';
import type { Refusals } from './refusals.ts';
import type { Archive } from './store/archive.ts';

/** What the parts of one server share. */
export interface ServerContext {
  readonly fleet: Fleet;
  /** What outlives memory, where something does. */
  readonly archive: Archive;
  readonly refusals: Refusals;
  /** Epoch milliseconds: the axis of what is stored. */
  readonly now: () => number;
  /** Monotonic milliseconds: for rates and patience. */
  readonly monotonic: () => number;
  readonly log: (line: string) => void;
}
