import { describe, expect, it } from 'vitest';
import { Circuit } from '../src/circuit.ts';
import {
  type Breaker,
  type BreakerExport,
  type BreakerOptions,
  backoff,
  consecutiveFailures,
  createBreaker,
  custom,
  failures,
  fixed,
  lastCalls,
  lastMs,
  sinceClosed,
  type WindowView,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';

const boom = new Error('boom');
const OPTIONS = {
  name: 'payments',
  window: lastCalls(10),
  openWhen: consecutiveFailures(1),
  stayOpen: fixed(1_000),
  probing: { probes: 1 },
  random: () => 0.5,
};

/** Opens with the first failure, for a second; then one probe decides. */
function make(clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker {
  return createBreaker({ ...OPTIONS, clock, ...options });
}

describe('a circuit that time alone has closed', () => {
  const closedByTime = (clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker => {
    const probing = { probes: 1, maxMs: 100, afterMaxMs: 'closed' as const };
    const breaker = make(clock, { probing, ...options });
    breaker.acquire().succeed();
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire();
    clock.advance(100);
    return breaker;
  };

  it('shows an empty window, and the calls that are still under way', () => {
    const views: WindowView[] = [];
    const breaker = closedByTime(testClock(), {
      counts: ({ window }) => {
        views.push(window);
        return {};
      },
    });
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      inFlight: 1,
      window: { calls: 0, failures: 0, slow: 0, failureRatio: 0, slowRatio: 0, failuresInARow: 0 },
    });
    expect(views).toEqual([
      {
        calls: 0,
        succeeded: 0,
        failures: 0,
        timeouts: 0,
        slow: 0,
        slowFailures: 0,
        ignored: 0,
        rejected: 0,
        failuresInARow: 0,
        successesInARow: 0,
        inFlight: 1,
      },
    ]);
    expect(breaker.export()).toMatchObject({
      state: 'closed',
      failuresInARow: 0,
      window: { kind: 'last-calls', calls: [] },
    });
  });

  it('shows the window that lives on', () => {
    const breaker = closedByTime(testClock(), { counting: { clears: 'never' } });
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      window: { calls: 2, failures: 1, failuresInARow: 1 },
    });
    expect(breaker.export().window).toEqual({ kind: 'last-calls', calls: [0, 1] });
  });

  it('is not opened by what its window held before, unless that lives on', () => {
    const openWhen = failures(1, { minimumCalls: 1 });
    const opening = (clears: 'closing' | 'never'): Partial<BreakerOptions> => ({
      openWhen,
      counting: { check: 'arrivals', clears },
      classify: ({ ok }) => (ok ? { verdict: 'success', openForMs: 1_000 } : undefined),
    });
    for (const [clears, state] of [
      ['closing', 'closed'],
      ['never', 'open'],
    ] as const) {
      const clock = testClock();
      const breaker = make(clock, {
        ...opening(clears),
        probing: { probes: 1, maxMs: 100, afterMaxMs: 'closed' },
      });
      breaker.acquire().fail(boom);
      expect(breaker.tryAcquire()).toBeNull();
      clock.advance(1_000);
      breaker.acquire();
      clock.advance(100);
      expect([clears, breaker.state]).toEqual([clears, state]);
      expect(breaker.wouldAdmit()).toBe(state === 'closed');
      expect(breaker.tryAcquire() !== null).toBe(state === 'closed');
    }
  });
});

