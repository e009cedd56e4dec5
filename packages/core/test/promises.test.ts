import { execFileSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import {
  type Breaker,
  type BreakerOptions,
  backoff,
  type ConfigInput,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  fixed,
  isCircuitOpenError,
  lastCalls,
  lastMs,
  type StateChanged,
  sinceClosed,
  slowRatio,
  successesInARow,
  successRatio,
  tumblingMs,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';

const boom = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });

function make(clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker {
  return createBreaker({
    name: 'payments',
    window: lastCalls(4),
    openWhen: failureRatio(0.5, { minimumCalls: 4 }),
    stayOpen: fixed(1_000),
    probing: { probes: 2, atOnce: 1, leaseMs: 500 },
    clock,
    ...options,
  });
}

function trip(breaker: Breaker, failures = 4): void {
  for (let i = 0; i < failures; i++) breaker.tryAcquire()?.fail(boom);
  expect(breaker.state).toBe('open');
}

function heard(breaker: Breaker): StateChanged[] {
  const changes: StateChanged[] = [];
  breaker.on('state-changed', (change) => changes.push(change));
  return changes;
}

describe('1. a late result', () => {
  it('never moves a later state, and its caller is told that it was stale', () => {
    const clock = testClock();
    const breaker = make(clock);
    const late = breaker.acquire();
    trip(breaker);
    expect(late.succeed()).toBe('stale');
    clock.advance(1_000);
    const probe = breaker.acquire();
    trip2(breaker, probe);
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 1, stale: 1 });
  });

  function trip2(breaker: Breaker, probe: { fail(): string }): void {
    expect(probe.fail()).toBe('recorded');
    expect(breaker.state).toBe('open');
  }

  it('is stale also when the circuit is closed again', async () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 1 } });
    let rejectLate: (reason: unknown) => void = () => {};
    const late = breaker.execute(() => new Promise((_, reject) => (rejectLate = reject)));
    trip(breaker);
    clock.advance(1_000);
    breaker.acquire().succeed();
    expect(breaker.state).toBe('closed');
    rejectLate(boom);
    await expect(late).rejects.toBe(boom);
    expect(breaker.snapshot()).toMatchObject({ window: { calls: 0 }, counts: { stale: 1 } });
  });
});

describe('2. half-open', () => {
  it('admits at most atOnce at the same time and probes in all', () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 3, atOnce: 2, closeWhen: successRatio(1) } });
    trip(breaker);
    expect(breaker.tryAcquire()).toBeNull();
    clock.advance(1_000);
    const first = breaker.tryAcquire();
    const second = breaker.tryAcquire();
    expect(breaker.tryAcquire()).toBeNull();
    first?.succeed();
    const third = breaker.tryAcquire();
    second?.succeed();
    expect(breaker.tryAcquire()).toBeNull();
    third?.succeed();
    expect(breaker.state).toBe('closed');
  });

  it('gives the place of a probe that never settles to another after leaseMs', () => {
    const clock = testClock();
    const breaker = make(clock);
    trip(breaker);
    clock.advance(1_000);
    const hung = breaker.acquire();
    clock.advance(499);
    expect(breaker.tryAcquire()).toBeNull();
    clock.advance(1);
    expect(breaker.tryAcquire()).not.toBeNull();
    expect(hung.succeed()).toBe('stale');
  });

  it('takes a slow probe for a failed one where slow calls open the circuit', () => {
    const clock = testClock();
    const breaker = make(clock, { openWhen: slowRatio(0.5, { slowMs: 100, minimumCalls: 1 }) });
    const slowly = (): void => {
      const call = breaker.acquire();
      clock.advance(101);
      call.succeed();
    };
    slowly();
    clock.advance(1_000);
    slowly();
    expect(breaker.state).toBe('open');
    clock.advance(1_000);
    breaker.acquire().succeed();
    breaker.acquire().succeed();
    expect(breaker.state).toBe('closed');
  });

  it('closes as soon as the ratio is certain and opens as soon as it is out of reach', () => {
    const clock = testClock();
    const probing = { probes: 4, atOnce: 4, closeWhen: successRatio(0.5) };
    const breaker = make(clock, { probing });
    trip(breaker);
    clock.advance(1_000);
    breaker.acquire().fail();
    breaker.acquire().fail();
    expect(breaker.state).toBe('half-open');
    breaker.acquire().fail();
    expect(breaker.state).toBe('open');
    clock.advance(1_000);
    breaker.acquire().succeed();
    breaker.acquire().succeed();
    expect(breaker.state).toBe('closed');
  });
});

