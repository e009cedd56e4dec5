import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coalesce } from '../src/coalesce.ts';
import { property } from './support/property.ts';

const gone = new Error('gone');

describe('under every order of joins, ends and aborts, coalesce', () => {
  it('shares each run among those who came while it was under way, and leaves nothing behind', async () => {
    const caller = fc.record({ key: fc.constantFrom('a', 'b'), aborts: fc.boolean(), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(caller, { minLength: 1, maxLength: 8 }),
        async (s, callers) => {
          const policy = coalesce();
          const runs: { key: string; signal: AbortSignal; ended: boolean; outcome: unknown }[] = [];
          const running = { a: 0, b: 0 };
          const signals: AbortSignal[] = [];
          const results: Promise<unknown>[] = [];
          await Promise.all([
            ...callers.map(({ key, aborts, fails }, who) =>
              s.schedule(Promise.resolve(), `call ${who}`).then(() => {
                const controller = new AbortController();
                signals.push(controller.signal);
                const call = ({ signal }: { signal: AbortSignal | undefined }): Promise<object> => {
                  const run = { key, signal: signal as AbortSignal, ended: false, outcome: {} as unknown };
                  runs.push(run);
                  running[key]++;
                  // At most one run of a key that is wanted.
                  expect(runs.filter((r) => r.key === key && !r.ended && !r.signal.aborted)).toEqual([run]);
                  return s.schedule(Promise.resolve(), `run ${key}`).then(() => {
                    run.ended = true;
                    if (!fails) return run.outcome as object;
                    run.outcome = new Error('shared');
                    throw run.outcome;
                  });
                };
                const done = policy.execute(call, { key, signal: controller.signal });
                results.push(
                  done.then(
                    (value) => value,
                    (error: unknown) => error,
                  ),
                );
                if (aborts)
                  void s.schedule(Promise.resolve(), `abort ${who}`).then(() => controller.abort(gone));
              }),
            ),
            s.waitIdle(),
          ]);
          await s.waitIdle();
          for (const result of await Promise.all(results))
            expect(result === gone || runs.some((run) => run.outcome === result)).toBe(true);
          for (const signal of signals) expect(getEventListeners(signal, 'abort')).toEqual([]);
          // Nobody who stays is left without: a run is ended only when all have gone.
          if (callers.every(({ aborts }) => !aborts))
            expect(runs.some(({ signal }) => signal.aborted)).toBe(false);
          const { counts, gauges } = policy.snapshot();
          expect(gauges).toEqual({ running: 0, waiting: 0 });
          expect((counts.led ?? 0) + (counts.followed ?? 0)).toBe(callers.length);
          expect(counts.led).toBe(runs.length);
          expect(counts.abandoned).toBe(runs.filter(({ signal }) => signal.aborted).length);
          expect(counts.left).toBe((await Promise.all(results)).filter((result) => result === gone).length);
        },
      ),
      property(200),
    );
  });
});
