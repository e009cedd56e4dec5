/** What the server works out of its history for a stretch of time, so that a page need not load it. GET under /api/v1/. */
import type { EventRecord, Lane, LaneCounts } from './wire.ts';
import type { Marker } from './wire-markers.ts';

/**
 * How long each code was shown, in milliseconds and in order of code, and how often it opened; failed probes do not count,
 * nor does the time before anything was known.
 */
export interface LaneStats {
  ms: [number, number, number, number, number];
  opens: number;
}
export interface RowStats extends LaneStats {
  row: number;
}
/**
 * GET stats?from&to&rows=1,2,… : these rows, at most 500. Without `rows`, the sum over all rows is in `fleet`, and with
 * `top=opens` or `top=refused` (time open or isolated) those that have most of it, in order, at most `limit` of them (500).
 */
export interface StatsAnswer {
  epoch: string;
  from: number;
  to: number;
  rows: RowStats[];
  fleet?: LaneStats & { rows: number };
}

/** A stretch of time in `buckets` equal parts of `bucketMs`; `from` is a whole multiple of that. */
export interface Buckets {
  epoch: string;
  /** Sequence number of the state deltas that this answer includes. */
  seq: number;
  from: number;
  bucketMs: number;
  buckets: number;
}
/**
 * GET overview?from&to&px[&rows=1,2,…][&service=…] : rows by the worst that each showed in a bucket: one list of counts for
 * each code, in order of code. Rows that were not known yet are left out.
 */
export interface Overview extends Buckets {
  counts: number[][];
}
/**
 * GET strip?from&to&px : the worst of each row in each bucket, as runs: `length * 8 + code`, one row's after the other's;
 * a row's lengths add up to `buckets`. `row` holds differences to the row before.
 */
export interface Strip extends Buckets {
  row: number[];
  runs: number[];
}
/** GET strip?from&to&px&by=service (or by=tag:KEY) : the worst of all rows of each group, likewise. */
export interface GroupStrip extends Buckets {
  group: string[];
  runs: number[];
}

/** GET moment?row&t : what a row showed at one moment, on how many instances, and what led to it. */
export interface Moment {
  row: number;
  t: number;
  code: Lane;
  /** When it began. */
  since: number;
  /** When it ended; absent while it lasts. */
  until?: number;
  /** Its instances by code at `t`. */
  counts: LaneCounts;
  /** Instances that showed this code at some time while it lasted, and all there are. */
  took: number;
  of: number;
  /** The change that began it, where it is still known. */
  event?: EventRecord;
  /** The last deploy of its service before it began. */
  deploy?: Marker;
}

/** GET instances?like=… : rows that have an instance whose name holds the text, whatever the case. */
export interface InstanceSearch {
  epoch: string;
  /** Differences to the row before. */
  row: number[];
}
