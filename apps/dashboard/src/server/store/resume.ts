import { cleanTags, type EventRecord, LANE, type Lane } from '@cb/protocol';
import type { Fleet } from '../fleet.ts';
import type { FleetLane } from '../row.ts';
import type { Archive } from './archive.ts';
import type { HistoryKeeper } from './history-keeper.ts';
import type { HistoryStore, LaneRuns } from './history-store.ts';
import { type BreakerKey, type KeptEvent, keyOf, type RowRecord } from './records.ts';
import { worstOf } from './worst-of.ts';

/** What is read back into memory; what is older is read where somebody looks at it. */
const DAY_MS = 86_400_000;
/** Breakers that are read at once. */
const AT_ONCE = 1_000;
/** Numbers of events that a crash may have used without a trace: they are not given again, since links hold them. */
const SPARE_EVENTS = 100_000;

export interface ResumeParts {
  readonly store: HistoryStore;
  readonly fleet: Fleet;
  readonly keeper: HistoryKeeper;
  readonly archive: Archive;
}

/**
 * Fills an empty fleet with what the store knows: rows, their lanes of the last 24 hours, their newest events. Every lane
 * shows "no data" from the moment in which the server was last alive, until its instance is heard again. Answers that
 * moment; undefined where the store is empty.
 */
export async function resume(parts: ResumeParts, now: number): Promise<number | undefined> {
  const { store, fleet } = parts;
  const { newest, lastEvent } = await store.summary();
  fleet.events.skipTo(lastEvent === 0 ? 1 : lastEvent + SPARE_EVENTS);
  if (newest === undefined) return undefined;
  const past = new EarlierLife(parts, now, Math.min(newest, now));
  const rows = await store.rows({ at: now });
  const notable = new Map<number, KeptEvent>();
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const of = rows.slice(i, i + AT_ONCE);
    const lanes = groupByBreaker(await store.lanes({ from: now - DAY_MS, to: now, of }));
    for (const row of of) past.restoreRow(row, lanes.get(keyOf(row)) ?? []);
    for (const { last, opened, outset } of await store.latest({ at: now, of })) {
      for (const event of [outset, opened, last]) if (event !== undefined) notable.set(event.event, event);
    }
  }
  const { entries } = await store.events({ from: 0, to: now, limit: fleet.limits.events });
  const held = new Set(entries.map(({ event }) => event));
  for (const event of entries) notable.set(event.event, event);
  for (const event of [...notable.values()].sort((a, b) => a.event - b.event)) {
    past.restoreEvent(event, held.has(event.event));
  }
  return past.until;
}

class EarlierLife {
  /** When the server was last alive. */
  readonly until: number;
  readonly #parts: ResumeParts;
  readonly #now: number;

  constructor(parts: ResumeParts, now: number, until: number) {
    this.#parts = parts;
    this.#now = now;
    this.until = until;
  }

  /** A breaker whose every instance has been gone for longer than rows are kept is left out. */
  restoreRow(record: RowRecord, all: readonly LaneRuns[]): void {
    const { fleet, keeper } = this.#parts;
    const { forgetRowMs, forgetInstanceMs } = fleet.limits;
    const newestEnd = Math.max(...all.map((runs) => this.#endOf(runs)));
    for (const runs of all) this.#end(runs);
    if (all.length === 0 || newestEnd < this.#now - forgetRowMs) return;
    for (const runs of all) {
      const end = this.#endOf(runs);
      // Of instances that are long gone only the row's own lane tells.
      if (end === newestEnd || end >= this.until - forgetInstanceMs) this.#restoreLane(runs);
    }
    const row = fleet.rowOf(record.service, record.name);
    if (row === undefined) return;
    row.describe({ ...record, tags: cleanTags(record.tags) }, {});
    const { start, code } = worstOf(all);
    row.restore(start, code, this.until);
    keeper.knows(row);
  }

  /** Whether anybody looks or not, nothing is known of it from when the server was last alive. */
  #end({ service, name, instance, start, code }: LaneRuns): void {
    if (code.at(-1) === LANE.noData) return;
    const t = Math.max(this.until, start.at(-1) ?? 0);
    this.#parts.archive.keep({ kind: 'lane', t, service, name, instance, code: LANE.noData });
  }

  /** When the lane was last heard. */
  #endOf({ start, code }: LaneRuns): number {
    return code.at(-1) === LANE.noData ? (start.at(-1) ?? 0) : this.until;
  }

  #restoreLane({ service, name, instance, start, code }: LaneRuns): void {
    const lane = this.#parts.fleet.restoreLane(service, name, instance, this.until);
    if (lane === undefined) return;
    start.forEach((t, i) => {
      lane.history.set(t, code[i] as Lane);
    });
    const last = code.at(-1) ?? LANE.noData;
    lane.state = last === LANE.open ? 'open' : last === LANE.halfOpen ? 'half-open' : 'closed';
    if (last === LANE.isolated) lane.mode = 'forced-open';
    if (last === LANE.noData) return;
    lane.history.set(Math.max(this.until, lane.history.since ?? this.until), LANE.noData);
  }

  /** @param held Whether it is among those that stay in memory; others are only the newest of their row. */
  restoreEvent(kept: KeptEvent, held: boolean): void {
    const { fleet } = this.#parts;
    const row = fleet.rowOf(kept.service, kept.name);
    const event = toEventRecord(kept, fleet);
    if (row === undefined || event === undefined) return;
    if (held) fleet.events.restore(event);
    row.noteEvent(event);
    const lane: FleetLane | undefined = row.lanes.get(kept.instance);
    if (lane === undefined) return;
    // Should the service send it once more, it is known.
    lane.instance.accept(kept.seq, kept.boot);
    lane.lastEventAt = Math.max(lane.lastEventAt, kept.t);
    lane.state = kept.to;
    lane.mode = kept.mode;
  }
}

/** The event with the numbers of this life of the server; lane 0 stands for an instance that is gone. Undefined where its breaker is. */
export function toEventRecord(kept: KeptEvent, fleet: Fleet): EventRecord | undefined {
  const { kind: _kind, service, name, boot: _boot, seq: _seq, ...rest } = kept;
  const row = fleet.rowOf(service, name);
  if (row === undefined) return undefined;
  return { ...rest, row: row.row, lane: row.lanes.get(kept.instance)?.lane ?? 0 };
}

export function groupByBreaker<T extends BreakerKey>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const group = groups.get(keyOf(each)) ?? [];
    group.push(each);
    groups.set(keyOf(each), group);
  }
  return groups;
}