describe('3. three outcomes', () => {
  it('ignores the caller’s abort, closed and half-open, and frees the probe', async () => {
    const clock = testClock();
    const breaker = make(clock);
    const abort = new AbortController();
    const hang = (): Promise<never> =>
      new Promise((_, reject) => abort.signal.addEventListener('abort', () => reject(abort.signal.reason)));
    trip(breaker);
    clock.advance(1_000);
    const call = breaker.execute(hang, { signal: abort.signal });
    expect(breaker.tryAcquire()).toBeNull();
    abort.abort(new Error('the user left'));
    await expect(call).rejects.toThrow('the user left');
    expect(breaker.tryAcquire()).not.toBeNull();
    expect(breaker.snapshot().counts).toMatchObject({ ignored: 1, failed: 4 });
  });

  it('does not run a call whose signal was aborted before', async () => {
    const breaker = make(testClock());
    const call = vi.fn();
    const reason = new Error('too late');
    await expect(breaker.execute(call, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(call).not.toHaveBeenCalled();
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 0, failed: 0, ignored: 0 });
  });

  it('counts a time limit that ran out as a failure', async () => {
    const breaker = make(testClock());
    const abort = new AbortController();
    const reason = Object.assign(new Error('slow'), { name: 'TimeoutError' });
    const call = breaker.execute(
      () => new Promise((_, reject) => abort.signal.addEventListener('abort', () => reject(reason))),
      { signal: abort.signal },
    );
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(breaker.snapshot().counts.failed).toBe(1);
  });

  it('ignores refusals of other policies and never lets a rejection enter the rate', async () => {
    const clock = testClock();
    const inner = make(clock, { name: 'inner' });
    const outer = make(clock, { name: 'outer' });
    trip(inner);
    for (let i = 0; i < 50; i++) {
      await expect(outer.execute(() => inner.execute(async () => 1))).rejects.toSatisfy(isCircuitOpenError);
    }
    expect(outer.snapshot()).toMatchObject({
      state: 'closed',
      window: { calls: 0 },
      counts: { ignored: 50 },
    });
    expect(inner.snapshot()).toMatchObject({ window: { calls: 4 }, counts: { rejected: 50 } });
  });

  it('lets classify decide', async () => {
    const breaker = make(testClock(), {
      classify: (outcome) => (outcome.ok ? (outcome.value === 503 ? 'failure' : undefined) : 'ignored'),
    });
    await breaker.execute(async () => 503);
    await breaker.execute(async () => 200);
    await breaker.execute(() => Promise.reject(boom)).catch(() => {});
    expect(breaker.snapshot().counts).toMatchObject({ failed: 1, succeeded: 1, ignored: 1 });
  });
});

