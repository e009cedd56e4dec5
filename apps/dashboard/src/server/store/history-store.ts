import type { Lane } from '@cb/protocol';
import type { BreakerKey, HistoryRecord, KeptEvent, RowRecord, SampleRecord } from './records.ts';

/** A value, or a promise of it: a store may answer at once. */
export type Awaitable<T> = T | Promise<T>;

/** `from` and `to` in epoch milliseconds, both included. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Only these breakers; left out: all. */
export interface OfBreakers {
  readonly of?: readonly BreakerKey[] | undefined;
}

/** At most `limit` entries, the newest ones. */
export interface PageQuery extends TimeRange {
  readonly limit: number;
}

/** Newest first. `more` is true where older entries exist in the range. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly more: boolean;
}

/**
 * Runs of one breaker on one instance in order of time: `start[i]` is when `code[i]` began. Neighbours differ, except that
 * runs of no length are kept. What is in force at the start of the range comes first, with its true start; where that is
 * "no data", or nothing is known, it is left out.
 */
export interface LaneRuns extends BreakerKey {
  readonly instance: string;
  readonly start: readonly number[];
  readonly code: readonly Lane[];
}

/** Of one breaker: the newest change, the newest to open, and the newest from closed to open. */
export interface LatestEvents extends BreakerKey {
  readonly last: KeptEvent;
  readonly opened?: KeptEvent;
  readonly outset?: KeptEvent;
}

/** What a store holds. */
export interface StoreSummary {
  /** The oldest and the newest moment of any record but charts and markers, roughly the oldest; undefined while it is empty. */
  readonly oldest?: number;
  readonly newest?: number;
  /** The largest number of an event; 0 without any. */
  readonly lastEvent: number;
  /** Bytes on disk; 0 for none. */
  readonly bytes: number;
}

/** How much may stay. */
export interface PruneBounds {
  /** What ended before this moment may go. What is in force at it stays. */
  readonly before: number;
  /** Bytes on disk. Beyond it charts go first, then the oldest of everything. */
  readonly maxBytes: number;
}

/**
 * Where a dashboard server keeps the past. Give an object of your own as `history.store`, over whatever you like: the
 * server does the buffering, so a store may be plain. One suite holds all of ours to these rules.
 *
 * - One `append` at a time; it may overlap with reads. Where a method fails it throws or rejects, and the server goes on
 *   without: it counts that, and appends the same batch again later.
 * - Records come in the order in which the server learned of them, which is not the order of `t`.
 * - Reads see every batch whose `append` is done.
 */
export interface HistoryStore {
  /** What it is called in messages and statistics: one word. */
  readonly name: string;
  /** Keeps all of a batch or, where it fails, nothing that a second try would double. Done when the end of this process cannot lose it any more. */
  append(batch: readonly HistoryRecord[]): Awaitable<void>;
  /** What each breaker had said of itself at the moment `at`, newest only. */
  rows(query: { readonly at: number } & OfBreakers): Awaitable<readonly RowRecord[]>;
  lanes(query: TimeRange & OfBreakers): Awaitable<readonly LaneRuns[]>;
  /** In order of time, and of number where that is equal. */
  events(query: PageQuery & OfBreakers): Awaitable<Page<KeptEvent>>;
  event(event: number): Awaitable<KeptEvent | undefined>;
  /** Up to the moment `at`, only of breakers that have any. */
  latest(query: { readonly at: number } & OfBreakers): Awaitable<readonly LatestEvents[]>;
  /** Oldest first; those whose `t` lies in the range. What is under way is among them, as if it were over. */
  samples(query: TimeRange & { readonly of: BreakerKey }): Awaitable<readonly SampleRecord[]>;
  /** What was given as `data`, by `t`. */
  markers(query: PageQuery): Awaitable<Page<unknown>>;
  audit(query: PageQuery): Awaitable<Page<unknown>>;
  summary(): Awaitable<StoreSummary>;
  prune(bounds: PruneBounds): Awaitable<void>;
  /** Nothing is called after it. */
  close(): Awaitable<void>;
}
