import { describe, expect, it } from 'vitest';
import {
  type Breaker,
  type BreakerOptions,
  type ConfigInput,
  consecutiveFailures,
  createBreaker,
  custom,
  fixed,
  lastCalls,
  lastMs,
  latencyBucket,
  type Permit,
  type StateChanged,
  slowRatio,
  successesInARow,
  tumblingMs,
  type WindowView,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';

const boom = new Error('boom');

/** Opens with the first failure, for a second; then two probes decide. */
function make(clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker {
  return createBreaker({
    name: 'payments',
    window: lastCalls(10),
    openWhen: consecutiveFailures(1),
    stayOpen: fixed(1_000),
    probing: { probes: 2 },
    random: () => 0.5,
    clock,
    ...options,
  });
}

function heard(breaker: Breaker): StateChanged[] {
  const changes: StateChanged[] = [];
  breaker.on('state-changed', (change) => changes.push(change));
  return changes;
}

describe('a slow call', () => {
  it('that was good is a success, and slow', () => {
    const clock = testClock();
    const breaker = make(clock, { openWhen: slowRatio(1, { slowMs: 100, minimumCalls: 10 }) });
    const call = breaker.acquire();
    clock.advance(101);
    call.succeed();
    expect(breaker.snapshot()).toMatchObject({
      window: { calls: 1, failures: 0, slow: 1 },
      counts: { succeeded: 1, failed: 0, slow: 1, ignored: 0 },
      outcomes: 's',
    });
  });

  it('opens without a first failure, because there was none', () => {
    const clock = testClock();
    const breaker = make(clock, { openWhen: slowRatio(1, { slowMs: 100, minimumCalls: 1 }) });
    const changes = heard(breaker);
    const call = breaker.acquire();
    clock.advance(101);
    call.succeed();
    expect(changes).toMatchObject([{ to: 'open', outcomes: 's', errors: [] }]);
    expect(changes[0]).not.toHaveProperty('firstFailureWallAt');
  });

  it('that took too long has failed with an error that says so', () => {
    const clock = testClock();
    const breaker = make(clock, { failAfterMs: 100 });
    const call = breaker.acquire();
    clock.advance(101);
    call.succeed();
    expect(breaker.snapshot()).toMatchObject({
      outcomes: 't',
      errors: [{ name: 'TimeoutError', message: 'took longer than failAfterMs', count: 1 }],
    });
  });
});

describe('the first failure of a trouble', () => {
  const times = (changes: StateChanged[]): unknown[] =>
    changes.map(({ to, firstFailureWallAt: at }) => [to, at === undefined ? at : at - 1_700_000_000_000]);

  it('stays the first while the circuit is open, when its window has forgotten it', () => {
    const clock = testClock(5);
    const breaker = make(clock, { window: lastMs(1_000), probing: { probes: 1 } });
    const changes = heard(breaker);
    breaker.acquire().fail(boom);
    clock.advance(2_000);
    breaker.acquire().fail(boom);
    expect(times(changes)).toEqual([
      ['open', 5],
      ['half-open', 5],
      ['open', 5],
    ]);
  });

  it('may be a probe’s, where something else opened the circuit', async () => {
    const clock = testClock();
    const breaker = make(clock, {
      classify: ({ ok }) => (ok ? { verdict: 'success', openForMs: 1_000 } : undefined),
    });
    const changes = heard(breaker);
    await breaker.execute(() => 1);
    clock.advance(1_000);
    breaker.acquire().fail(boom);
    expect(times(changes)).toEqual([
      ['open', undefined],
      ['half-open', undefined],
      ['open', 1_000],
    ]);
  });
});

describe('the outcomes', () => {
  it('are remembered from the first that was not good, good ones included', () => {
    const breaker = make(testClock(), { openWhen: [] });
    breaker.acquire().succeed();
    breaker.acquire().fail(boom);
    breaker.acquire().succeed();
    breaker.acquire().ignore();
    expect(breaker.snapshot().outcomes).toBe('oeox');
  });

  it('begin anew when the circuit closes, and leave with the window until something is not good', () => {
    const clock = testClock();
    const breaker = make(clock, { window: lastMs(1_000) });
    breaker.acquire().fail(boom);
    breaker.reset();
    expect(breaker.snapshot().outcomes).toBe('');
    breaker.acquire().succeed();
    expect(breaker.snapshot().outcomes).toBe('o');
    clock.advance(2_000);
    expect(breaker.snapshot().outcomes).toBe('');
  });
});

describe('what rules are asked', () => {
  it('is asked of good calls too, where only the user knows what the rule looks at', () => {
    const breaker = make(testClock(), {
      openWhen: custom('busy'),
      rules: { busy: ({ calls }) => calls === 3 },
    });
    for (let i = 0; i < 2; i++) breaker.acquire().succeed();
    expect(breaker.state).toBe('closed');
    breaker.acquire().succeed();
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      openedBecause: { rule: 'custom', name: 'busy' },
    });
  });

  it('is asked after a failure that the window has no place for', () => {
    const clock = testClock();
    const breaker = make(clock, { window: lastMs(1_000), counting: { dated: 'start' } });
    const call = breaker.acquire();
    clock.advance(5_000);
    call.fail(boom);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', window: { calls: 0, failures: 0 } });
  });
});