describe('4. user code that throws', () => {
  it('a call that is no function is refused, and nobody is blamed for it', async () => {
    const breaker = make(testClock());
    for (const [call, shown] of [
      [undefined, 'undefined'],
      [Promise.resolve(5), 'an object'],
    ])
      for (const options of [undefined, { signal: new AbortController().signal }])
        await expect(breaker.execute(call as never, options)).rejects.toThrow(
          new TypeError(`execute takes a function, got ${shown as string}`),
        );
    expect(breaker.snapshot()).toMatchObject({ inFlight: 0, counts: { failed: 0, ignored: 0 } });
  });

  it('changes no result, and is reported once each time', async () => {
    const told = vi.fn();
    const breaker = make(testClock(), {
      onError: told,
      classify: () => {
        throw new Error('classify');
      },
    });
    breaker.on('call-settled', () => {
      throw new Error('listener');
    });
    const value = {};
    expect(await breaker.execute(async () => value)).toBe(value);
    await expect(breaker.execute(() => Promise.reject(boom))).rejects.toBe(boom);
    expect(told.mock.calls.map(([error]) => (error as Error).message)).toEqual([
      'classify',
      'listener',
      'classify',
      'listener',
    ]);
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('survives an onError that throws, a random that throws and a wall clock that throws', () => {
    const clock = testClock();
    const throwing = (): never => {
      throw new Error('no');
    };
    const breaker = make(clock, {
      onError: throwing,
      random: throwing,
      clock: { ...clock, now: clock.now, wallNow: throwing },
    });
    breaker.on('state-changed', throwing);
    trip(breaker);
  });

  it('delivers events in order, as a chain without gaps, also when listeners call the breaker', () => {
    const clock = testClock();
    const breaker = make(clock);
    const seqs: number[] = [];
    const states: string[] = [];
    breaker.on('state-changed', (change) => {
      if (change.to === 'open') breaker.probeNow({ by: 'a listener' });
    });
    breaker.on('state-changed', (change) => {
      seqs.push(change.seq);
      states.push(`${change.from}>${change.to}`);
    });
    for (let i = 0; i < 4; i++) breaker.tryAcquire()?.fail(boom);
    expect(states).toEqual(['closed>open', 'open>half-open']);
    expect(seqs).toEqual([1, 2]);
  });

  it('holds a probe’s place before any listener runs', () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 1 } });
    trip(breaker);
    let fromInside: unknown = 'not asked';
    breaker.on('state-changed', ({ to }) => {
      if (to === 'half-open') fromInside = breaker.tryAcquire();
    });
    clock.time += 1_000;
    expect(breaker.tryAcquire()?.probe).toBe(true);
    expect(fromInside).toBeNull();
  });

  it('ends a chain of listeners that answer each other for ever', () => {
    const told = vi.fn();
    const breaker = make(testClock(), { onError: told });
    breaker.on('state-changed', () => breaker.reset());
    breaker.reset();
    expect(told).toHaveBeenCalledOnce();
  });

  it('takes a rejection of an async listener for an error of that listener', async () => {
    const told = vi.fn();
    const breaker = make(testClock(), { onError: told });
    breaker.on('state-changed', (): unknown => Promise.reject(new Error('later')));
    breaker.reset();
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
  });
});

describe('5. timers', () => {
  it('decide nothing: without a single timer the circuit goes its way', () => {
    const clock = testClock();
    const breaker = make(clock, { clock: { now: clock.now } });
    const changes = heard(breaker);
    trip(breaker);
    clock.time += 1_000;
    expect(breaker.state).toBe('half-open');
    expect(changes.map(({ to }) => to)).toEqual(['open']);
    breaker.acquire().succeed();
    breaker.acquire().succeed();
    expect(changes.map(({ to }) => to)).toEqual(['open', 'half-open', 'closed']);
  });

  it('announce half-open on time to those who listen, and to nobody else', () => {
    const clock = testClock();
    const silent = make(clock);
    trip(silent);
    expect(clock.timers).toBe(0);
    const breaker = make(clock);
    const changes = heard(breaker);
    trip(breaker);
    clock.advance(999);
    expect(changes).toHaveLength(1);
    clock.advance(1);
    expect(changes.at(-1)).toMatchObject({ to: 'half-open', why: { rule: 'open-time-over' } });
    expect(clock.timers).toBe(0);
  });

  it('keep no process alive: one with an open, listened-to breaker exits', () => {
    const entry = new URL('../dist/index.js', import.meta.url).href;
    const script = `import { consecutiveFailures, createBreaker, fixed } from ${JSON.stringify(entry)};
      const breaker = createBreaker({ name: 'b', openWhen: consecutiveFailures(1), stayOpen: fixed(3_600_000) });
      breaker.on('state-changed', ({ to }) => console.log(to));
      breaker.acquire().fail();
      breaker.execute(async () => 1).catch((error) => console.log(error.code));`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 20_000,
      encoding: 'utf8',
    });
    expect(out).toBe('open\nERR_CIRCUIT_OPEN\n');
  });
});

