import { type Breaker, consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { type ManualClock, manualClock } from '@cb/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Check, type HealthReport, healthWith } from '../src/index.ts';

const circuit = fc.record({
  state: fc.constantFrom('closed', 'open', 'half-open', 'forced', 'observing'),
  openMs: fc.integer({ min: 1_000, max: 9_000 }),
  critical: fc.boolean(),
});
const check = fc.record({
  end: fc.constantFrom('answers', 'says false', 'throws', 'rejects', 'is refused', 'hangs'),
  critical: fc.boolean(),
});
type Circuit = typeof circuit extends fc.Arbitrary<infer T> ? T : never;
type Kind = typeof check extends fc.Arbitrary<infer T> ? T : never;

function breakerOf({ state, openMs }: Circuit, index: number, clock: ManualClock): Breaker {
  const breaker = createBreaker({
    name: `circuit ${index}`,
    clock,
    openWhen: consecutiveFailures(1),
    stayOpen: fixed(state === 'half-open' ? 1 : openMs),
  });
  if (state === 'forced') breaker.setMode('forced-open');
  else if (state === 'observing') breaker.setMode('observing');
  if (state !== 'closed' && state !== 'forced') breaker.acquire().fail(new Error('secret'));
  return breaker;
}

function checkOf({ end, critical }: Kind, index: number, scheduler: fc.Scheduler, refusing: Breaker): Check {
  const later = (value: unknown): Promise<unknown> => scheduler.schedule(Promise.resolve(value), end);
  const ask: Record<string, () => unknown> = {
    answers: () => later(1),
    'says false': () => later(false),
    throws: () => {
      throw new Error('secret');
    },
    rejects: () => later(0).then(() => Promise.reject(new Error('secret'))),
    'is refused': () => refusing.execute(() => 1),
    hangs: () => new Promise(() => {}),
  };
  return { name: `check ${index}`, critical, timeoutMs: 100, check: () => ask[end]?.() };
}

function expectSound(report: HealthReport, circuits: readonly Circuit[], checks: readonly Kind[]): void {
  const isOpen = ({ state }: Circuit): boolean => state === 'open' || state === 'forced';
  const bad = checks.filter(({ end }) => end !== 'answers');
  const ready = ![...bad, ...circuits.filter(isOpen)].some(({ critical }) => critical);
  expect(report.ready).toBe(ready);
  const unhealthy = bad.some(({ end }) => end !== 'is refused');
  const open = bad.length > 0 || circuits.some(isOpen);
  expect(report.status).toBe(unhealthy ? 'unhealthy' : open ? 'circuit-open' : 'healthy');
  expect(report.circuits).toEqual({
    total: circuits.length,
    open: circuits.filter(isOpen).length,
    halfOpen: circuits.filter(({ state }) => state === 'half-open').length,
  });
  expect(report.results).toHaveLength(checks.length + Math.min(3, circuits.length));
  expect(report.omitted).toBe(Math.max(0, circuits.length - 3));
  expect(JSON.stringify(report)).not.toContain('secret');
  if (ready) expect(report.retryAfterMs).toBeUndefined();
}

describe('a health, whatever its sources do and in whatever order', () => {
  it('reports what is so, changes no breaker, and leaves no timer behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(circuit, { maxLength: 6 }),
        fc.array(check, { maxLength: 5 }),
        fc.scheduler(),
        async (circuits, checks, scheduler) => {
          const clock = manualClock();
          const refusing = breakerOf({ state: 'open', openMs: 5_000, critical: false }, -1, clock);
          const breakers = circuits.map((each, index) => breakerOf(each, index, clock));
          clock.advance(10);
          const before = breakers.map((breaker) => breaker.snapshot());
          const criticalCircuits = breakers.filter((_, i) => circuits[i]?.critical).map(({ name }) => name);
          const options = { clock, maxCircuits: 3, criticalCircuits, onError: () => {} };
          const sources = checks.map((each, index) => checkOf(each, index, scheduler, refusing));
          const done = healthWith(options, breakers, sources).check();
          await scheduler.waitAll();
          await new Promise((resolve) => setImmediate(resolve));
          expect(breakers.map((breaker) => breaker.snapshot())).toEqual(before);
          clock.advance(100);
          expectSound(await done, circuits, checks);
          expect(clock.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
