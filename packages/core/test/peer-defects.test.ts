/**
 * What breakers for Node are known to get wrong, each as a story that the default breaker must get right. Time moves only
 * when told; nothing here sleeps.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import {
  type Breaker,
  type BreakerOptions,
  type CircuitOpenError,
  createBreaker,
  isCircuitOpenError,
  type Permit,
  RejectedError,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';

const boom = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
const FIRST_OPEN_MS = 5_000;
const LEASE_MS = 10_000;

/** The default breaker, without the jitter of its open time. */
function standard(clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker {
  return createBreaker({ name: 'payments', random: () => 0.5, clock, ...options });
}

function fail(breaker: Breaker, times = 1): void {
  for (let i = 0; i < times; i++) breaker.acquire().fail(boom);
}
function succeed(breaker: Breaker, times = 1): void {
  for (let i = 0; i < times; i++) breaker.acquire().succeed();
}
function trip(breaker: Breaker): void {
  fail(breaker, 20);
  expect(breaker.state).toBe('open');
}
/** Opens it, and lets the open time pass: the next calls are probes. */
function tripAndWait(breaker: Breaker, clock: TestClock): void {
  trip(breaker);
  clock.advance(FIRST_OPEN_MS);
  expect(breaker.state).toBe('half-open');
}
function recover(breaker: Breaker, clock: TestClock): void {
  tripAndWait(breaker, clock);
  succeed(breaker, 3);
  expect(breaker.state).toBe('closed');
}

/** A second process, some time later: its monotonic clock has nothing to do with the first one's. */
function process2(clock: TestClock, laterMs = 0): TestClock {
  const other = testClock(50);
  const wallAtStart = clock.wallNow() + laterMs;
  other.wallNow = () => wallAtStart + (other.time - 50);
  return other;
}

describe('a restart', () => {
  it('dates an opening when it happens, not when the breaker was made', () => {
    const clock = testClock();
    const breaker = standard(clock);
    clock.advance(302);
    trip(breaker);
    expect(breaker.snapshot().sinceWallAt).toBe(clock.wallNow());
    clock.advance(100);
    expect(breaker.export()).toMatchObject({ state: 'open', stateMs: 100, openMs: FIRST_OPEN_MS - 100 });
  });

  it('lets a restored open breaker wait only for what was left of its time', () => {
    const clock = testClock();
    const breaker = standard(clock);
    trip(breaker);
    clock.advance(FIRST_OPEN_MS - 100);
    const there = process2(clock);
    const restored = standard(there, { restore: breaker.export() });
    there.advance(99);
    expect(restored.tryAcquire()).toBeNull();
    there.advance(1);
    expect(restored.tryAcquire()?.probe).toBe(true);
  });

  it('keeps a breaker open that opened just now, however old the breaker is', () => {
    const clock = testClock();
    const breaker = standard(clock);
    clock.advance(3_600_000);
    trip(breaker);
    clock.advance(1);
    const there = process2(clock);
    const restored = standard(there, { restore: breaker.export() });
    expect(restored.state).toBe('open');
    expect(restored.tryAcquire()).toBeNull();
    expect(restored.snapshot().retryAfterMs).toBe(FIRST_OPEN_MS - 1);
  });
});

describe('two breakers made from one options object', () => {
  it('share neither results nor counts nor state, and leave the object as it was', async () => {
    const options = Object.freeze({ name: 'shared', clock: testClock(), random: () => 0.5 });
    const before = { ...options };
    const a = createBreaker(options);
    const b = createBreaker(options);
    expect(await a.execute(async () => 'from a')).toBe('from a');
    expect(await b.execute(async () => 'from b')).toBe('from b');
    fail(a, 19);
    expect([a.state, b.state]).toEqual(['open', 'closed']);
    expect(b.snapshot().counts).toMatchObject({ succeeded: 1, failed: 0 });
    expect(options).toEqual(before);
  });
});

describe('a function that is not async', () => {
  it('may return nothing, a value or a thenable: each is a success', async () => {
    const breaker = standard(testClock());
    const thenable = Object.assign(Object.create(null), {
      // biome-ignore lint/suspicious/noThenProperty: it is one on purpose
      then: (done: (value: string) => void) => done('thenable'),
    }) as PromiseLike<string>;
    expect(await breaker.execute(() => undefined)).toBeUndefined();
    expect(await breaker.execute(() => 7)).toBe(7);
    expect(await breaker.execute(() => thenable)).toBe('thenable');
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 3, failed: 0 });
  });

  it('does not open the circuit, however often it returns nothing', async () => {
    const breaker = standard(testClock());
    for (let i = 0; i < 50; i++) await breaker.execute(() => undefined);
    expect(breaker.state).toBe('closed');
  });

  it.each(['forced-closed', 'observing'] as const)('works the same way in mode %s', async (mode) => {
    const breaker = standard(testClock());
    breaker.setMode(mode);
    expect(await breaker.execute(() => undefined)).toBeUndefined();
    const thrown = breaker.execute((): string => {
      throw boom;
    });
    await expect(thrown).rejects.toBe(boom);
  });

  it('may throw: that is a rejection and a failure, never an exception of execute', async () => {
    const breaker = standard(testClock());
    let settled: Promise<unknown> = Promise.resolve();
    expect(() => {
      settled = breaker.execute((): string => {
        throw boom;
      });
    }).not.toThrow();
    await expect(settled).rejects.toBe(boom);
    expect(breaker.snapshot().counts).toMatchObject({ failed: 1 });
  });
});

