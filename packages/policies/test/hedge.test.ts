import { getEventListeners } from 'node:events';
import { consecutiveFailures, createBreaker, RejectedError } from '@cb/core';
import { type ManualClock, manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { type CallContext, contextOf } from '../src/context.ts';
import { TimeoutError } from '../src/errors.ts';
import { type HedgeOptions, hedge } from '../src/hedge.ts';
import { Race } from '../src/hedge-race.ts';
import { Journey } from '../src/journey.ts';
import { pipeline } from '../src/pipeline.ts';
import { retryBudget } from '../src/retry-budget.ts';
import { timeout } from '../src/timeout.ts';

const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

/** A hedge, and attempts that end when told. */
function scene(options: Partial<HedgeOptions> = {}, clock: ManualClock = manualClock()) {
  const policy = hedge({ afterMs: 100, clock, ...options });
  const contexts: CallContext[] = [];
  const ends: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = [];
  const call = (context: CallContext): Promise<unknown> => {
    contexts.push(context);
    return new Promise((resolve, reject) => ends.push({ resolve, reject }));
  };
  const events: unknown[] = [];
  for (const event of ['hedged', 'hedge-won', 'hedge-refused'] as const)
    policy.on(event, (heard) => events.push(heard));
  const end = (attempt: number) => ends[attempt - 1] as (typeof ends)[0];
  const signal = (attempt: number) => contexts[attempt - 1]?.signal as AbortSignal;
  return { policy, clock, call, contexts, end, signal, events };
}

const HEAD = { policy: 'hedge', kind: 'hedge' };

describe('hedge', () => {
  it('does nothing for a call that is quick enough, and leaves no timer behind', async () => {
    const { policy, clock, call, contexts, end, signal } = scene();
    const done = policy.execute(call, { key: 'k' });
    clock.advance(99);
    expect(policy.snapshot().gauges).toEqual({ inFlight: 1, afterMs: 100 });
    end(1).resolve('first');
    expect(await done).toBe('first');
    expect([contexts.length, clock.pendingTimers, signal(1).aborted]).toEqual([1, 0, false]);
    expect(policy.snapshot()).toEqual({
      kind: 'hedge',
      name: 'hedge',
      counts: {
        succeeded: 1,
        failed: 0,
        aborted: 0,
        hedged: 0,
        hedgesWon: 0,
        hedgesRefused: 0,
        notHedged: 0,
      },
      gauges: { inFlight: 0, afterMs: 100 },
      config: { afterMs: 100, attempts: 2, hedgeNonIdempotent: false },
    });
  });

  it('starts a second attempt beside a slow one; if that answers first, the first is ended', async () => {
    const { policy, clock, call, contexts, end, signal, events } = scene();
    const done = policy.execute(call, { key: 'k' });
    clock.advance(100);
    expect(contexts.map(({ key, attempt }) => [key, attempt])).toEqual([
      ['k', 1],
      ['k', 1],
    ]);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(7);
    end(2).resolve('second');
    expect(await done).toBe('second');
    expect(signal(1).reason).toMatchObject({
      name: 'AbortError',
      code: 'ERR_HEDGE_LOST',
      message: 'hedge: another attempt answered first',
    });
    expect(signal(2).aborted).toBe(false);
    expect(events).toEqual([
      { ...HEAD, type: 'hedged', at: 1_100, attempt: 2, afterMs: 100, key: 'k' },
      { ...HEAD, type: 'hedge-won', at: 1_107, attempt: 2, key: 'k' },
    ]);
    expect(policy.snapshot()).toMatchObject({
      counts: { succeeded: 1, hedged: 1, hedgesWon: 1 },
      gauges: { inFlight: 0 },
    });
  });

  it('ends the second attempt where the first answers after all', async () => {
    const { policy, clock, call, end, signal, events } = scene();
    const done = policy.execute(call);
    clock.advance(100);
    end(1).resolve('first');
    expect(await done).toBe('first');
    expect([signal(1).aborted, signal(2).aborted]).toEqual([false, true]);
    expect(events).toHaveLength(1);
    expect(policy.snapshot().counts).toMatchObject({ succeeded: 1, hedged: 1, hedgesWon: 0 });
  });

  it('takes no notice of what the loser still answers', async () => {
    for (const late of ['resolve', 'reject'] as const) {
      const { policy, clock, call, end } = scene();
      const done = policy.execute(call);
      clock.advance(100);
      end(2).resolve('second');
      expect(await done).toBe('second');
      end(1)[late](new Error('late'));
      await turns();
      expect(policy.snapshot()).toMatchObject({
        counts: { succeeded: 1, failed: 0, hedgesWon: 1 },
        gauges: { inFlight: 0 },
      });
    }
  });

  it('starts each further attempt as long after the one before', async () => {
    const { policy, clock, call, contexts, end, signal, events } = scene({ attempts: 4 });
    const done = policy.execute(call);
    for (const [ms, attempts] of [
      [99, 1],
      [1, 2],
      [100, 3],
      [99, 3],
      [1, 4],
      [1_000, 4],
    ] as const) {
      clock.advance(ms);
      expect(contexts.length).toBe(attempts);
    }
    end(3).resolve('third');
    expect(await done).toBe('third');
    expect([1, 2, 3, 4].map((attempt) => signal(attempt).aborted)).toEqual([true, true, false, true]);
    expect(events.map((event) => (event as { attempt: number }).attempt)).toEqual([2, 3, 4, 3]);
  });

  it('shows an aborted signal to a loser that looks only after the race', async () => {
    const { policy, clock, call, contexts, end } = scene();
    const done = policy.execute(call);
    clock.advance(100);
    end(2).resolve(1);
    await done;
    expect(contexts[0]?.signal?.aborted).toBe(true);
    expect(contexts[0]?.caller).toBe(contexts[0]?.signal);
  });

  it('hears first what was answered while the process stood still', async () => {
    const { policy, clock, call, contexts, end } = scene();
    const done = policy.execute(call);
    clock.stall(5_000);
    end(1).resolve('answered meanwhile');
    expect(await done).toBe('answered meanwhile');
    clock.advance(5_000);
    expect([contexts.length, clock.pendingTimers]).toEqual([1, 0]);
  });
});

describe('a failure', () => {
  const broken = new Error('broken');

  it('is the result at once where nobody else runs: hedging is no retry', async () => {
    const { policy, clock, call, contexts, end } = scene();
    const done = policy.execute(call);
    end(1).reject(broken);
    await expect(done).rejects.toBe(broken);
    expect([contexts.length, clock.pendingTimers]).toEqual([1, 0]);
    expect(policy.snapshot()).toMatchObject({ counts: { failed: 1 }, gauges: { inFlight: 0 } });
  });

  it.each([
    [1, 2],
    [2, 1],
  ])('of attempt %i waits for attempt %i', async (failing, other) => {
    const { policy, clock, call, end, signal } = scene();
    const done = policy.execute(call);
    clock.advance(100);
    end(failing).reject(broken);
    await turns();
    expect(policy.snapshot().gauges.inFlight).toBe(1);
    end(other).resolve('good');
    expect(await done).toBe('good');
    expect([signal(1).aborted, signal(2).aborted]).toEqual([false, false]);
    expect(policy.snapshot().counts).toMatchObject({ succeeded: 1, failed: 0, hedgesWon: other - 1 });
  });

  it('does not keep a third attempt from starting', async () => {
    const { policy, clock, call, contexts, end } = scene({ attempts: 3 });
    const done = policy.execute(call);
    clock.advance(100);
    end(1).reject(broken);
    await turns();
    clock.advance(100);
    expect(contexts.length).toBe(3);
    end(3).resolve('third');
    expect(await done).toBe('third');
  });

  const refused = new RejectedError('no place', 'ERR_NO_PLACE', undefined);
  const other = new Error('other');
  it.each([
    ['the first', [broken, other], broken],
    ['the first that ran, be it the second', [refused, broken], broken],
    ['the first that ran', [broken, refused], broken],
    ['the first refusal, where none ran', [refused, new RejectedError('x', 'X', undefined)], refused],
    ['the first, also undefined', [undefined, broken], undefined],
    ['the first that ran, of three', [refused, broken, other], broken],
  ])('of all gives %s', async (_, errors, result) => {
    const { policy, clock, call, end } = scene({ attempts: 3 });
    const done = policy.execute(call).catch((error: unknown) => error);
    clock.advance(100 * (errors.length - 1));
    for (const [index, error] of errors.entries()) end(index + 1).reject(error);
    expect(await done).toBe(result);
    expect(clock.pendingTimers).toBe(0);
  });

  it('at once is like any other', async () => {
    const policy = hedge({ afterMs: 5, clock: manualClock() });
    const call = (): never => {
      throw broken;
    };
    await expect(policy.execute(call)).rejects.toBe(broken);
  });
});

describe('breakers inside', () => {
  it('take a lost race for nothing, and a failure for one', async () => {
    const clock = manualClock();
    const breaker = createBreaker({ name: 'b', clock, openWhen: consecutiveFailures(1) });
    const { policy, call, end, signal } = scene({}, clock);
    const way = pipeline(policy, breaker);
    const done = way.execute(call);
    clock.advance(100);
    signal(1).addEventListener('abort', () => end(1).reject(signal(1).reason));
    end(2).resolve('second');
    expect(await done).toBe('second');
    await turns();
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 1, ignored: 1, failed: 0 });
    const failed = way.execute(call);
    end(3).reject(new Error('broken'));
    await expect(failed).rejects.toThrow('broken');
    expect(breaker.state).toBe('open');
  });

  it('see a timeout outside as a failure', async () => {
    const clock = manualClock();
    const breaker = createBreaker({ name: 'b', clock });
    const { policy, call, end } = scene({}, clock);
    const done = pipeline(timeout(50, { clock }), policy, breaker).execute(call);
    clock.advance(50);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
    end(1).reject(new Error('ended'));
    await turns();
    expect(breaker.snapshot().counts).toMatchObject({ ignored: 0, failed: 1 });
    expect(policy.snapshot().counts.aborted).toBe(1);
  });

  it('end a timeout inside at once', async () => {
    const clock = manualClock();
    const inner = timeout(1_000, { clock });
    const { policy, call, end } = scene({}, clock);
    const done = pipeline(policy, inner).execute(call);
    clock.advance(100);
    expect(inner.snapshot().gauges.inFlight).toBe(2);
    end(2).resolve('second');
    expect(await done).toBe('second');
    expect([inner.snapshot().gauges.inFlight, clock.pendingTimers]).toEqual([0, 0]);
  });
});

