import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LATENCY_BUCKETS, latencyBucket, latencyBucketMs, latencyPercentile } from '../src/index.ts';

// Microseconds as the histogram sees them, as well as what is too short, too long and in between.
const aDuration = fc.oneof(
  fc.double({ min: 0, max: 10, noNaN: true }),
  fc.integer({ min: 0, max: 5_000_000 }).map((us) => us / 1_000),
  fc.double({ min: 0, max: 1e8, noNaN: true }),
  fc.integer({ min: 0, max: LATENCY_BUCKETS - 1 }).map((bucket) => latencyBucketMs(bucket).fromMs),
);

function counted(durations: readonly number[]): Uint32Array {
  const counts = new Uint32Array(LATENCY_BUCKETS);
  for (const ms of durations) {
    const bucket = latencyBucket(ms);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  return counts;
}

describe('the buckets of durations', () => {
  it('follow each other without a gap, from 0 on, each an eighth of an octave', () => {
    let end = 0;
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
      const { fromMs, toMs } = latencyBucketMs(bucket);
      expect(fromMs).toBe(end);
      if (bucket > 0 && toMs !== Number.POSITIVE_INFINITY)
        expect(toMs / fromMs).toBeLessThanOrEqual(1.125 + 1e-9);
      end = toMs;
    }
    expect(end).toBe(Number.POSITIVE_INFINITY);
  });

  it('hold exactly the durations between their bounds', () => {
    const property = fc.property(aDuration, (ms) => {
      const { fromMs, toMs } = latencyBucketMs(latencyBucket(ms));
      expect(ms).toBeGreaterThanOrEqual(fromMs);
      expect(ms).toBeLessThan(toMs);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it.each([-1, LATENCY_BUCKETS, 0.5, Number.NaN])('there is none numbered %s', (bucket) => {
    expect(() => latencyBucketMs(bucket)).toThrow('latencyBucketMs takes a bucket from 0 to 207');
  });
});

describe('a percentile', () => {
  it('lies between its bounds, as sorting shows', () => {
    const property = fc.property(
      fc.array(aDuration, { minLength: 1, maxLength: 300 }),
      fc.oneof(fc.constantFrom(0.5, 0.95, 0.99, 1), fc.double({ min: 0.001, max: 1, noNaN: true })),
      (durations, ratio) => {
        const sorted = [...durations].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(durations.length * ratio) - 1] as number;
        const { fromMs, toMs } = latencyPercentile(counted(durations), ratio) as {
          fromMs: number;
          toMs: number;
        };
        expect(exact).toBeGreaterThanOrEqual(fromMs);
        expect(exact).toBeLessThan(toMs);
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });

  it('of several breakers comes from the sum of their counts', () => {
    const [fast, slow] = [counted(new Array(99).fill(10)), counted([1_000])];
    const sum = fast.map((count, i) => count + (slow[i] as number));
    expect(latencyPercentile(sum, 0.99)).toEqual(latencyPercentile(fast, 0.5));
    expect(latencyPercentile(sum, 1)).toEqual(latencyBucketMs(latencyBucket(1_000)));
  });

  it('of nothing is unknown', () => {
    expect(latencyPercentile(new Uint32Array(LATENCY_BUCKETS), 0.5)).toBeUndefined();
    expect(latencyPercentile([], 0.5)).toBeUndefined();
  });

  it.each([0, 1.1, 95, Number.NaN])('is no share of %s', (ratio) => {
    expect(() => latencyPercentile(counted([1]), ratio)).toThrow('latencyPercentile must be above 0');
  });
});
