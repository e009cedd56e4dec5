import { getEventListeners } from 'node:events';
import { manualClock } from '@cb/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { constant, pipeline, retry, retryBudget, timeout } from '../src/index.ts';
import { property } from './support/property.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const unhandled: unknown[] = [];
const note = (reason: unknown): unknown => unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(async () => {
  await turn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

describe('retry, in any order of settling, waiting and aborting', () => {
  it('settles once, makes no attempt too many, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.option(fc.nat(6), { nil: undefined }),
        fc.boolean(),
        async (s, ends, attempts, abortAt, within) => {
          const clock = manualClock();
          const policy = retry({ attempts, clock, backoff: constant(10), maxTotalMs: 35 });
          const way = within ? pipeline(timeout(25, { clock }), policy) : policy;
          const caller = new AbortController();
          const gone = new Error('gone');
          const errors = ends.map((_, at) => new Error(`attempt ${at + 1}`));
          let made = 0;
          let aborted = false;
          const call = async (): Promise<number> => {
            if (aborted) throw new Error('began after its caller had gone');
            const mine = made++;
            await s.schedule(Promise.resolve(), `attempt ${mine + 1} ends`);
            const at = mine % ends.length;
            if (ends[at]) return mine;
            throw errors[at] as Error;
          };
          const settled: unknown[] = [];
          const done = way.execute(call, { signal: caller.signal }).then(
            (value) => settled.push(value),
            (error: unknown) => settled.push(error),
          );
          for (let i = 0; i < 5; i++)
            void s.schedule(Promise.resolve(), 'time goes on').then(() => clock.advance(10));
          if (abortAt !== undefined)
            void s.schedule(Promise.resolve(), 'abort').then(() => {
              aborted = true;
              caller.abort(gone);
            });
          await s.waitIdle();
          while (settled.length === 0) {
            await turn();
            await s.waitIdle();
            clock.advance(10);
          }
          await done;
          await turn();
          expect(settled).toHaveLength(1);
          expect(made).toBeGreaterThanOrEqual(aborted && made === 0 ? 0 : 1);
          expect(made).toBeLessThanOrEqual(attempts);
          const [end] = settled;
          if (typeof end === 'number') expect(ends[end % ends.length]).toBe(true);
          else if (end === gone) expect(aborted).toBe(true);
          else if ((end as Error).name === 'TimeoutError') expect(within).toBe(true);
          else expect(errors).toContain(end);
          expect(clock.pendingTimers).toBe(0);
          expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
          expect(policy.snapshot().gauges).toEqual({ inFlight: 0, waiting: 0 });
        },
      ),
      property(200),
    );
  });

  it('makes no more additional attempts than its budget allows, however calls mix', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0.1, 0.5, 1),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 }),
        async (s, capacity, ratio, failures) => {
          const clock = manualClock();
          const budget = retryBudget({ capacity, ratio, minPerSecond: 0, clock });
          const policies = [1, 2].map(() => retry({ attempts: 3, clock, backoff: constant(1), budget }));
          let made = 0;
          let left = failures.length;
          for (const [at, fails] of failures.entries()) {
            const call = async ({ attempt }: { attempt: number }): Promise<void> => {
              made++;
              await s.schedule(Promise.resolve());
              if (attempt <= fails) throw new Error('no');
            };
            void policies[at % 2]?.execute(call).then(
              () => left--,
              () => left--,
            );
          }
          while (left > 0) {
            await s.waitIdle();
            clock.advance(1);
            await turn();
          }
          const { counts, gauges } = budget.snapshot();
          expect(made - failures.length).toBe(counts.taken);
          expect(counts.taken).toBeLessThanOrEqual(capacity + ratio * failures.length);
          expect(gauges.tokens).toBeGreaterThanOrEqual(0);
        },
      ),
      property(200),
    );
  });
});