describe('a caller who goes', () => {
  const reason = new Error('gone');

  it('beforehand: nothing runs, nothing is paid', async () => {
    const budget = retryBudget();
    const { policy, call, contexts } = scene({ budget });
    await expect(policy.execute(call, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect([contexts.length, budget.snapshot().counts.calls]).toEqual([0, 0]);
  });

  it('by a policy outside, before the call comes: nothing runs', async () => {
    const { policy, call, contexts } = scene();
    const context = { key: 'a', idempotent: true, attempt: 1, signal: undefined, caller: undefined };
    const gone = policy.run(new Journey([policy], call), 0, {
      ...context,
      signal: AbortSignal.abort(reason),
    });
    await expect(gone).rejects.toBe(reason);
    expect([contexts.length, policy.snapshot().gauges.inFlight]).toEqual([0, 0]);
  });

  it('ends all attempts with the reason', async () => {
    const { policy, clock, call, signal, end } = scene({ attempts: 3 });
    const caller = new AbortController();
    const done = policy.execute(call, { signal: caller.signal });
    clock.advance(100);
    caller.abort(reason);
    await expect(done).rejects.toBe(reason);
    expect([signal(1).reason, signal(2).reason]).toEqual([reason, reason]);
    expect([clock.pendingTimers, getEventListeners(caller.signal, 'abort')]).toEqual([0, []]);
    end(1).reject(new Error('late'));
    end(2).resolve('late');
    await turns();
    expect(policy.snapshot()).toMatchObject({
      counts: { aborted: 1, succeeded: 0, failed: 0, hedgesWon: 0 },
      gauges: { inFlight: 0 },
    });
  });

  it('by the call itself, at once: no timer is set', async () => {
    const clock = manualClock();
    const policy = hedge({ afterMs: 100, clock });
    const caller = new AbortController();
    const done = policy.execute(() => caller.abort(reason), { signal: caller.signal });
    await expect(done).rejects.toBe(reason);
    expect([clock.pendingTimers, policy.snapshot().gauges.inFlight]).toEqual([0, 0]);
  });

  it('by a timeout outside: no timer is left', async () => {
    const { policy, clock, call, signal } = scene();
    const done = pipeline(timeout(50, { clock }), policy).execute(call);
    clock.advance(50);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
    expect(signal(1).reason).toBeInstanceOf(TimeoutError);
    expect([clock.pendingTimers, policy.snapshot().counts.aborted]).toEqual([0, 1]);
  });

  it('by a listener of the hedge: it does not start', async () => {
    const { policy, clock, call, contexts } = scene();
    const caller = new AbortController();
    policy.on('hedged', () => caller.abort(reason));
    const done = policy.execute(call, { signal: caller.signal });
    clock.advance(100);
    await expect(done).rejects.toBe(reason);
    expect(contexts.length).toBe(1);
  });

  it('adds one listener to a signal that many calls share', async () => {
    const { policy, call } = scene();
    const caller = new AbortController();
    const done = Array.from({ length: 100 }, () => policy.execute(call, { signal: caller.signal }));
    expect(getEventListeners(caller.signal, 'abort').length).toBe(1);
    caller.abort(reason);
    expect((await Promise.allSettled(done)).every((end) => end.status === 'rejected')).toBe(true);
    expect(policy.snapshot()).toMatchObject({ counts: { aborted: 100 }, gauges: { inFlight: 0 } });
  });

  it('leaves no listener on a signal that outlives the calls', async () => {
    const clock = manualClock();
    const { signal } = new AbortController();
    const policy = hedge({ afterMs: 100, clock });
    for (let i = 0; i < 10_000; i++) await policy.execute(async (context) => context.signal, { signal });
    expect([getEventListeners(signal, 'abort'), clock.pendingTimers]).toEqual([[], 0]);
    expect(policy.snapshot()).toMatchObject({ counts: { succeeded: 10_000 }, gauges: { inFlight: 0 } });
  });
});

describe('a call that must not be done twice', () => {
  it('is never hedged', async () => {
    const { policy, clock, call, contexts, end } = scene();
    const { signal } = new AbortController();
    const done = policy.execute(call, { idempotent: false, signal });
    clock.advance(1_000);
    expect([contexts.length, clock.pendingTimers, contexts[0]?.signal]).toEqual([1, 0, signal]);
    end(1).resolve('first');
    expect(await done).toBe('first');
    expect(policy.snapshot().counts).toMatchObject({ notHedged: 1, hedged: 0 });
  });

  it('is hedged where the options say so', async () => {
    const { policy, clock, call, contexts } = scene({ hedgeNonIdempotent: true });
    void policy.execute(call, { idempotent: false });
    clock.advance(100);
    expect(contexts.map(({ idempotent }) => idempotent)).toEqual([false, false]);
    expect(policy.snapshot()).toMatchObject({
      counts: { notHedged: 0, hedged: 1 },
      config: { hedgeNonIdempotent: true },
    });
  });
});

describe('a budget', () => {
  it('is paid by every call and asked before each hedge', async () => {
    const clock = manualClock();
    const budget = retryBudget({ ratio: 0.5, capacity: 1, minPerSecond: 0, clock });
    const { policy, call, contexts, end, events } = scene({ budget, attempts: 3 }, clock);
    void policy.execute(call, { key: 'k', idempotent: false });
    const done = policy.execute(call, { key: 'k' });
    clock.advance(100);
    expect(contexts.length).toBe(3);
    clock.advance(100);
    expect([contexts.length, clock.pendingTimers]).toEqual([3, 0]);
    expect(budget.snapshot().counts).toEqual({ calls: 2, taken: 1, refused: 1 });
    expect(events).toEqual([
      { ...HEAD, type: 'hedged', at: 1_100, attempt: 2, afterMs: 100, key: 'k' },
      { ...HEAD, type: 'hedge-refused', at: 1_200, key: 'k' },
    ]);
    expect(policy.snapshot().counts).toMatchObject({ hedged: 1, hedgesRefused: 1 });
    end(2).resolve('first');
    expect(await done).toBe('first');
  });

  it('that throws is reported, and allows no hedge', async () => {
    const reports: unknown[] = [];
    const mistakes = [new Error('onCall'), new Error('take')] as const;
    const budget = {
      onCall: () => {
        throw mistakes[0];
      },
      take: () => {
        throw mistakes[1];
      },
    };
    const onError = (...report: unknown[]): void => void reports.push(report);
    const { policy, clock, call, contexts, end } = scene({ budget, onError });
    const done = policy.execute(call);
    clock.advance(100);
    expect(contexts.length).toBe(1);
    end(1).resolve('first');
    expect(await done).toBe('first');
    expect(reports).toEqual(mistakes.map((mistake) => [mistake, 'budget']));
    expect(policy.snapshot().counts).toMatchObject({ hedged: 0, hedgesRefused: 1 });
  });
});

describe('afterPercentile', () => {
  /** Makes calls that take so long, one after the other. */
  async function measure({ policy, clock }: ReturnType<typeof scene>, durations: number[]): Promise<void> {
    for (const ms of durations)
      await policy.execute(() => {
        clock.advance(ms);
      });
  }

  it('hedges nothing until enough calls are measured, where there is no afterMs', async () => {
    const it = scene({ afterMs: undefined, afterPercentile: 0.5, minimumCalls: 3 });
    void it.policy.execute(it.call);
    expect(it.clock.pendingTimers).toBe(0);
    await measure(it, [10, 10]);
    expect(it.policy.snapshot().gauges).toEqual({ inFlight: 1, measured: 2 });
    await measure(it, [10]);
    const { afterMs } = it.policy.snapshot().gauges;
    expect(afterMs).toBeGreaterThan(10);
    expect(afterMs).toBeLessThan(12);
    void it.policy.execute(it.call);
    it.clock.advance(12);
    expect(it.contexts.length).toBe(3);
    expect(it.policy.snapshot().config).toEqual({
      afterPercentile: 0.5,
      minimumCalls: 3,
      attempts: 2,
      hedgeNonIdempotent: false,
    });
  });

  it('uses afterMs until enough calls are measured, a hundred by default', async () => {
    const it = scene({ afterMs: 300, afterPercentile: 0.95 });
    await measure(it, Array(99).fill(10));
    expect(it.policy.snapshot().gauges).toEqual({ inFlight: 0, afterMs: 300, measured: 99 });
    await measure(it, [10]);
    expect(it.policy.snapshot().gauges.afterMs).toBeLessThan(12);
    expect(it.policy.snapshot().config).toEqual({
      afterMs: 300,
      afterPercentile: 0.95,
      minimumCalls: 100,
      attempts: 2,
      hedgeNonIdempotent: false,
    });
  });

  it('does not sink by its own hedges: what lost took at least as long as it ran', async () => {
    const it = scene({ afterMs: 100, afterPercentile: 0.5, minimumCalls: 1 });
    void it.policy.execute(it.call);
    it.clock.advance(100);
    it.clock.advance(1);
    it.end(2).resolve('second');
    await turns();
    expect(it.policy.snapshot().gauges.measured).toBe(1);
    expect(it.policy.snapshot().gauges.afterMs).toBeGreaterThan(101);
  });

  it('measures no failures, no second attempt of a first that failed, and no caller who went', async () => {
    const it = scene({ afterMs: 100, afterPercentile: 0.5, minimumCalls: 1 });
    const caller = new AbortController();
    const done = [
      it.policy.execute(it.call),
      it.policy.execute(it.call, { signal: caller.signal }),
      it.policy.execute(it.call),
    ].map((call) => call.catch(() => {}));
    it.end(1).reject(new Error('no'));
    caller.abort();
    await turns();
    it.clock.advance(100);
    it.end(3).reject(new Error('no'));
    it.end(4).resolve('second');
    await Promise.all(done);
    expect(it.policy.snapshot()).toMatchObject({
      counts: { succeeded: 1, failed: 1, aborted: 1 },
      gauges: { measured: 0 },
    });
  });
});

describe('what nobody asked for', () => {
  it('is left out of what a hedge shows', () => {
    const { config, gauges } = hedge({ afterPercentile: 0.9 }).snapshot();
    expect(gauges).toStrictEqual({ inFlight: 0, measured: 0 });
    expect(config).toStrictEqual({
      afterPercentile: 0.9,
      minimumCalls: 100,
      attempts: 2,
      hedgeNonIdempotent: false,
    });
    expect(hedge({ afterMs: 5 }).snapshot()).toMatchObject({ gauges: { inFlight: 0, afterMs: 5 } });
    const { config: plain } = hedge({ afterMs: 5 }).snapshot();
    expect(plain).toStrictEqual({ afterMs: 5, attempts: 2, hedgeNonIdempotent: false });
  });

  it('is nothing to report: no budget', async () => {
    const reports: unknown[] = [];
    const { policy } = scene({ onError: (error) => reports.push(error) });
    expect(await policy.execute(() => 5)).toBe(5);
    expect(reports).toEqual([]);
  });

  it('leaves what is inside as it is, also for a call that is not hedged', async () => {
    const breaker = createBreaker({ name: 'b' });
    const { policy } = scene();
    expect(await pipeline(policy, breaker).execute(() => 5, { idempotent: false })).toBe(5);
    expect(breaker.snapshot().counts.succeeded).toBe(1);
  });
});

describe('the reason of a loser', () => {
  it('has its name as built-in errors have it', async () => {
    const { policy, clock, call, end, signal } = scene();
    const done = policy.execute(call);
    clock.advance(100);
    end(2).resolve('second');
    await done;
    const prototype = Object.getPrototypeOf(signal(1).reason) as object;
    expect(Object.getOwnPropertyDescriptor(prototype, 'name')).toEqual({
      value: 'AbortError',
      configurable: true,
      writable: true,
      enumerable: false,
    });
  });
});

describe('a race', () => {
  const run = async (hedged: boolean) => {
    const told: string[] = [];
    let due = (): void => {};
    const race = new Race<string>(
      {
        attempts: 2,
        whenDue: (start) => {
          due = start;
          return () => void told.push('cancelled');
        },
        admit: () => true,
        won: (attempt, _context, firstRan) => void told.push(`${attempt} won, first ran: ${firstRan}`),
        failed: () => void told.push('failed'),
        aborted: () => void told.push('aborted'),
        lostReason: () => void told.push('lost'),
      },
      new Journey<string>([], () => answers.shift() as Promise<string>),
      -1,
      contextOf(undefined),
    );
    let end = (_value: string): void => {};
    const slow = new Promise<string>((resolve) => {
      end = resolve;
    });
    const answers = hedged ? [slow, Promise.resolve('second')] : [slow];
    const done = race.result();
    if (hedged) due();
    else end('first');
    return [await done, told];
  };

  it('that one runs alone has no loser, for whom a reason would be made', async () => {
    expect(await run(false)).toEqual(['first', ['cancelled', '1 won, first ran: true']]);
  });

  it('of two has one', async () => {
    expect(await run(true)).toEqual(['second', ['cancelled', '2 won, first ran: true', 'lost']]);
  });
});

describe('mistakes', () => {
  it.each([
    [{}, 'hedge needs afterMs or afterPercentile: when is a call slow?'],
    [{ after: 5 }, 'hedge has no option "after"'],
    [{ afterMs: 0 }, 'hedge afterMs must be a finite number of milliseconds above 0, got 0'],
    [
      { afterPercentile: 95 },
      'hedge afterPercentile must be above 0 and at most 1, got 95; did you mean 0.95?',
    ],
    [{ afterMs: 5, minimumCalls: 0 }, 'hedge minimumCalls must be a whole number from 1 to 1000, got 0'],
    [
      { afterMs: 5, minimumCalls: 1_001 },
      'hedge minimumCalls must be a whole number from 1 to 1000, got 1001',
    ],
    [{ afterMs: 5, attempts: 1 }, 'hedge attempts must be a whole number from 2 to 10, got 1'],
    [{ afterMs: 5, attempts: 11 }, 'hedge attempts must be a whole number from 2 to 10, got 11'],
    [{ afterMs: 5, budget: null }, 'hedge budget must have onCall and take, got null'],
    [{ afterMs: 5, budget: { take() {} } }, 'hedge budget must have onCall and take, got an object'],
    [{ afterMs: 5, budget: { onCall() {} } }, 'hedge budget must have onCall and take, got an object'],
    [{ afterMs: 5, hedgeNonIdempotent: 1 }, 'hedge hedgeNonIdempotent must be true or false, got 1'],
  ])('%j: %s', (options, sentence) => {
    expect(() => hedge(options as never)).toThrow(sentence);
  });
});
