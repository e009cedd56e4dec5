import type { Delta, Directory, DirectoryRow, EventRecord, Frame, RowSummary, Totals } from '@cb/protocol';
import { noteServerTime } from '../lib/clock.ts';
import { createListeners } from '../lib/listeners.ts';
import { noteKept } from '../lib/view.ts';
import { applyDelta, complete, numbersAt, type RowNumbers, type RowView, toView } from './row-view.ts';

/** Everything that a list needs to sort, count and filter. A new object whenever one of its rows is in another state. */
export interface FleetIndex {
  loaded: boolean;
  epoch: string;
  /** By service and name. */
  rows: readonly RowView[];
  /** The same map all the time: only rows that changed are put into it anew. */
  byKey: ReadonlyMap<string, RowView>;
}

const EMPTY: FleetIndex = { loaded: false, epoch: '', rows: [], byKey: new Map() };
/** Text that changes more often than this cannot be read. */
const PUBLISH_MS = 100;

/**
 * The fleet as the server last said it. Messages write into plain maps; ten times a second at most the rows that
 * changed are published, and only components of those rows hear of it. While held (paused) nothing is published.
 */
export class FleetStore {
  epoch = '';
  seq = -1;
  #rows = new Map<number, DirectoryRow>();
  #numbers = new Map<number, RowNumbers>();
  #views = new Map<number, RowView>();
  #byKey = new Map<string, RowView>();
  #sorted: readonly RowView[] = [];
  /** Place of each row in `#sorted`. */
  #places = new Map<number, number>();
  /** Rows came or went since the last publication. */
  #reorder = false;
  /** Rows by code, in order of code: the present. */
  readonly counts: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  #dirty = new Set<number>();
  #indexDirty = false;
  #index: FleetIndex = EMPTY;
  #totals: Totals | undefined;
  #shownTotals: Totals | undefined;
  #held = false;
  #missed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rowListeners = new Map<number, Set<() => void>>();
  readonly indexChanged = createListeners();
  readonly totalsChanged = createListeners();
  readonly missedChanged = createListeners();
  /** Every state change, at once, held or not: the title of a hidden tab and the event log hear it. */
  readonly deltas = createListeners<Delta>();
  /** Rows that were described anew, at once, held or not: their settings may be other ones. */
  readonly described = createListeners<number>();

  index = (): FleetIndex => this.#index;
  totals = (): Totals | undefined => this.#shownTotals;
  /** State changes that came while held. */
  missed = (): number => this.#missed;
  view(row: number): RowView | undefined {
    return this.#views.get(row);
  }
  /** The present, also while held. */
  current(): Iterable<DirectoryRow> {
    return this.#rows.values();
  }
  /** One row at present, also while held: who acts, acts on what is. */
  present(row: number): DirectoryRow | undefined {
    return this.#rows.get(row);
  }