describe('a result from before the circuit opened', () => {
  it('does not close it half-open when it is a success', async () => {
    const clock = testClock();
    const breaker = standard(clock);
    let answer: (value: string) => void = () => {};
    const late = [1, 2, 3].map(() => breaker.acquire());
    const lateCall = breaker.execute(() => new Promise<string>((done) => (answer = done)));
    tripAndWait(breaker, clock);
    expect(breaker.acquire().probe).toBe(true);
    for (const call of late) expect(call.succeed()).toBe('stale');
    answer('at last');
    expect(await lateCall).toBe('at last');
    expect(breaker.state).toBe('half-open');
  });

  it('does not open it again during the probe when it is a failure, and the probe still counts', () => {
    const clock = testClock();
    const breaker = standard(clock);
    const late = breaker.acquire();
    tripAndWait(breaker, clock);
    const probes = [breaker.acquire(), breaker.acquire(), breaker.acquire()];
    expect(late.fail(boom)).toBe('stale');
    expect(breaker.state).toBe('half-open');
    for (const probe of probes) expect(probe.succeed()).toBe('recorded');
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().window.failures).toBe(0);
  });
});

describe('refusals by our own limits', () => {
  const full = new RejectedError('bulkhead is full', 'ERR_BULKHEAD_FULL', undefined);

  it('open nothing: the dependency did not fail', async () => {
    const breaker = standard(testClock());
    for (let i = 0; i < 200; i++)
      await expect(breaker.execute(() => Promise.reject(full))).rejects.toBe(full);
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      window: { calls: 0, failures: 0 },
      counts: { failed: 0, ignored: 200 },
    });
  });

  it('give a probe’s place back instead of opening again', async () => {
    const clock = testClock();
    const breaker = standard(clock);
    tripAndWait(breaker, clock);
    for (let i = 0; i < 10; i++) await breaker.execute(() => Promise.reject(full)).catch(() => {});
    expect(breaker.state).toBe('half-open');
    succeed(breaker, 3);
    expect(breaker.state).toBe('closed');
  });
});

