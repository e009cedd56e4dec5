import type { Breaker, BreakerEvents, Group } from '@cb/core';
import { LIMITS, type StateChange, scrub } from '@cb/protocol';
import type { CallTraces } from './call-traces.ts';
import { freeName, Tracked } from './tracked.ts';

/** What the roster tells of: all called from inside the service's own calls, so they must be quick. */
export interface RosterListener {
  changed(change: Omit<StateChange, 'seq'>): void;
  /** A breaker is new, or its configuration is. */
  registered(tracked: Tracked): void;
  removed(id: number): void;
}

interface RosterOptions {
  latency: boolean;
  clock: () => number;
  /** Where single calls are written down. */
  traces?: CallTraces | undefined;
}

/** The breakers that are reported, at most 2,000, alone or through their groups. */
export class Roster {
  readonly #listener: RosterListener;
  readonly #options: RosterOptions;
  readonly #tracked: Map<Breaker, Tracked> = new Map();
  readonly #names: Set<string> = new Set();
  readonly #groups: WeakSet<Group> = new WeakSet();
  readonly #stops: (() => void)[] = [];
  #nextId = 1;
  #skipped = 0;

  constructor(listener: RosterListener, options: RosterOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  get size(): number {
    return this.#tracked.size;
  }

  /** Breakers that were not taken because there are too many. */
  get skipped(): number {
    return this.#skipped;
  }

  [Symbol.iterator](): IterableIterator<Tracked> {
    return this.#tracked.values();
  }

  find(id: number): Tracked | undefined {
    for (const tracked of this.#tracked.values()) if (tracked.id === id) return tracked;
    return undefined;
  }

  addGroup(group: Group): void {
    // One group may stand in many pipelines.
    if (this.#groups.has(group)) return;
    this.#groups.add(group);
    for (const breaker of group) this.add(breaker);
    this.#stops.push(
      group.on(
        'breaker-added',
        quietly((breaker: Breaker) => this.add(breaker)),
      ),
      group.on(
        'breaker-removed',
        quietly((breaker: Breaker) => this.remove(breaker)),
      ),
    );
  }

  add(breaker: Breaker): void {
    if (this.#tracked.has(breaker)) return;
    if (this.#tracked.size >= LIMITS.breakers) {
      this.#skipped++;
      return;
    }
    const name = freeName(breaker.name, this.#names);
    const { clock, traces } = this.#options;
    // A trace says when each call arrived, for which it has to be timed.
    const latency = this.#options.latency || traces !== undefined;
    const tracked = new Tracked(this.#nextId++, name, breaker, { latency, seenAt: clock() });
    traces?.add(tracked.id, breaker);
    this.#tracked.set(breaker, tracked);
    this.#names.add(name);
    const stops = [
      breaker.on(
        'state-changed',
        quietly((event) => this.#listener.changed(stateChange(tracked, event))),
      ),
      breaker.on(
        'mode-changed',
        quietly((event) => {
          tracked.modeChanged(event);
          this.#listener.changed(modeChange(tracked, event));
        }),
      ),
      breaker.on(
        'configured',
        quietly(() => {
          tracked.configured();
          this.#listener.registered(tracked);
        }),
      ),
    ];
    tracked.stop = () => {
      for (const stop of stops) stop();
    };
    this.#listener.registered(tracked);
  }

  remove(breaker: Breaker): void {
    const tracked = this.#tracked.get(breaker);
    if (tracked === undefined) return;
    tracked.stop();
    this.#options.traces?.remove(breaker);
    this.#tracked.delete(breaker);
    this.#names.delete(tracked.name);
    this.#listener.removed(tracked.id);
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    for (const tracked of this.#tracked.values()) tracked.stop();
  }
}

/** Reporting may fail; the call it happens in may not notice. */
function quietly<E>(listener: (event: E) => void): (event: E) => void {
  return (event) => {
    try {
      listener(event);
    } catch {
      // There is nobody to tell: the dashboard is the place where this would be shown.
    }
  };
}

function stateChange(
  { id, modeEnd }: Tracked,
  event: BreakerEvents['state-changed'],
): Omit<StateChange, 'seq'> {
  const change: Omit<StateChange, 'seq'> = {
    id,
    t: event.wallAt,
    from: event.from,
    to: event.to,
    mode: event.mode,
    modeFrom: event.mode,
    why: { ...event.why },
    configRevision: event.configRevision,
    ...modeEnd,
  };
  if (event.outcomes) change.outcomes = event.outcomes;
  if (event.retryWallAt !== undefined) change.retryAt = event.retryWallAt;
  if (event.firstFailureWallAt !== undefined) change.firstFailureAt = event.firstFailureWallAt;
  if (event.errors.length > 0) {
    change.errors = event.errors.slice(0, LIMITS.errors).map((error) => ({
      ...error,
      message: scrub(error.message),
    }));
  }
  return withPerson(change, event);
}

function modeChange(
  { id, modeEnd }: Tracked,
  event: BreakerEvents['mode-changed'],
): Omit<StateChange, 'seq'> {
  const change: Omit<StateChange, 'seq'> = {
    id,
    t: event.wallAt,
    from: event.state,
    to: event.state,
    mode: event.to,
    modeFrom: event.from,
    why: { rule: 'mode' },
    configRevision: event.configRevision,
    ...modeEnd,
  };
  return withPerson(change, event);
}

function withPerson(
  change: Omit<StateChange, 'seq'>,
  event: { readonly by?: string; readonly note?: string },
): Omit<StateChange, 'seq'> {
  if (event.by) change.by = scrub(event.by, LIMITS.nameChars);
  if (event.note) change.note = scrub(event.note);
  return change;
}
