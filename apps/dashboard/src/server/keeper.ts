import type { EventRecord, Lane, Marker } from '@cb/protocol';
import type { FleetLane, FleetRow } from './row.ts';

/** Hears of everything in a fleet that is worth keeping, as it happens. Must not throw, and must not take long. */
export interface Keeper {
  /** An instance has said what the breaker is and how it is set: often the same as before. */
  row(row: FleetRow, now: number): void;
  /** From `t` on the lane shows `code`, whatever it showed after `t` before. */
  lane(lane: FleetLane, t: number, code: Lane): void;
  /** @param seq Number of the change within the instance's boot. */
  event(lane: FleetLane, event: EventRecord, seq: number): void;
  marker(marker: Marker): void;
}

export const KEEPS_NOTHING: Keeper = { row() {}, lane() {}, event() {}, marker() {} };
