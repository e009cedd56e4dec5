import { describe, expect, it } from 'vitest';
import {
  type Breaker,
  type BreakerOptions,
  consecutiveFailures,
  createBreaker,
  fixed,
  lastCalls,
  lastMs,
  RejectedError,
  slowRatio,
  tumblingMs,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';

const boom = new Error('boom');

/** Opens with the first failure, for a second; then one probe decides. Reads no clock while it is sound. */
function make(clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker {
  return createBreaker({
    name: 'payments',
    window: lastCalls(10),
    openWhen: consecutiveFailures(1),
    stayOpen: fixed(1_000),
    probing: { probes: 1 },
    random: () => 0.5,
    clock,
    ...options,
  });
}

/** A clock that knows how often it was read, and how often that was while something happened. */
function countingClock(): TestClock & { readsOf(what: () => unknown): Promise<number> } {
  const clock = testClock();
  let reads = 0;
  const now = (): number => {
    reads++;
    return clock.time;
  };
  const readsOf = async (what: () => unknown): Promise<number> => {
    const before = reads;
    await what();
    return reads - before;
  };
  return Object.assign(clock, { now, readsOf });
}

function hanging<T = unknown>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((resolve_, reject_) => {
    [resolve, reject] = [resolve_, reject_];
  });
  return { promise, resolve, reject };
}

describe('a plain call', () => {
  it('is under way until it ends, and counts as a success', async () => {
    const breaker = make(testClock());
    const { promise, resolve } = hanging<string>();
    const call = breaker.execute(() => promise);
    expect(breaker.snapshot()).toMatchObject({ inFlight: 1, counts: { succeeded: 0 } });
    resolve('paid');
    expect(await call).toBe('paid');
    expect(breaker.snapshot()).toMatchObject({
      inFlight: 0,
      window: { calls: 1, failures: 0 },
      counts: { succeeded: 1, failed: 0, stale: 0 },
    });
  });

  it('counts as a failure, whether it rejects or throws', async () => {
    for (const call of [
      () => Promise.reject(boom),
      (): never => {
        throw boom;
      },
    ]) {
      const breaker = make(testClock());
      await expect(breaker.execute(call)).rejects.toBe(boom);
      expect(breaker.snapshot()).toMatchObject({
        state: 'open',
        inFlight: 0,
        window: { calls: 1, failures: 1 },
        counts: { succeeded: 0, failed: 1, ignored: 0 },
      });
    }
  });

  it('is ignored where another policy turned it away', async () => {
    const breaker = make(testClock());
    const refusal = new RejectedError('full', 'ERR_BULKHEAD_FULL', undefined);
    await expect(breaker.execute(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', counts: { failed: 0, ignored: 1 } });
  });

  it('is stale where the circuit has moved on, whatever it brings', async () => {
    const breaker = make(testClock());
    const [first, second] = [hanging(), hanging()];
    const calls = [breaker.execute(() => first.promise), breaker.execute(() => second.promise)];
    breaker.reset();
    first.resolve(1);
    second.reject(boom);
    await Promise.allSettled(calls);
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      inFlight: 0,
      window: { calls: 0 },
      counts: { succeeded: 1, failed: 1, stale: 2 },
    });
  });

  it('that comes after the longest half-open time finds it over, as a permit does', async () => {
    const clock = testClock();
    const breaker = make(clock, {
      probing: { probes: 1, leaseMs: null, maxMs: 100 },
      counting: { late: 'counted' },
    });
    const { promise, resolve } = hanging();
    const late = breaker.execute(() => promise);
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire();
    clock.advance(100);
    resolve(1);
    await late;
    expect(breaker.snapshot()).toMatchObject({ state: 'open', openings: 2, counts: { stale: 0 } });
  });

  it('of an interval that is over is stale, also where the intervals began under way', async () => {
    const clock = testClock();
    const breaker = make(clock);
    const { promise, resolve } = hanging();
    const call = breaker.execute(() => promise);
    breaker.configure({ window: tumblingMs(100, { stalesCalls: true }) });
    clock.advance(100);
    resolve(1);
    await call;
    expect(breaker.snapshot()).toMatchObject({ window: { calls: 0 }, counts: { succeeded: 1, stale: 1 } });
  });

  it('is announced to whoever began to listen under way', async () => {
    const clock = testClock(7);
    const breaker = make(clock, { openWhen: [] });
    const [first, second] = [hanging(), hanging()];
    const calls = [breaker.execute(() => first.promise), breaker.execute(() => second.promise)];
    const heard: unknown[] = [];
    breaker.on('call-settled', (event) => heard.push(event));
    first.resolve(1);
    second.reject(boom);
    await Promise.allSettled(calls);
    const event = { type: 'call-settled', breaker: 'payments', at: 7, stale: false, probe: false };
    expect(heard).toEqual([
      { ...event, outcome: 'success', durationMs: undefined },
      { ...event, outcome: 'failure', durationMs: undefined },
    ]);
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('is timed where something asks for time', async () => {
    const clock = testClock();
    const breaker = make(clock, { failAfterMs: 100 });
    await breaker.execute(() => clock.advance(101));
    expect(breaker.snapshot()).toMatchObject({ state: 'open', counts: { succeeded: 0, failed: 1 } });
  });

  it('gets a context without a signal', async () => {
    const contexts: unknown[] = [];
    const plain = make(testClock());
    const timed = make(testClock(), { failAfterMs: 100 });
    for (const breaker of [plain, timed]) await breaker.execute((context) => contexts.push(context));
    const { signal } = new AbortController();
    await plain.execute((context) => contexts.push(context), { signal });
    expect(contexts).toStrictEqual([{}, {}, { signal }]);
  });
});

describe('the clock is read only by who must know the time', () => {
  it('not by the calls of a sound breaker of the last calls', async () => {
    const clock = countingClock();
    const breaker = make(clock, { openWhen: consecutiveFailures(2) });
    const reads = await clock.readsOf(async () => {
      await breaker.execute(() => 1);
      breaker.tryAcquire()?.succeed();
      breaker.acquire().fail(boom);
      breaker.acquire().ignore();
      expect(breaker).toMatchObject({ state: 'closed', mode: 'auto' });
    });
    expect(reads).toBe(0);
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 2, failed: 1, ignored: 1 });
  });

  it('not by a verdict of the user that asks for no open time', async () => {
    const clock = countingClock();
    const breaker = make(clock, { openWhen: consecutiveFailures(2), classify: () => 'failure' });
    expect(await clock.readsOf(() => breaker.execute(() => 1))).toBe(0);
    expect(breaker.snapshot().counts.failed).toBe(1);
  });

  it('not by an arrival where nothing depends on its time', async () => {
    const clock = countingClock();
    const breaker = make(clock, { warmUpMs: 100 });
    expect(await clock.readsOf(() => breaker.acquire())).toBe(0);
  });

  it('not by arrivals once all the traffic is back', async () => {
    const clock = countingClock();
    const breaker = make(clock, { rampUp: { overMs: 500, fromRatio: 0.5 } });
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire().succeed();
    clock.advance(500);
    expect(await clock.readsOf(() => breaker.acquire())).toBe(1);
    expect(await clock.readsOf(() => breaker.acquire())).toBe(0);
  });

  it('once by the failure that opens, where nobody listens', async () => {
    for (const window of [lastCalls(10), lastMs(1_000)]) {
      const clock = countingClock();
      const breaker = make(clock, { window });
      const call = breaker.acquire();
      expect(await clock.readsOf(() => call.fail(boom))).toBe(1);
      expect(breaker.state).toBe('open');
    }
  });

  it('once by a timed call that begins, and once by one that is turned away', async () => {
    const clock = countingClock();
    const breaker = make(clock, { failAfterMs: 100 });
    expect(await clock.readsOf(() => breaker.acquire())).toBe(1);
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    expect(await clock.readsOf(() => breaker.acquire())).toBe(1);
    expect(await clock.readsOf(() => breaker.tryAcquire())).toBe(1);
  });
});

describe('a refusal', () => {
  it('is thrown by acquire, which makes no call', () => {
    const clock = testClock();
    const breaker = make(clock);
    breaker.acquire().fail(boom);
    clock.advance(250);
    expect(() => breaker.acquire()).toThrow('payments: circuit is open, retry in 750 ms');
    expect(breaker.snapshot()).toMatchObject({ inFlight: 0, counts: { rejected: 1 } });
  });

  it('says why: open, probes out, coming back step by step, forced', () => {
    const clock = testClock();
    const breaker = make(clock, {
      clock: { now: clock.now },
      rampUp: { overMs: 10_000, fromRatio: 0.1 },
    });
    const heard: unknown[] = [];
    breaker.on('call-rejected', (event) => heard.push(event));
    breaker.acquire().fail(boom);
    breaker.tryAcquire();
    clock.advance(1_000);
    const probe = breaker.acquire();
    breaker.tryAcquire();
    probe.succeed();
    breaker.acquire();
    breaker.tryAcquire();
    breaker.setMode('forced-open');
    breaker.tryAcquire();
    const event = { type: 'call-rejected', breaker: 'payments', enforced: true };
    expect(heard).toEqual([
      { ...event, at: 0, state: 'open', reason: 'open' },
      { ...event, at: 1_000, state: 'half-open', reason: 'probing' },
      { ...event, at: 1_000, state: 'closed', reason: 'ramping' },
      { ...event, at: 1_000, state: 'closed', reason: 'forced' },
    ]);
    expect(breaker.snapshot().counts.rejected).toBe(4);
  });

  it('is announced and not enforced by observing, and not even announced by forced-closed', () => {
    const breaker = make(testClock());
    const heard: unknown[] = [];
    breaker.on('call-rejected', (event) => heard.push(event));
    breaker.acquire().fail(boom);
    breaker.setMode('forced-closed');
    breaker.acquire().ignore();
    expect(heard).toEqual([]);
    breaker.setMode('observing');
    breaker.acquire().ignore();
    expect(heard).toEqual([
      { type: 'call-rejected', breaker: 'payments', at: 0, state: 'open', reason: 'open', enforced: false },
    ]);
    expect(breaker.snapshot().counts.rejected).toBe(0);
  });

  it('would say nothing about a closed circuit’s time', () => {
    const { message, retryAfterMs } = make(testClock()).openError();
    expect(message).toBe('payments: circuit has just closed and lets its calls back in step by step');
    expect(retryAfterMs).toBeUndefined();
  });

  it('of a forced circuit is one only until that time is over', () => {
    const clock = testClock();
    const breaker = make(clock, { clock: { now: clock.now } });
    breaker.acquire().fail(boom);
    breaker.setMode('forced-open', { forMs: 100 });
    clock.advance(99);
    expect(breaker.openError()).toMatchObject({
      reason: 'forced',
      retryAfterMs: 1,
      openedBecause: undefined,
    });
    clock.advance(1);
    expect(breaker.openError()).toMatchObject({
      reason: 'open',
      retryAfterMs: 900,
      openedBecause: { rule: 'consecutive-failures' },
    });
  });
});

describe('a result that asks for an open time', () => {
  const told = (clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker =>
    make(clock, { openWhen: [], classify: () => ({ verdict: 'success', openForMs: 700 }), ...options });

  it('opens for it', async () => {
    const breaker = told(testClock());
    await breaker.execute(() => 1);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 700, openings: 0 });
  });

  it('is not asked again how long', async () => {
    const breaker = told(testClock(), { openMs: () => 5 });
    await breaker.execute(() => 1);
    expect(breaker.snapshot().retryAfterMs).toBe(700);
  });

  it('opens nothing where it comes late', async () => {
    const breaker = told(testClock());
    const { promise, resolve } = hanging();
    const late = breaker.execute(() => promise);
    breaker.reset();
    resolve(1);
    await late;
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', counts: { stale: 1 } });
  });
});

