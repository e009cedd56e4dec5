import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Breaker,
  type BreakerExport,
  type BreakerOptions,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  fixed,
  lastCalls,
  lastMs,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';
import { property } from './support/property.ts';

/** A second process: its monotonic clock starts anywhere, its wall clock may be off. */
function elsewhere(clock: TestClock, skewMs = 0): TestClock {
  const other = testClock(777);
  other.wallNow = () => clock.wallNow() + skewMs + (other.time - 777);
  return other;
}

function make(clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker {
  return createBreaker({
    name: 'b',
    openWhen: consecutiveFailures(3),
    stayOpen: fixed(1_000),
    clock,
    ...options,
  });
}

function travelled(breaker: Breaker): BreakerExport {
  return JSON.parse(JSON.stringify(breaker.export())) as BreakerExport;
}

describe('export and restore', () => {
  it('waits only for what was left of the open time', () => {
    const clock = testClock();
    const breaker = make(clock);
    for (let i = 0; i < 3; i++) breaker.acquire().fail();
    clock.advance(700);
    const kept = travelled(breaker);
    clock.advance(100);
    const there = elsewhere(clock);
    const restored = make(there, { restore: kept });
    expect(restored.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 200, counts: { failed: 3 } });
    expect(restored.openError().openedBecause).toMatchObject({ rule: 'consecutive-failures', value: 3 });
    there.advance(200);
    expect(restored.tryAcquire()?.probe).toBe(true);
  });

  it('never waits longer for a wall clock that is wrong', () => {
    for (const skewMs of [-3_600_000, 3_600_000]) {
      const clock = testClock();
      const breaker = make(clock);
      for (let i = 0; i < 3; i++) breaker.acquire().fail();
      const restored = make(elsewhere(clock, skewMs), { restore: travelled(breaker) });
      expect(restored.snapshot().retryAfterMs ?? 0).toBeLessThanOrEqual(1_000);
    }
  });

  it('goes on with a forced mode for the rest of its time', () => {
    const clock = testClock();
    const breaker = make(clock);
    breaker.setMode('forced-open', { forMs: 500 });
    const there = elsewhere(clock);
    const restored = make(there, { restore: travelled(breaker) });
    expect(restored.tryAcquire()).toBeNull();
    there.advance(500);
    expect(restored.tryAcquire()).not.toBeNull();
  });

  it('begins half-open again with its first probe', () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 1 } });
    for (let i = 0; i < 3; i++) breaker.acquire().fail();
    clock.advance(1_000);
    breaker.acquire();
    const restored = make(elsewhere(clock), { restore: travelled(breaker), probing: { probes: 1 } });
    expect(restored.state).toBe('half-open');
    expect(restored.tryAcquire()?.probe).toBe(true);
  });

  it('is the identity on the window, whatever was in it and whenever it is asked', () => {
    const steps = fc.array(
      fc.record({ after: fc.constantFrom(0, 1, 50, 99, 100, 300), fail: fc.boolean() }),
      { maxLength: 60 },
    );
    const windows = fc.constantFrom(
      lastCalls(5),
      lastCalls(40),
      lastMs(1_000, { buckets: 10 }),
      lastMs(300, { buckets: 3 }),
    );
    fc.assert(
      fc.property(windows, steps, steps, (window, before, after) => {
        const clock = testClock();
        const options = { window, openWhen: failureRatio(1, { minimumCalls: 5 }) };
        const first = make(clock, { ...options, openWhen: [] });
        const act = (breaker: Breaker, own: TestClock, steps: { after: number; fail: boolean }[]): void => {
          for (const step of steps) {
            own.advance(step.after);
            const permit = breaker.acquire();
            if (step.fail) permit.fail();
            else permit.succeed();
          }
        };
        act(first, clock, before);
        const there = elsewhere(clock);
        const second = make(there, { ...options, openWhen: [], restore: travelled(first) });
        expect(second.export().window).toEqual(first.export().window);
        act(first, clock, after);
        act(second, there, after);
        const seen = ({
          calls,
          failures,
          slow,
        }: {
          calls: number;
          failures: number;
          slow: number;
        }): object => ({ calls, failures, slow });
        expect(seen(second.snapshot().window)).toEqual(seen(first.snapshot().window));
      }),
      property(),
    );
  });

  it('goes on counting failures in a row', () => {
    const breaker = make(testClock());
    breaker.acquire().fail();
    breaker.acquire().fail();
    const restored = make(testClock(), { restore: travelled(breaker) });
    restored.acquire().fail();
    expect(restored.state).toBe('open');
  });

  it('leaves a window of another kind, or with buckets of another width, empty', () => {
    const breaker = make(testClock(), { window: lastMs(1_000, { buckets: 10 }) });
    breaker.acquire().fail();
    for (const window of [lastCalls(10), lastMs(1_000, { buckets: 5 })]) {
      expect(make(testClock(), { window, restore: travelled(breaker) }).snapshot().window.calls).toBe(0);
    }
  });

  it.each([
    [{}, 'version 1, got an object'],
    [null, 'got null'],
    [{ state: 'ajar' }, 'restore.state'],
    [{ mode: 5 }, 'restore.mode'],
    [{ openMs: -1 }, 'restore.openMs'],
    [{ modeMs: '5' }, 'restore.modeMs'],
    [{ window: { kind: 'last-ms', buckets: [['5']], leftMs: 1 } }, 'restore.window'],
    [{ counts: { succeeded: Number.NaN } }, 'restore.counts.succeeded'],
  ])('refuses %j', (change, sentence) => {
    const good = make(testClock()).export();
    const given = change === null || Object.keys(change).length === 0 ? change : { ...good, ...change };
    expect(() => make(testClock(), { restore: given as never })).toThrow(sentence);
  });
});