  #put(row: DirectoryRow): void {
    const before = this.#rows.get(row.row);
    if (before) this.counts[before.code]--;
    else this.#reorder = true;
    this.counts[row.code]++;
    this.#rows.set(row.row, row);
  }

  #drop(row: number): void {
    const before = this.#rows.get(row);
    if (!before) return;
    this.counts[before.code]--;
    this.#rows.delete(row);
    this.#reorder = true;
  }

  onRow(row: number, listener: () => void): () => void {
    const listeners = this.#rowListeners.get(row) ?? new Set();
    this.#rowListeners.set(row, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#rowListeners.delete(row);
    };
  }

  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.#missed = 0;
    this.missedChanged.emit();
    if (!held) this.#publish();
  }

  replace(directory: Directory<RowSummary>): void {
    noteServerTime(directory.now);
    noteKept(directory.keptMs);
    if (directory.epoch !== this.epoch) this.#numbers.clear();
    const known = directory.epoch === this.epoch ? this.#rows : new Map<number, DirectoryRow>();
    this.epoch = directory.epoch;
    this.seq = directory.seq;
    this.#rows = new Map();
    this.counts.fill(0);
    for (const row of directory.rows) this.#put(keepInstances(complete(row), known.get(row.row)));
    this.#views.clear();
    this.#reorder = true;
    for (const row of this.#rows.keys()) this.#dirty.add(row);
    this.#indexDirty = true;
    // Also while held: the numbers of another epoch would mean other rows.
    this.#publish();
  }

  /** False where something between was missed: the directory has to be read again. */
  apply(delta: Delta): boolean {
    if (delta.seq <= this.seq) return true;
    if (delta.seq !== this.seq + 1) return false;
    this.seq = delta.seq;
    const row = this.#rows.get(delta.row);
    if (row) {
      this.#put(applyDelta(row, delta));
      this.#touch(delta.row, true);
      if (this.#held) {
        this.#missed++;
        this.missedChanged.emit();
      }
    }
    this.deltas.emit(delta);
    return true;
  }

  /** Rows that appeared or were described anew. What we know of their state wins where it is the newer one. */
  upsert(rows: readonly (RowSummary | DirectoryRow)[], seq: number): void {
    for (const incoming of rows) {
      const known = this.#rows.get(incoming.row);
      const row = keepInstances(complete(incoming), 'instances' in incoming ? undefined : known);
      this.#put(known && seq < this.seq ? keepState(row, known) : row);
      this.#touch(row.row, true);
      if (this.#held) this.#reveal(row);
      this.described.emit(row.row);
    }
  }

  /** A page that began in the past has not seen the instances of its breaker: which there are is no news of the present. */
  #reveal({ row, instances }: DirectoryRow): void {
    const shown = this.#views.get(row);
    if (!shown || shown.instances.length > 0 || instances.length === 0) return;
    const view = { ...shown, instances };
    this.#views.set(row, view);
    this.#byKey.set(view.key, view);
    this.#sorted = this.#sorted.map((each) => (each.row === row ? view : each));
    this.#index = { ...this.#index, rows: this.#sorted };
    this.indexChanged.emit();
    for (const listener of this.#rowListeners.get(row) ?? []) listener();
  }

  remove(rows: readonly number[]): void {
    for (const row of rows) {
      this.#drop(row);
      this.#numbers.delete(row);
      this.#touch(row, true);
    }
  }

  frame(frame: Frame): void {
    if (frame.epoch !== this.epoch) return;
    frame.row.forEach((row, i) => {
      this.#numbers.set(row, numbersAt(frame, i));
      this.#touch(row, false);
    });
  }

  setTotals(totals: Totals): void {
    this.#totals = totals;
    noteServerTime(totals.t);
    this.#later();
  }

  #touch(row: number, index: boolean): void {
    this.#dirty.add(row);
    this.#indexDirty ||= index;
    this.#later();
  }

  #later(): void {
    if (this.#held || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#publish(), PUBLISH_MS);
  }

  #publish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sorted = this.#indexDirty && !this.#reorder ? [...this.#sorted] : undefined;
    for (const row of this.#dirty) {
      const data = this.#rows.get(row);
      const view = data && toView(data, this.#numbers.get(row));
      if (view) {
        this.#views.set(row, view);
        this.#byKey.set(view.key, view);
        if (sorted) sorted[this.#places.get(row) ?? 0] = view;
      } else this.#views.delete(row);
    }
    if (this.#indexDirty) {
      if (sorted) this.#sorted = sorted;
      else this.#sort();
      this.#index = { loaded: true, epoch: this.epoch, rows: this.#sorted, byKey: this.#byKey };
      this.#indexDirty = false;
      this.indexChanged.emit();
    }
    for (const row of this.#dirty) for (const listener of this.#rowListeners.get(row) ?? []) listener();
    this.#dirty.clear();
    if (this.#shownTotals !== this.#totals) {
      this.#shownTotals = this.#totals;
      this.totalsChanged.emit();
    }
  }

  #sort(): void {
    this.#reorder = false;
    this.#sorted = [...this.#views.values()].sort(byName);
    this.#places = new Map(this.#sorted.map(({ row }, place) => [row, place]));
    this.#byKey.clear();
    for (const view of this.#sorted) this.#byKey.set(view.key, view);
  }
}

function byName(a: RowView, b: RowView): number {
  return a.key < b.key ? -1 : 1;
}

function keepState(row: DirectoryRow, known: DirectoryRow): DirectoryRow {
  const events: { last?: EventRecord; opened?: EventRecord } = {};
  if (known.last) events.last = known.last;
  if (known.opened) events.opened = known.opened;
  const { code, since, counts, opens } = known;
  return { ...row, code, since, counts, opens, ...events };
}

/** A row that came without its instances keeps those that are known of it: they are told again after every gap. */
function keepInstances(row: DirectoryRow, known: DirectoryRow | undefined): DirectoryRow {
  return known !== undefined && row.instances.length === 0 ? { ...row, instances: known.instances } : row;
}
