import { BUCKETS } from '@cb/protocol';
import { describe, expect, it, vi } from 'vitest';
import { LaneSeries, readSeries, tierFor } from '../src/server/series.ts';
import { SeriesMemory } from '../src/server/series-memory.ts';
import type { Sample } from '../src/server/series-step.ts';

const T0 = 1_700_000_000_000;

function sampleOf(more: Partial<Sample>): Sample {
  const zero = { ok: 0, fail: 0, slow: 0, ignored: 0, rejected: 0, stale: 0, inFlight: 0, failureRatio: 0 };
  return { t: T0, ms: 1_000, ...zero, ...more };
}

describe('series', () => {
  it('spread a rollup over the steps it covers, so that drifting ones stay even', () => {
    const lane = new LaneSeries(new SeriesMemory());
    for (let i = 1; i <= 20; i++) lane.add(sampleOf({ t: T0 + i * 1_010, ms: 1_010, ok: 101 }));
    const series = readSeries(1, [lane], { from: T0, to: T0 + 30_000, now: T0 + 30_000 });
    expect(series.stepMs).toBe(1_000);
    for (const ok of series.ok.slice(0, 20)) expect(ok).toBeCloseTo(100, 1);
  });

  it('sum instances, merge latencies instead of averaging percentiles, and break where nothing ran', () => {
    const memory = new SeriesMemory();
    const [a, b] = [new LaneSeries(memory), new LaneSeries(memory)];
    a.add(sampleOf({ t: T0 + 1_000, ok: 90, failureRatio: 0.1, hist: [40, 90] }));
    b.add(sampleOf({ t: T0 + 1_000, fail: 10, failureRatio: 0.4, hist: [120, 10] }));
    b.add(sampleOf({ t: T0 + 2_000, rejected: 5, failureRatio: 0.4 }));
    const series = readSeries(7, [a, b], { from: T0, to: T0 + 9_000, now: T0 + 9_000 });
    expect(series).toMatchObject({
      row: 7,
      t: [T0, T0 + 1_000],
      ok: [90, 0],
      fail: [10, 0],
      rejected: [0, 5],
      failureRatio: [0.4, null],
    });
    expect(series.p50[1]).toBeNull();
    expect(series.p99[0]).toBeGreaterThan(100 * (series.p50[0] as number));
  });

  it('leave out a step that is not over', () => {
    const lane = new LaneSeries(new SeriesMemory());
    lane.add(sampleOf({ t: T0 + 2_500, ms: 500, ok: 5 }));
    expect(readSeries(1, [lane], { from: T0, to: T0 + 9_000, now: T0 + 2_600 }).t).toEqual([]);
    expect(readSeries(1, [lane], { from: T0, to: T0 + 9_000, now: T0 + 4_000 }).t).toEqual([T0 + 2_000]);
  });

  it('become coarser with age and length, and keep the same sums', () => {
    expect(tierFor(T0 - 60_000, T0, T0)).toBe(0);
    expect(tierFor(T0 - 3_600_000, T0, T0)).toBe(1);
    expect(tierFor(T0 - 20 * 3_600_000, T0, T0)).toBe(2);
    const lane = new LaneSeries(new SeriesMemory());
    for (let i = 1; i <= 7_200; i++) lane.add(sampleOf({ t: T0 + i * 1_000, ok: 3 }));
    const now = T0 + 7_300_000;
    const series = readSeries(1, [lane], { from: T0, to: now, now });
    expect(series.stepMs).toBe(10_000);
    expect(series.ok.reduce((a, b) => a + b, 0)).toBe(3 * 7_200);
  });

  it('stay within their memory: the oldest of the finest goes first', () => {
    const memory = new SeriesMemory(2_000_000);
    const lanes = Array.from({ length: 50 }, () => new LaneSeries(memory));
    for (let i = 1; i <= 1_200; i++) {
      for (const lane of lanes) lane.add(sampleOf({ t: T0 + i * 1_000, ok: 1, hist: [50, 1, 60, 2] }));
    }
    expect(memory.bytes).toBeLessThanOrEqual(2_000_000);
    expect(memory.dropped).toBeGreaterThan(0);
    const now = T0 + 1_300_000;
    const series = readSeries(1, [lanes[0] as LaneSeries], { from: now - 4 * 3_600_000, to: now, now });
    expect(series.stepMs).toBe(60_000);
    expect(series.ok.reduce((a, b) => a + b, 0)).toBeGreaterThan(1_000);
    for (const lane of lanes) lane.release();
    expect(memory.bytes).toBe(0);
  });

  it('touch the shared memory once a step and grain, however often rollups come', () => {
    const memory = new SeriesMemory();
    const write = vi.spyOn(memory, 'write');
    const lane = new LaneSeries(memory);
    for (let i = 1; i <= 600; i++) lane.add(sampleOf({ t: T0 + i * 100, ms: 100, ok: 1, hist: [50, 1] }));
    // 59 steps of a second are over, and five of ten seconds, each of which went into two grains.
    expect(write).toHaveBeenCalledTimes(59 + 2 * 5);
    const series = readSeries(1, [lane], { from: T0, to: T0 + 70_000, now: T0 + 70_000 });
    expect(series.ok.reduce((a, b) => a + b, 0)).toBe(600);
  });

  it('hold the newest numbers in every grain, also those of a step that is still being filled', () => {
    const lane = new LaneSeries(new SeriesMemory());
    const sum = (hours: number): number =>
      readSeries(1, [lane], { from: T0, to: T0 + hours * 3_600_000, now: T0 + hours * 3_600_000 }).ok.reduce(
        (a, b) => a + b,
        0,
      );
    for (let i = 1; i <= 5; i++) {
      lane.add(sampleOf({ t: T0 + i * 300, ms: 300, ok: 7 }));
      for (const hours of [0.1, 2, 20]) expect(sum(hours)).toBeCloseTo(7 * i, 1);
    }
  });

  it('keep what one rollup says of minutes, in the grains that reach so far', () => {
    const lane = new LaneSeries(new SeriesMemory());
    lane.add(sampleOf({ t: T0 + 300_000, ms: 300_000, ok: 300 }));
    const now = T0 + 3_600_000;
    const series = readSeries(1, [lane], { from: T0, to: now, now });
    expect(series.stepMs).toBe(10_000);
    expect(series.ok).toEqual(new Array(30).fill(10));
  });

  it('hold every bucket, however many there are in one step, in every grain', () => {
    const lane = new LaneSeries(new SeriesMemory());
    const hist = Array.from({ length: 2 * BUCKETS }, (_, i) => (i % 2 === 0 ? i / 2 : 1));
    for (let i = 1; i <= 10; i++) lane.add(sampleOf({ t: T0 + i * 100, ms: 100, ok: BUCKETS, hist }));
    for (const [tier, spanMs] of [1_000, 10_000, 60_000].entries()) {
      const counts = new Array(BUCKETS).fill(0);
      lane.visitLatencies(tier, T0 - spanMs, T0 + spanMs, (_step, bucket, calls) => {
        counts[bucket] += calls;
      });
      expect(counts).toEqual(new Array(BUCKETS).fill(10));
    }
  });
});
