import type { FleetRow } from '../row.ts';
import type { Archive } from './archive.ts';
import type { LaneRuns } from './history-store.ts';
import { keyOf } from './records.ts';
import { groupByBreaker } from './resume.ts';
import type { Track } from './track.ts';
import { worstOf } from './worst-of.ts';

/** Rows whose lanes are read from the store at once. */
const ROWS_AT_ONCE = 50;
/** Changes of rows that are held for those who ask again. */
const MOST_HELD = 300_000;

/** What was shown before memory begins, of one row. */
interface Older {
  /** What was asked for, and up to when it is known. */
  readonly from: number;
  readonly until: number;
  readonly track: Track;
}

/** The lanes of rows from before memory is exact. The past does not change, so it is held for a page that asks every few seconds. */
export class OlderLanes {
  readonly #archive: Archive;
  readonly #held: Map<number, Older> = new Map();
  #size = 0;

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  /** The worst-of lane of each row that memory does not know from `from` on; rows that the store knows nothing of are left out. */
  async rows(rows: readonly FleetRow[], from: number, now: number): Promise<Map<number, Track>> {
    const answer = new Map<number, Track>();
    const missing: FleetRow[] = [];
    for (const row of this.#archive.keeps ? rows : []) {
      const border = row.history.exactFrom ?? now;
      if (from >= border) continue;
      const held = this.#held.get(row.row);
      if (held === undefined || held.from > from || held.until < border) missing.push(row);
      else answer.set(row.row, held.track);
    }
    if (missing.length === 0) return answer;
    const runs = await this.read(missing, from, now);
    for (const row of missing) {
      const track = worstOf(runs.get(keyOf(row)) ?? []);
      this.#hold(row.row, { from, until: now, track });
      if (track.start.length > 0) answer.set(row.row, track);
    }
    return answer;
  }

  /** What the store has of each instance of these rows. */
  async read(rows: readonly FleetRow[], from: number, to: number): Promise<Map<string, LaneRuns[]>> {
    const all: LaneRuns[] = [];
    for (let i = 0; i < rows.length && this.#archive.keeps; i += ROWS_AT_ONCE) {
      const of = rows.slice(i, i + ROWS_AT_ONCE).map(({ service, name }) => ({ service, name }));
      const runs = await this.#archive.read((store) => store.lanes({ from, to, of }));
      if (runs === undefined) break;
      for (const each of runs) all.push(each);
    }
    return groupByBreaker(all);
  }

  #hold(row: number, older: Older): void {
    this.#size += older.track.start.length - (this.#held.get(row)?.track.start.length ?? 0);
    this.#held.delete(row);
    this.#held.set(row, older);
    for (const [oldest, { track }] of this.#held) {
      if (this.#size <= MOST_HELD) break;
      this.#held.delete(oldest);
      this.#size -= track.start.length;
    }
  }
}