describe('6. clocks', () => {
  it('a clock that steps back or says NaN counts as no time at all', () => {
    let now = 10_000_000;
    const breaker = make(testClock(), { clock: { now: () => now } });
    trip(breaker);
    now -= 3_600_000;
    expect(breaker.state).toBe('open');
    now += 1_000;
    expect(breaker.state).toBe('half-open');
    now = Number.NaN;
    expect(breaker.state).toBe('half-open');
  });

  it('an hour of sleep empties a time window and ends the open time, with probes only', () => {
    const clock = testClock();
    const breaker = make(clock, { window: lastMs(1_000), openWhen: failureRatio(0.5, { minimumCalls: 4 }) });
    for (let i = 0; i < 3; i++) breaker.acquire().fail(boom);
    clock.stall(3_600_000);
    breaker.acquire().fail(boom);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 1 } });
    for (let i = 0; i < 3; i++) breaker.acquire().fail(boom);
    clock.stall(3_600_000);
    expect([1, 2, 3].map(() => breaker.tryAcquire()?.probe)).toEqual([true, undefined, undefined]);
  });

  it('a blocked event loop does not make healthy calls slow', () => {
    const clock = testClock();
    const breaker = make(clock, {
      window: lastCalls(100),
      openWhen: slowRatio(0.5, { slowMs: 1_000, minimumCalls: 10 }),
    });
    const calls = Array.from({ length: 100 }, () => breaker.acquire());
    clock.advance(300);
    clock.stall(2_000);
    for (const call of calls) call.succeed();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', counts: { slow: 0 } });
    const slow = Array.from({ length: 100 }, () => breaker.acquire());
    clock.advance(1_001);
    for (const call of slow) call.succeed();
    expect(breaker.state).toBe('open');
  });
});

describe('7. windows', () => {
  it('forget what is older, and are empty after an idle time', () => {
    const clock = testClock();
    const breaker = make(clock, {
      window: lastMs(1_000, { buckets: 10 }),
      openWhen: failureRatio(1, { minimumCalls: 10 }),
    });
    for (let i = 0; i < 9; i++) breaker.acquire().fail(boom);
    clock.advance(999);
    expect(breaker.snapshot().window.calls).toBe(9);
    clock.advance(1);
    expect(breaker.snapshot().window).toMatchObject({ calls: 0, failures: 0, failureRatio: 0 });
    breaker.acquire().fail(boom);
    expect(breaker.state).toBe('closed');
  });

  it('start empty after closing', () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 1 } });
    trip(breaker);
    clock.advance(1_000);
    breaker.acquire().succeed();
    for (let i = 0; i < 3; i++) breaker.acquire().fail(boom);
    expect(breaker.state).toBe('closed');
  });

  it('a success can open, by reaching the minimum', () => {
    const breaker = make(testClock());
    breaker.acquire().fail();
    breaker.acquire().fail();
    breaker.acquire().succeed();
    expect(breaker.state).toBe('closed');
    breaker.acquire().succeed();
    expect(breaker.state).toBe('open');
  });
});

