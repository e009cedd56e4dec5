import { getEventListeners } from 'node:events';
import { manualClock } from '@cb/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hedge } from '../src/hedge.ts';
import { property } from './support/property.ts';

const gone = new Error('gone');

describe('under every order of answers, failures, timers and aborts, a hedge', () => {
  it('has exactly one result, at most one winner, and ends all who lose', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 4 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        async (s, attempts, answers, aborts) => {
          const clock = manualClock();
          const policy = hedge({ afterMs: 10, attempts, clock });
          const caller = new AbortController();
          const inTime: unknown[] = [];
          const runners: { signal: AbortSignal; ended: boolean; endedAs: unknown }[] = [];
          let settled = 0;
          const call = ({ signal }: { signal: AbortSignal | undefined }): Promise<string> => {
            const number = runners.length;
            expect(settled).toBe(0); // nothing starts after the result
            const runner = { signal: signal as AbortSignal, ended: false, endedAs: undefined as unknown };
            runners.push(runner);
            return s.schedule(Promise.resolve(), `attempt ${number + 1}`).then(() => {
              runner.ended = !signal?.aborted;
              runner.endedAs = answers[number] ? `answer ${number}` : new Error(`failure ${number}`);
              if (runner.ended) inTime.push(runner.endedAs);
              if (answers[number]) return `answer ${number}`;
              throw runner.endedAs;
            });
          };
          const done = policy.execute(call, { signal: caller.signal }).then(
            (value) => {
              settled++;
              return { value };
            },
            (error: unknown) => {
              settled++;
              return { error };
            },
          );
          for (let tick = 1; tick < attempts; tick++)
            void s.schedule(Promise.resolve(), `tick ${tick}`).then(() => clock.advance(10));
          if (aborts) void s.schedule(Promise.resolve(), 'abort').then(() => caller.abort(gone));
          const result = await s.waitFor(done);
          await s.waitIdle();
          expect(settled).toBe(1);
          if ('value' in result) {
            expect(inTime).toContain(result.value);
            // All others that had not ended were told to.
            for (const runner of runners) if (!runner.ended) expect(runner.signal.aborted).toBe(true);
          } else if (result.error === gone) {
            for (const runner of runners) if (!runner.ended) expect(runner.signal.reason).toBe(gone);
          } else {
            expect(result.error).toBe(inTime[0]);
            expect(runners.every(({ ended }) => ended)).toBe(true);
          }
          const { counts, gauges } = policy.snapshot();
          const { succeeded = 0, failed = 0, aborted = 0, hedged = 0, hedgesWon = 0 } = counts;
          expect(succeeded + failed + aborted).toBe(1);
          expect(hedged).toBe(runners.length - 1);
          expect(hedgesWon).toBe('value' in result && result.value !== 'answer 0' ? 1 : 0);
          expect(gauges.inFlight).toBe(0);
          expect(clock.pendingTimers).toBe(0);
          expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
        },
      ),
      property(200),
    );
  });
});
