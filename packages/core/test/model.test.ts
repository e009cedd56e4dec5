import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCase, aShare, countable } from './support/configs.ts';
import { Pair } from './support/pair.ts';
import { property } from './support/property.ts';
import { aStory } from './support/story.ts';

describe('breaker, against the oracle', () => {
  it('does what the textbook breaker does, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(aCase, aStory, async (c, story) => {
        const pair = new Pair(c);
        for (const op of story) {
          await pair.step(op);
          pair.check();
        }
      }),
      property(1_200),
    );
  }, 60_000);

  it('compares shares as they are written', async () => {
    const hundredths = fc.integer({ min: 1, max: 100 }).map((n) => n / 100);
    const manyCalls = fc.array(fc.constantFrom<'success' | 'failure'>('success', 'failure'), {
      maxLength: 60,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(aCase, aShare, hundredths, manyCalls, async (c, share, ratio, ends) => {
        const window = { kind: 'last-ms', ms: 1_000, buckets: 1 } as const;
        const openWhen = [{ ...share, ratio }];
        const pair = new Pair({
          ...c,
          config: { ...c.config, window, openWhen, counting: countable(window, {}) },
        });
        for (const end of ends) {
          await pair.callAtOnce(end);
          pair.check();
        }
      }),
      property(300),
    );
  }, 60_000);

  it('always lets a call through again after the open time and a lease', async () => {
    // Without a lease and without a longest time a probe that hangs keeps its place: so it is documented.
    const mayHang = aCase.filter(
      ({ config: { probing } }) => probing.leaseMs !== null || probing.maxMs !== undefined,
    );
    await fc.assert(
      fc.asyncProperty(mayHang, aStory, async (c, story) => {
        const pair = new Pair(c);
        for (const op of story) await pair.step(op);
        pair.breaker.setMode('auto');
        // The first may find a limit crossed, or that half-open lasted too long: then the one after the open time that follows.
        const letThrough = [1, 2, 3, 4, 5].some(() => {
          pair.clock.advance((pair.breaker.openError().retryAfterMs ?? 0) + 1);
          return pair.breaker.tryAcquire() !== null;
        });
        expect(letThrough).toBe(true);
      }),
      property(300),
    );
  }, 60_000);
});
