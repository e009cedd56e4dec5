import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCase, aShare, countable, decidable } from './support/configs.ts';
import { Pair } from './support/pair.ts';
import { property } from './support/property.ts';
import { anOp, aStory, type How, type Op } from './support/story.ts';

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
      property(900),
    );
  }, 60_000);

  it('tries the other side as the textbook breaker does', async () => {
    const half: Op[] = [
      { op: 'crowd', calls: 3 },
      { op: 'burst', ends: ['failure', 'failure'] },
      { op: 'advance', ms: 301 },
      { op: 'crowd', calls: 4 },
    ];
    // The first result of a probe, or of a call from before; and another call that would like to be a probe.
    const first = fc
      .tuple(fc.integer({ min: 2, max: 4 }), fc.constantFrom<How>('success', 'success', 'failure', 'ignore'))
      .map(([which, how]): Op[] => [
        { op: 'settle', which, how, ms: 60 },
        { op: 'crowd', calls: 3 },
      ]);
    const aTrial = fc
      .tuple(first, fc.array(anOp, { maxLength: 15, size: 'max' }))
      .map(([first, rest]) => [...first, ...rest]);
    await fc.assert(
      fc.asyncProperty(aCase, aTrial, async (c, story) => {
        const openWhen = [
          { kind: 'consecutive-failures', failures: 2 } as const,
          ...c.config.openWhen.slice(0, 1),
        ];
        const probing = { ...c.config.probing, closeWhen: decidable(c.config.probing.closeWhen, openWhen) };
        const pair = new Pair({ ...c, config: { ...c.config, openWhen, probing } });
        for (const op of [...half, ...story]) {
          await pair.step(op);
          pair.check();
        }
      }),
      property(600),
    );
  }, 60_000);

  it('compares shares as they are written', async () => {
    // So many of so many calls fail, and the limit is what that share may round to, or one next to it.
    const aVerdict = fc
      .tuple(aCase, aShare, fc.integer({ min: 1, max: 40 }), fc.nat(1_000), fc.constantFrom(-1, 0, 0, 1))
      .map(([c, share, calls, some, more]) => {
        const failures = 1 + (some % calls);
        const percent = Math.round((100 * failures) / calls) + more;
        const ratio = Math.min(100, Math.max(1, percent)) / 100;
        return { c, rule: { ...share, ratio, minimumCalls: calls }, calls, failures };
      });
    await fc.assert(
      fc.asyncProperty(aVerdict, async ({ c, rule, calls, failures }) => {
        const window = { kind: 'last-ms', ms: 1_000, buckets: 1 } as const;
        const config = { ...c.config, window, openWhen: [rule], counting: countable(window, {}) };
        const pair = new Pair({ ...c, config });
        for (let i = 0; i < calls; i++) await pair.callAtOnce(i < failures ? 'failure' : 'success');
        pair.check();
      }),
      property(600),
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
