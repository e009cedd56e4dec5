/** The three grains that are kept: step and how far back. */
export const TIERS: readonly { readonly stepMs: number; readonly keptMs: number }[] = [
  { stepMs: 1_000, keptMs: 15 * 60_000 },
  { stepMs: 10_000, keptMs: 3 * 3_600_000 },
  { stepMs: 60_000, keptMs: 24 * 3_600_000 },
];
/** Counts of one breaker on one instance in one interval that ended at `t`. Counts are deltas, `inFlight` is a gauge. */
export interface Sample {
  t: number;
  ms: number;
  ok: number;
  fail: number;
  slow: number;
  ignored: number;
  rejected: number;
  stale: number;
  inFlight: number;
  /** 0..1; the window's own share. */
  failureRatio: number;
  /** Pairs of bucket and count, in order of bucket. */
  hist?: readonly number[] | undefined;
}

/** Columns of a step: ok, fail, slow, ignored, rejected, stale, inFlight, failureRatio. */
export const COLUMNS = 8;
export const IN_FLIGHT = 6;
export const RATIO = 7;
