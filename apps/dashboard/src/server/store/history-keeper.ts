import { createHash } from 'node:crypto';
import type { EventRecord, Lane, Marker } from '@cb/protocol';
import type { Fleet } from '../fleet.ts';
import type { Keeper } from '../keeper.ts';
import type { FleetLane, FleetRow } from '../row.ts';
import type { Archive } from './archive.ts';
import type { HistoryRecord, RowRecord } from './records.ts';

/** Turns what happens in a fleet into records, and hands them to the archive. */
export class HistoryKeeper implements Keeper {
  readonly #archive: Archive;
  /** Mark of what each row said last: most registrations repeat it. */
  readonly #said: WeakMap<FleetRow, string> = new WeakMap();

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  row(row: FleetRow, now: number): void {
    const mark = markOf(row);
    if (this.#said.get(row) === mark) return;
    this.#said.set(row, mark);
    this.#archive.keep(rowRecord(row, now));
  }

  /** The store has it already. */
  knows(row: FleetRow): void {
    this.#said.set(row, markOf(row));
  }

  lane({ row: { service, name }, instance }: FleetLane, t: number, code: Lane): void {
    this.#archive.keep({ kind: 'lane', t, service, name, instance: instance.name, code });
  }

  event({ row: { service, name }, instance }: FleetLane, event: EventRecord, seq: number): void {
    const { row: _row, lane: _lane, ...rest } = event;
    this.#archive.keep({ kind: 'event', service, name, boot: instance.boot, seq, ...rest });
  }

  marker(marker: Marker): void {
    this.#archive.keep({ kind: 'marker', t: marker.t, data: marker });
  }
}

/** Everything in force in a fleet, as records. */
export function* recordsInForce(fleet: Fleet, now: number): Generator<HistoryRecord> {
  for (const row of fleet.rows.values()) {
    const { service, name } = row;
    yield rowRecord(row, now);
    for (const { instance, history, code } of row.lanes.values()) {
      if (history.since === undefined) continue;
      yield { kind: 'lane', t: history.since, service, name, instance: instance.name, code };
    }
  }
}

function rowRecord({ service, name, tags, config, configRevision }: FleetRow, t: number): RowRecord {
  return { kind: 'row', t, service, name, tags, config, configRevision };
}

function markOf({ tags, config, configRevision }: FleetRow): string {
  return createHash('sha1')
    .update(JSON.stringify([tags, config, configRevision]))
    .digest('base64');
}