describe('8. a change says why', () => {
  it('with rule, value, limit, calls, outcomes, errors and the next probe', () => {
    const clock = testClock(50);
    const breaker = make(clock);
    const changes = heard(breaker);
    breaker.acquire().succeed();
    breaker.acquire().succeed();
    breaker.acquire().fail(boom);
    clock.advance(10);
    breaker.acquire().fail(Object.assign(new Error('took too long'), { name: 'TimeoutError' }));
    expect(changes).toEqual([
      {
        type: 'state-changed',
        breaker: 'payments',
        seq: 1,
        at: 60,
        wallAt: 1_700_000_000_060,
        configRevision: 1,
        from: 'closed',
        to: 'open',
        mode: 'auto',
        why: { rule: 'failure-ratio', value: 0.5, limit: 0.5, calls: 4, minimumCalls: 4, bad: 2 },
        window: { calls: 4, failures: 2, slow: 0 },
        outcomes: 'ooet',
        errors: [
          { name: 'Error', code: 'ECONNREFUSED', message: 'connect refused', count: 1 },
          { name: 'TimeoutError', message: 'took too long', count: 1 },
        ],
        firstFailureWallAt: 1_700_000_000_050,
        retryAfterMs: 1_000,
        retryWallAt: 1_700_000_001_060,
      },
    ]);
  });

  it('names the slow rule and the row rule with their numbers', () => {
    const clock = testClock();
    const slow = make(clock, { openWhen: slowRatio(0.5, { slowMs: 100, minimumCalls: 2 }) });
    const row = make(clock, { openWhen: consecutiveFailures(2) });
    const [slowChanges, rowChanges] = [heard(slow), heard(row)];
    for (let i = 0; i < 2; i++) {
      const call = slow.acquire();
      clock.advance(101);
      call.succeed();
      row.acquire().fail(boom);
    }
    expect(slowChanges[0]).toMatchObject({
      why: { rule: 'slow-ratio', value: 1, limit: 0.5, calls: 2, bad: 2, slowMs: 100 },
      outcomes: 'ss',
    });
    expect(rowChanges[0]?.why).toMatchObject({ rule: 'consecutive-failures', value: 2, limit: 2 });
  });

  it('counts the probes that closed or reopened it', () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 2 } });
    const changes = heard(breaker);
    trip(breaker);
    clock.advance(1_000);
    breaker.acquire().succeed();
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire().succeed();
    breaker.acquire().succeed();
    expect(changes.map(({ why }) => why)).toMatchObject([
      { rule: 'failure-ratio' },
      { rule: 'open-time-over' },
      { rule: 'probes-failed', value: 1, limit: 1, calls: 2, bad: 1 },
      { rule: 'open-time-over' },
      { rule: 'probes-passed', value: 2, limit: 2, calls: 2, bad: 0 },
    ]);
  });

  it('names the person for changes by people', () => {
    const breaker = make(testClock());
    const changes = heard(breaker);
    breaker.reset({ by: 'maria', reason: 'fixed upstream' });
    expect(changes[0]).toMatchObject({ why: { rule: 'reset' }, by: 'maria', note: 'fixed upstream' });
  });

  it('shows a DOMException by its name, not by its number', () => {
    const breaker = make(testClock(), { openWhen: consecutiveFailures(1) });
    const changes = heard(breaker);
    breaker.acquire().fail(new DOMException('too slow', 'TimeoutError'));
    expect(changes[0]?.errors).toEqual([{ name: 'TimeoutError', message: 'too slow', count: 1 }]);
    expect(changes[0]?.outcomes).toBe('t');
  });

  it('dates the trouble from the first failure that is still in the window', () => {
    const clock = testClock();
    const rule = failureRatio(0.5, { minimumCalls: 4 });
    for (const window of [lastMs(1_000), tumblingMs(1_000)]) {
      const breaker = make(clock, { window, openWhen: rule });
      const changes = heard(breaker);
      breaker.acquire().fail(boom);
      clock.advance(5_000);
      for (let i = 0; i < 4; i++) {
        breaker.acquire().fail(boom);
        clock.advance(10);
      }
      expect((changes[0]?.wallAt ?? 0) - (changes[0]?.firstFailureWallAt ?? 0)).toBe(30);
    }
  });

  it('does not date it from a failure that has left the window, where it was never without one', () => {
    const clock = testClock();
    for (const window of [lastMs(1_000), lastCalls(20)]) {
      const breaker = make(clock, { window, openWhen: failureRatio(0.5, { minimumCalls: 10 }) });
      const changes = heard(breaker);
      // Two of ten calls fail for an hour: that is how it always is.
      for (let second = 0; second < 3_600; second++)
        for (let call = 0; call < 10; call++) {
          clock.advance(100);
          if (call % 5 === 0) breaker.acquire().fail(boom);
          else breaker.acquire().succeed();
        }
      const quietAt = clock.wallNow();
      while (changes.length === 0) {
        clock.advance(10);
        breaker.acquire().fail(boom);
      }
      const [opened] = changes;
      const from = opened?.firstFailureWallAt ?? 0;
      expect(from).toBeLessThan(quietAt);
      // Twenty calls take two seconds.
      expect((opened?.wallAt ?? 0) - from).toBeLessThanOrEqual(window.kind === 'last-ms' ? 1_000 : 2_000);
    }
  });

  it('takes secrets out of messages', () => {
    const breaker = make(testClock(), { openWhen: consecutiveFailures(1) });
    const changes = heard(breaker);
    const message =
      'GET https://user:hunter2@api.example.com/pay?token=s3cret failed, Authorization: Bearer abc.def\u0000\u202e';
    breaker.acquire().fail(new Error(message));
    const shown = changes[0]?.errors[0]?.message ?? '';
    expect(shown).toContain('https://api.example.com/pay');
    expect(shown).not.toMatch(/hunter2|s3cret|abc\.def|\0|\u202e/);
  });
});

