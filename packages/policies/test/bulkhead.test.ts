import { getEventListeners } from 'node:events';
import { consecutiveFailures, createBreaker, isRejectedError } from '@cb/core';
import { manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { type BulkheadOptions, bulkhead } from '../src/bulkhead.ts';
import { BulkheadFullError } from '../src/errors.ts';
import { Journey } from '../src/journey.ts';
import { pipeline } from '../src/pipeline.ts';
import { timeout } from '../src/timeout.ts';

/** Calls that end when told, and the order in which they began. */
function desk() {
  const began: string[] = [];
  const ends = new Map<string, { resolve: (value: string) => void; reject: (error: unknown) => void }>();
  const call = (name: string) => (): Promise<string> => {
    began.push(name);
    return new Promise((resolve, reject) => ends.set(name, { resolve, reject }));
  };
  return { began, call, end: (name: string) => ends.get(name)?.resolve(name), ends };
}
const CONTEXT = { key: undefined, idempotent: true, attempt: 1, caller: undefined };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const rejection = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error) => error,
  );

describe('bulkhead', () => {
  it('gives back what the call gives, and rejects with the very error', async () => {
    const policy = bulkhead({ concurrent: 1, clock: manualClock() });
    const error = new Error('no');
    expect(await policy.execute(() => 5)).toBe(5);
    await expect(policy.execute(() => Promise.reject(error))).rejects.toBe(error);
    const thrown = policy.execute(() => {
      throw error;
    });
    await expect(thrown).rejects.toBe(error);
    expect(policy.snapshot()).toEqual({
      kind: 'bulkhead',
      name: 'bulkhead',
      counts: { succeeded: 1, failed: 2, refused: 0, queued: 0, queueTimedOut: 0, cancelled: 0 },
      gauges: { inFlight: 0, queued: 0, limit: 1 },
      config: { concurrent: 1, queue: 0 },
    });
  });

  it('hands signal, key and idempotence down to the call as they are', async () => {
    const { signal } = new AbortController();
    const given = { signal, key: 'eu', idempotent: false };
    const seen = await bulkhead({ concurrent: 1 }).execute((context) => context, given);
    expect(seen).toEqual({ ...given, attempt: 1, caller: signal });
  });

  it('refuses what finds neither a place nor room to wait, without running it', async () => {
    const policy = bulkhead({ name: 'reports', concurrent: 2, queue: 1, clock: manualClock() });
    const events: unknown[] = [];
    policy.on('refused', (event) => events.push(event));
    policy.on('queued', (event) => events.push(event));
    const { call, began, end } = desk();
    const calls = ['a', 'b', 'c'].map((name) => policy.execute(call(name), { key: name }));
    const error = await rejection(policy.execute(call('d'), { key: 'd' }));
    expect(error).toBeInstanceOf(BulkheadFullError);
    expect(isRejectedError(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'BulkheadFullError',
      code: 'ERR_BULKHEAD_FULL',
      message: 'reports: 2 calls are under way and 1 are waiting',
    });
    const head = { policy: 'reports', kind: 'bulkhead', at: 1_000 };
    expect(events).toEqual([
      { ...head, type: 'queued', key: 'c', queued: 1 },
      { ...head, type: 'refused', key: 'd', reason: 'full' },
    ]);
    for (const name of ['a', 'b', 'c']) await settled().then(() => end(name));
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c']);
    expect(began).toEqual(['a', 'b', 'c']);
    expect(policy.snapshot().counts).toEqual({
      succeeded: 3,
      failed: 0,
      refused: 1,
      queued: 1,
      queueTimedOut: 0,
      cancelled: 0,
    });
  });

  it('lets those who wait in by the order of their coming, as places become free', async () => {
    const policy = bulkhead({ concurrent: 1, queue: 3 });
    const { call, began, end, ends } = desk();
    const calls = ['a', 'b', 'c'].map((name) => rejection(policy.execute(call(name))));
    ends.get('a')?.reject(new Error('no'));
    await settled();
    expect(began).toEqual(['a', 'b']);
    end('b');
    await settled();
    end('c');
    await Promise.all(calls);
    expect(began).toEqual(['a', 'b', 'c']);
  });

  it('begins the next call before anyone who comes now', async () => {
    const policy = bulkhead({ concurrent: 1, queue: 2 });
    const { call, began, end } = desk();
    const first = policy.execute(call('a'));
    void policy.execute(call('b'));
    const late = first.then(() => void policy.execute(call('c')));
    end('a');
    await late;
    expect(began).toEqual(['a', 'b']);
  });

  it('lets a call leave the line when its signal is aborted, at once and with its reason', async () => {
    const clock = manualClock();
    const policy = bulkhead({ concurrent: 1, queue: 1, queueTimeoutMs: 100, clock });
    const { call, began } = desk();
    void policy.execute(call('a'));
    const caller = new AbortController();
    const reason = new Error('gone');
    const waiting = rejection(policy.execute(call('b'), { signal: caller.signal }));
    caller.abort(reason);
    expect([policy.snapshot().gauges, clock.pendingTimers]).toEqual([
      { inFlight: 1, queued: 0, limit: 1 },
      0,
    ]);
    expect(await waiting).toBe(reason);
    expect([began, policy.snapshot().counts.cancelled]).toEqual([['a'], 1]);
  });

  it('does not run a call whose caller has gone, nor let it wait', async () => {
    const policy = bulkhead({ concurrent: 1, queue: 1 });
    const { call, began } = desk();
    const signal = AbortSignal.abort('gone');
    expect(await rejection(policy.execute(call('a'), { signal }))).toBe('gone');
    void policy.execute(call('b'));
    expect(await rejection(policy.execute(call('c'), { signal }))).toBe('gone');
    expect([began, policy.snapshot().gauges.queued]).toEqual([['b'], 0]);
  });

  it('lets nobody wait whose signal was aborted by a policy outside', async () => {
    const policy = bulkhead({ concurrent: 1, queue: 1 });
    const { call, began } = desk();
    void policy.execute(call('a'));
    const over = { ...CONTEXT, signal: AbortSignal.abort('over') };
    expect(await rejection(new Journey([policy], call('b')).proceed(0, over))).toBe('over');
    expect([began, policy.snapshot().gauges.queued]).toEqual([['a'], 0]);
  });

  it('refuses a call that has waited too long', async () => {
    const clock = manualClock();
    const policy = bulkhead({ name: 'reports', concurrent: 1, queue: 2, queueTimeoutMs: 100, clock });
    const events: unknown[] = [];
    policy.on('refused', (event) => events.push(event));
    const { call, began, end } = desk();
    void policy.execute(call('a'));
    const waiting = rejection(policy.execute(call('b'), { key: 'k' }));
    clock.advance(99);
    void policy.execute(call('c'));
    expect(policy.snapshot().gauges.queued).toBe(2);
    clock.advance(1);
    expect(policy.snapshot().gauges.queued).toBe(1);
    expect(await waiting).toMatchObject({
      name: 'BulkheadTimeoutError',
      code: 'ERR_BULKHEAD_TIMEOUT',
      message: 'reports: no place became free within 100 ms',
    });
    expect(isRejectedError(await waiting)).toBe(true);
    expect(events).toEqual([
      {
        type: 'refused',
        policy: 'reports',
        kind: 'bulkhead',
        at: 1_100,
        key: 'k',
        reason: 'queue-timeout',
      },
    ]);
    end('a');
    await settled();
    expect([began, clock.pendingTimers]).toEqual([['a', 'c'], 0]);
    expect(policy.snapshot().counts).toMatchObject({ queued: 2, queueTimedOut: 1, refused: 0, cancelled: 0 });
  });

  it('gives a place that became free while the process stood still to one whose time seems to be over', async () => {
    const clock = manualClock();
    const policy = bulkhead({ concurrent: 1, queue: 1, queueTimeoutMs: 100, clock });
    const { call, end } = desk();
    void policy.execute(call('a'));
    const waiting = policy.execute(call('b'));
    end('a');
    clock.stall(1_000);
    await settled();
    end('b');
    expect(await waiting).toBe('b');
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps the place of a call that a timeout outside has given up, until it ends', async () => {
    const clock = manualClock();
    const places = bulkhead({ concurrent: 1, clock });
    const way = pipeline(timeout(50, { clock }), places);
    const { call, end } = desk();
    const first = rejection(way.execute(call('a')));
    clock.advance(50);
    expect(await first).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(await rejection(way.execute(call('b')))).toMatchObject({ code: 'ERR_BULKHEAD_FULL' });
    end('a');
    await settled();
    expect(await way.execute(() => 5)).toBe(5);
  });

  it('lets a call leave the line when a timeout outside ends it', async () => {
    const clock = manualClock();
    const places = bulkhead({ concurrent: 1, queue: 1, clock });
    const way = pipeline(timeout(50, { clock }), places);
    const { call, began, end } = desk();
    void places.execute(call('a'));
    const waiting = rejection(way.execute(call('b')));
    clock.advance(50);
    expect(places.snapshot().gauges.queued).toBe(0);
    end('a');
    await settled();
    expect([began, await waiting]).toEqual([['a'], expect.objectContaining({ code: 'ERR_TIMEOUT' })]);
  });

  it('is no failure to a breaker when it refuses', async () => {
    const clock = manualClock();
    const breaker = createBreaker({ name: 'b', clock, openWhen: consecutiveFailures(1) });
    const way = pipeline(breaker, bulkhead({ concurrent: 1, clock }));
    const { call, end } = desk();
    const first = way.execute(call('a'));
    await rejection(way.execute(call('b')));
    end('a');
    await first;
    expect([breaker.state, breaker.snapshot().errors]).toEqual(['closed', []]);
  });

  it('leaves no listener on a signal that outlives the calls', async () => {
    const policy = bulkhead({ concurrent: 1, queue: 5_000 });
    const { signal } = new AbortController();
    const calls = Array.from({ length: 5_000 }, () => policy.execute(async () => 1, { signal }));
    await Promise.all(calls);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('lets a call make another one under the same policy', async () => {
    const policy = bulkhead({ concurrent: 2, queue: 1 });
    expect(await policy.execute(() => policy.execute(() => 5))).toBe(5);
    const inner = rejection(policy.execute(() => policy.execute(() => policy.execute(() => 5))));
    await settled();
    expect(policy.snapshot().gauges).toEqual({ inFlight: 2, queued: 1, limit: 2 });
    void inner;
  });

  it('reports what a listener throws, and goes on', async () => {
    const reported: unknown[] = [];
    const onError = (error: unknown, where: string): void => void reported.push([error, where]);
    const policy = bulkhead({ concurrent: 1, queue: 1, onError });
    const oops = new Error('oops');
    policy.on('queued', () => {
      throw oops;
    });
    const { call, end } = desk();
    void policy.execute(call('a'));
    const waiting = policy.execute(() => 5);
    end('a');
    expect(await waiting).toBe(5);
    expect(reported).toEqual([[oops, 'listener of queued']]);
  });

  it.each([
    [{}, 'bulkhead concurrent must be a whole number from 1 to 1000000, got undefined'],
    [{ concurrent: 0 }, 'bulkhead concurrent must be a whole number from 1 to 1000000, got 0'],
    [{ concurrent: 1, queue: -1 }, 'bulkhead queue must be a whole number from 0 to 1000000, got -1'],
    [
      { concurrent: 1, queue: 1, queueTimeoutMs: 0 },
      'bulkhead queueTimeoutMs must be a finite number of milliseconds above 0, got 0',
    ],
    [{ concurrent: 1, queueTimeoutMs: 5 }, 'bulkhead queueTimeoutMs does nothing without a queue'],
    [{ concurent: 1 }, 'bulkhead has no option "concurent"'],
    [null, 'bulkhead takes an object of options, got null'],
  ])('refuses %j', (options, sentence) => {
    expect(() => bulkhead(options as BulkheadOptions)).toThrow(sentence);
  });

  it('shows its configuration', () => {
    const policy = bulkhead({ concurrent: 3, queue: 2, queueTimeoutMs: 50 });
    expect(policy.snapshot().config).toEqual({ concurrent: 3, queue: 2, queueTimeoutMs: 50 });
    expect(bulkhead({ concurrent: 3 }).snapshot().config).toStrictEqual({ concurrent: 3, queue: 0 });
  });

  it('takes all options of a policy', () => {
    const policy = bulkhead({
      concurrent: 1,
      name: 'b',
      clock: manualClock(),
      random: () => 0,
      onError: () => {},
    });
    expect(policy.snapshot().name).toBe('b');
  });
});

describe('an adaptive bulkhead', () => {
  const adaptive = { kind: 'aimd', latencyMs: 100, backoffRatio: 0.5 } as const;

  it('lowers its limit after a slow call, tells so, and starts nobody until there is room', async () => {
    const clock = manualClock();
    const policy = bulkhead({ concurrent: 3, queue: 5, adaptive, clock });
    const events: unknown[] = [];
    policy.on('limit-changed', (event) => events.push(event));
    const { call, began, end } = desk();
    for (const name of ['a', 'b', 'c', 'd']) void policy.execute(call(name));
    clock.advance(101);
    end('a');
    end('b');
    await settled();
    expect(began).toEqual(['a', 'b', 'c']);
    end('c');
    await settled();
    // The limit is 1.5 now: there is room for one.
    expect(began).toEqual(['a', 'b', 'c', 'd']);
    expect(policy.snapshot()).toMatchObject({
      gauges: { inFlight: 1, queued: 0, limit: 1 },
      config: { adaptive: { ...adaptive, minimum: 1, maximum: 200 } },
    });
    expect(events).toEqual([
      { type: 'limit-changed', policy: 'bulkhead', kind: 'bulkhead', at: 1_101, from: 3, to: 1 },
    ]);
  });

  it('lets nobody overtake who waits, not even in the moment in which its limit grows', async () => {
    const clock = manualClock();
    const policy = bulkhead({ concurrent: 1, queue: 5, adaptive, clock });
    const { call, began, end } = desk();
    policy.on('limit-changed', () => void policy.execute(call('late')));
    for (const name of ['a', 'b', 'c']) void policy.execute(call(name));
    end('a');
    await settled();
    expect(began).toEqual(['a', 'b', 'c']);
  });

  it('lets several in at once when its limit grows', async () => {
    const clock = manualClock();
    const policy = bulkhead({ concurrent: 1, queue: 5, adaptive, clock });
    const { call, began, end } = desk();
    for (const name of ['a', 'b', 'c', 'd']) void policy.execute(call(name));
    clock.advance(100);
    end('a');
    await settled();
    expect([began, policy.snapshot().gauges.limit]).toEqual([['a', 'b', 'c'], 2]);
  });

  it('learns from a slow failure, and nothing from a quick one', async () => {
    const clock = manualClock();
    const policy = bulkhead({ concurrent: 4, adaptive, clock });
    await rejection(policy.execute(() => Promise.reject('quick')));
    expect(policy.snapshot().gauges.limit).toBe(4);
    // Of one place, one call is enough to raise the limit, if it is good.
    const narrow = bulkhead({ concurrent: 1, adaptive, clock });
    await rejection(narrow.execute(() => Promise.reject('quick')));
    expect(narrow.snapshot().gauges.limit).toBe(1);
    await narrow.execute(() => 'good');
    expect(narrow.snapshot().gauges.limit).toBe(2);
    const { call, ends } = desk();
    const slow = rejection(policy.execute(call('a')));
    clock.advance(101);
    ends.get('a')?.reject('slow');
    expect([await slow, policy.snapshot().gauges.limit]).toEqual(['slow', 2]);
  });

  it('learns nothing from a refusal inside, nor from a call that its caller has ended', async () => {
    const clock = manualClock();
    const policy = bulkhead({ concurrent: 4, adaptive, clock });
    const inner = bulkhead({ concurrent: 1, queue: 1, queueTimeoutMs: 200, clock });
    const { call, ends } = desk();
    void inner.execute(call('a'));
    const refused = rejection(pipeline(policy, inner).execute(call('b')));
    const caller = new AbortController();
    const ended = rejection(policy.execute(call('c'), { signal: caller.signal }));
    clock.advance(200);
    caller.abort('enough');
    ends.get('c')?.reject('enough');
    expect([await refused, await ended]).toEqual([
      expect.objectContaining({ code: 'ERR_BULKHEAD_TIMEOUT' }),
      'enough',
    ]);
    expect(policy.snapshot().gauges).toEqual({ inFlight: 0, queued: 0, limit: 4 });
  });
});
