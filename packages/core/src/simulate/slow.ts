/** What a row tells about durations, under limits that the recorded circuit need not have had. */
import { latencyBucket, latencyBucketMs } from '../latency.ts';
import type { TracedRow } from './trace.ts';

/** How many of a row's calls took longer than `slowMs`: as recorded, else by the histogram. */
export function slowCalls(row: TracedRow, slowMs: number): number {
  if (slowMs === Number.POSITIVE_INFINITY) return 0;
  return row.slow ?? longerThan(row, slowMs);
}

/** How many failed, those included that took longer than `failAfterMs`; failures are taken to be among the slowest. */
export function failedCalls(row: TracedRow, failAfterMs: number | undefined, slowMs: number): number {
  if (failAfterMs === undefined) return row.failures;
  const late =
    row.latency === undefined && slowMs >= failAfterMs
      ? slowCalls(row, slowMs)
      : longerThan(row, failAfterMs);
  return Math.max(row.failures, late);
}

function longerThan({ calls, latency }: TracedRow, ms: number): number {
  if (latency === undefined) return 0;
  const split = latencyBucket(ms);
  const { fromMs, toMs } = latencyBucketMs(split);
  // Within the bucket that the limit falls into, durations are taken for evenly spread.
  const above = toMs === Number.POSITIVE_INFINITY ? 1 : (toMs - ms) / (toMs - fromMs);
  let [all, longer] = [0, 0];
  for (let i = 0; i < latency.length; i += 2) {
    const [bucket, count] = [latency[i] as number, latency[i + 1] as number];
    all += count;
    if (bucket > split) longer += count;
    else if (bucket === split) longer += count * above;
  }
  return all === 0 ? 0 : Math.round((longer / all) * calls);
}