describe('9. looking', () => {
  it('changes nothing', () => {
    const clock = testClock();
    const breaker = make(clock);
    trip(breaker);
    clock.time += 1_000;
    const before = breaker.snapshot();
    for (let i = 0; i < 10; i++) {
      expect(breaker).toMatchObject({ state: 'half-open', mode: 'auto' });
      breaker.snapshot();
      breaker.openError();
    }
    expect(breaker.snapshot()).toEqual(before);
    expect(before.generation).toBe(2);
  });
});

describe('open time', () => {
  it('grows with each opening and starts again after a quiet time', () => {
    const clock = testClock();
    const stayOpen = backoff({ firstMs: 100, factor: 2, maxMs: 400, jitterRatio: 0 });
    const breaker = make(clock, { stayOpen, openWhen: consecutiveFailures(1), probing: { probes: 1 } });
    const openFor = (): number => breaker.snapshot().retryAfterMs ?? 0;
    const lengths: number[] = [];
    breaker.acquire().fail();
    for (let i = 0; i < 4; i++) {
      lengths.push(openFor());
      clock.advance(openFor());
      breaker.acquire().fail();
    }
    expect(lengths).toEqual([100, 200, 400, 400]);
    clock.advance(openFor());
    breaker.acquire().succeed();
    clock.advance(400);
    breaker.acquire().fail();
    expect(openFor()).toBe(100);
  });

  it('is spread by jitter around its length', () => {
    const lengths = [0, 0.5, 1].map((drawn) => {
      const breaker = make(testClock(), {
        stayOpen: fixed(1_000, { jitterRatio: 0.2 }),
        random: () => drawn,
      });
      trip(breaker);
      return breaker.snapshot().retryAfterMs;
    });
    expect(lengths).toEqual([800, 1_000, 1_200]);
  });

  it('follows a Retry-After up to its cap, and 0 asks for nothing', () => {
    const stays = [0, 500, 5_000, 1e12].map((retryAfterMs) => {
      const breaker = make(testClock(), { openWhen: consecutiveFailures(1) });
      breaker.acquire().fail(boom, { retryAfterMs });
      return breaker.snapshot().retryAfterMs;
    });
    expect(stays).toEqual([1_000, 1_000, 5_000, 60_000]);
  });
});

describe('modes', () => {
  it('forced-open turns every call away while the machine lives on, and ends by itself', () => {
    const clock = testClock();
    const breaker = make(clock);
    const modes: string[] = [];
    breaker.on('mode-changed', ({ to }) => modes.push(to));
    const before = breaker.acquire();
    breaker.setMode('forced-open', { by: 'maria', reason: 'maintenance', forMs: 60_000 });
    expect(breaker.tryAcquire()).toBeNull();
    expect(breaker.openError()).toMatchObject({ reason: 'forced', retryAfterMs: 60_000 });
    expect(before.fail()).toBe('recorded');
    expect(breaker.state).toBe('closed');
    clock.advance(60_000);
    expect(breaker.mode).toBe('auto');
    expect(modes).toEqual(['forced-open', 'auto']);
    expect(breaker.tryAcquire()).not.toBeNull();
  });

  it('observing lets everything through and announces what it would have refused', () => {
    const clock = testClock();
    const breaker = make(clock);
    breaker.setMode('observing');
    const refused: boolean[] = [];
    breaker.on('call-rejected', ({ enforced }) => refused.push(enforced));
    trip(breaker);
    expect(breaker.tryAcquire()?.succeed()).toBe('recorded');
    expect(refused).toEqual([false]);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', counts: { rejected: 0 } });
  });
});

