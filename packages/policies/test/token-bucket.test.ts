import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../src/token-bucket.ts';

const take = (bucket: TokenBucket, now: number, times: number): number => {
  let taken = 0;
  for (let i = 0; i < times; i++) if (bucket.take(now)) taken++;
  return taken;
};

describe('a token bucket', () => {
  it('begins full, and fills one token after another', () => {
    const bucket = new TokenBucket({ intervalMs: 10, burst: 3 });
    expect([bucket.tokens(1_000), bucket.isFull(1_000)]).toEqual([3, true]);
    expect(take(bucket, 1_000, 5)).toBe(3);
    expect([bucket.tokens(1_000), bucket.tokens(1_009), bucket.tokens(1_010)]).toEqual([0, 0, 1]);
    expect([bucket.take(1_009), bucket.take(1_010), bucket.take(1_010)]).toEqual([false, true, false]);
    expect([bucket.isFull(1_039), bucket.isFull(1_040)]).toEqual([false, true]);
  });

  it('says how long to wait, also for one behind others', () => {
    const bucket = new TokenBucket({ intervalMs: 10, burst: 2 });
    expect([bucket.waitMs(0), bucket.waitMs(0, 1), bucket.waitMs(0, 2)]).toEqual([0, 0, 10]);
    take(bucket, 0, 2);
    expect([bucket.waitMs(0), bucket.waitMs(4), bucket.waitMs(4, 2), bucket.waitMs(10)]).toEqual([
      10, 6, 26, 0,
    ]);
  });

  it('holds no more than its burst, however long it rests', () => {
    const bucket = new TokenBucket({ intervalMs: 10, burst: 2 });
    take(bucket, 0, 2);
    expect(take(bucket, 1e15, 5)).toBe(2);
  });

  it('gives nothing away to a clock that jumps back and forth', () => {
    const bucket = new TokenBucket({ intervalMs: 1_000, burst: 5 });
    let taken = 0;
    for (let i = 0; i < 50; i++) taken += take(bucket, 100_000, 1) + take(bucket, 50_000, 1);
    expect(taken).toBe(5);
  });

  it('loses nothing to one who looks all the time', () => {
    const bucket = new TokenBucket({ intervalMs: 1e12, burst: 1 });
    bucket.take(0);
    for (let now = 0; now < 10; now += 0.001) bucket.take(now);
    expect([bucket.take(1e12 - 1), bucket.take(1e12)]).toEqual([false, true]);
  });

  it('finds a token at its very moment, whatever fractions add up to', () => {
    const bucket = new TokenBucket({ intervalMs: 1_000 / 3, burst: 3 });
    let now = 1_000.1;
    take(bucket, now, 3);
    for (let i = 0; i < 1_000; i++) {
      now += bucket.waitMs(now);
      expect([bucket.tokens(now), bucket.take(now)]).toEqual([1, true]);
    }
  });

  it('takes fractions and ages at their word', () => {
    const quick = new TokenBucket({ intervalMs: 0.001, burst: 1 });
    expect([quick.take(5), quick.take(5), quick.take(5.002)]).toEqual([true, false, true]);
    const slow = new TokenBucket({ intervalMs: Number.MAX_SAFE_INTEGER, burst: 1 });
    expect([slow.take(5), slow.waitMs(5)]).toEqual([true, Number.MAX_SAFE_INTEGER]);
  });

  it('conserves tokens: in any span at most a burst and what falls due in it, and no fewer than asked for', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 6 })), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        steps,
        (ms, burst, all) => {
          const bucket = new TokenBucket({ intervalMs: ms, burst });
          const takenAt: number[] = [];
          // What an accountant would find: whole intervals, counted from the last moment at which the bucket was full.
          let tokens = burst;
          let now = 1_000;
          let filledAt = now;
          for (const [step, asked] of all) {
            now += step;
            const due = Math.floor((now - filledAt) / ms);
            tokens += due;
            filledAt += due * ms;
            if (tokens >= burst) [tokens, filledAt] = [burst, now];
            const taken = take(bucket, now, asked);
            expect(taken).toBe(Math.min(asked, tokens));
            tokens -= taken;
            for (let i = 0; i < taken; i++) takenAt.push(now);
          }
          for (let from = 0; from < takenAt.length; from++)
            for (let to = from; to < takenAt.length; to++) {
              const span = (takenAt[to] as number) - (takenAt[from] as number);
              expect(to - from + 1).toBeLessThanOrEqual(burst + span / ms);
            }
        },
      ),
      { numRuns: 200 },
    );
  });
});
