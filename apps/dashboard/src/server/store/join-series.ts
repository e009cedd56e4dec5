import { BUCKETS, type Series } from '@cb/protocol';
import { addHistogram, emptySum, type LaneSeries, type Sum, sumSteps, tierFor, toSeries } from '../series.ts';
import { type SeriesMemory, TIERS } from '../series-memory.ts';
import type { TimeRange } from './history-store.ts';
import type { SampleRecord } from './records.ts';

/** Most steps of one answer, and the steps beyond those of memory, in minutes. */
const MOST_STEPS = 1_500;
const MINUTES = [1, 2, 5, 10, 20, 30, 60, 120, 240, 480];
const MINUTE_MS = 60_000;
/** How long after its end a step waits for the last rollups. */
const SETTLE_MS = 1_000;
const IN_FLIGHT = 6;

type Range = TimeRange & { readonly now: number };

/** Where the store ends and memory begins. */
export interface Border {
  /** The store's samples that began before this moment count. */
  readonly storeUntil: number;
  /** Memory counts from this moment on. */
  readonly memoryFrom: number;
}

/** Everything that memory holds is of this life, so beside it the store tells of earlier ones; and of this one, where memory has let go. */
export function borderOf({ from, to, now }: Range, memory: SeriesMemory, startedAt: number): Border {
  const tier = tierFor(from, to, now);
  const { keptMs } = TIERS[tier] as (typeof TIERS)[number];
  const oldest = Math.max(now - keptMs, memory.droppedUntil(tier));
  if (oldest <= startedAt) return { storeUntil: startedAt, memoryFrom: from };
  const minute = Math.ceil(oldest / MINUTE_MS) * MINUTE_MS;
  return { storeUntil: minute, memoryFrom: minute };
}

/**
 * Charts out of minutes of the store and out of memory. Where steps are shorter than a minute,
 * each minute is spread evenly over them: rates and sums are right, what happened within it is not known.
 */
export function joinSeries(
  row: number,
  lanes: readonly LaneSeries[],
  samples: readonly SampleRecord[],
  range: Range,
  { storeUntil, memoryFrom }: Border,
): Series {
  const tier = tierFor(range.from, range.to, range.now);
  const grain = (TIERS[tier] as (typeof TIERS)[number]).stepMs;
  const stepMs = Math.max(grain, stepFor(range.to - range.from));
  const first = Math.floor(range.from / stepMs);
  const end = Math.min(range.to, range.now - SETTLE_MS - stepMs + 1);
  const sums = new Map<number, Sum>();
  const sumAt = (step: number): Sum => {
    const sum = sums.get(step) ?? emptySum();
    sums.set(step, sum);
    return sum;
  };
  for (const sample of samples) if (sample.t < storeUntil) spread(sample, stepMs, sumAt);
  const newer = sumSteps(lanes, tier, Math.floor(Math.max(memoryFrom, range.from) / grain) * grain, end);
  for (const [step, sum] of newer) merge(sumAt(Math.floor((step * grain) / stepMs)), sum);
  for (const step of sums.keys()) if (step < first || step * stepMs >= end) sums.delete(step);
  return toSeries(row, stepMs, sums);
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
    sum.columns[IN_FLIGHT] = Math.max(sum.columns[IN_FLIGHT] as number, inFlight);
    sum.ratio = Math.max(sum.ratio, failureRatio);
    if (hist.length === 0 || (step !== middle && stepMs >= MINUTE_MS)) continue;
    sum.hist ??= new Float64Array(BUCKETS);
    addHistogram(sum.hist, hist);
  }
}

function merge(into: Sum, sum: Sum): void {
  sum.columns.forEach((value, i) => {
    const before = into.columns[i] as number;
    into.columns[i] = i === IN_FLIGHT ? Math.max(before, value) : before + value;
  });
  into.ratio = Math.max(into.ratio, sum.ratio);
  const { hist } = sum;
  if (hist === undefined) return;
  into.hist ??= new Float64Array(BUCKETS);
  for (let i = 0; i < BUCKETS; i++) into.hist[i] = (into.hist[i] as number) + (hist[i] as number);
}
