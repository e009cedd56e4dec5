import { getEventListeners } from 'node:events';
import { manualClock } from '@cb/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkhead } from '../src/bulkhead.ts';
import { property } from './support/property.ts';

/** A call of the game: how it ends, whether its caller gives up, and when, among all that happens. */
const player = fc.record({ fails: fc.boolean(), aborts: fc.boolean() });

describe('a bulkhead, under every order of settling, giving up and time', () => {
  it('never runs more than N, never lets more than Q wait, is fair, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(player, { minLength: 1, maxLength: 12 }),
        async (scheduler, concurrent, queue, players) => {
          const clock = manualClock();
          const policy = bulkhead({ concurrent, queue, queueTimeoutMs: 50, clock });
          const came: number[] = [];
          const began: number[] = [];
          const signals: AbortSignal[] = [];
          const ends: string[] = [];
          let running = 0;
          const look = (): void => {
            const { inFlight, queued } = policy.snapshot().gauges as Record<string, number>;
            expect(inFlight).toBe(running);
            expect(running).toBeLessThanOrEqual(concurrent);
            expect(queued).toBeLessThanOrEqual(queue);
            // Nobody waits where there is a place.
            if (running < concurrent) expect(queued).toBe(0);
          };
          const enter = (id: number, { fails, aborts }: { fails: boolean; aborts: boolean }): void => {
            const caller = new AbortController();
            signals.push(caller.signal);
            const call = async (): Promise<void> => {
              began.push(id);
              running++;
              expect(running).toBeLessThanOrEqual(concurrent);
              await scheduler.schedule(Promise.resolve(), `end ${id}`);
              running--;
              if (fails) throw new Error('failed');
            };
            came.push(id);
            const done = policy.execute(call, { signal: caller.signal });
            void done.then(
              () => ends.push('succeeded'),
              (error) => ends.push(error === 'gone' ? 'gone' : (error.code ?? error.message)),
            );
            if (aborts)
              void scheduler.schedule(Promise.resolve(), `abort ${id}`).then(() => caller.abort('gone'));
          };
          players.forEach((one, id) => {
            void scheduler.schedule(Promise.resolve(), `enter ${id}`).then(() => enter(id, one));
          });
          for (let i = 0; i < 6; i++)
            void scheduler.schedule(Promise.resolve(), 'time').then(() => clock.advance(20));
          while (scheduler.count() > 0) {
            await scheduler.waitOne();
            await new Promise((resolve) => setImmediate(resolve));
            look();
          }
          const { counts, gauges } = policy.snapshot();
          expect(gauges).toEqual({ inFlight: 0, queued: 0, limit: concurrent });
          expect(clock.pendingTimers).toBe(0);
          for (const signal of signals) expect(getEventListeners(signal, 'abort')).toEqual([]);
          // Fair: those that ran began in the order of their coming.
          expect(began).toEqual(came.filter((id) => began.includes(id)));
          const many = (end: string): number => ends.filter((one) => one === end).length;
          expect(ends).toHaveLength(players.length);
          expect(counts).toEqual({
            succeeded: many('succeeded'),
            failed: many('failed'),
            refused: many('ERR_BULKHEAD_FULL'),
            queueTimedOut: many('ERR_BULKHEAD_TIMEOUT'),
            cancelled: many('gone'),
            queued: expect.any(Number),
          });
          expect(began).toHaveLength(many('succeeded') + many('failed'));
        },
      ),
      property(200),
    );
  });
});