describe('configure', () => {
  it('keeps the state and the window where it can, and bumps the revision', () => {
    const breaker = make(testClock());
    const revisions: number[] = [];
    breaker.on('configured', ({ configRevision }) => revisions.push(configRevision));
    breaker.acquire().fail();
    breaker.configure({ openWhen: failureRatio(1, { minimumCalls: 2 }) });
    breaker.acquire().fail();
    expect(breaker).toMatchObject({ state: 'open', configRevision: 2 });
    expect(revisions).toEqual([2]);
  });

  it.each([
    ['the newest of the last calls', lastCalls(10), lastCalls(3), { calls: 3, failures: 2 }],
    ['all of them, in a larger ring', lastCalls(10), lastCalls(20), { calls: 4, failures: 2 }],
    ['the newest buckets', lastMs(1_000), lastMs(200, { buckets: 2 }), { calls: 1, failures: 1 }],
    ['all buckets, among more', lastMs(1_000), lastMs(2_000, { buckets: 20 }), { calls: 4, failures: 2 }],
    ['nothing, where buckets have another width', lastMs(1_000), lastMs(1_000, { buckets: 5 }), { calls: 0 }],
    ['nothing, where the kind is another', lastMs(1_000), lastCalls(10), { calls: 0 }],
    ['all, where results are dated otherwise', sinceClosed(), sinceClosed(), { calls: 4, failures: 2 }],
  ])('keeps %s', (_, before, after, kept) => {
    const clock = testClock();
    const breaker = make(clock, { window: before, openWhen: [] });
    for (const failed of [false, false, true, true]) {
      const permit = breaker.acquire();
      if (failed) permit.fail();
      else permit.succeed();
      clock.advance(100);
    }
    if (after.kind === 'since-closed') breaker.configure({ window: after, counting: { pending: true } });
    else breaker.configure({ window: after });
    expect(breaker.snapshot().window).toMatchObject(kept);
  });

  it('refuses what it would not use, rather than silently leave it out', () => {
    const breaker = make(testClock());
    const later = (changes: object) => () => breaker.configure(changes);
    expect(later({ classify: () => 'ignored' })).toThrow(
      'configure has no option "classify"; did you mean createBreaker({ classify })?',
    );
    expect(later({ name: 'other' })).toThrow('did you mean createBreaker({ name })?');
    expect(later({ probes: 3 })).toThrow('did you mean probing: { probes }?');
    expect(later(null as never)).toThrow('configure takes an object of options, got null');
    expect(breaker.configRevision).toBe(1);
  });

  it('takes the bound off the probes only for as long as the close rule asks for it', () => {
    const unlimited = (options: ConfigInput['probing'], changes: ConfigInput['probing']) => {
      const breaker = make(testClock(), { probing: options ?? {} });
      breaker.configure({ probing: changes ?? {} });
      return breaker.config.probing.unlimited;
    };
    const inARow = successesInARow(2);
    expect(unlimited({ closeWhen: inARow }, { closeWhen: successRatio(1) })).toBeUndefined();
    expect(unlimited({ closeWhen: inARow }, { closeWhen: successRatio(1), unlimited: true })).toBe(true);
    expect(unlimited({ closeWhen: inARow }, { leaseMs: 5 })).toBe(true);
    expect(unlimited({ unlimited: true }, { closeWhen: successRatio(0.5) })).toBe(true);
    expect(unlimited({}, { closeWhen: inARow })).toBe(true);
  });

  it('refuses what createBreaker refuses, and changes nothing then', () => {
    const breaker = make(testClock());
    expect(() => breaker.configure({ stayOpen: 5 as never })).toThrow('did you mean fixed(5)?');
    expect(breaker.configRevision).toBe(1);
  });
});

describe('latency', () => {
  it('is measured from when somebody asks', async () => {
    const clock = testClock();
    const breaker = make(clock);
    const counts = breaker.measureLatency();
    expect(breaker.measureLatency()).toBe(counts);
    const call = breaker.acquire();
    clock.advance(10);
    call.succeed();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});