describe('a probe that never ends', () => {
  it('holds its place for one lease only; its late answer moves nothing', async () => {
    const clock = testClock();
    const breaker = standard(clock);
    tripAndWait(breaker, clock);
    const hung = [breaker.acquire(), breaker.acquire(), breaker.acquire()];
    clock.advance(LEASE_MS - 1);
    expect(breaker.tryAcquire()).toBeNull();
    clock.advance(1);
    succeed(breaker, 3);
    expect(breaker.state).toBe('closed');
    expect(hung.map((probe) => probe.fail(boom))).toEqual(['stale', 'stale', 'stale']);
    expect(breaker.state).toBe('closed');
  });

  it('keeps no breaker half-open for ever: calls come through again and again', () => {
    const clock = testClock();
    const breaker = standard(clock);
    tripAndWait(breaker, clock);
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 3; i++) expect(breaker.tryAcquire()?.probe).toBe(true);
      expect(breaker.tryAcquire()).toBeNull();
      clock.advance(LEASE_MS);
    }
  });

  it('holds its place for one lease only also when it was made with execute', async () => {
    const clock = testClock();
    const breaker = standard(clock);
    tripAndWait(breaker, clock);
    for (let i = 0; i < 3; i++) void breaker.execute(() => new Promise(() => {}));
    await expect(breaker.execute(async () => 'early')).rejects.toSatisfy(isCircuitOpenError);
    clock.advance(LEASE_MS);
    for (let i = 0; i < 3; i++) await breaker.execute(async () => 'fine');
    expect(breaker.state).toBe('closed');
  });

  it('lets nobody wait behind it: a thousand callers are refused at once', async () => {
    const clock = testClock();
    const breaker = standard(clock);
    tripAndWait(breaker, clock);
    for (let i = 0; i < 3; i++) breaker.acquire();
    const call = vi.fn(async () => 'ran');
    const callers = Array.from({ length: 1_000 }, () => breaker.execute(call));
    const results = await Promise.allSettled(callers);
    expect(results.every((r) => r.status === 'rejected' && isCircuitOpenError(r.reason))).toBe(true);
    expect(call).not.toHaveBeenCalled();
    expect(breaker.snapshot()).toMatchObject({ inFlight: 3, counts: { rejected: 1_000 } });
  });
});

describe('an ignored error', () => {
  it('does not close a half-open circuit; it gives the probe’s place back', async () => {
    const clock = testClock();
    const notFound = Object.assign(new Error('no such order'), { status: 404 });
    const breaker = standard(clock, { classify: ({ ok }) => (ok ? undefined : 'ignored') });
    tripAndWait(breaker, clock);
    for (let i = 0; i < 10; i++) {
      await expect(breaker.execute(() => Promise.reject(notFound))).rejects.toBe(notFound);
    }
    expect(breaker.state).toBe('half-open');
    expect(breaker.snapshot().probing).toMatchObject({ succeeded: 0, failed: 0, inFlight: 0 });
  });
});

describe('the end of a breaker', () => {
  // Timed calls keep one slow heartbeat per clock going, which tells a stalled process from a slow dependency.
  const HEART_RESTS_MS = 10_250;

  it('leaves nothing going on: what it had set up for its listeners ends with them', () => {
    const clock = testClock();
    const breaker = standard(clock);
    const stop = breaker.on('state-changed', () => {});
    breaker.setMode('forced-open', { forMs: 60_000 });
    breaker.setMode('auto');
    trip(breaker);
    stop();
    clock.advance(HEART_RESTS_MS);
    expect(clock.timers).toBe(0);
    const { seq } = breaker.snapshot();
    clock.advance(3_600_000);
    expect(clock.timers).toBe(0);
    expect(breaker.snapshot().seq).toBe(seq);
  });

  it('needs no timer of its own: a hundred open breakers share one heartbeat, which rests', () => {
    const clock = testClock();
    for (let i = 0; i < 100; i++) trip(standard(clock, { name: `b${i}` }));
    expect(clock.timers).toBe(1);
    clock.advance(HEART_RESTS_MS);
    expect(clock.timers).toBe(0);
  });

  it('leaves the host’s timers as they were, but for that one', () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    for (let i = 0; i < 100; i++) trip(createBreaker({ name: `real ${i}` }));
    expect(timers()).toBeLessThanOrEqual(before + 1);
  });

  it('is complete: no registry holds what nobody else holds', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const dropped: WeakRef<Breaker>[] = [];
    (() => {
      const clock = testClock();
      for (let i = 0; i < 200; i++) {
        const breaker = standard(clock, { name: `dropped ${i}`, tags: { number: String(i) } });
        breaker.on('state-changed', () => {});
        fail(breaker, 20);
        dropped.push(new WeakRef(breaker));
      }
    })();
    for (let i = 0; i < 5; i++) {
      await turn();
      collect();
    }
    expect(dropped.filter((ref) => ref.deref() !== undefined)).toEqual([]);
  });
});

