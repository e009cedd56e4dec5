import type { EventRecord } from '@cb/protocol';
import { createListeners } from '../lib/listeners.ts';
import { OneRead } from '../lib/one-read.ts';
import { pastMoment } from '../lib/past.ts';
import { aheadMs } from '../lib/replay.ts';
import type { Track } from '../lib/track.ts';
import { getView, onMove, onViewChange, timeWindow } from '../lib/view.ts';
import { readFleetEvents, readStrip } from './api.ts';
import { rowAsOf } from './as-of.ts';
import type { History } from './history.ts';
import { beginsUnknown, byRow, tracksOf } from './past-reads.ts';
import type { RowView } from './row-view.ts';
import type { FleetIndex, FleetStore } from './store.ts';

/** Texts that change more often than this cannot be read. */
const PUBLISH_MS = 200;
/** A drag says hundreds of moments; the one that it stops at is read. */
const SETTLE_MS = 120;
const RETRY_MS = 2000;
/** Buckets of the whole fleet's lanes, over the range and its surroundings. */
const PX = 2000;
const MOST_EVENTS = 500;
/** Of a breaker that nobody can say anything of. */
const UNKNOWN: Track = { start: [], code: [] };

/** A stretch of time, and what happened in it. */
interface Known {
  epoch: string;
  from: number;
  to: number;
  tracks: ReadonlyMap<number, Track>;
  /** By row, oldest first. */
  events: ReadonlyMap<number, readonly EventRecord[]>;
}

/**
 * The fleet as it was at the moment that the page shows. Rows on screen have their exact lanes; of all others the server
 * tells the lanes of the whole fleet in buckets, once for a stretch of time around the moment.
 */
export class PastFleet {
  readonly changed = createListeners();
  readonly #store: FleetStore;
  readonly #history: History;
  #index: FleetIndex | undefined;
  #views = new Map<number, RowView>();
  #known: Known | undefined;
  /** Somebody was asked about this time, and did or did not answer. */
  #asked = false;
  readonly #reads = new OneRead();
  #reading: ReturnType<typeof setTimeout> | undefined;
  #publishing: ReturnType<typeof setTimeout> | undefined;

  constructor(store: FleetStore, history: History) {
    this.#store = store;
    this.#history = history;
    onViewChange(() => this.#follow());
    onMove(() => this.#publishSoon());
    history.changed.add(() => this.#publishSoon());
    store.indexChanged.add(() => this.#follow());
  }

  /** Undefined while the page shows the present. */
  index = (): FleetIndex | undefined => this.#index;

  view(row: number): RowView | undefined {
    return this.#index === undefined ? undefined : this.#views.get(row);
  }

  #follow(): void {
    if (pastMoment() === null || !this.#store.index().loaded) {
      this.#reads.stop();
      clearTimeout(this.#reading);
      clearTimeout(this.#publishing);
      this.#publishing = undefined;
      if (this.#index === undefined) return;
      this.#index = undefined;
      this.#known = undefined;
      this.#asked = false;
      this.changed.emit();
      return;
    }
    if (this.#index === undefined) this.#publish();
    else this.#publishSoon();
    this.#readLater(SETTLE_MS);
  }

  #publishSoon(): void {
    if (pastMoment() === null || this.#index === undefined) return;
    this.#publishing ??= setTimeout(() => this.#publish(), PUBLISH_MS);
  }

  #publish(): void {
    clearTimeout(this.#publishing);
    this.#publishing = undefined;
    const moment = pastMoment();
    if (moment === null) return;
    const present = this.#store.index();
    const before = this.#views;
    this.#views = new Map();
    for (const view of present.rows) {
      const then = this.#asOf(view, moment);
      const held = before.get(view.row);
      this.#views.set(view.row, held && same(held, then) ? held : then);
    }
    const rows = [...this.#views.values()];
    if (this.#index?.rows.every((row, i) => row === rows[i]) && this.#index.rows.length === rows.length)
      return;
    this.#index = { ...present, rows, byKey: new Map(rows.map((row) => [row.key, row])) };
    this.changed.emit();
  }

  #asOf(view: RowView, t: number): RowView {
    const known = this.#known?.epoch === this.#store.epoch ? this.#known : undefined;
    const exact = this.#history.row(view.row);
    const coarse = known && t >= known.from && t <= known.to ? known.tracks.get(view.row) : undefined;
    const events = known?.events.get(view.row) ?? [];
    const upTo = events.findLastIndex((event) => event.t <= t);
    const row =
      exact && (exact.start[0] ?? Number.POSITIVE_INFINITY) <= t
        ? exact
        : (coarse ?? (this.#asked ? UNKNOWN : undefined));
    const opened = events.findLast((event) => event.t <= t && event.to === 'open' && event.from === 'closed');
    return rowAsOf(view, t, {
      row,
      unknown: row === exact ? t < (this.#history.unknownUntil(view.row) ?? 0) : beginsUnknown(row, t),
      lane: (lane) => this.#history.lane(lane),
      // What the row says of the present holds for the past where it is older than that.
      last: events[upTo] ?? (view.last && view.last.t <= t ? view.last : undefined),
      opened: opened ?? (view.opened && view.opened.t <= t ? view.opened : undefined),
    });
  }

  #readLater(ms: number): void {
    clearTimeout(this.#reading);
    this.#reading = setTimeout(() => this.#reads.start((signal) => this.#read(signal)), ms);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const moment = pastMoment();
    if (moment === null) return;
    const { epoch } = this.#store;
    const ahead = moment + aheadMs();
    const { from, to } = timeWindow();
    const spare = getView().spanMs / 4;
    const range = { from: from - spare, to: Math.max(to, ahead) + spare };
    const covered =
      this.#known?.epoch === epoch && this.#known.from <= from && this.#known.to >= Math.max(to, ahead);
    try {
      const [strip, page] = await Promise.all([
        covered ? undefined : readStrip({ ...range, px: PX }, signal),
        readFleetEvents(from - 2 * spare, ahead, MOST_EVENTS, signal),
      ]);
      if (signal.aborted) return;
      const tracks = strip ? tracksOf(strip) : (this.#known?.tracks ?? new Map<number, Track>());
      const stretch = strip ? range : { from: this.#known?.from ?? from, to: this.#known?.to ?? to };
      this.#known = { epoch, ...stretch, tracks, events: byRow(page.events) };
    } catch {
      if (signal.aborted) return;
      this.#readLater(RETRY_MS);
    }
    this.#asked = true;
    this.#publish();
  }
}

/** Whether a reader would see no difference. */
function same(a: RowView, b: RowView): boolean {
  return (
    a.code === b.code &&
    a.since === b.since &&
    a.last?.event === b.last?.event &&
    a.opened?.event === b.opened?.event &&
    a.opens === b.opens &&
    a.notClosed === b.notClosed &&
    a.numbers === b.numbers &&
    a.instances.length === b.instances.length &&
    a.instances.every((each, i) => each.code === b.instances[i]?.code && each.since === b.instances[i]?.since)
  );
}
