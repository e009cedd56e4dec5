import type { EventPage, EventRecord } from '@cb/protocol';

/** Which events to read: newest first, `from` and `to` in epoch milliseconds. */
export interface EventQuery {
  from: number;
  to: number;
  limit: number;
}

/** Bounded memory of state changes: so many in all, and so many of one row that a flapping row cannot push out others. */
export class EventLog {
  readonly #most: number;
  readonly #mostOfRow: number;
  readonly #rows: Map<number, EventRecord[]> = new Map();
  #all: EventRecord[] = [];
  #next = 1;

  /** @param most Events in all, default 20,000. @param mostOfRow Events of one row, default 500. */
  constructor(most = 20_000, mostOfRow = 500) {
    this.#most = most;
    this.#mostOfRow = mostOfRow;
  }

  /** Events held now. */
  get size(): number {
    return this.#all.length;
  }

  /** Gives the event its number and keeps it. */
  add(event: Omit<EventRecord, 'event'>): EventRecord {
    const record: EventRecord = { event: this.#next++, ...event };
    this.#keep(record);
    return record;
  }

  /** Keeps an event that has its number from an earlier life of the server. To be called in order of time. */
  restore(event: EventRecord): void {
    this.skipTo(event.event + 1);
    this.#keep(event);
  }

  /** New events get this number at least. */
  skipTo(next: number): void {
    this.#next = Math.max(this.#next, next);
  }

  #keep(record: EventRecord): void {
    const ofRow = this.#rows.get(record.row) ?? [];
    ofRow.push(record);
    this.#rows.set(record.row, ofRow);
    if (ofRow.length >= 2 * this.#mostOfRow) ofRow.splice(0, ofRow.length - this.#mostOfRow);
    this.#all.push(record);
    // Cut in tenths, so that the cost of it is spread over many events.
    if (this.#all.length > this.#most * 1.1) this.#cut();
  }

  #cut(): void {
    const cut = this.#all.length - this.#most;
    const oldest = (this.#all[cut] as EventRecord).event;
    this.#all = this.#all.slice(cut);
    for (const [row, events] of this.#rows) {
      const first = events.findIndex((event) => event.event >= oldest);
      if (first === -1) this.#rows.delete(row);
      else if (first > 0) events.splice(0, first);
    }
  }

  /** Forgets the events of rows that are gone. */
  forget(rows: ReadonlySet<number>): void {
    let held = false;
    for (const row of rows) held = this.#rows.delete(row) || held;
    if (held) this.#all = this.#all.filter((event) => !rows.has(event.row));
  }

  /** The oldest moment that is held of a row, or of all; undefined without any event. */
  oldest(row?: number): number | undefined {
    return (row === undefined ? this.#all : this.#rows.get(row))?.[0]?.t;
  }

  /** The event with this number, where it is held. */
  find(event: number): EventRecord | undefined {
    return this.#all.find((each) => each.event === event);
  }

  /** One page of a row's events, or of all rows' without `row`. */
  read(query: EventQuery, row?: number): EventPage {
    const source = row === undefined ? this.#all : (this.#rows.get(row) ?? []);
    const found = source.filter((event) => event.t >= query.from && event.t <= query.to);
    found.sort((a, b) => b.t - a.t || b.event - a.event);
    return { events: found.slice(0, query.limit), more: found.length > query.limit };
  }
}