describe('a restart after a change that nobody noticed', () => {
  /** Half-open for too long, by time alone; then the same, and another that was made of its export. */
  const lapsed = (clock: TestClock, options: Partial<BreakerOptions>): [Breaker, Breaker] => {
    const breaker = make(clock, options);
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire();
    expect(breaker.tryAcquire()).toBeNull();
    clock.advance(100);
    return [breaker, make(clock, { ...options, restore: breaker.export() })];
  };

  it('leaves the buckets of a window where they were', () => {
    const clock = testClock();
    clock.advance(30);
    const both = lapsed(clock, {
      window: lastMs(64, { buckets: 1, anchor: 'construction' }),
      probing: { probes: 1, maxMs: 100, afterMaxMs: 'closed' },
    });
    // 1,100 ms after it was made: the bucket ends with the 1,152nd.
    for (const breaker of both) breaker.acquire().succeed();
    clock.advance(51);
    expect(both.map((breaker) => breaker.snapshot().window.calls)).toEqual([1, 1]);
    clock.advance(1);
    expect(both.map((breaker) => breaker.snapshot().window.calls)).toEqual([0, 0]);
  });

  it('has forgotten what opening forgets', () => {
    const both = lapsed(testClock(), {
      window: lastMs(60_000),
      counting: { clears: 'opening-and-closing', rejected: 'calls' },
      probing: { probes: 1, maxMs: 100 },
    });
    expect(both.map((breaker) => [breaker.state, breaker.snapshot().window.calls])).toEqual([
      ['open', 0],
      ['open', 0],
    ]);
  });

  it('still has what opening does not forget', () => {
    const both = lapsed(testClock(), { window: lastMs(60_000), probing: { probes: 1, maxMs: 100 } });
    expect(both.map((breaker) => breaker.snapshot().window.calls)).toEqual([1, 1]);
  });
});