describe('a circuit that has seen little', () => {
  it('stays closed after its very first call failed, and after nineteen', () => {
    const breaker = standard(testClock());
    fail(breaker);
    expect(breaker.state).toBe('closed');
    fail(breaker, 18);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  it('has forgotten the outage when it closes: one more failure does not open it', () => {
    const clock = testClock();
    const breaker = standard(clock);
    recover(breaker, clock);
    expect(breaker.snapshot().window).toMatchObject({ calls: 0, failures: 0 });
    fail(breaker, 19);
    expect(breaker.state).toBe('closed');
  });
});

describe('a listener that throws', () => {
  it.each(['call-settled', 'state-changed', 'call-rejected'] as const)(
    'on %s changes no result and counts as no failure',
    async (event) => {
      const clock = testClock();
      const told = vi.fn();
      const breaker = standard(clock, { onError: told });
      breaker.on(event, () => {
        throw new Error('listener');
      });
      for (let i = 0; i < 40; i++) expect(await breaker.execute(async () => i)).toBe(i);
      expect(breaker.snapshot()).toMatchObject({ state: 'closed', counts: { succeeded: 40, failed: 0 } });
      fail(breaker, 40);
      expect(breaker.state).toBe('open');
      await expect(breaker.execute(async () => 1)).rejects.toSatisfy(isCircuitOpenError);
      expect(told).toHaveBeenCalled();
    },
  );
});

describe('cancelling', () => {
  it('one call leaves the others alone: each has the signal of its own caller', async () => {
    const breaker = standard(testClock());
    const hurried = new AbortController();
    const patient = new AbortController();
    const until = ({ signal }: { signal?: AbortSignal }): Promise<string> =>
      new Promise((done, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        if (signal === patient.signal) finish = () => done('finished');
      });
    let finish: () => void = () => {};
    const first = breaker.execute(until, { signal: hurried.signal });
    const second = breaker.execute(until, { signal: patient.signal });
    const timeUp = Object.assign(new Error('time is up'), { name: 'TimeoutError' });
    hurried.abort(timeUp);
    await expect(first).rejects.toBe(timeUp);
    expect(patient.signal.aborted).toBe(false);
    finish();
    expect(await second).toBe('finished');
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('does not poison later calls: an aborted signal belonged to one call', async () => {
    const breaker = standard(testClock());
    const abort = new AbortController();
    abort.abort();
    await expect(breaker.execute(async () => 1, { signal: abort.signal })).rejects.toBe(abort.signal.reason);
    expect(await breaker.execute(async () => 2)).toBe(2);
    expect(await breaker.execute(async () => 3, { signal: new AbortController().signal })).toBe(3);
  });
});

describe('the time window', () => {
  it('forgets in time although the event loop stood still and no timer ran', () => {
    const clock = testClock();
    const breaker = standard(clock);
    fail(breaker, 19);
    clock.time += 10_000;
    expect(breaker.snapshot().window).toMatchObject({ calls: 0, failures: 0 });
    fail(breaker, 19);
    expect(breaker.state).toBe('closed');
  });

  it('is empty after an idle hour: old failures and one new one open nothing', () => {
    const clock = testClock();
    const breaker = standard(clock);
    for (let i = 0; i < 9; i++) {
      succeed(breaker);
      fail(breaker);
    }
    fail(breaker);
    clock.advance(3_600_000);
    fail(breaker);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 1, failures: 1 } });
  });

  it('holds a hundred and fifty thousand calls in one bucket', () => {
    const clock = testClock();
    const breaker = standard(clock);
    const latency = breaker.measureLatency();
    for (let i = 0; i < 150_000; i++) breaker.acquire().succeed();
    fail(breaker, 19);
    expect(breaker.snapshot().window).toMatchObject({ calls: 150_019, failures: 19 });
    expect(latency.reduce((sum, count) => sum + count, 0)).toBe(150_019);
    clock.advance(9_000);
    fail(breaker);
    expect(breaker.snapshot().window.calls).toBe(150_020);
    clock.advance(1_000);
    expect(breaker.snapshot().window.calls).toBe(1);
  });
});

describe('the failure ratio', () => {
  it('is not diluted by calls that hang: a hundred of them, and twenty failures still open', () => {
    const breaker = standard(testClock());
    const hanging: Permit[] = [];
    for (let i = 0; i < 100; i++) hanging.push(breaker.acquire());
    fail(breaker, 20);
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot().inFlight).toBe(100);
  });

  it('is not diluted by refusals: after a thousand of them it opens as it did the first time', () => {
    const clock = testClock();
    const breaker = standard(clock);
    trip(breaker);
    for (let i = 0; i < 1_000; i++) expect(breaker.tryAcquire()).toBeNull();
    clock.advance(FIRST_OPEN_MS);
    succeed(breaker, 3);
    fail(breaker, 19);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });
});

