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
