import { getEventListeners } from 'node:events';
import { manualClock } from '@cb/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimit } from '../src/rate-limit.ts';
import { property } from './support/property.ts';

describe('a rateLimit, under every order of asking, giving up and time', () => {
  it('conserves tokens, serves in the order of asking, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.record({ aborts: fc.boolean(), waits: fc.boolean() }), { minLength: 1, maxLength: 12 }),
        async (scheduler, burst, perMs, players) => {
          const clock = manualClock();
          const policy = rateLimit({ limit: 1, perMs, burst, clock });
          const servedAt: number[] = [];
          const asked: number[] = [];
          const served: number[] = [];
          const gone: number[] = [];
          const signals: AbortSignal[] = [];
          const enter = (id: number, aborts: boolean, waits: boolean): void => {
            if (!waits) {
              // Whoever does not wait gets nothing while others do.
              const { queued, tokens } = policy.snapshot().gauges as Record<string, number>;
              expect(policy.allow()).toBe(queued === 0 && (tokens ?? 0) > 0);
              return;
            }
            const caller = new AbortController();
            signals.push(caller.signal);
            asked.push(id);
            policy.wait(caller.signal).then(
              () => served.push(id),
              () => gone.push(id),
            );
            if (aborts) void scheduler.schedule(Promise.resolve(), `abort ${id}`).then(() => caller.abort());
          };
          players.forEach(({ aborts, waits }, id) => {
            void scheduler.schedule(Promise.resolve(), `enter ${id}`).then(() => enter(id, aborts, waits));
          });
          for (let i = 0; i < 8; i++)
            void scheduler.schedule(Promise.resolve(), 'time').then(() => clock.advance(13));
          let allowed = 0;
          const note = (): void => {
            const total = policy.snapshot().counts.allowed as number;
            for (; allowed < total; allowed++) servedAt.push(clock.now());
          };
          while (scheduler.count() > 0) {
            await scheduler.waitOne();
            await new Promise((resolve) => setImmediate(resolve));
            note();
          }
          for (let i = 0; i < players.length * perMs; i++) {
            clock.advance(1);
            note();
          }
          await new Promise((resolve) => setImmediate(resolve));
          // Fair, complete, tidy.
          expect(served).toEqual(asked.filter((id) => served.includes(id)));
          expect([...served, ...gone].sort((a, b) => a - b)).toEqual([...asked].sort((a, b) => a - b));
          expect(policy.snapshot().gauges.queued).toBe(0);
          expect(clock.pendingTimers).toBe(0);
          for (const signal of signals) expect(getEventListeners(signal, 'abort')).toEqual([]);
          // In any span at most a burst and what falls due in it; time passes here in steps of 13, seen at their end.
          for (let from = 0; from < servedAt.length; from++)
            for (let to = from; to < servedAt.length; to++) {
              const span = (servedAt[to] as number) - (servedAt[from] as number) + 13;
              expect(to - from + 1).toBeLessThanOrEqual(burst + span / perMs);
            }
        },
      ),
      property(200),
    );
  });
});
