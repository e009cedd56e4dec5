import { BUCKETS } from '@cb/protocol';
import { describe, expect, it, vi } from 'vitest';
import { addPairs, eachBucket } from '../src/server/packed-histogram.ts';
import { LaneSeries, readSeries, tierFor } from '../src/server/series.ts';
import { COLUMNS, type Sample, SeriesMemory } from '../src/server/series-memory.ts';
import { randomFrom } from './support.ts';

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

  it('give the finest grain only to who is looked at once memory is short, and still reach back', () => {
    const memory = new SeriesMemory(1_000_000);
    const series = Array.from({ length: 100 }, () => new LaneSeries(memory));
    const [watched, unwatched] = series as [LaneSeries, LaneSeries];
    watched.watchers = 1;
    let t = T0;
    const pass = (seconds: number): void => {
      for (let i = 0; i < seconds; i++) {
        t += 1_000;
        for (const each of series) each.add(sampleOf({ t, ok: 1, hist: [50, 1] }));
      }
    };
    pass(400);
    expect(memory.short).toBe(true);
    pass(60);
    const latencies = (of: LaneSeries): number => {
      const counts = new Float64Array(BUCKETS);
      of.addLatencies(counts, t - 10_000, t);
      return counts[50] as number;
    };
    expect([latencies(watched), latencies(unwatched)]).toEqual([10, 0]);
    const range = { from: T0, to: t, now: t };
    for (const each of [watched, unwatched]) {
      const { stepMs, ok } = readSeries(1, [each], range);
      expect(stepMs).toBeGreaterThan(1_000);
      expect(ok.reduce((a, b) => a + b, 0)).toBeGreaterThan(300);
    }
    for (const each of series.slice(2)) each.release();
    for (const ms of [1_000, 2_000]) watched.add(sampleOf({ t: t + ms, ok: 1, hist: [50, 1] }));
    expect(memory.short).toBe(false);
  });

  it('show the mean of a gauge over a step, summed over instances', () => {
    const row = new LaneSeries(new SeriesMemory());
    for (const inFlight of [3, 5]) row.add(sampleOf({ t: T0 + 1_500, inFlight }));
    const { t, inFlight } = readSeries(1, [row], { from: T0, to: T0 + 9_000, now: T0 + 9_000 });
    expect({ t, inFlight }).toEqual({ t: [T0, T0 + 1_000], inFlight: [4, 4] });
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
    const sum = (tier: number): number => {
      let ok = 0;
      lane.visit(tier, T0 - 60_000, T0 + 60_000, (_step, chunk, slot) => {
        ok += chunk.values[slot * COLUMNS] as number;
      });
      return ok;
    };
    for (let i = 1; i <= 5; i++) {
      lane.add(sampleOf({ t: T0 + i * 300, ms: 300, ok: 7 }));
      for (const tier of [0, 1, 2]) expect(sum(tier)).toBeCloseTo(7 * i, 4);
    }
  });

  it('keep what one rollup says of minutes, in the grains that reach so far', () => {
    const lane = new LaneSeries(new SeriesMemory());
    lane.add(sampleOf({ t: T0 + 300_000, ms: 300_000, ok: 300, inFlight: 4 }));
    const now = T0 + 3_600_000;
    const series = readSeries(1, [lane], { from: T0, to: now, now });
    expect(series.stepMs).toBe(10_000);
    expect(series.ok).toEqual(new Array(30).fill(10));
    expect(series.inFlight).toEqual(new Array(30).fill(4));
  });

  it('hold every bucket, however many there are in one step, in every grain', () => {
    const lane = new LaneSeries(new SeriesMemory());
    const hist = Array.from({ length: 2 * BUCKETS }, (_, i) => (i % 2 === 0 ? i / 2 : 1));
    for (let i = 1; i <= 10; i++) lane.add(sampleOf({ t: T0 + i * 100, ms: 100, ok: BUCKETS, hist }));
    for (const tier of [0, 1, 2]) {
      const counts = new Array(BUCKETS).fill(0);
      lane.visit(tier, T0 - 60_000, T0 + 60_000, (_step, chunk, slot) => {
        eachBucket(chunk.hist[slot] ?? '', (bucket, calls) => {
          counts[bucket] += calls;
        });
      });
      expect(counts).toEqual(new Array(BUCKETS).fill(10));
    }
  });

  it('pack histograms without loss', () => {
    const random = randomFrom(7);
    for (let round = 0; round < 200; round++) {
      const counts = new Map<number, number>();
      let packed = '';
      for (let i = 0; i < 4; i++) {
        const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket).filter(() => random() < 0.1);
        const pairs = buckets.flatMap((bucket) => [bucket, 1 + Math.floor(random() ** 6 * 2 ** 40)]);
        for (let k = 0; k < pairs.length; k += 2) {
          const bucket = pairs[k] as number;
          counts.set(bucket, (counts.get(bucket) ?? 0) + (pairs[k + 1] as number));
        }
        packed = addPairs(packed, pairs);
      }
      const seen: [number, number][] = [];
      eachBucket(packed, (bucket, count) => seen.push([bucket, count]));
      expect(seen).toEqual([...counts].sort(([a], [b]) => a - b));
    }
  });
});
