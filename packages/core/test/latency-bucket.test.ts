import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LATENCY_BUCKETS, latencyBucket, latencyBucketMs, latencyPercentile } from '../src/latency.ts';
import { property } from './support/property.ts';

const LAST = LATENCY_BUCKETS - 1;
/** Where a bucket begins, in microseconds: eight equal parts of an octave. */
const beginUs = (bucket: number): number => 2 ** (6 + Math.floor(bucket / 8)) * (1 + (bucket % 8) / 8);

describe('the latency histogram', () => {
  it('has a bucket for every duration up to an hour, and not one more', () => {
    expect(LATENCY_BUCKETS).toBe(208);
    expect(beginUs(LATENCY_BUCKETS) / 1_000 / 60_000).toBeCloseTo(71.6, 1);
  });

  it('begins each bucket where the one before ends', () => {
    for (let bucket = 1; bucket < LATENCY_BUCKETS; bucket++) {
      const ms = beginUs(bucket) / 1_000;
      // Half a microsecond to each side: products of decimal fractions are a shade off.
      expect([latencyBucket(ms - 0.0005), latencyBucket(ms + 0.0005)]).toEqual([bucket - 1, bucket]);
    }
  });

  it.each([0, -1, 0.001, 0.0639, Number.NaN, Number.NEGATIVE_INFINITY])(
    'puts %d ms into the first bucket',
    (ms) => {
      expect(latencyBucket(ms)).toBe(0);
    },
  );

  it.each([2 ** 32 / 1_000, 2 ** 40, Number.POSITIVE_INFINITY])('puts %d ms into the last bucket', (ms) => {
    expect(latencyBucket(ms)).toBe(LAST);
  });

  it('keeps every duration within an eighth of an octave of its bucket', () => {
    fc.assert(
      fc.property(fc.integer({ min: 64, max: 2 ** 32 - 1 }), (us) => {
        const bucket = latencyBucket(us / 1_000 + 1e-7);
        expect(us).toBeGreaterThanOrEqual(beginUs(bucket));
        expect(us).toBeLessThan(beginUs(bucket + 1));
      }),
      property(),
    );
  });
});

describe('a percentile of counted durations', () => {
  it('is in the bucket that reaches the share, and in the next one a call later', () => {
    const counts = [0, 19, 0, 1];
    expect(latencyPercentile(counts, 0.95)).toEqual(latencyBucketMs(1));
    expect(latencyPercentile(counts, 0.951)).toEqual(latencyBucketMs(3));
    expect(latencyPercentile(counts, 1)).toEqual(latencyBucketMs(3));
  });

  it('never lies beyond the counts, not even where they add up to nothing', () => {
    expect(latencyPercentile([1, Number.NaN], 0.5)).toEqual(latencyBucketMs(1));
  });
});
