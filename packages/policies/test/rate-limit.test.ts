import { getEventListeners } from 'node:events';
import { isRejectedError } from '@cb/core';
import { manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { RateLimitedError } from '../src/errors.ts';
import { Journey } from '../src/journey.ts';
import { pipeline } from '../src/pipeline.ts';
import { type RateLimitOptions, rateLimit } from '../src/rate-limit.ts';
import { timeout } from '../src/timeout.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const rejection = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error) => error,
  );

function scene(options: Partial<RateLimitOptions> = {}) {
  const clock = manualClock();
  const policy = rateLimit({ limit: 2, perMs: 1_000, clock, ...options });
  const began: string[] = [];
  const call = (name: string) => (): string => {
    began.push(name);
    return name;
  };
  return { clock, policy, began, call, snapshot: () => policy.snapshot() };
}

describe('rateLimit', () => {
  it('lets a burst through, refuses the rest, and says when to come again', async () => {
    const { policy, clock, call, began, snapshot } = scene({ name: 'api' });
    const events: unknown[] = [];
    policy.on('refused', (event) => events.push(event));
    expect([await policy.execute(call('a')), await policy.execute(call('b'))]).toEqual(['a', 'b']);
    clock.advance(100);
    const error = await rejection(policy.execute(call('c')));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(isRejectedError(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'RateLimitedError',
      code: 'ERR_RATE_LIMITED',
      message: 'api: rate limit reached, retry in 400 ms',
      retryAfterMs: 400,
    });
    expect(events).toEqual([
      { type: 'refused', policy: 'api', kind: 'rate-limit', at: 1_100, key: undefined, retryAfterMs: 400 },
    ]);
    clock.advance(400);
    expect(await policy.execute(call('d'))).toBe('d');
    expect(began).toEqual(['a', 'b', 'd']);
    expect(snapshot()).toEqual({
      kind: 'rate-limit',
      name: 'api',
      counts: { allowed: 3, refused: 1, queued: 0, cancelled: 0 },
      gauges: { tokens: 0, queued: 0, keys: 0 },
      config: { limit: 2, perMs: 1_000, burst: 2, waitMs: 0, maxKeys: 1_000 },
    });
  });

  it('gives back what the call gives, hands its context down, and rejects with the very error', async () => {
    const { policy } = scene();
    const { signal } = new AbortController();
    const given = { signal, key: 'eu', idempotent: false };
    expect(await policy.execute((context) => context, given)).toEqual({
      ...given,
      attempt: 1,
      caller: signal,
    });
    const error = new Error('no');
    await expect(policy.execute(() => Promise.reject(error))).rejects.toBe(error);
  });

  it('allows by hand', () => {
    const { policy, clock, snapshot } = scene();
    const events: unknown[] = [];
    policy.on('refused', (event) => events.push(event));
    expect([policy.allow(), policy.allow(), policy.allow()]).toEqual([true, true, false]);
    expect(events).toEqual([expect.objectContaining({ key: undefined, retryAfterMs: 500 })]);
    clock.advance(500);
    expect([policy.allow(), policy.allow()]).toEqual([true, false]);
    expect(snapshot().counts).toEqual({ allowed: 3, refused: 2, queued: 0, cancelled: 0 });
  });

  it('does not run a call whose caller has gone, and takes no token for it', async () => {
    const { policy, call, began, snapshot } = scene({ waitMs: 5_000 });
    const signal = AbortSignal.abort('gone');
    expect(await rejection(policy.execute(call('a'), { signal }))).toBe('gone');
    expect(await rejection(policy.wait(signal))).toBe('gone');
    expect([began, snapshot().gauges.tokens]).toEqual([[], 2]);
  });

  it('waits for a token up to waitMs, in the order of asking, and refuses at once who would wait longer', async () => {
    const { policy, clock, call, began, snapshot } = scene({ waitMs: 1_000 });
    const events: unknown[] = [];
    policy.on('queued', (event) => events.push(event));
    const calls = ['a', 'b', 'c', 'd'].map((name) => policy.execute(call(name), {}));
    const refused = await rejection(policy.execute(call('e')));
    expect(refused).toMatchObject({ code: 'ERR_RATE_LIMITED', retryAfterMs: 1_500 });
    expect(events).toMatchObject([
      { type: 'queued', policy: 'rate-limit', kind: 'rate-limit', at: 1_000, key: undefined, waitMs: 500 },
      { type: 'queued', waitMs: 1_000 },
    ]);
    expect([began, snapshot().gauges.queued, clock.pendingTimers]).toEqual([['a', 'b'], 2, 1]);
    clock.advance(499);
    expect(began).toEqual(['a', 'b']);
    clock.advance(1);
    expect(began).toEqual(['a', 'b', 'c']);
    clock.advance(500);
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c', 'd']);
    expect([snapshot().counts, clock.pendingTimers]).toEqual([
      { allowed: 4, refused: 1, queued: 2, cancelled: 0 },
      0,
    ]);
  });

  it('waits however long it takes where one asks it to', async () => {
    const { policy, clock, snapshot } = scene({ limit: 1, perMs: 2 ** 40 });
    await policy.wait();
    let come = false;
    void policy.wait().then(() => (come = true));
    clock.advance(2 ** 40 - 1);
    await settled();
    expect(come).toBe(false);
    clock.advance(1);
    await settled();
    expect([come, snapshot().counts, clock.pendingTimers]).toEqual([
      true,
      { allowed: 2, refused: 0, queued: 1, cancelled: 0 },
      0,
    ]);
  });

  it('lets nobody overtake those who wait', async () => {
    const { policy, clock } = scene({ limit: 1, perMs: 100 });
    const order: string[] = [];
    policy.allow();
    void policy.wait().then(() => order.push('first'));
    void policy.wait().then(() => order.push('second'));
    clock.advance(100);
    expect(policy.allow()).toBe(false);
    clock.advance(100);
    await settled();
    expect(order).toEqual(['first', 'second']);
  });

  it('gives the place of one who leaves to the next, and keeps the token', async () => {
    const { policy, clock, snapshot } = scene({ limit: 1, perMs: 100 });
    policy.allow();
    const caller = new AbortController();
    const leaving = rejection(policy.wait(caller.signal));
    let come = false;
    void policy.wait().then(() => (come = true));
    clock.advance(50);
    caller.abort('enough');
    expect(await leaving).toBe('enough');
    clock.advance(50);
    await settled();
    expect([come, snapshot().counts.cancelled, getEventListeners(caller.signal, 'abort')]).toEqual([
      true,
      1,
      [],
    ]);
  });

  it('leaves no timer behind when the last who waited has left', async () => {
    const { policy, clock, snapshot } = scene({ limit: 1, perMs: 100, waitMs: 500 });
    policy.allow();
    const caller = new AbortController();
    const leaving = rejection(policy.execute(() => 5, { signal: caller.signal }));
    expect(clock.pendingTimers).toBe(1);
    caller.abort('enough');
    expect([await leaving, clock.pendingTimers, snapshot().gauges.queued]).toEqual(['enough', 0, 0]);
    clock.advance(100);
    expect(policy.allow()).toBe(true);
  });

  it('lets a waiting call go when a timeout outside ends it', async () => {
    const { policy, clock, call, began, snapshot } = scene({ limit: 1, perMs: 100, waitMs: 500 });
    policy.allow();
    const waiting = rejection(pipeline(timeout(50, { clock }), policy).execute(call('a')));
    clock.advance(50);
    expect([await waiting, snapshot().gauges.queued, began]).toEqual([
      expect.objectContaining({ code: 'ERR_TIMEOUT' }),
      0,
      [],
    ]);
  });

  it('lets nobody wait whose signal was aborted by a policy outside', async () => {
    const { policy, call, began, snapshot } = scene({ limit: 1, waitMs: 5_000 });
    policy.allow();
    const context = { key: undefined, idempotent: true, attempt: 1, caller: undefined };
    const over = { ...context, signal: AbortSignal.abort('over') };
    expect(await rejection(new Journey([policy], call('a')).proceed(0, over))).toBe('over');
    expect([began, snapshot().gauges.queued]).toEqual([[], 0]);
  });

  it('sets one timer for all who wait, for whole milliseconds', async () => {
    const clock = manualClock();
    const delays: number[] = [];
    const setTimeout = (run: () => void, ms: number): unknown => {
      delays.push(ms);
      return clock.setTimeout(run, ms);
    };
    const policy = rateLimit({ limit: 3, perMs: 1_000, burst: 1, clock: { ...clock, setTimeout } });
    policy.allow();
    const waiting = [policy.wait(), policy.wait(), policy.wait()];
    expect(delays).toEqual([334]);
    clock.advance(1_002);
    await Promise.all(waiting);
    expect(delays).toEqual([334, 334, 334]);
  });

  it('serves those who wait first where its timer is late, and no more than a burst of them', async () => {
    const { policy, clock } = scene({ limit: 2, perMs: 200, burst: 2 });
    policy.allow();
    policy.allow();
    const order: number[] = [];
    for (let i = 0; i < 4; i++) void policy.wait().then(() => order.push(i));
    let early: boolean | undefined;
    clock.setTimeout(() => (early = policy.allow()), 50);
    clock.stall(10_000);
    await settled();
    expect([early, order]).toEqual([false, [0, 1]]);
    clock.advance(100);
    await settled();
    expect(order).toEqual([0, 1, 2]);
    clock.advance(100);
    await settled();
    expect([order, clock.pendingTimers]).toEqual([[0, 1, 2, 3], 0]);
  });

  it('serves those who wait as soon as anybody looks, should the timer be late', async () => {
    // A clock whose timers never come.
    let now = 1_000;
    const policy = rateLimit({
      limit: 1,
      perMs: 100,
      burst: 2,
      clock: { now: () => now, setTimeout: () => 0 },
    });
    policy.allow();
    policy.allow();
    let come = false;
    void policy.wait().then(() => (come = true));
    now += 200;
    expect(policy.allow()).toBe(true);
    await settled();
    expect(come).toBe(true);
  });

  it('lets a call that has just begun wait for another token itself', async () => {
    const { policy, clock, snapshot } = scene({ limit: 1, perMs: 100, waitMs: 100 });
    policy.allow();
    const nested = policy.execute(() => policy.execute(() => 'inner'));
    clock.advance(100);
    expect([snapshot().gauges.queued, clock.pendingTimers]).toEqual([1, 1]);
    clock.advance(100);
    expect([await nested, clock.pendingTimers]).toEqual(['inner', 0]);
  });

  it('neither gives nor takes a token for a clock that is set back', () => {
    let now = 3_600_000;
    const policy = rateLimit({ limit: 1, perMs: 1_000, burst: 2, clock: { now: () => now } });
    policy.allow();
    policy.allow();
    now = 0;
    expect(policy.allow()).toBe(false);
    now = 999;
    expect(policy.allow()).toBe(false);
    now = 1_000;
    expect([policy.allow(), policy.allow()]).toEqual([true, false]);
  });

  it.each([
    [{ limit: 0 }, 'rateLimit limit must be a whole number from 1 to 9007199254740991, got 0'],
    [{ perMs: 0 }, 'rateLimit perMs must be a finite number of milliseconds above 0, got 0'],
    [{ burst: 1.5 }, 'rateLimit burst must be a whole number from 1 to 9007199254740991, got 1.5'],
    [{ waitMs: -1 }, 'rateLimit waitMs must be a finite number of milliseconds of 0 or more, got -1'],
    [{ maxKeys: 0 }, 'rateLimit maxKeys must be a whole number from 1 to 1000000, got 0'],
    [{ perSecond: 1 }, 'rateLimit has no option "perSecond"'],
  ])('refuses %j', (options, sentence) => {
    expect(() => scene(options as Partial<RateLimitOptions>)).toThrow(sentence);
  });
});

