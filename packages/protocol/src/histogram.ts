/**
 * The latency histogram that travels: eight buckets an octave (6 % wide to each side of its middle), from 64 µs up.
 * The same scheme is used by core, so counts can be added, merged over instances and read as percentiles anywhere.
 * Never average percentiles: merge buckets.
 */
export const BUCKETS = 208;

/** Middle of a bucket in milliseconds. */
export function bucketMs(bucket: number): number {
  const octave = (bucket >> 3) + 6;
  const low = 2 ** octave * (1 + (bucket & 7) / 8);
  return (low + 2 ** octave / 16) / 1_000;
}

/** Percentile `share` (0..1) of a dense bucket array; null when it is empty. */
export function percentile(counts: ArrayLike<number>, share: number): number | null {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] as number;
  if (total === 0) return null;
  let left = Math.ceil(total * share);
  for (let i = 0; i < counts.length; i++) {
    left -= counts[i] as number;
    if (left <= 0) return bucketMs(i);
  }
  return bucketMs(counts.length - 1);
}
