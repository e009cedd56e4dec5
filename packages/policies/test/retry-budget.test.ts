import { manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { type Budget, retryBudget } from '../src/index.ts';

const times = (n: number, run: () => void): void => {
  for (let i = 0; i < n; i++) run();
};
const takeAll = (budget: Budget): number => {
  let taken = 0;
  while (budget.take()) taken++;
  return taken;
};

describe('a retry budget', () => {
  it('begins full, and gives one token for each retry', () => {
    const budget = retryBudget({ capacity: 3, minPerSecond: 0, clock: manualClock() });
    expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, true, false]);
  });

  it('is fed by calls, a share of a token each, and not a hair less than a token by ten tenths', () => {
    const budget = retryBudget({ ratio: 0.1, capacity: 1, minPerSecond: 0, clock: manualClock() });
    expect(takeAll(budget)).toBe(1);
    times(9, () => budget.onCall());
    expect(budget.take()).toBe(false);
    budget.onCall();
    expect(budget.take()).toBe(true);
    expect(budget.take()).toBe(false);
  });

  it('keeps no more than its capacity, by calls or by time', () => {
    const clock = manualClock();
    const budget = retryBudget({ ratio: 1, capacity: 2, minPerSecond: 10, clock });
    times(100, () => budget.onCall());
    expect(budget.snapshot().gauges.tokens).toBe(2);
    clock.advance(60_000);
    expect(takeAll(budget)).toBe(2);
  });

  it('gives a few by time alone, so that a quiet client can retry too', () => {
    const clock = manualClock();
    const budget = retryBudget({ capacity: 1, minPerSecond: 2, clock });
    expect(takeAll(budget)).toBe(1);
    clock.advance(499);
    expect(budget.take()).toBe(false);
    clock.advance(1);
    expect(takeAll(budget)).toBe(1);
  });

  it('shows itself as plain data, and looking takes nothing', () => {
    const clock = manualClock();
    const budget = retryBudget({ name: 'payments', clock });
    times(5, () => budget.take());
    times(3, () => budget.onCall());
    clock.advance(1_000);
    const shown = {
      name: 'payments',
      counts: { calls: 3, taken: 5, refused: 0 },
      gauges: { tokens: 96.6 },
      config: { ratio: 0.2, capacity: 100, minPerSecond: 1 },
    };
    expect(budget.snapshot()).toEqual(shown);
    expect(budget.snapshot()).toEqual(shown);
    expect(takeAll(budget)).toBe(96);
    expect(budget.snapshot()).toMatchObject({
      name: 'payments',
      counts: { calls: 3, taken: 101, refused: 1 },
    });
  });

  it('has a name and the host’s clock where none are given', () => {
    expect(retryBudget().snapshot()).toEqual({
      name: 'retry-budget',
      counts: { calls: 0, taken: 0, refused: 0 },
      gauges: { tokens: 100 },
      config: { ratio: 0.2, capacity: 100, minPerSecond: 1 },
    });
    expect(
      retryBudget({ minPerSecond: 1_000_000, ratio: 1, capacity: 1, name: 'x'.repeat(200) }).take(),
    ).toBe(true);
  });

  it.each([
    [{ ratio: 0 }, 'retryBudget ratio must be above 0 and at most 1, got 0'],
    [{ ratio: 20 }, 'retryBudget ratio must be above 0 and at most 1, got 20; did you mean 0.2?'],
    [{ capacity: 0 }, 'retryBudget capacity must be a whole number from 1 to 1000000, got 0'],
    [{ minPerSecond: -1 }, 'retryBudget minPerSecond must be from 0 to 1000000, got -1'],
    [{ minPerSecond: 1_000_001 }, 'retryBudget minPerSecond must be from 0 to 1000000, got 1000001'],
    [{ minPerSecond: '1' }, 'retryBudget minPerSecond must be from 0 to 1000000, got "1"'],
    [{ name: '' }, 'retryBudget name must be a text of 1 to 200 characters'],
    [{ name: 'x'.repeat(201) }, 'retryBudget name must be a text of 1 to 200 characters'],
    [{ name: 5 }, 'retryBudget name must be a text of 1 to 200 characters'],
    [
      { percent: 20 },
      'retryBudget has no option "percent" (known: name, ratio, capacity, minPerSecond, clock)',
    ],
  ])('refuses %j', (options, sentence) => {
    expect(() => retryBudget(options as never)).toThrow(expect.objectContaining({ message: sentence }));
  });
});