describe('the keys of a rateLimit', () => {
  it('have a bucket each, and calls without one have their own', async () => {
    const { policy, snapshot } = scene({ limit: 1 });
    await policy.execute(() => 1, { key: 'a' });
    expect([policy.allow('a'), policy.allow('b'), policy.allow(), policy.allow()]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(snapshot().gauges).toEqual({ tokens: 0, queued: 0, keys: 2 });
  });

  it('are told in events', async () => {
    const { policy } = scene({ limit: 1, waitMs: 500 });
    const events: unknown[] = [];
    policy.on('queued', (event) => events.push(event));
    policy.on('refused', (event) => events.push(event));
    policy.allow('a');
    await rejection(policy.execute(() => 1, { key: 'a' }));
    void policy.wait(undefined, 'a');
    expect(events).toMatchObject([
      { type: 'refused', key: 'a', retryAfterMs: 1_000 },
      { type: 'queued', key: 'a', waitMs: 1_000 },
    ]);
  });

  it('are forgotten when they have all their tokens again', () => {
    const { policy, clock, snapshot } = scene({ limit: 1, perMs: 100 });
    for (const key of ['a', 'b', 'c']) policy.allow(key);
    clock.advance(100);
    policy.allow('d');
    expect(snapshot().gauges.keys).toBe(1);
  });

  it('go where there are too many: full ones first, then the one that was used longest ago', () => {
    const { policy, clock, snapshot } = scene({ limit: 1, perMs: 100, maxKeys: 3 });
    policy.allow('a');
    clock.advance(50);
    policy.allow('b');
    policy.allow('a');
    policy.allow('c');
    clock.advance(50);
    // a has its token back, though it was used after b.
    policy.allow('d');
    expect([policy.allow('b'), policy.allow('c'), policy.allow('d'), snapshot().gauges.keys]).toEqual([
      false,
      false,
      false,
      3,
    ]);
    policy.allow('b');
    policy.allow('e');
    // c was used longest ago, and begins again.
    expect([policy.allow('d'), policy.allow('b'), policy.allow('c')]).toEqual([false, false, true]);
  });

  it('stay while somebody waits for them, and serve those even where they had to go', async () => {
    const { policy, clock, snapshot } = scene({ limit: 1, perMs: 100, maxKeys: 2 });
    policy.allow('a');
    let come = 0;
    void policy.wait(undefined, 'a').then(() => come++);
    policy.allow('b');
    policy.allow('c');
    expect([policy.allow('a'), snapshot().gauges]).toEqual([false, { tokens: 1, queued: 1, keys: 2 }]);
    void policy.wait(undefined, 'c').then(() => come++);
    policy.allow('d');
    clock.advance(100);
    await settled();
    expect([come, snapshot().gauges.queued, clock.pendingTimers]).toEqual([2, 0, 0]);
  });

  it('leave memory flat, a hundred times more of them than are kept', () => {
    const { policy, clock, snapshot } = scene({ limit: 1, perMs: 1e9 });
    for (let i = 0; i < 100_000; i++) {
      if (i % 1_000 === 0) clock.advance(1);
      policy.allow(`key ${i}`);
    }
    expect([snapshot().gauges.keys, snapshot().counts.allowed]).toEqual([1_000, 100_000]);
  });
});
