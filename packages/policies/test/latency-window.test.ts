import { describe, expect, it } from 'vitest';
import { LatencyWindow } from '../src/latency-window.ts';

const record = (window: LatencyWindow, ms: number, times: number): void => {
  for (let i = 0; i < times; i++) window.record(ms);
};

describe('a window of latencies', () => {
  it('knows nothing at first', () => {
    const window = new LatencyWindow(0.95);
    expect([window.samples, window.percentileMs]).toEqual([0, undefined]);
  });

  it('knows the bound below which the percentile lies', () => {
    const window = new LatencyWindow(0.95);
    record(window, 10, 95);
    record(window, 500, 5);
    expect(window.percentileMs).toBeCloseTo(10.24);
    record(window, 500, 20);
    expect(window.percentileMs).toBeCloseTo(524.288);
  });

  it('is exact for the first twenty, then works it out for every twentieth', () => {
    const window = new LatencyWindow(1);
    const seen: (number | undefined)[] = [];
    for (let i = 1; i <= 41; i++) {
      window.record(i < 20 ? 10 : i < 21 ? 100 : 1_000);
      seen.push(window.percentileMs);
    }
    const whole = seen.map((ms) => Math.round(ms ?? 0));
    expect(whole).toEqual([...Array(19).fill(10), ...Array(20).fill(106), 1_049, 1_049]);
  });

  it('forgets what is older than two thousand, and keeps at least a thousand', () => {
    const window = new LatencyWindow(0.5);
    record(window, 10, 1_000);
    record(window, 500, 1_000);
    expect([window.samples, Math.round(window.percentileMs ?? 0)]).toEqual([2_000, 10]);
    record(window, 500, 1);
    expect(window.samples).toBe(1_001);
    record(window, 500, 19);
    expect(window.percentileMs).toBeCloseTo(524.288);
    record(window, 500, 100_000);
    expect(window.samples).toBeLessThanOrEqual(2_000);
  });

  it('has nothing left of what it forgot', () => {
    const window = new LatencyWindow(0.25);
    record(window, 10, 1_000);
    record(window, 500, 2_000);
    expect(window.percentileMs).toBeCloseTo(524.288);
  });

  it('has an end also for what takes longer than an hour', () => {
    const window = new LatencyWindow(0.5);
    window.record(10 ** 9);
    expect(window.percentileMs).toBeGreaterThan(3_600_000);
    expect(window.percentileMs).toBeLessThan(10 ** 9);
  });
});
