import type { EventRecord, Lane } from '@cb/protocol';

/** A breaker over all its instances, by what it is called. Numbers of rows and lanes are valid for one life of a server; names stay. */
export interface BreakerKey {
  readonly service: string;
  readonly name: string;
}

/** From `t` on the breaker showed `code` on this instance, whatever was kept about moments after `t` before. */
export interface LaneRecord extends BreakerKey {
  readonly kind: 'lane';
  readonly t: number;
  readonly instance: string;
  readonly code: Lane;
}

/** A state change as it is kept: with names in place of numbers, and with what makes it one of a kind. */
export interface KeptEvent extends BreakerKey, Omit<EventRecord, 'row' | 'lane'> {
  readonly kind: 'event';
  /** Start of the instance's process, and the number of the change within it. */
  readonly boot: string;
  readonly seq: number;
}

/** What a breaker said of itself, from `t` on. */
export interface RowRecord extends BreakerKey {
  readonly kind: 'row';
  readonly t: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Its configuration with all limits, as plain data. */
  readonly config: unknown;
  readonly configRevision: number;
}

/**
 * Counts of one breaker over all its instances in [t, t + ms), usually a minute. (service, name, t) is one of a kind: a
 * later record takes the place of an earlier one.
 */
export interface SampleRecord extends BreakerKey {
  readonly kind: 'sample';
  readonly t: number;
  readonly ms: number;
  readonly ok: number;
  readonly fail: number;
  readonly slow: number;
  readonly ignored: number;
  readonly rejected: number;
  readonly stale: number;
  /** The mean. */
  readonly inFlight: number;
  /** The largest share of failures a window showed, 0..1. */
  readonly failureRatio: number;
  /** Latencies, as [bucket, count, bucket, count…] in order of bucket. */
  readonly hist: readonly number[];
}

/**
 * Of a minute that is not over, what a sample would say now. Told about every second, with the same `t`; the sample with
 * that `t` counts more, whenever it comes.
 */
export interface UnderWayRecord extends Omit<SampleRecord, 'kind'> {
  readonly kind: 'under-way';
}

/** Something that happened, put onto the time axis by somebody: a deploy. It may lie some minutes ahead. `data` is plain JSON. */
export interface MarkerRecord {
  readonly kind: 'marker';
  readonly t: number;
  readonly data: unknown;
}

/** One act of a person. `data` is plain JSON. */
export interface KeptAudit {
  readonly kind: 'audit';
  readonly t: number;
  readonly data: unknown;
}

/** The server was alive at `t`: after a crash, the newest one says when the gap began. */
export interface BeatRecord {
  readonly kind: 'beat';
  readonly t: number;
}

/** Everything that is kept. Kinds that a store does not know are to be ignored. */
export type HistoryRecord =
  | LaneRecord
  | KeptEvent
  | RowRecord
  | SampleRecord
  | UnderWayRecord
  | MarkerRecord
  | KeptAudit
  | BeatRecord;

/** What charts are made of. */
export type ChartRecord = SampleRecord | UnderWayRecord;

export function isChart(record: HistoryRecord): record is ChartRecord {
  return record.kind === 'sample' || record.kind === 'under-way';
}

/** Of one moment, what was said when it was over counts; else what came last. */
export function takesPlaceOf(chart: ChartRecord, known: ChartRecord | undefined): boolean {
  return chart.kind === 'sample' || known?.kind !== 'sample';
}

/** As a store answers it: what is under way as if it were over. */
export function asSample(chart: ChartRecord): SampleRecord {
  return { ...chart, kind: 'sample' };
}

/** One text for a breaker, or for a breaker on an instance. Names hold no control characters. */
export function keyOf({ service, name }: BreakerKey, instance?: string): string {
  const key = `${service}\u001f${name}`;
  return instance === undefined ? key : `${key}\u001f${instance}`;
}

/** 0 for any change, 1 for one to open, 2 for one from closed to open. */
export function openingOf({ from, to }: Pick<KeptEvent, 'from' | 'to'>): 0 | 1 | 2 {
  if (to !== 'open' || from === 'open') return 0;
  return from === 'closed' ? 2 : 1;
}
