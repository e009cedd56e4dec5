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
  /** Pairs of bucket and count. */
  hist?: readonly number[] | undefined;
}

/** Columns that are added up: ok, fail, slow, ignored, rejected, stale. */
const COUNTS = 6;
const IN_FLIGHT = COUNTS;
/** What a step holds: the counts, and of the gauges `inFlight` and the share of failures the largest. */
export const COLUMNS = 8;
export const RATIO = 7;

/** Adds `share` of the sample's counts to the numbers of a step, which begin `at`; gauges keep the largest. */
export function addSample(numbers: Float64Array, at: number, sample: Sample, share: number): void {
  numbers[at] = (numbers[at] as number) + sample.ok * share;
  numbers[at + 1] = (numbers[at + 1] as number) + sample.fail * share;
  numbers[at + 2] = (numbers[at + 2] as number) + sample.slow * share;
  numbers[at + 3] = (numbers[at + 3] as number) + sample.ignored * share;
  numbers[at + 4] = (numbers[at + 4] as number) + sample.rejected * share;
  numbers[at + 5] = (numbers[at + 5] as number) + sample.stale * share;
  numbers[at + IN_FLIGHT] = Math.max(numbers[at + IN_FLIGHT] as number, sample.inFlight);
  numbers[at + RATIO] = Math.max(numbers[at + RATIO] as number, sample.failureRatio);
}

/** Adds the numbers of one step, which begin at `from`, to those of another. */
export function addNumbers(
  into: Float64Array | Float32Array,
  at: number,
  numbers: Float64Array,
  from: number,
): void {
  for (let i = 0; i < COUNTS; i++) into[at + i] = (into[at + i] as number) + (numbers[from + i] as number);
  for (let i = COUNTS; i < COLUMNS; i++) {
    into[at + i] = Math.max(into[at + i] as number, numbers[from + i] as number);
  }
}