describe('slow calls under way', () => {
  const watching = (clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker =>
    make(clock, { openWhen: slowRatio(0.1, { slowMs: 160, minimumCalls: 1, inFlight: true }), ...options });

  it('are those of this process’s time: one that stood still makes no call slow', () => {
    const clock = testClock();
    const breaker = watching(clock);
    breaker.acquire().succeed();
    clock.stall(2_000);
    breaker.acquire();
    expect(breaker.state).toBe('closed');
    clock.advance(150);
    expect(breaker.state).toBe('closed');
    clock.advance(30);
    expect(breaker.state).toBe('open');
    expect(breaker.wouldAdmit()).toBe(false);
    expect(breaker.tryAcquire()).toBeNull();
  });

  it('are none once they have ended, also after a time of standing still', () => {
    const clock = testClock();
    const breaker = watching(clock);
    breaker.acquire().succeed();
    clock.stall(2_055);
    for (let i = 0; i < 3; i++) breaker.acquire().succeed();
    clock.advance(170);
    expect(breaker.state).toBe('closed');
    expect(breaker.tryAcquire()).not.toBeNull();
  });

  it('are not fewer for a result of the life before', () => {
    const clock = testClock();
    const breaker = watching(clock);
    const stale = breaker.acquire();
    breaker.reset();
    breaker.acquire();
    expect(stale.succeed()).toBe('stale');
    clock.advance(200);
    expect(breaker.state).toBe('open');
  });

  it('of the life before open nothing, also where nobody has noticed that it is over', async () => {
    const clock = testClock();
    const breaker = watching(clock, {
      counting: { clears: 'never' },
      probing: { probes: 2, maxMs: 300, afterMaxMs: 'closed' },
      classify: () => ({ verdict: 'success', openForMs: 1_000 }),
    });
    breaker.acquire();
    await breaker.execute(() => 1);
    clock.advance(1_000);
    breaker.acquire();
    clock.advance(300);
    expect(breaker.state).toBe('closed');
    expect(breaker.wouldAdmit()).toBe(true);
    expect(breaker.tryAcquire()).not.toBeNull();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', inFlight: 3 });
  });
});

describe('listeners', () => {
  it('added from inside one hear nothing of what was before', () => {
    const clock = testClock();
    const breaker = make(clock);
    const heard: string[] = [];
    const stop = breaker.on('mode-changed', () => {
      stop();
      breaker.acquire().fail(boom);
      breaker.tryAcquire();
      breaker.on('state-changed', () => heard.push('state-changed'));
      breaker.on('call-rejected', () => heard.push('call-rejected'));
      breaker.on('call-settled', () => heard.push('call-settled'));
    });
    breaker.setMode('observing');
    expect(heard).toEqual([]);
  });
});
