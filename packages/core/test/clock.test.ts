import { afterEach, describe, expect, it, vi } from 'vitest';
import { steady, systemClock } from '../src/clock.ts';

const LONGEST_MS = 2_147_483_647;

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the system clock', () => {
  it('reads the host’s monotonic clock and labels with the wall clock', () => {
    vi.stubGlobal('performance', { now: () => 1.25 });
    vi.stubGlobal('Date', { now: () => 1_700_000_000_000 });
    expect(systemClock.now()).toBe(1.25);
    expect(systemClock.wallNow()).toBe(1_700_000_000_000);
  });

  it('sets timers that keep no process alive and are never longer than hosts can', () => {
    const unref = vi.fn();
    const handle = { unref };
    const set = vi.fn(() => handle);
    vi.stubGlobal('setTimeout', set);
    const run = (): void => {};
    expect(systemClock.setTimeout(run, 5)).toBe(handle);
    systemClock.setTimeout(run, 2 ** 40);
    expect(set.mock.calls).toEqual([
      [run, 5],
      [run, LONGEST_MS],
    ]);
    expect(unref).toHaveBeenCalledTimes(2);
  });

  it('sets timers also where a host’s handles are numbers, and clears them', () => {
    const clear = vi.fn();
    vi.stubGlobal('setTimeout', () => 7);
    vi.stubGlobal('clearTimeout', clear);
    expect(systemClock.setTimeout(() => {}, 5)).toBe(7);
    systemClock.clearTimeout(7);
    expect(clear).toHaveBeenCalledExactlyOnceWith(7);
  });
});

describe('a steadied clock', () => {
  function follow(...readings: number[]): number[] {
    const left = [...readings];
    const clock = steady({ now: () => left.shift() as number });
    return readings.slice(1).map(() => clock.now());
  }

  it('passes on a clock that behaves', () => {
    expect(follow(100, 100, 100.5, 250)).toEqual([100, 100.5, 250]);
  });

  it('takes a step back for no time at all, and goes on from there', () => {
    expect(follow(100, 200, 50, 60, 20, 25)).toEqual([200, 200, 210, 210, 215]);
  });

  it('takes NaN and Infinity for no time at all, also after a step back', () => {
    expect(follow(100, Number.NaN, 110, Number.POSITIVE_INFINITY, 111)).toEqual([100, 110, 110, 111]);
    expect(follow(100, 40, Number.NaN, 50)).toEqual([100, 100, 110]);
  });

  it('starts at 0 where the first reading is none', () => {
    expect(follow(Number.NaN, Number.NaN, 5)).toEqual([0, 5]);
  });

  it('begins at 0 where the given one begins below, so that no moment is negative', () => {
    expect(follow(-5, -5, -4, -1, 3)).toEqual([0, 1, 4, 8]);
  });

  it('is one per clock', () => {
    const clock = { now: () => 1 };
    expect(steady(clock)).toBe(steady(clock));
    expect(steady({ now: () => 1 })).not.toBe(steady(clock));
  });

  it('uses what else the clock can do, with delays that hosts can', () => {
    const clock = {
      now: () => 1,
      wallNow: () => 42,
      setTimeout: vi.fn(() => 'handle'),
      clearTimeout: vi.fn(),
    };
    const run = (): void => {};
    const steadied = steady(clock);
    expect(steadied.wallNow()).toBe(42);
    expect(steadied.setTimeout(run, 5)).toBe('handle');
    steadied.setTimeout(run, 2 ** 40);
    expect(clock.setTimeout.mock.calls).toEqual([
      [run, 5],
      [run, LONGEST_MS],
    ]);
    steadied.clearTimeout('handle');
    expect(clock.clearTimeout).toHaveBeenCalledExactlyOnceWith('handle');
  });

  it('does without what the clock cannot do', () => {
    vi.stubGlobal('Date', { now: () => 1_700_000_000_000 });
    const steadied = steady({ now: () => 1 });
    expect(steadied.wallNow()).toBe(1_700_000_000_000);
    expect(steadied.setTimeout(() => {}, 5)).toBeUndefined();
    expect(() => steadied.clearTimeout('handle')).not.toThrow();
  });
});
