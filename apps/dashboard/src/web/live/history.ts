import { type Delta, LANE, type Timeline } from '@cb/protocol';
import { serverNow } from '../lib/clock.ts';
import { createListeners } from '../lib/listeners.ts';
import { repaint } from '../lib/painter.ts';
import { appendRun, type Track, trackOf } from '../lib/track.ts';
import { readTimeline } from './api.ts';
import { FineTracks } from './fine-tracks.ts';

/** Rows asked for in one request. */
const CHUNK = 100;
/** How far back a row is known (or asked for), and whether its instances are too. */
interface Extent {
  from: number;
  lanes: boolean;
}

/** Deltas kept to be put on top of an answer that was on its way when they came. */
const RECENT = 2000;

/**
 * The lanes of the rows that were looked at: read once for a range, then carried on by deltas. Rows nobody looked at
 * cost nothing.
 */
export class History {
  /** Until the lanes that were asked for last are there, or will not be. Never rejects. */
  reading: Promise<void> = Promise.resolve();
  #rows = new Map<number, Track>();
  #lanes = new Map<number, Track>();
  /** Rows of which nothing is known at first: the beginning of that run, which is the moment that was asked for. */
  #unknownFrom = new Map<number, number>();
  #loaded = new Map<number, Extent>();
  #pending = new Map<number, Extent>();
  #recent: Delta[] = [];
  readonly #fine = new FineTracks();
  /** Answers of an earlier generation (another epoch, before a gap) are thrown away. */
  #generation = 0;
  #onOtherEpoch: (epoch: string) => void;
  /** More of the past was read. */
  readonly changed = createListeners();

  constructor(onOtherEpoch: (epoch: string) => void) {
    this.#onOtherEpoch = onOtherEpoch;
  }

  row(row: number): Track | undefined {
    return this.#fine.row(row, this.#rows.get(row));
  }

  lane(lane: number): Track | undefined {
    return this.#fine.lane(lane, this.#lanes.get(lane));
  }

  /** Up to this moment nothing is known of the row, as far back as was asked; undefined where all of it is. */
  unknownUntil(row: number): number | undefined {
    const track = this.#rows.get(row);
    if (track?.unknownFrom !== undefined) return track.minutes?.from;
    const start = track?.start ?? [];
    if (start[0] === undefined) return undefined;
    return start[0] === this.#unknownFrom.get(row) ? (start[1] ?? Number.POSITIVE_INFINITY) : undefined;
  }

  /** Another life of the server: every number means something else now. */
  clear(): void {
    this.#rows.clear();
    this.#unknownFrom.clear();
    this.#lanes.clear();
    this.refresh();
  }

  /** Something was missed: what is known stays on screen until it has been read again. */
  refresh(): void {
    this.#generation++;
    this.#loaded.clear();
    this.#pending.clear();
    this.#recent = [];
    this.#fine.clear();
  }

  forget(row: number): void {
    this.#rows.delete(row);
    this.#unknownFrom.delete(row);
    this.#loaded.delete(row);
  }

  apply(delta: Delta): void {
    if (this.#pending.size > 0) {
      this.#recent.push(delta);
      if (this.#recent.length > RECENT) this.#recent.shift();
    }
    this.#append(delta);
    repaint();
  }

  /** Reads what is missing of these rows from `from` on. Resolves when all of it is there. */
  async ensure(rows: readonly number[], from: number, lanes: boolean, epoch: string): Promise<void> {
    const wanted: Extent = { from, lanes };
    const missing = rows.filter(
      (row) => !covers(this.#loaded.get(row), wanted) && !covers(this.#pending.get(row), wanted),
    );
    const reads: Promise<void>[] = [];
    for (let i = 0; i < missing.length; i += CHUNK) {
      reads.push(this.#read(missing.slice(i, i + CHUNK), from, lanes, epoch));
    }
    const first = Promise.all(reads);
    this.reading = first.then(
      () => {},
      () => {},
    );
    await first;
    await this.#refine(rows, lanes, epoch);
  }

  /** What the page shows is told in steps that can be seen: this stretch is read exactly. */
  async #refine(rows: readonly number[], lanes: boolean, epoch: string): Promise<void> {
    const generation = this.#generation;
    const missing = this.#fine.missing(rows, lanes, (row) => this.#rows.get(row));
    if (missing.rows.length === 0) return;
    const to = Math.min(missing.to, serverNow());
    const answer = await readTimeline(missing.rows, missing.from, to, lanes);
    if (generation !== this.#generation || answer.epoch !== epoch) return;
    this.#fine.keep(answer, lanes);
    repaint();
  }

  async #read(rows: number[], from: number, lanes: boolean, epoch: string): Promise<void> {
    const generation = this.#generation;
    for (const row of rows) this.#pending.set(row, { from, lanes });
    try {
      const answer = await readTimeline(rows, from, serverNow() + 1000, lanes);
      if (generation !== this.#generation) return;
      if (answer.epoch !== epoch) this.#onOtherEpoch(answer.epoch);
      else this.#keep(answer, rows, from, lanes);
    } finally {
      if (generation === this.#generation) for (const row of rows) this.#pending.delete(row);
      if (this.#pending.size === 0) this.#recent = [];
    }
  }

  #keep(answer: Timeline, rows: number[], from: number, lanes: boolean): void {
    // Of two answers that cross, the one that reaches further back stays.
    const fresh = new Set(rows.filter((row) => !covers(this.#loaded.get(row), { from: from - 1, lanes })));
    for (const each of answer.lanes) {
      if (!fresh.has(each.row)) continue;
      const track = trackOf(each);
      if (each.lane === -1) this.#keepRow(each.row, track, answer.from);
      else this.#lanes.set(each.lane, track);
    }
    for (const row of fresh) this.#loaded.set(row, { from, lanes });
    for (const delta of this.#recent) this.#append(delta);
    this.changed.emit();
    repaint();
  }

  #keepRow(row: number, track: Track, from: number): void {
    this.#rows.set(row, track);
    // So the server says "not known": no data from the very moment that was asked for.
    if (track.code[0] === LANE.noData && track.start[0] === from) this.#unknownFrom.set(row, from);
    else this.#unknownFrom.delete(row);
  }

  #append(delta: Delta): void {
    const row = this.#rows.get(delta.row);
    if (row) appendInOrder(row, delta.rowSince, delta.rowCode);
    const lane = this.#lanes.get(delta.lane);
    if (lane) appendInOrder(lane, delta.t, delta.code);
    else if (this.#loaded.get(delta.row)?.lanes) {
      // An instance that came after the lanes were read: its lane begins here.
      this.#lanes.set(delta.lane, { start: [delta.t], code: [delta.code] });
    }
  }
}

function covers(extent: Extent | undefined, wanted: Extent): boolean {
  return extent !== undefined && extent.from <= wanted.from && (extent.lanes || !wanted.lanes);
}

function appendInOrder(track: Track, t: number, code: Track['code'][number]): void {
  // A delta that an answer already holds lies before its last run and changes nothing.
  const last = track.start.at(-1);
  if (last !== undefined && t < last && code !== LANE.noData) return;
  appendRun(track, t, code);
}
