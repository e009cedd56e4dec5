import { describe, expect, it } from 'vitest';
import { OwnHistory, suppliedWith, supply } from '../src/history.ts';

/** Learns over a minute, nothing as bad as a half, from slices of at least ten calls. */
const history = (now = 0): OwnHistory => new OwnHistory(60_000, 0.5, 10, now);
function record(into: OwnHistory, at: number, calls: number, failed: number): void {
  for (let i = 0; i < calls; i++) into.record(i < failed, at);
}

describe('a breaker’s own memory', () => {
  it('knows nothing until a slice has two after it', () => {
    const own = history();
    record(own, 0, 10, 1);
    record(own, 10_000, 10, 0);
    expect(own.rate).toBeUndefined();
    record(own, 20_000, 1, 0);
    expect(own.rate).toBe(0.1);
  });

  it('begins a slice at its construction, and a new one after ten seconds', () => {
    const own = history(5_000);
    record(own, 14_999, 10, 1);
    record(own, 15_000, 10, 2);
    record(own, 24_999, 1, 0);
    expect(own.rate).toBeUndefined();
    record(own, 25_000, 1, 0);
    expect(own.rate).toBe(0.1);
  });

  it('lets a slice with too few calls go on', () => {
    const own = history();
    record(own, 0, 9, 9);
    record(own, 10_000, 11, 0);
    // Ten calls, nine of them failed: too bad to be learned. Then ten good ones.
    record(own, 20_000, 10, 0);
    record(own, 30_000, 10, 0);
    record(own, 40_000, 1, 0);
    expect(own.rate).toBe(0);
  });

  it('judges a slice with too few calls together with those that follow', () => {
    const own = history();
    record(own, 0, 4, 2);
    record(own, 10_000, 7, 0);
    record(own, 20_000, 10, 0);
    expect(own.rate).toBe(0.2);
  });

  it('takes ten calls for enough, not nine', () => {
    const own = history();
    record(own, 0, 10, 1);
    record(own, 10_000, 1, 0);
    record(own, 10_000, 9, 0);
    record(own, 20_000, 1, 0);
    expect(own.rate).toBe(0.1);
  });

  it('an idle time begins a new slice with the next call', () => {
    const own = history();
    record(own, 50_000, 10, 1);
    record(own, 59_999, 10, 3);
    record(own, 60_000, 10, 0);
    record(own, 70_000, 1, 0);
    expect(own.rate).toBe(0.2);
  });

  it('does not learn what is as bad as the limit', () => {
    const own = history();
    record(own, 0, 10, 5);
    record(own, 10_000, 10, 4);
    record(own, 20_000, 10, 0);
    expect(own.rate).toBeUndefined();
    record(own, 30_000, 1, 0);
    expect(own.rate).toBe(0.4);
  });

  it('forgets what led to an opening, and begins again there', () => {
    const own = history();
    record(own, 0, 10, 4);
    record(own, 10_000, 10, 4);
    own.forgetRecent(12_000);
    record(own, 21_999, 10, 1);
    record(own, 22_000, 10, 0);
    expect(own.rate).toBeUndefined();
    record(own, 32_000, 1, 0);
    expect(own.rate).toBe(0.1);
  });

  it('weighs a slice by its part of the memory, the first ones by their number', () => {
    const own = history();
    for (let i = 0; i < 8; i++) record(own, i * 10_000, 10, i % 2);
    // Slices 0 to 5 are known: 0 and 1 of ten in turn, each newer one a sixth at most.
    let rate = 0;
    for (let i = 0; i < 6; i++) rate += ((i % 2) / 10 - rate) * Math.max(1 / (i + 1), 1 / 6);
    expect(own.rate).toBeCloseTo(rate, 12);
  });
});

it('finds the collector of a rule, alone or in a list, and none where there is none', () => {
  const rule = {};
  const collector = { recordError: () => {}, recordSuccess: () => {}, getErrorRate: () => 0 };
  supply(rule, collector);
  expect([suppliedWith(rule), suppliedWith([{}, rule])]).toEqual([collector, collector]);
  for (const none of [undefined, null, 5, {}, [], [null, 5]]) expect(suppliedWith(none)).toBeUndefined();
});