describe('what a retry around the breaker sees', () => {
  it('is an error that says that the call did not run, and when to come again', async () => {
    const clock = testClock();
    const breaker = standard(clock);
    trip(breaker);
    clock.advance(1_000);
    const call = vi.fn(async () => 'ran');
    const error = await breaker.execute(call).catch((reason: unknown) => reason);
    expect(call).not.toHaveBeenCalled();
    expect(isCircuitOpenError(error)).toBe(true);
    expect(isCircuitOpenError(new Error('fetch failed', { cause: error }))).toBe(true);
    expect(isCircuitOpenError(boom)).toBe(false);
    expect(error as CircuitOpenError).toMatchObject({
      code: 'ERR_CIRCUIT_OPEN',
      breaker: 'payments',
      state: 'open',
      retryAfterMs: FIRST_OPEN_MS - 1_000,
    });
  });
});

describe('taking a listener off', () => {
  it('takes off the first one too, and only that one', () => {
    const breaker = standard(testClock());
    const heard: string[] = [];
    const offs = ['a', 'b', 'c'].map((who) => breaker.on('state-changed', () => heard.push(who)));
    offs[0]?.();
    breaker.reset();
    expect(heard).toEqual(['b', 'c']);
  });

  it('takes off the right one after others have gone, and is harmless when done twice', () => {
    const breaker = standard(testClock());
    const heard: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((who) => breaker.on('state-changed', () => heard.push(who)));
    a?.();
    b?.();
    a?.();
    b?.();
    breaker.reset();
    expect(heard).toEqual(['c']);
    c?.();
    breaker.reset();
    expect(heard).toEqual(['c']);
  });

  it('tells two listeners with the same function apart', () => {
    const breaker = standard(testClock());
    const listener = vi.fn();
    const off = breaker.on('state-changed', listener);
    breaker.on('state-changed', listener);
    off();
    off();
    breaker.reset();
    expect(listener).toHaveBeenCalledOnce();
  });
});

describe('five hundred calls at the moment the open time ends', () => {
  it('let three probes through and refuse the rest, until these have answered', async () => {
    const clock = testClock();
    const breaker = standard(clock);
    tripAndWait(breaker, clock);
    const ends: ((value: string) => void)[] = [];
    const calls = Array.from({ length: 500 }, () =>
      breaker.execute(() => new Promise<string>((done) => ends.push(done))),
    );
    expect(ends).toHaveLength(3);
    for (const end of ends) end('fine');
    const results = await Promise.allSettled(calls);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(breaker.state).toBe('closed');
  });
});
