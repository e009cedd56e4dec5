import { getEventListeners } from 'node:events';
import { manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { TimeoutError, timeout } from '../src/index.ts';

const never = (): Promise<never> => new Promise(() => {});

describe('timeout', () => {
  it('lets a call through that is quick enough, and leaves no timer behind', async () => {
    const clock = manualClock();
    const policy = timeout(100, { clock });
    expect(await policy.execute(async () => 5)).toBe(5);
    expect(clock.pendingTimers).toBe(0);
    expect(policy.snapshot()).toEqual({
      kind: 'timeout',
      name: 'timeout',
      counts: { succeeded: 1, failed: 0, timedOut: 0, late: 0 },
      gauges: { inFlight: 0 },
      config: { timeoutMs: 100 },
    });
  });

  it('gives a call up that ignores its signal, and takes no notice of what it still answers', async () => {
    const clock = manualClock();
    const policy = timeout(100, { clock, name: 'search' });
    const events: unknown[] = [];
    policy.on('timed-out', (event) => events.push(event));
    policy.on('settled-late', (event) => events.push(event));
    let answer: (value: number) => void = () => {};
    const done = policy.execute(() => new Promise<number>((resolve) => (answer = resolve)), { key: 'k' });
    clock.advance(99);
    expect(policy.snapshot().gauges.inFlight).toBe(1);
    clock.advance(1);
    await expect(done).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'ERR_TIMEOUT',
      timeoutMs: 100,
      message: 'search: no answer within 100 ms',
    });
    clock.advance(30);
    answer(1);
    await Promise.resolve();
    const head = { policy: 'search', kind: 'timeout' };
    expect(events).toEqual([
      { ...head, type: 'timed-out', at: 1_100, timeoutMs: 100, key: 'k' },
      { ...head, type: 'settled-late', at: 1_130, outcome: 'success', lateMs: 30 },
    ]);
    expect(policy.snapshot()).toMatchObject({ counts: { timedOut: 1, late: 1 }, gauges: { inFlight: 0 } });
  });

  it('aborts the signal of the call with the same error that the caller gets', async () => {
    const clock = manualClock();
    let signal: AbortSignal | undefined;
    const done = timeout(100, { clock }).execute((context) => {
      signal = context.signal;
      return never();
    });
    clock.advance(100);
    const error = await done.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(signal?.reason).toBe(error);
  });

  it('shows an aborted signal to a call that looks only after its time', async () => {
    const clock = manualClock();
    let look = (): AbortSignal | undefined => undefined;
    const done = timeout(100, { clock }).execute((context) => {
      look = () => context.signal;
      return never();
    });
    clock.advance(100);
    await expect(done).rejects.toBe(look()?.reason);
  });

  it('ends with the caller’s reason where that comes first, told to the call as well', async () => {
    const clock = manualClock();
    const caller = new AbortController();
    const reason = new Error('enough');
    const signals: (AbortSignal | undefined)[] = [];
    const policy = timeout(100, { clock });
    const done = policy.execute(
      ({ signal }) => {
        signals.push(signal);
        return never();
      },
      { signal: caller.signal },
    );
    caller.abort(reason);
    await expect(done).rejects.toBe(reason);
    expect(signals[0]?.reason).toBe(reason);
    expect([clock.pendingTimers, policy.snapshot().gauges.inFlight]).toEqual([0, 0]);
  });

  it('does not run a call whose caller has gone', async () => {
    const policy = timeout(100, { clock: manualClock() });
    const reason = new Error('gone');
    let ran = false;
    const call = (): void => {
      ran = true;
    };
    await expect(policy.execute(call, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(ran).toBe(false);
  });

  it('leaves no listener on a signal that outlives the calls', async () => {
    const clock = manualClock();
    const { signal } = new AbortController();
    const policy = timeout(100, { clock });
    for (let i = 0; i < 10_000; i++) await policy.execute((context) => context.signal?.aborted, { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('puts one listener on a signal, however many calls share it', async () => {
    const clock = manualClock();
    const caller = new AbortController();
    const policy = timeout(100, { clock });
    const calls = Array.from({ length: 50 }, () =>
      policy.execute(({ signal }) => (signal?.aborted ? 0 : never()), { signal: caller.signal }),
    );
    expect(getEventListeners(caller.signal, 'abort').length).toBeLessThanOrEqual(1);
    caller.abort('enough');
    const ends = await Promise.all(calls.map((call) => call.catch((reason: unknown) => reason)));
    expect(new Set(ends)).toEqual(new Set(['enough']));
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it('hears an answer that came while the process stood still, though its timer comes first', async () => {
    const clock = manualClock();
    const policy = timeout(100, { clock });
    let answer: (value: number) => void = () => {};
    const done = policy.execute(() => new Promise<number>((resolve) => (answer = resolve)));
    answer(5);
    clock.stall(10_000);
    expect(await done).toBe(5);
    expect([clock.pendingTimers, policy.snapshot().counts.timedOut]).toEqual([0, 0]);
  });

  it.each([
    [{ timeoutMs: 100, stalledMs: 120 }, 0],
    [{ timeoutMs: 100, stalledMs: 121 }, 21],
    [{ timeoutMs: 100, stalledMs: 5_000 }, 100],
    [{ timeoutMs: 3_000, stalledMs: 4_500 }, 1_000],
    [{ timeoutMs: 3_000, stalledMs: 60_000 }, 1_000],
  ])('after %j gives up after another %i ms', async ({ timeoutMs, stalledMs }, graceMs) => {
    const clock = manualClock();
    const policy = timeout(timeoutMs, { clock });
    const done = policy.execute(never).catch((error: unknown) => error);
    clock.stall(stalledMs);
    if (graceMs > 0) {
      clock.advance(graceMs - 0.5);
      expect(policy.snapshot().gauges.inFlight).toBe(1);
      clock.advance(0.5);
    }
    expect(policy.snapshot().gauges.inFlight).toBe(0);
    expect(await done).toBeInstanceOf(TimeoutError);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives time back once, however often the process stands still', async () => {
    const clock = manualClock();
    const done = timeout(100, { clock }).execute(never);
    clock.stall(500);
    clock.stall(500);
    expect(clock.pendingTimers).toBe(0);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
  });

  it('ends in the time given back when the caller ends it', async () => {
    const clock = manualClock();
    const caller = new AbortController();
    const done = timeout(100, { clock }).execute(never, { signal: caller.signal });
    clock.stall(500);
    caller.abort('enough');
    await expect(done).rejects.toBe('enough');
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts a call that failed in time', async () => {
    const policy = timeout(50, { clock: manualClock() });
    const error = new Error('no');
    await expect(policy.execute(() => Promise.reject(error))).rejects.toBe(error);
    expect(policy.snapshot()).toMatchObject({
      counts: { succeeded: 0, failed: 1, timedOut: 0, late: 0 },
      gauges: { inFlight: 0 },
    });
  });

  it('tells of a call that was given up and failed later', async () => {
    const clock = manualClock();
    const policy = timeout(50, { clock });
    const events: unknown[] = [];
    policy.on('settled-late', ({ outcome, lateMs }) => events.push([outcome, lateMs]));
    let fail = (_reason: Error): void => {};
    const call = (): Promise<never> =>
      new Promise((_, reject) => {
        fail = reject;
      });
    const done = policy.execute(call).catch((error: unknown) => error);
    clock.advance(50);
    expect(await done).toBeInstanceOf(TimeoutError);
    clock.advance(7);
    fail(new Error('late'));
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(events).toEqual([['failure', 7]]);
    expect(policy.snapshot().counts).toMatchObject({ failed: 0, timedOut: 1, late: 1 });
  });

  it('never sets a timer longer than hosts can', () => {
    const clock = manualClock();
    const set: number[] = [];
    const setTimeout = (run: () => void, ms: number): unknown => {
      set.push(ms);
      return clock.setTimeout(run, ms);
    };
    void timeout(2 ** 31 + 5, { clock: { ...clock, setTimeout } })
      .execute(never)
      .catch(() => {});
    clock.advance(2 ** 31);
    expect(set).toEqual([2 ** 31 - 1, 6]);
  });

  it('takes durations of more than 2^31 milliseconds at their word', async () => {
    const clock = manualClock();
    const done = timeout(2 ** 31 + 5, { clock }).execute(never);
    clock.advance(2 ** 31 + 4);
    expect(await Promise.race([done.catch(() => 'over'), Promise.resolve('waiting')])).toBe('waiting');
    clock.advance(1);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'])('refuses %s', (ms) => {
    expect(() => timeout(ms as number)).toThrow(/^timeout must be a finite number of milliseconds above 0/);
  });

  it('refuses an option that it does not know', () => {
    expect(() => timeout(5, { nam: 'x' } as never)).toThrow(
      'timeout, beside its milliseconds, has no option "nam"',
    );
    expect(() => timeout(5, { name: '' })).toThrow('timeout name must be a text of 1 to 200 characters');
  });
});
