import { describe, expect, it } from 'vitest';
import {
  type Breaker,
  type BreakerOptions,
  consecutiveFailures,
  createBreaker,
  fixed,
  lastCalls,
  type Mode,
  type StateChanged,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';

const boom = new Error('boom');
const WALL = 1_700_000_000_000;

/** Opens with the first failure, for a second; then one probe decides. */
function make(clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker {
  return createBreaker({
    name: 'payments',
    window: lastCalls(10),
    openWhen: consecutiveFailures(1),
    stayOpen: fixed(1_000),
    probing: { probes: 1, leaseMs: null },
    random: () => 0.5,
    clock,
    ...options,
  });
}

describe('a call that has ended', () => {
  it('is announced as what it was', () => {
    const clock = testClock();
    const breaker = make(clock, { failAfterMs: 100, probing: { probes: 3 } });
    const heard: unknown[] = [];
    breaker.on('call-settled', (event) => heard.push(event));
    const late = breaker.acquire();
    breaker.acquire().ignore();
    clock.advance(5);
    breaker.acquire().succeed();
    breaker.acquire().fail(boom);
    late.succeed();
    clock.advance(1_000);
    const [first, second] = [breaker.acquire(), breaker.acquire()];
    first.succeed();
    second.succeed();
    const event = { type: 'call-settled', breaker: 'payments', at: 5, stale: false, probe: false };
    expect(heard).toEqual([
      { ...event, at: 0, outcome: 'ignored', startedAt: 0, durationMs: 0 },
      { ...event, outcome: 'success', startedAt: 5, durationMs: 0 },
      { ...event, outcome: 'failure', startedAt: 5, durationMs: 0 },
      { ...event, outcome: 'success', startedAt: 0, durationMs: 5, stale: true },
      { ...event, at: 1_005, outcome: 'success', startedAt: 1_005, durationMs: 0, probe: true },
      { ...event, at: 1_005, outcome: 'success', startedAt: 1_005, durationMs: 0, probe: true },
    ]);
  });

  it('has no duration where nothing asks for time', () => {
    const clock = testClock();
    const breaker = make(clock);
    const heard: unknown[] = [];
    breaker.on('call-settled', ({ startedAt, durationMs }) => heard.push(startedAt, durationMs));
    const call = breaker.acquire();
    clock.advance(5);
    call.succeed();
    expect(heard).toEqual([undefined, undefined]);
  });
});

describe('a mode', () => {
  const heardModes = (breaker: Breaker): unknown[] => {
    const heard: unknown[] = [];
    breaker.on('mode-changed', (event) => heard.push(event));
    return heard;
  };

  it('says from what to what, in whose words, and for how long', () => {
    const clock = testClock(10);
    const breaker = make(clock);
    const heard = heardModes(breaker);
    breaker.setMode('forced-open', { by: 'maria', reason: 'maintenance', forMs: 100 });
    clock.advance(100);
    const event = { type: 'mode-changed', breaker: 'payments', configRevision: 1, state: 'closed' };
    expect(heard).toStrictEqual([
      {
        ...event,
        seq: 1,
        at: 10,
        wallAt: WALL + 10,
        from: 'auto',
        to: 'forced-open',
        forMs: 100,
        by: 'maria',
        note: 'maintenance',
      },
      {
        ...event,
        seq: 2,
        at: 110,
        wallAt: WALL + 110,
        from: 'forced-open',
        to: 'auto',
        note: 'its time was over',
      },
    ]);
    expect(clock.timers).toBe(0);
  });

  it('that is set as it was is no change, but another end is', () => {
    const clock = testClock();
    const breaker = make(clock);
    const heard = heardModes(breaker) as { to: Mode; forMs?: number; seq: number }[];
    breaker.setMode('auto');
    breaker.setMode('forced-open');
    breaker.setMode('forced-open', { reason: 'again' });
    breaker.setMode('forced-open', { forMs: 100 });
    breaker.setMode('forced-open', { forMs: 100 });
    clock.advance(10);
    breaker.setMode('forced-open', { forMs: 100 });
    breaker.setMode('forced-open');
    expect(heard.map(({ seq, to, forMs }) => [seq, to, forMs])).toEqual([
      [1, 'forced-open', undefined],
      [2, 'forced-open', 100],
      [3, 'forced-open', 100],
      [4, 'forced-open', undefined],
    ]);
    expect(clock.timers).toBe(0);
    clock.advance(1_000);
    expect(breaker.mode).toBe('forced-open');
  });

  it('auto has no end', () => {
    const clock = testClock();
    const breaker = make(clock);
    const heard = heardModes(breaker);
    breaker.setMode('auto', { forMs: 100 });
    expect(heard).toEqual([]);
    breaker.setMode('observing');
    breaker.setMode('auto', { forMs: 100 });
    expect(heard).toHaveLength(2);
    expect(heard[1]).toMatchObject({ from: 'observing', to: 'auto' });
    expect(heard[1]).not.toHaveProperty('forMs');
    expect(clock.timers).toBe(0);
  });

  it('is over when its time is, whether or not anybody has noticed', () => {
    const clock = testClock();
    const breaker = make(clock, { clock: { now: clock.now } });
    breaker.setMode('forced-open', { forMs: 100 });
    expect(breaker.snapshot()).toMatchObject({ mode: 'forced-open', seq: 1, configRevision: 1 });
    clock.advance(99);
    expect(breaker.mode).toBe('forced-open');
    expect(breaker.wouldAdmit()).toBe(false);
    clock.advance(1);
    expect(breaker.mode).toBe('auto');
    expect(breaker.wouldAdmit()).toBe(true);
    expect(breaker.snapshot()).toMatchObject({ mode: 'auto', seq: 1 });
    breaker.setMode('observing');
    expect(breaker.snapshot()).toMatchObject({ mode: 'observing', seq: 3 });
  });
});

describe('a change of the configuration', () => {
  it('is announced whole, and keeps what it does not name', () => {
    const clock = testClock(3);
    const probing = { probes: 4, atOnce: 2, leaseMs: 700, maxMs: 9_000, afterMaxMs: 'closed' as const };
    const breaker = make(clock, { probing });
    const heard: unknown[] = [];
    breaker.on('configured', (event) => heard.push(event));
    const before = breaker.config;
    breaker.configure({ probing: { leaseMs: 800 }, stayOpen: fixed(2_000) });
    expect(breaker.config).toEqual({
      ...before,
      stayOpen: fixed(2_000),
      probing: { ...before.probing, leaseMs: 800 },
    });
    expect(heard).toEqual([
      {
        type: 'configured',
        breaker: 'payments',
        seq: 1,
        at: 3,
        wallAt: WALL + 3,
        configRevision: 2,
        config: breaker.config,
      },
    ]);
  });
});

describe('a change of state', () => {
  const heardStates = (breaker: Breaker): StateChanged[] => {
    const heard: StateChanged[] = [];
    breaker.on('state-changed', (event) => heard.push(event));
    return heard;
  };

  it('says why of each, and the snapshot why it opened last', () => {
    const clock = testClock();
    const breaker = make(clock, { clock: { now: clock.now }, probing: { probes: 1, maxMs: 100 } });
    const heard = heardStates(breaker);
    breaker.acquire().fail(boom);
    clock.advance(2_000);
    breaker.acquire();
    const opening = { rule: 'consecutive-failures', value: 1, limit: 1, calls: 1, bad: 1 };
    expect(breaker.snapshot().openedBecause).toEqual(opening);
    expect(heard.map(({ to, why }) => [to, why])).toEqual([
      ['open', opening],
      ['half-open', { rule: 'open-time-over' }],
    ]);
  });

  it('is dated by when it was noticed, its open time by when it began', () => {
    const clock = testClock();
    const breaker = make(clock, { clock: { now: clock.now }, probing: { probes: 1, maxMs: 100 } });
    const heard = heardStates(breaker);
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire();
    clock.advance(300);
    breaker.tryAcquire();
    expect(heard.at(-1)).toMatchObject({
      to: 'open',
      why: { rule: 'probing-too-long' },
      at: 1_300,
      retryAfterMs: 800,
    });
  });
});

describe('the timer of what time will bring', () => {
  it('is one, set once, cleared only where it is there, and only for those who would hear', () => {
    const clock = testClock();
    const set: number[] = [];
    const cleared: unknown[] = [];
    const { setTimeout, clearTimeout } = clock;
    clock.setTimeout = (run, ms) => {
      set.push(ms);
      return setTimeout(run, ms);
    };
    clock.clearTimeout = (handle) => {
      cleared.push(handle);
      clearTimeout(handle);
    };
    const breaker = make(clock, { probing: { probes: 1, maxMs: 100 } });
    breaker.on('call-settled', () => {});
    breaker.acquire().fail(boom);
    expect([clock.timers, set, cleared]).toEqual([0, [], []]);
    const stop = breaker.on('state-changed', () => {});
    expect([clock.timers, set, cleared]).toEqual([1, [1_000], []]);
    breaker.on('mode-changed', () => {});
    expect([clock.timers, set, cleared.length]).toEqual([1, [1_000, 1_000], 1]);
    stop();
    clock.advance(1_000);
    expect(breaker.state).toBe('half-open');
    expect([clock.timers, set, cleared.length]).toEqual([0, [1_000, 1_000], 1]);
    breaker.acquire();
    breaker.tryAcquire();
    expect([clock.timers, set, cleared.length]).toEqual([1, [1_000, 1_000, 100], 1]);
    breaker.reset();
    expect([clock.timers, cleared.length]).toEqual([0, 2]);
    expect(cleared).not.toContain(undefined);
  });

  it('is set anew where what it waits for is configured', () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 1 } });
    const heard: string[] = [];
    breaker.on('state-changed', ({ to }) => heard.push(to));
    breaker.acquire().fail(boom);
    clock.advance(1_000);
    breaker.acquire();
    breaker.configure({ probing: { maxMs: 100 } });
    clock.advance(100);
    expect(heard).toEqual(['open', 'half-open', 'open']);
  });

  it('that comes early is set again for the rest', () => {
    const clock = testClock();
    let early = (): void => {};
    const waits: number[] = [];
    const breaker = make(clock, {
      clock: {
        now: clock.now,
        setTimeout: (run, ms) => {
          early = run;
          return waits.push(ms);
        },
        clearTimeout: () => {},
      },
    });
    const heard: string[] = [];
    breaker.on('state-changed', ({ to }) => heard.push(to));
    breaker.acquire().fail(boom);
    clock.time = 999.5;
    early();
    clock.time = 1_000.5;
    early();
    expect(heard).toEqual(['open', 'half-open']);
    expect(waits).toEqual([1_000, 1]);
  });
});
