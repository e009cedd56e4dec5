import { describe, expect, it } from 'vitest';
import { Ramp } from '../src/ramp.ts';

const ramp = (fromRatio = 0.25, alwaysPerSecond = 1): Ramp =>
  new Ramp({ overMs: 10_000, fromRatio, alwaysPerSecond }, 1_000);
const pattern = (at: number, calls: number, of = ramp()): string =>
  Array.from({ length: calls }, () => (of.admits(at) ? '+' : '-')).join('');

describe('a ramp', () => {
  it('is over when its time is', () => {
    expect([ramp().isOver(10_999), ramp().isOver(11_000)]).toEqual([false, true]);
  });

  it('lets the first call through, and then one of four, evenly', () => {
    expect(pattern(1_000, 12)).toBe('+--+---+---+');
  });

  it('lets more through as time goes by', () => {
    // A quarter, and half of what was missing: five of eight.
    const let1000 = pattern(6_000, 1_000).split('+').length - 1;
    expect(let1000).toBeGreaterThanOrEqual(625);
    expect(let1000).toBeLessThanOrEqual(626);
  });

  it('never turns away the first call of a second', () => {
    const sparse = ramp(0.01);
    expect([sparse.admits(1_000), sparse.admits(1_999), sparse.admits(2_000)]).toEqual([true, false, true]);
    expect(sparse.freeAt()).toBe(3_000);
    expect(ramp(0.01, 4).freeAt()).toBe(Number.NEGATIVE_INFINITY);
  });

  it('tells beforehand what it will do', () => {
    const told = ramp();
    for (const at of [1_000, 1_000, 1_000, 1_000, 1_000, 1_500, 1_999, 2_000, 4_000, 4_000, 4_000, 4_000]) {
      const says = told.wouldAdmit(at);
      expect(told.wouldAdmit(at)).toBe(says);
      expect(told.admits(at)).toBe(says);
    }
  });
});
