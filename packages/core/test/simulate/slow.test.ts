import { describe, expect, it } from 'vitest';
import { LATENCY_BUCKETS, latencyBucket, latencyBucketMs } from '../../src/latency.ts';
import { failedCalls, slowCalls } from '../../src/simulate/slow.ts';
import type { TracedRow } from '../../src/simulate/trace.ts';

const row = (more: Partial<TracedRow>): TracedRow => ({ at: 0, calls: 100, failures: 0, ...more });
const bucket = latencyBucket(100);
const { fromMs, toMs } = latencyBucketMs(bucket);
const histogram = row({ latency: [bucket - 1, 10, bucket, 40, bucket + 1, 30, bucket + 9, 20] });

describe('slow calls of a row', () => {
  it('are none where nobody asks for slow ones', () => {
    expect(slowCalls(row({ slow: 30 }), Number.POSITIVE_INFINITY)).toBe(0);
  });

  it('are those that were recorded, before any histogram', () => {
    expect(slowCalls({ ...histogram, slow: 7 }, fromMs)).toBe(7);
    expect(slowCalls(row({}), 5)).toBe(0);
  });

  it('are counted by the histogram, within the bucket of the limit by how much of it lies above', () => {
    expect(slowCalls(histogram, fromMs)).toBe(90);
    expect(slowCalls(histogram, fromMs + (toMs - fromMs) / 4)).toBe(80);
    expect(slowCalls(histogram, (fromMs + toMs) / 2)).toBe(70);
    expect(slowCalls(histogram, toMs)).toBe(50);
    expect(slowCalls(histogram, latencyBucketMs(bucket + 9).toMs)).toBe(0);
  });

  it('are a share of the calls where the histogram holds more or fewer', () => {
    expect(slowCalls({ ...histogram, calls: 10 }, toMs)).toBe(5);
    expect(slowCalls(row({ latency: [] }), 5)).toBe(0);
    expect(slowCalls(row({ latency: [3, 0] }), 5)).toBe(0);
  });

  it('are all of the last bucket, which has no end', () => {
    const last = row({ latency: [LATENCY_BUCKETS - 1, 60, 0, 40] });
    expect(slowCalls(last, 5_000_000)).toBe(60);
  });
});

describe('failed calls of a row', () => {
  it('are those that were recorded where no time limit is tried', () => {
    expect(failedCalls({ ...histogram, failures: 3 }, undefined, 10)).toBe(3);
  });

  it('are those that took longer than the limit, by the histogram', () => {
    expect(failedCalls({ ...histogram, failures: 3, slow: 1 }, toMs, 10)).toBe(50);
    expect(failedCalls({ ...histogram, failures: 60 }, toMs, 10)).toBe(60);
    expect(failedCalls({ ...histogram, slow: 1 }, toMs, toMs)).toBe(50);
  });

  it('are, without one, the slow ones, if slow means longer than the limit or as long', () => {
    const recorded = row({ failures: 4, slow: 30 });
    expect(failedCalls(recorded, 500, 500)).toBe(30);
    expect(failedCalls(recorded, 500, 501)).toBe(30);
    expect(failedCalls(recorded, 500, 499)).toBe(4);
    expect(failedCalls(row({ failures: 40, slow: 30 }), 500, 500)).toBe(40);
  });
});