describe('a call that the mode let through', () => {
  /** Open, and let through all the same. */
  const observed = (options: Partial<BreakerOptions> = {}): Breaker => {
    const breaker = make(testClock(), options);
    breaker.acquire().fail(boom);
    breaker.setMode('observing');
    return breaker;
  };

  it('moves nothing while the circuit is open, but an ignored one is remembered', () => {
    const breaker = observed();
    expect(breaker.acquire().succeed()).toBe('recorded');
    expect(breaker.acquire().fail(boom)).toBe('recorded');
    expect(breaker.acquire().ignore()).toBe('recorded');
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      inFlight: 0,
      window: { calls: 1, failures: 1 },
      counts: { succeeded: 1, failed: 2, ignored: 1, stale: 0 },
      outcomes: 'ex',
    });
  });

  it('is harmless after a restart, of which no outcomes are left', () => {
    const clock = testClock();
    const kept = { ...observed().export(), failuresInARow: 0 };
    const breaker = make(clock, { restore: kept });
    expect(breaker.acquire().ignore()).toBe('recorded');
    expect(breaker.snapshot()).toMatchObject({ state: 'open', mode: 'observing', counts: { ignored: 1 } });
  });

  it('beside the probes is not stale', () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 1 } });
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    const probe = breaker.acquire();
    breaker.setMode('observing');
    const beside = breaker.acquire();
    expect([probe.probe, beside.probe]).toEqual([true, false]);
    expect(beside.succeed()).toBe('recorded');
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', counts: { succeeded: 1, stale: 0 } });
  });
});

describe('where the window lives on', () => {
  it('it takes the results of probes, each as what it was', () => {
    const clock = testClock();
    const breaker = make(clock, {
      window: lastCalls(10),
      counting: { clears: 'never' },
      probing: { probes: 3, closeWhen: successesInARow(2) },
    });
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire().ignore();
    expect(breaker.snapshot().window).toMatchObject({ calls: 1, failures: 1 });
    breaker.acquire().fail(boom);
    expect(breaker.snapshot().window).toMatchObject({ calls: 2, failures: 2 });
    breaker.acquire().succeed();
    expect(breaker.snapshot().window).toMatchObject({ calls: 3, failures: 2 });
  });
});