describe('where arrivals ask the rules', () => {
  const asking = (clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker =>
    make(clock, { counting: { check: 'arrivals' }, ...options });

  it('the state is what the next one would find', () => {
    const breaker = asking(testClock());
    breaker.acquire().fail(boom);
    expect(breaker.state).toBe('open');
    expect(breaker.wouldAdmit()).toBe(false);
    expect(breaker.tryAcquire()).toBeNull();
  });

  it('nothing opens it while it warms up', () => {
    const clock = testClock();
    const breaker = asking(clock, { warmUpMs: 100 });
    breaker.acquire().fail(boom);
    expect(breaker.state).toBe('closed');
    expect(breaker.wouldAdmit()).toBe(true);
    clock.advance(100);
    expect(breaker.state).toBe('open');
  });
});

describe('idle', () => {
  const circuit = (clock: TestClock, options: Partial<BreakerOptions> = {}): Circuit =>
    new Circuit({ ...OPTIONS, clock, ...options });

  it('is a breaker that is closed, unforced and unused', () => {
    const clock = testClock();
    const breaker = circuit(clock, { openWhen: [] });
    expect(breaker.idle).toBe(true);
    const call = breaker.acquire();
    expect(breaker.idle).toBe(false);
    call.succeed();
    expect(breaker.idle).toBe(true);
    breaker.setMode('observing');
    expect(breaker.idle).toBe(false);
    breaker.setMode('auto');
    expect(breaker.idle).toBe(true);
  });

  it('is not one that has a failure in its window', () => {
    const clock = testClock();
    const breaker = circuit(clock, { window: lastMs(500), openWhen: [] });
    breaker.acquire().fail(boom);
    expect(breaker.idle).toBe(false);
    clock.advance(500);
    expect(breaker.idle).toBe(true);
  });

  it('is not one whose openings are still remembered', () => {
    const clock = testClock(100);
    const window = lastMs(500);
    const breaker = circuit(clock, {
      window,
      stayOpen: backoff({ firstMs: 1_000, maxMs: 4_000, jitterRatio: 0 }),
    });
    breaker.acquire().fail(boom);
    expect(breaker.idle).toBe(false);
    clock.advance(1_000);
    breaker.acquire().succeed();
    expect(breaker.idle).toBe(false);
    clock.advance(3_999);
    expect(breaker.idle).toBe(false);
    clock.advance(1);
    expect(breaker.idle).toBe(true);
    breaker.acquire().fail(boom);
    clock.advance(50_000);
    expect(breaker.idle).toBe(false);
    breaker.reset();
    expect(breaker.idle).toBe(true);
  });
});

describe('restored', () => {
  const again = (clock: TestClock, restore: BreakerExport, options: Partial<BreakerOptions> = {}): Breaker =>
    make(clock, { ...options, restore });

  it('a mode without an end goes on', () => {
    const clock = testClock();
    const before = make(clock);
    before.setMode('forced-open');
    clock.advance(50);
    const breaker = again(clock, before.export());
    clock.advance(1_000_000);
    expect(breaker.mode).toBe('forced-open');
    expect(breaker.tryAcquire()).toBeNull();
    expect(breaker.openError()).toMatchObject({ reason: 'forced', retryAfterMs: undefined });
  });

  it('a mode with an end has what is left of it', () => {
    const clock = testClock();
    const before = make(clock);
    before.setMode('forced-open', { forMs: 100 });
    const kept = before.export();
    clock.advance(40);
    const breaker = again(clock, kept);
    expect(breaker.openError()).toMatchObject({ reason: 'forced', retryAfterMs: 60 });
    clock.advance(60);
    expect(breaker.mode).toBe('auto');
  });

  it('the streak of successes is that of before, and not all successes since the beginning', () => {
    const views: WindowView[] = [];
    const options = {
      openWhen: custom('looks'),
      rules: {
        looks: (window: WindowView): boolean => {
          views.push(window);
          return false;
        },
      },
    };
    const clock = testClock();
    const before = make(clock, options);
    for (let i = 0; i < 3; i++) before.acquire().succeed();
    before.reset();
    before.acquire().succeed();
    expect(before.export()).toMatchObject({ successesInARow: 1, counts: { succeeded: 4 } });
    const breaker = again(clock, before.export(), options);
    breaker.acquire().succeed();
    expect(breaker.export()).toMatchObject({ successesInARow: 2, counts: { succeeded: 5 } });
    expect(views.map(({ successesInARow }) => successesInARow)).toEqual([1, 2, 3, 1, 2]);
  });

  it('a streak of failures goes on, also without totals', () => {
    const clock = testClock();
    const openWhen = consecutiveFailures(3);
    const kept = { ...make(clock).export(), failuresInARow: 2 };
    const breaker = again(clock, kept, { openWhen });
    expect(breaker.snapshot().window.failuresInARow).toBe(2);
    breaker.acquire().fail(boom);
    expect(breaker.state).toBe('open');
  });

  it('the totals go on, whichever of them there are', () => {
    const none = { succeeded: 3, failed: 0, slow: 0, ignored: 0, rejected: 0, stale: 0 };
    const all = { succeeded: 3, failed: 1, slow: 2, ignored: 4, rejected: 5, stale: 6 };
    const single = (Object.keys(all) as (keyof typeof all)[]).map((key) => ({ ...none, [key]: 7 }));
    for (const counts of [none, all, ...single]) {
      const clock = testClock();
      const kept = { ...make(clock).export(), counts, successesInARow: counts.succeeded };
      const breaker = again(clock, kept);
      expect(breaker.snapshot().counts).toEqual(counts);
      expect(breaker.export()).toMatchObject({ counts, successesInARow: counts.succeeded });
    }
  });

  it('traffic comes back step by step only after an opening', () => {
    const clock = testClock();
    const rampUp = { overMs: 10_000, fromRatio: 0.1 };
    const letThrough = (breaker: Breaker): number =>
      Array.from({ length: 10 }, () => breaker.tryAcquire()).filter((permit) => permit !== null).length;
    const breaker = make(clock, { rampUp });
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire().succeed();
    expect(letThrough(again(clock, breaker.export(), { rampUp }))).toBe(1);
    breaker.reset();
    expect(letThrough(again(clock, breaker.export(), { rampUp }))).toBe(10);
    expect(letThrough(again(clock, breaker.export()))).toBe(10);
  });
});

it('a breaker without tags has none, and cannot be given any later', () => {
  const { tags } = make(testClock(), { window: sinceClosed() });
  expect(tags).toEqual({});
  expect(Object.isFrozen(tags)).toBe(true);
});
