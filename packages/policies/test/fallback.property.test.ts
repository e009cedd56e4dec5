import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fallback } from '../src/fallback.ts';
import { property } from './support/property.ts';

type Ending = 'answers' | 'fails' | 'throws';
const ending = fc.constantFrom<Ending>('answers', 'fails', 'throws');

const RUNS = property(200);
const gone = new Error('gone');

/** Ends as it should, when the scheduler says so. */
function scripted(s: fc.Scheduler, label: string, how: Ending): Promise<string> {
  if (how === 'throws') throw new Error(label);
  return s.schedule(Promise.resolve(label), label).then(() => {
    if (how === 'fails') throw new Error(label);
    return label;
  });
}

describe('under every order of ends and aborts, a fallback', () => {
  it('asks each replacement at most once, in order, and gives exactly one result', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.tuple(ending, fc.array(ending, { minLength: 1, maxLength: 3 }), fc.boolean()), {
          minLength: 1,
          maxLength: 4,
        }),
        async (s, calls) => {
          const asked: string[][] = calls.map(() => []);
          const longest = 3;
          const policy = fallback(
            ...Array.from(
              { length: longest },
              (_, index) => (_error: unknown, context: { key?: unknown }) => {
                const which = Number(context.key);
                asked[which]?.push(`spare ${index}`);
                const how = calls[which]?.[1][index] ?? 'fails';
                return scripted(s, `spare ${index}`, how);
              },
            ),
          );
          const callers = calls.map(() => new AbortController());
          const done = calls.map(([how], index) => {
            const { signal } = callers[index] as AbortController;
            return policy
              .execute(() => scripted(s, 'call', how), { signal, key: `${index}` })
              .then(
                (value) => ({ value }),
                (error: Error) => ({ error }),
              );
          });
          calls.forEach(([, , aborts], index) => {
            if (aborts) void s.schedule(Promise.resolve(), 'abort').then(() => callers[index]?.abort(gone));
          });
          const results = await s.waitFor(Promise.all(done));
          await s.waitIdle();
          results.forEach((result, index) => {
            const [how, spares, aborts] = calls[index] as (typeof calls)[0];
            const order = asked[index] as string[];
            expect(order).toEqual(['spare 0', 'spare 1', 'spare 2'].slice(0, order.length));
            if (how === 'answers') expect(order).toEqual([]);
            const winner = spares.indexOf('answers');
            const expected = how === 'answers' ? 'call' : winner === -1 ? undefined : `spare ${winner}`;
            if ('value' in result) expect(result.value).toBe(expected);
            else if (!aborts) expect([expected, result.error.message]).toEqual([undefined, 'spare 2']);
            expect(getEventListeners(callers[index]?.signal as AbortSignal, 'abort')).toEqual([]);
          });
          const { counts, gauges } = policy.snapshot();
          const { succeeded = 0, replaced = 0, failed = 0, aborted = 0 } = counts;
          expect(succeeded + replaced + failed + aborted).toBe(calls.length);
          expect(gauges).toEqual({ inFlight: 0, replacing: 0 });
        },
      ),
      RUNS,
    );
  });
});