describe('where late results count', () => {
  const opened = (counting: ConfigInput['counting'], window = lastMs(60_000)): [Breaker, Permit] => {
    const breaker = make(testClock(), { window, counting: { late: 'counted', ...counting } });
    const late = breaker.acquire();
    breaker.acquire().fail(boom);
    return [breaker, late];
  };

  it('an ignored one of an open circuit counts as what the user says', () => {
    const seen = (['nothing', 'calls', 'successes'] as const).map((ignored) => {
      const [breaker, late] = opened({ ignored });
      expect(late.ignore()).toBe('recorded');
      const { window, outcomes } = breaker.snapshot();
      return [ignored, window.calls, outcomes];
    });
    expect(seen).toEqual([
      ['nothing', 1, 'ex'],
      ['calls', 2, 'ex'],
      ['successes', 2, 'eo'],
    ]);
  });

  it('a probe’s is what it was, nothing more', () => {
    const clock = testClock();
    const breaker = make(clock, { counting: { late: 'counted' } });
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    const [first, second] = [breaker.acquire(), breaker.acquire()];
    first.fail(boom);
    second.fail(boom);
    expect(breaker.export().window).toEqual({ kind: 'last-calls', calls: [1, 1] });
  });

  it('they leave with what opening cleared, and stay when the open time is over', () => {
    const clock = testClock();
    const breaker = make(clock, { counting: { late: 'counted', clears: 'opening-and-closing' } });
    const late = breaker.acquire();
    breaker.acquire().fail(boom);
    expect(breaker.snapshot().window.calls).toBe(0);
    late.fail(boom);
    clock.advance(1_000);
    breaker.acquire();
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', window: { calls: 1, failures: 1 } });
  });
});

describe('where calls count from their start on', () => {
  const pending = (clock: TestClock, options: Partial<BreakerOptions> = {}, counting = {}): Breaker =>
    make(clock, {
      window: tumblingMs(60_000),
      counting: { pending: true, late: 'counted', ...counting },
      ...options,
    });
  const seen = (breaker: Breaker): unknown => {
    const { calls, failures } = breaker.snapshot().window;
    return [calls, failures];
  };

  it('a late result counts its call only where the window has forgotten that', () => {
    const breaker = pending(testClock());
    const early = breaker.acquire();
    breaker.reset();
    const call = breaker.acquire();
    expect(seen(breaker)).toEqual([1, 0]);
    breaker.acquire().fail(boom);
    expect(breaker.state).toBe('open');
    expect(seen(breaker)).toEqual([2, 1]);
    call.fail(boom);
    expect(seen(breaker)).toEqual([2, 2]);
    early.fail(boom);
    expect(seen(breaker)).toEqual([3, 3]);
  });

  it('a probe is not counted when it begins, and so is counted when it comes late', () => {
    const clock = testClock();
    const breaker = pending(clock);
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    const [first, second] = [breaker.acquire(), breaker.acquire()];
    expect(seen(breaker)).toEqual([1, 1]);
    first.fail(boom);
    expect(breaker.state).toBe('open');
    second.fail(boom);
    expect(seen(breaker)).toEqual([2, 2]);
  });

  it('a probe is counted when it begins where the window lives on, and not again when it comes late', () => {
    const clock = testClock();
    const breaker = pending(clock, {}, { clears: 'never' });
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    const [first, second] = [breaker.acquire(), breaker.acquire()];
    expect(seen(breaker)).toEqual([3, 1]);
    first.fail(boom);
    second.fail(boom);
    expect(seen(breaker)).toEqual([3, 3]);
  });

  it.each([false, true])(
    'a call from an old interval that made it stale counts in the new one (failed before: %s)',
    (failed) => {
      const clock = testClock();
      const breaker = pending(clock, {
        window: tumblingMs(1_000, { stalesCalls: true }),
        openWhen: consecutiveFailures(9),
      });
      if (failed) breaker.acquire().fail(boom);
      const call = breaker.acquire();
      clock.advance(1_000);
      expect(call.succeed()).toBe('recorded');
      expect(seen(breaker)).toEqual([1, 0]);
    },
  );

  const whoLetsThrough = [
    ['what a person let through', (breaker: Breaker) => breaker.setMode('forced-closed')],
    [
      'one of a window that was made meanwhile',
      (breaker: Breaker) => {
        breaker.setMode('observing');
        breaker.configure({ window: tumblingMs(50_000) });
      },
    ],
    [
      'one after a restart',
      (breaker: Breaker, clock: TestClock) => {
        const again = pending(clock, { restore: breaker.export() });
        again.setMode('observing');
        return again;
      },
    ],
  ] as const;
  it.each(whoLetsThrough)(
    'of an open circuit, %s is not counted when it begins, and so is when it comes late',
    (_, prepare) => {
      const clock = testClock();
      const open = pending(clock);
      open.acquire().fail(boom);
      const breaker = prepare(open, clock) ?? open;
      const before = seen(breaker) as [number, number];
      const call = breaker.acquire();
      expect(seen(breaker)).toEqual(before);
      breaker.setMode('auto');
      breaker.probeNow();
      breaker.acquire().fail(boom);
      call.fail(boom);
      expect(seen(breaker)).toEqual(before.map((count) => count + 1));
    },
  );
});

