import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Breaker,
  consecutiveFailures,
  createBreaker,
  createRegulator,
  failureRatio,
  fixed,
  lastCalls,
  type Regulator,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';

const LEASE_MS = 2_000;
let clock: TestClock;
let breaker: Breaker;
let regulator: Regulator;

beforeEach(() => {
  clock = testClock();
  breaker = createBreaker({
    name: 'jobs',
    clock,
    window: lastCalls(100),
    openWhen: [consecutiveFailures(3), failureRatio(0.5, { minimumCalls: 20 })],
    stayOpen: fixed(1_000),
    probing: { probes: 2, leaseMs: LEASE_MS },
  });
  regulator = createRegulator(breaker, { clock });
});

function trip(): void {
  for (let i = 0; i < 3; i++) {
    expect(regulator.allow()).toBe(true);
    regulator.recordFailure(new Error('upstream'));
  }
  expect(breaker.state).toBe('open');
}

describe('a regulator', () => {
  it('lets calls through, opens, tries again and closes', () => {
    trip();
    expect(regulator.allow()).toBe(false);
    expect(breaker.snapshot().errors[0]).toMatchObject({ message: 'upstream', count: 3 });
    clock.advance(1_000);
    expect([regulator.allow(), regulator.allow(), regulator.allow()]).toEqual([true, true, false]);
    regulator.recordSuccess();
    regulator.recordSuccess();
    expect(breaker.state).toBe('closed');
  });

  it('settles the oldest call that has no result', () => {
    regulator.allow();
    regulator.allow();
    expect(breaker.snapshot().inFlight).toBe(2);
    regulator.recordFailure();
    expect(breaker.snapshot()).toMatchObject({ inFlight: 1, window: { calls: 1, failures: 1 } });
    regulator.recordSuccess();
    expect(breaker.snapshot()).toMatchObject({ inFlight: 0, window: { calls: 2, failures: 1 } });
  });

  it('counts a result that nothing was allowed for as a call of its own', () => {
    regulator.recordSuccess();
    regulator.recordFailure();
    expect(breaker.snapshot()).toMatchObject({ inFlight: 0, window: { calls: 2, failures: 1 } });
  });

  it('does not count one that the circuit would have turned away', () => {
    trip();
    const { counts } = breaker.snapshot();
    regulator.recordSuccess();
    regulator.recordFailure();
    expect(breaker.snapshot().counts).toEqual(counts);
    expect(breaker.state).toBe('open');
  });

  it('a result from before the opening moves nothing', () => {
    regulator.allow();
    for (let i = 0; i < 3; i++) breaker.acquire().fail();
    regulator.recordSuccess();
    expect(breaker.snapshot().counts.stale).toBe(1);
    expect(breaker.state).toBe('open');
  });

  it('gives the place of a call that never reports back after the lease', () => {
    trip();
    clock.advance(1_000);
    regulator.allow();
    regulator.allow();
    for (let i = 0; i < 5; i++) {
      expect(regulator.allow()).toBe(false);
      clock.advance(LEASE_MS);
      expect([regulator.allow(), regulator.allow()]).toEqual([true, true]);
    }
    expect(breaker.snapshot().inFlight).toBe(2);
    regulator.recordSuccess();
    regulator.recordSuccess();
    expect(breaker.state).toBe('closed');
  });

  it('asked for its limit takes no place, however often', () => {
    expect(regulator.limit()).toBe(false);
    trip();
    expect(regulator.limit()).toBe(true);
    clock.advance(1_000);
    for (let i = 0; i < 100; i++) expect(regulator.limit()).toBe(false);
    expect(regulator.allow() && regulator.allow()).toBe(true);
    expect(regulator.limit()).toBe(true);
    clock.advance(LEASE_MS);
    expect(regulator.limit()).toBe(false);
  });

  it('renormalizes an open circuit whose time is over, without a call', () => {
    trip();
    regulator.renormalize();
    expect(breaker.snapshot().probing).toBeUndefined();
    clock.advance(1_000);
    regulator.renormalize();
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', probing: { inFlight: 0 } });
    regulator.renormalize();
    expect([regulator.allow(), regulator.allow()]).toEqual([true, true]);
  });

  it('observes what was measured elsewhere, without making a row of failures', () => {
    regulator.observe({ succeeded: 14, failed: 5 });
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      inFlight: 0,
      window: { calls: 19, failures: 5 },
    });
    regulator.observe({ succeeded: 0, failed: 0 });
    regulator.observe({ succeeded: 0, failed: 3 });
    expect(breaker.state).toBe('open');
    regulator.observe({ succeeded: 100, failed: 100 });
    expect(breaker.snapshot().counts.rejected).toBe(0);
    clock.advance(1_000);
    regulator.observe({ succeeded: 2, failed: 0 });
    expect(breaker.state).toBe('closed');
  });

  it.each(['succeeded', 'failed'])('says which number of calls that %s it cannot observe', (which) => {
    expect(() => regulator.observe({ succeeded: 1, failed: 1, [which]: -1 })).toThrow(
      new RangeError(`observe ${which} must be a whole number from 0 to 1000000, got -1`),
    );
  });

  it('goes by the clock of the host where it is given none', () => {
    const own = createBreaker({ name: 'own' });
    const given = createRegulator(own);
    expect(given.allow()).toBe(true);
    given.recordSuccess();
    expect(own.snapshot()).toMatchObject({ inFlight: 0, counts: { succeeded: 1 } });
  });

  it.each([-1, 0.5, Number.NaN, 1_000_001])('observes no %s failures', (failed) => {
    expect(() => regulator.observe({ succeeded: 1, failed })).toThrow(
      'observe failed must be a whole number',
    );
  });

  it('keeps at most ten thousand calls without a result', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = heap();
    for (let i = 0; i < 100_000; i++) regulator.allow();
    expect(breaker.snapshot().inFlight).toBe(10_000);
    expect(heap() - before, 'bytes').toBeLessThan(8_000_000);
    clock.advance(LEASE_MS);
    regulator.allow();
    expect(breaker.snapshot().inFlight).toBe(1);
  });

  it('has a lease of its own where the breaker’s probes have none', () => {
    const lasting = createBreaker({ name: 'lasting', clock, probing: { leaseMs: null } });
    const given = createRegulator(lasting, { clock });
    given.allow();
    clock.advance(9_999);
    given.renormalize();
    expect(lasting.snapshot().inFlight).toBe(1);
    clock.advance(1);
    given.renormalize();
    expect(lasting.snapshot().inFlight).toBe(0);
  });

  it('refuses wrong options', () => {
    expect(() => createRegulator(breaker, { leaseMs: 0 })).toThrow('createRegulator leaseMs');
    expect(() => createRegulator(breaker, { lease: 5 } as never)).toThrow(
      'createRegulator has no option "lease"',
    );
  });
});
