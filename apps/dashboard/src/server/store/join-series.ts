import { BUCKETS, type Series } from '@cb/protocol';
import { emptySum, type LaneSeries, type Sum, sumSteps, tierHeld, toSeries } from '../series.ts';
import { IN_FLIGHT, RATIO, TIERS } from '../series-step.ts';
import type { TimeRange } from './history-store.ts';
import type { SampleRecord } from './records.ts';

/** Most steps of one answer, and the steps beyond those of memory, in minutes. */
const MOST_STEPS = 1_500;
const MINUTES = [1, 2, 5, 10, 20, 30, 60, 120, 240, 480];
const MINUTE_MS = 60_000;
/** How long after its end a step waits for the last rollups. */
const SETTLE_MS = 1_000;

type Range = TimeRange & { readonly now: number };

/** Since when memory has charts of a row, in the grain that a range is answered in; infinite where it has none. */
export function heldFrom(series: LaneSeries, range: Range): number {
  return series.reach(tierHeld([series], range));
}

/**
 * Charts out of minutes of the store and out of memory. Where steps are shorter than a minute, each minute is spread
 * evenly over them: rates and sums are right, what happened within it is not known.
 *
 * @param startedAt When memory was empty: what the store has of before counts, and of later what memory has let go.
 */
export function joinSeries(
  row: number,
  held: LaneSeries,
  samples: readonly SampleRecord[],
  range: Range,
  startedAt: number,
): Series {
  const tier = tierHeld([held], range);
  const grain = (TIERS[tier] as (typeof TIERS)[number]).stepMs;
  const stepMs = Math.max(grain, stepFor(range.to - range.from));
  const first = Math.floor(range.from / stepMs);
  const end = Math.min(range.to, range.now - SETTLE_MS - stepMs + 1);
  const reach = held.reach(tier);
  const sums = new Map<number, Sum>();
  const sumAt = (step: number): Sum => {
    const sum = sums.get(step) ?? emptySum();
    sums.set(step, sum);
    return sum;
  };
  for (const sample of samples) {
    if (sample.t < startedAt || sample.t + sample.ms <= reach) spread(sample, stepMs, sumAt);
  }
  const newer = sumSteps([held], tier, Math.floor(range.from / grain) * grain, end);
  for (const [step, sum] of newer) merge(sumAt(Math.floor((step * grain) / stepMs)), sum, grain / stepMs);
  for (const step of sums.keys()) if (step < first || step * stepMs >= end) sums.delete(step);
  return toSeries(row, stepMs, sums, false);
}

function stepFor(ms: number): number {
  const minutes = MINUTES.find((each) => ms / (each * MINUTE_MS) <= MOST_STEPS) ?? 1_440;
  return minutes === 1 ? 0 : minutes * MINUTE_MS;
}

/** A sample's counts belong to every step that it touches; its latencies to each of them, or to the one it is mostly in. */
function spread(sample: SampleRecord, stepMs: number, sumAt: (step: number) => Sum): void {
  const { t, ms, ok, fail, slow, ignored, rejected, stale, inFlight, failureRatio, hist } = sample;
  const counts = [ok, fail, slow, ignored, rejected, stale];
  const middle = Math.floor((t + ms / 2) / stepMs);
  for (let step = Math.floor(t / stepMs); step * stepMs < t + ms; step++) {
    const overlap = Math.min(t + ms, (step + 1) * stepMs) - Math.max(t, step * stepMs);
    const sum = sumAt(step);
    counts.forEach((count, i) => {
      sum.columns[i] = (sum.columns[i] as number) + (count * overlap) / ms;
    });
    sum.columns[IN_FLIGHT] = (sum.columns[IN_FLIGHT] as number) + (inFlight * overlap) / stepMs;
    sum.columns[RATIO] = Math.max(sum.columns[RATIO] as number, failureRatio);
    if (hist.length === 0 || (step !== middle && stepMs >= MINUTE_MS)) continue;
    sum.hist ??= new Float64Array(BUCKETS);
    for (let i = 0; i + 1 < hist.length; i += 2) {
      const bucket = hist[i] as number;
      sum.hist[bucket] = (sum.hist[bucket] as number) + (hist[i + 1] as number);
    }
  }
}

/** @param share Part of the longer step that the shorter one is. */
function merge(into: Sum, sum: Sum, share: number): void {
  sum.columns.forEach((value, i) => {
    const before = into.columns[i] as number;
    if (i === RATIO) into.columns[i] = Math.max(before, value);
    else into.columns[i] = before + (i === IN_FLIGHT ? value * share : value);
  });
  const { hist } = sum;
  if (hist === undefined) return;
  into.hist ??= new Float64Array(BUCKETS);
  for (let i = 0; i < BUCKETS; i++) into.hist[i] = (into.hist[i] as number) + (hist[i] as number);
}