describe('the success that closes', () => {
  const closing = (clock: TestClock): Breaker =>
    make(clock, { counting: { closingSuccess: true }, probing: { probes: 1 } });

  it('is the first of the new window', () => {
    const clock = testClock();
    const breaker = closing(clock);
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire().succeed();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 1, failures: 0 } });
  });

  it('is none where a person closed it', () => {
    const breaker = closing(testClock());
    breaker.acquire().fail(boom);
    breaker.reset();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 0 } });
  });
});

describe('the open time of the user', () => {
  it('begins with the opening, also where that is noticed late', () => {
    const clock = testClock();
    const asked: { window: WindowView; openings: number; error: unknown }[] = [];
    const breaker = make(clock, {
      window: lastMs(1_000),
      openMs: (opening) => {
        asked.push(opening);
        return 500;
      },
      probing: { probes: 1, leaseMs: null, maxMs: 100 },
    });
    breaker.acquire().fail(boom);
    clock.advance(500);
    breaker.acquire();
    clock.advance(300);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 300 });
    expect(breaker.tryAcquire()).toBeNull();
    expect(breaker.openError().retryAfterMs).toBe(300);
    expect(asked.map(({ openings, error }) => [openings, error])).toContainEqual([2, undefined]);
  });

  it('begins again with the call that begins another round of an open circuit', () => {
    const clock = testClock();
    const breaker = make(clock, { openMs: () => 500, probing: { probes: 1, whileOpen: true } });
    breaker.acquire().fail(boom);
    clock.advance(700);
    breaker.acquire();
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 500 });
  });

  it('is not asked for where half-open ends in closed', () => {
    const clock = testClock();
    let asked = 0;
    const breaker = make(clock, {
      openMs: () => {
        asked++;
        return 500;
      },
      probing: { probes: 1, maxMs: 100, afterMaxMs: 'closed' },
    });
    breaker.acquire().fail(boom);
    clock.advance(500);
    breaker.acquire();
    clock.advance(100);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', openings: 1 });
    expect(asked).toBe(1);
  });
});

describe('latency', () => {
  const counted = (counts: Uint32Array): [bucket: number, calls: number][] =>
    [...counts.entries()].filter(([, calls]) => calls > 0);

  it('is that of calls that were good or failed, from 0 ms on, and of those that began since', () => {
    const clock = testClock();
    const breaker = make(clock, { openWhen: [] });
    const before = breaker.acquire();
    const counts = breaker.measureLatency();
    before.succeed();
    breaker.acquire().ignore();
    expect(counted(counts)).toEqual([]);
    breaker.acquire().succeed();
    const call = breaker.acquire();
    clock.advance(10);
    call.fail(boom);
    expect(counted(counts)).toEqual([
      [0, 1],
      [latencyBucket(10), 1],
    ]);
  });

  it('goes on after a change of the configuration', () => {
    const breaker = make(testClock(), { openWhen: [] });
    const counts = breaker.measureLatency();
    breaker.configure({ openWhen: consecutiveFailures(3) });
    breaker.acquire().succeed();
    expect(counted(counts)).toEqual([[0, 1]]);
  });
});
