import { checkRatio } from './check.ts';

/**
 * A fixed histogram of durations: eight buckets an octave (6 % to each side of a bucket's middle), from 64 µs to about
 * an hour. Counting costs a few nanoseconds; percentiles are worked out by whoever reads it. Counts of several
 * breakers or instances may be added; percentiles may not.
 */
export const LATENCY_BUCKETS = 208;

const FIRST_OCTAVE = 6;

export function latencyBucket(ms: number): number {
  const us = ms * 1_000;
  if (!(us >= 64)) return 0;
  if (us >= 2 ** 32) return LATENCY_BUCKETS - 1;
  const whole = us >>> 0;
  const octave = 31 - Math.clz32(whole);
  return ((octave - FIRST_OCTAVE) << 3) | ((whole >>> (octave - 3)) & 7);
}

/** From when on, and up to when, a duration falls into a bucket. The first begins at 0, the last has no end. */
export function latencyBucketMs(bucket: number): { fromMs: number; toMs: number } {
  if (!Number.isInteger(bucket) || bucket < 0 || bucket >= LATENCY_BUCKETS)
    throw new RangeError(
      `latencyBucketMs takes a bucket from 0 to ${LATENCY_BUCKETS - 1}, got ${String(bucket)}`,
    );
  return {
    fromMs: bucket === 0 ? 0 : beginning(bucket),
    toMs: bucket === LATENCY_BUCKETS - 1 ? Number.POSITIVE_INFINITY : beginning(bucket + 1),
  };
}

/**
 * Between which bounds the percentile of the counted durations lies: `ratio` (above 0, at most 1) of them took less than
 * `toMs`, and not all of these less than `fromMs`. The exact value is `fromMs` or more and below `toMs`. Undefined where nothing
 * was counted. Never average percentiles: add the counts of several breakers or instances and ask once.
 * @example latencyPercentile(payments.measureLatency(), 0.95)?.toMs
 */
export function latencyPercentile(
  counts: ArrayLike<number>,
  ratio: number,
): { fromMs: number; toMs: number } | undefined {
  checkRatio('latencyPercentile', ratio);
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] as number;
  if (total === 0) return undefined;
  // The rank of the value among the sorted ones, from 1 on.
  let left = Math.ceil(total * ratio);
  let bucket = 0;
  for (; bucket < counts.length - 1; bucket++) {
    left -= counts[bucket] as number;
    if (left <= 0) break;
  }
  return latencyBucketMs(bucket);
}

function beginning(bucket: number): number {
  return ((8 + (bucket & 7)) * 2 ** ((bucket >> 3) + FIRST_OCTAVE - 3)) / 1_000;
}
