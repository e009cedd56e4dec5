import { manualClock } from '@cb/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryBudget } from '../src/index.ts';
import { property } from './support/property.ts';

const step = fc.oneof(
  fc.constant({ kind: 'call' as const }),
  fc.constant({ kind: 'take' as const }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 5_000 }) }),
);

describe('a retry budget, whatever happens', () => {
  it('never gives more than its capacity, the share of the calls and what time brings; and gives all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 0, max: 5 }),
        fc.array(step, { maxLength: 300 }),
        (ratio, capacity, minPerSecond, steps) => {
          const clock = manualClock();
          const budget = retryBudget({ ratio, capacity, minPerSecond, clock });
          let tokens = capacity;
          for (const next of steps) {
            const before = budget.snapshot().gauges.tokens;
            expect(before).toBeCloseTo(tokens, 5);
            if (next.kind === 'take') {
              const given = budget.take();
              expect(given).toBe(before >= 1);
              if (given) tokens -= 1;
            } else if (next.kind === 'call') {
              budget.onCall();
              tokens = Math.min(capacity, tokens + ratio);
            } else {
              clock.advance(next.ms);
              tokens = Math.min(capacity, tokens + (next.ms * minPerSecond) / 1_000);
            }
          }
        },
      ),
      property(200),
    );
  });
});
