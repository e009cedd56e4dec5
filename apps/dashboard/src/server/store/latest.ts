import type { LatestEvents } from './history-store.ts';
import { type KeptEvent, keyOf, openingOf } from './records.ts';

interface Kept {
  last: KeptEvent;
  opened?: KeptEvent;
  outset?: KeptEvent;
}

/** The newest events of each breaker, whatever order they come in. */
export class Latest {
  readonly #byKey: Map<string, Kept> = new Map();

  note(event: KeptEvent): void {
    const key = keyOf(event);
    const kept = this.#byKey.get(key);
    if (kept === undefined) this.#byKey.set(key, { last: event });
    const known = kept ?? (this.#byKey.get(key) as Kept);
    if (isNewer(event, known.last)) known.last = event;
    const opening = openingOf(event);
    if (opening >= 1 && isNewer(event, known.opened)) known.opened = event;
    if (opening === 2 && isNewer(event, known.outset)) known.outset = event;
  }

  read(): LatestEvents[] {
    return [...this.#byKey.values()].map((kept) => ({
      service: kept.last.service,
      name: kept.last.name,
      ...kept,
    }));
  }

  /** Every event that is the newest of some sort, once. */
  events(): Set<KeptEvent> {
    const events = new Set<KeptEvent>();
    for (const { last, opened, outset } of this.#byKey.values()) {
      for (const event of [outset, opened, last]) if (event !== undefined) events.add(event);
    }
    return events;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

function isNewer(event: KeptEvent, than: KeptEvent | undefined): boolean {
  return than === undefined || event.t > than.t || (event.t === than.t && event.event >= than.event);
}
