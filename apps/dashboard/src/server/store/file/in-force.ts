import { Latest } from '../latest.ts';
import { keyOf, type LaneRecord, type RowRecord } from '../records.ts';
import { Track } from '../track.ts';
import type { LogRecord } from './record-line.ts';

/** How late a lane may be told and still be right in the part that follows. */
const LATE_MS = 600_000;
/** How long a breaker without any sign of life is carried on. */
const FORGET_MS = 2 * 86_400_000;

/** What is so now, as a part of the log is written: lanes, what breakers said of themselves, their newest events. */
export class InForce {
  readonly #lanes: Map<string, { of: LaneRecord; track: Track }> = new Map();
  readonly #rows: Map<string, RowRecord> = new Map();
  readonly #latest: Latest = new Latest();

  take(record: LogRecord): void {
    if (record.kind === 'lane') {
      const key = keyOf(record, record.instance);
      const lane = this.#lanes.get(key) ?? { of: record, track: new Track() };
      this.#lanes.set(key, lane);
      lane.track.set(record.t, record.code);
    } else if (record.kind === 'row') {
      const known = this.#rows.get(keyOf(record));
      if (known === undefined || record.t >= known.t) this.#rows.set(keyOf(record), record);
    } else if (record.kind === 'event') {
      this.#latest.note(record);
    }
  }

  /**
   * The records that the next part begins with, so that it can be read without those before it.
   *
   * @param now The newest moment. @param before Older events are not carried on.
   */
  carry(now: number, before: number): LogRecord[] {
    const carried: LogRecord[] = [];
    const alive = new Set<string>();
    for (const [key, { of, track }] of this.#lanes) {
      track.forget(now - LATE_MS);
      const { start, code } = track;
      if (code.at(-1) === 0 && (start.at(-1) as number) < now - FORGET_MS) {
        this.#lanes.delete(key);
        continue;
      }
      alive.add(keyOf(of));
      start.forEach((t, i) => {
        carried.push({ ...of, t, code: code[i] as LaneRecord['code'] });
      });
    }
    for (const [key, row] of this.#rows) {
      if (alive.has(key) || row.t >= now - FORGET_MS) carried.push(row);
      else {
        this.#rows.delete(key);
        this.#latest.forget(key);
      }
    }
    for (const event of this.#latest.events()) if (event.t >= before) carried.push(event);
    return carried;
  }
}
