import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delayOf } from '../src/backoff.ts';
import { type Backoff, constant, decorrelatedJitter, exponential, linear } from '../src/index.ts';
import { property } from './support/property.ts';

const ms = fc.double({ min: 0.001, max: 1e9, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const anyBackoff: fc.Arbitrary<{ backoff: Backoff; longestMs: number; shortestMs: number }> = fc.oneof(
  ms.map((each) => ({ backoff: constant(each), longestMs: each, shortestMs: each })),
  fc.tuple(ms, ms, ms, share).map(([firstMs, stepMs, moreMs, jitterRatio]) => ({
    backoff: linear({ firstMs, stepMs, maxMs: firstMs + moreMs, jitterRatio }),
    longestMs: (firstMs + moreMs) * (1 + jitterRatio),
    shortestMs: firstMs * (1 - jitterRatio),
  })),
  fc
    .tuple(ms, fc.double({ min: 1, max: 100, noNaN: true }), ms, fc.constantFrom('full', 'equal', 'none'))
    .map(([firstMs, factor, moreMs, jitter]) => ({
      backoff: exponential({ firstMs, factor, maxMs: firstMs + moreMs, jitter }),
      longestMs: firstMs + moreMs,
      shortestMs: { full: 0, equal: firstMs / 2, none: firstMs }[jitter],
    })),
  fc.tuple(ms, ms, share).map(([firstMs, moreMs, jitterRatio]) => ({
    backoff: exponential({ firstMs, maxMs: firstMs + moreMs, jitterRatio }),
    longestMs: (firstMs + moreMs) * (1 + jitterRatio),
    shortestMs: firstMs * (1 - jitterRatio),
  })),
  fc.tuple(ms, ms).map(([firstMs, moreMs]) => ({
    backoff: decorrelatedJitter({ firstMs, maxMs: firstMs + moreMs }),
    longestMs: firstMs + moreMs,
    shortestMs: firstMs,
  })),
);

describe('a backoff, whatever its options', () => {
  it('keeps within its limits from the first attempt to the ten-thousandth and beyond', () => {
    fc.assert(
      fc.property(anyBackoff, fc.array(share, { minLength: 1, maxLength: 20 }), (given, draws) => {
        let drawn = 0;
        const random = (): number => draws[drawn++ % draws.length] ?? 0;
        let previousMs: number | undefined;
        for (const attempt of [1, 2, 3, 10, 100, 1_000, 10_000, 1_000_000]) {
          const delayMs = delayOf(given.backoff, attempt, previousMs, random);
          expect(delayMs).toBeGreaterThanOrEqual(given.shortestMs * (1 - 1e-9));
          expect(delayMs).toBeLessThanOrEqual(given.longestMs * (1 + 1e-9));
          previousMs = delayMs;
        }
      }),
      property(200),
    );
  });

  it('is no number less than finite when walked through ten thousand attempts', () => {
    fc.assert(
      fc.property(anyBackoff, share, ({ backoff }, drawn) => {
        let previousMs: number | undefined;
        for (let attempt = 1; attempt <= 10_000; attempt++) {
          previousMs = delayOf(backoff, attempt, previousMs, () => drawn);
          if (!Number.isFinite(previousMs)) return false;
        }
        return true;
      }),
      property(50),
    );
  });
});
