import { getEventListeners } from 'node:events';
import { consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { type ManualClock, manualClock } from '@cb/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { fallback, fallbackWith } from '../src/fallback.ts';
import { type Cache, type CachedOptions, type CacheHit, cached } from '../src/fallback-cache.ts';
import { memoryCache } from '../src/memory-cache.ts';
import { pipeline } from '../src/pipeline.ts';

const broken = new Error('broken');
const rejects = (error: unknown) => Promise.reject(error as Error);
const fails = () => rejects(broken);
const never = (): Promise<never> => new Promise(() => {});
const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

/** A fallback with one cache, and what it reports. */
function withCache(cache: Partial<Cache>, options: CachedOptions = {}, clock: ManualClock = manualClock()) {
  const reports: unknown[] = [];
  const whole = { get: () => undefined, set: () => {}, ...cache };
  const onError = (...report: unknown[]): void => void reports.push(report);
  const policy = fallbackWith({ clock, onError }, cached(whole, options), 'spare');
  return { policy, reports, clock };
}

describe('cached', () => {
  it('answers with what the call once gave under the same key, and says how old it is', async () => {
    const clock = manualClock();
    const policy = fallbackWith(
      { clock },
      cached(memoryCache({ maxAgeMs: 100, staleIfErrorMs: 100, clock })),
      () => 'spare',
    );
    const events: unknown[] = [];
    policy.on('fallback-used', (event) => events.push(event));
    policy.on('cache-missed', (event) => events.push(event));
    const good = { rate: 1 };
    expect(await policy.execute(() => good, { key: 'eu' })).toBe(good);
    clock.advance(99);
    expect(await policy.execute(() => fails(), { key: 'eu' })).toBe(good);
    clock.advance(1);
    expect(await policy.execute(() => fails(), { key: 'eu' })).toBe(good);
    expect(await policy.execute(() => fails(), { key: 'us' })).toBe('spare');
    clock.advance(100);
    expect(await policy.execute(() => fails(), { key: 'eu' })).toBe('spare');
    const head = { policy: 'fallback', kind: 'fallback', reason: 'failed' };
    const used = { ...head, type: 'fallback-used' };
    const hit = { ...used, index: 0, label: 'cache', key: 'eu' };
    const missed = { ...head, type: 'cache-missed', index: 0, label: 'cache' };
    const spare = { ...used, index: 1, label: 'function', ageMs: undefined, stale: undefined };
    expect(events).toEqual([
      { ...hit, at: 1_099, ageMs: 99, stale: false },
      { ...hit, at: 1_100, ageMs: 100, stale: true },
      { ...missed, at: 1_100, key: 'us' },
      { ...spare, at: 1_100, key: 'us' },
      { ...missed, at: 1_200, key: 'eu' },
      { ...spare, at: 1_200, key: 'eu' },
    ]);
    expect(policy.snapshot()).toEqual({
      kind: 'fallback',
      name: 'fallback',
      counts: {
        succeeded: 1,
        replaced: 4,
        failed: 0,
        notReplaced: 0,
        aborted: 0,
        cacheMissed: 2,
        replacedBy0: 2,
        replacedBy1: 2,
      },
      gauges: { inFlight: 0, replacing: 0 },
      config: {
        replacements: [
          { kind: 'cache', label: 'cache', deadlineMs: 250, waitForWrite: false },
          { kind: 'function', label: 'function' },
        ],
      },
    });
  });

  it('answers while the breaker is open', async () => {
    const clock = manualClock();
    const breaker = createBreaker({
      name: 'b',
      clock,
      openWhen: consecutiveFailures(1),
      stayOpen: fixed(10),
    });
    const way = pipeline(fallback(cached(memoryCache({ clock }))), breaker);
    expect(await way.execute(() => 'good', { key: 'k' })).toBe('good');
    expect(await way.execute(() => fails(), { key: 'k' })).toBe('good');
    expect(breaker.state).toBe('open');
    expect(await way.execute(() => 'not run', { key: 'k' })).toBe('good');
  });

  it('keeps nothing of what replacements answer', async () => {
    const cache = memoryCache();
    await fallback(cached(cache), 'spare').execute(() => fails(), { key: 'k' });
    expect(cache.size).toBe(0);
  });

  it('fails with the call’s own error where the cache has nothing', async () => {
    const policy = fallback(cached(memoryCache()));
    await expect(policy.execute(() => fails(), { key: 'k' })).rejects.toBe(broken);
    expect(policy.snapshot().counts).toMatchObject({ failed: 1, cacheMissed: 1 });
  });

  it('fails with the error of a replacement before it where the cache has nothing', async () => {
    const last = new Error('last');
    const policy = fallback(() => rejects(last), cached(memoryCache()));
    await expect(policy.execute(() => fails(), { key: 'k' })).rejects.toBe(last);
    expect(last.cause).toBe(broken);
  });

  it('writes to all caches, and reads them in order', async () => {
    const [near, far] = [memoryCache(), memoryCache()];
    const policy = fallback(cached(near), cached(far, { label: 'far' }));
    await policy.execute(() => 'good', { key: 'k' });
    near.clear();
    expect(await policy.execute(() => fails(), { key: 'k' })).toBe('good');
    expect(policy.snapshot().counts).toMatchObject({ replacedBy0: 0, replacedBy1: 1 });
  });

  it('also keeps undefined', async () => {
    const policy = fallback(cached(memoryCache()), 'spare');
    await policy.execute(() => undefined, { key: 'k' });
    expect(await policy.execute(() => fails(), { key: 'k' })).toBe(undefined);
  });

  it('adds nothing to the type: it answers with what calls gave', () => {
    expectTypeOf(
      fallback(cached(memoryCache())).execute(() => 5, { key: 'k' }),
    ).resolves.toEqualTypeOf<number>();
    expectTypeOf(
      fallback(cached(memoryCache<string>()), null).execute(() => 5, { key: 'k' }),
    ).resolves.toEqualTypeOf<number | null>();
  });
});

describe('the key of an answer', () => {
  it.each([
    ['a text', 'only', 'only'],
    ['an empty text', '', ''],
    ['a function of the context', ({ key }: { key: string | undefined }) => `${key}!`, 'k!'],
    ['the call’s own', undefined, 'k'],
  ])('is %s', async (_, key, wanted) => {
    const keys: string[] = [];
    const get = (asked: string): undefined => void keys.push(asked);
    const set = (asked: string): void => void keys.push(asked);
    const { policy } = withCache({ get, set }, { key });
    await policy.execute(() => 1, { key: 'k' });
    await policy.execute(() => fails(), { key: 'k' });
    expect(keys).toEqual([wanted, wanted]);
  });

  it('is missed once, aloud, and the call goes its way', async () => {
    let touched = 0;
    const touch = (): undefined => void touched++;
    const { policy, reports } = withCache({ get: touch, set: touch });
    expect(await policy.execute(() => 1)).toBe(1);
    expect(await policy.execute(() => fails())).toBe('spare');
    expect(touched).toBe(0);
    expect(reports).toEqual([
      [
        new TypeError(
          "fallback: a cache needs a key: execute(call, { key: '…' }) or cached(cache, { key }); calls without one are not cached",
        ),
        'cache key',
      ],
    ]);
  });

  it('is reported where the function throws, and the call goes its way', async () => {
    const mistake = new Error('mistake');
    const key = (): string => {
      throw mistake;
    };
    const { policy, reports } = withCache({}, { key });
    expect(await policy.execute(() => 1)).toBe(1);
    expect(await policy.execute(() => fails())).toBe('spare');
    expect(reports).toEqual([
      [mistake, 'cache key'],
      [mistake, 'cache key'],
    ]);
  });
});

describe('a cache that answers later', () => {
  it('is as good', async () => {
    const store = new Map<string, unknown>();
    const { policy, clock } = withCache({
      get: async (key) => (store.has(key) ? { value: store.get(key), ageMs: 5 } : null),
      set: async (key, value) => void store.set(key, value),
    });
    const used: unknown[] = [];
    policy.on('fallback-used', ({ label, ageMs, stale }) => used.push({ label, ageMs, stale }));
    await policy.execute(() => 'good', { key: 'k' });
    expect(await policy.execute(() => fails(), { key: 'k' })).toBe('good');
    expect(await policy.execute(() => fails(), { key: 'other' })).toBe('spare');
    expect(used).toEqual([
      { label: 'cache', ageMs: 5, stale: false },
      { label: 'value', ageMs: undefined, stale: undefined },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts as empty after the deadline, and what it still says goes nowhere', async () => {
    let answer: (hit: CacheHit) => void = () => {};
    const get = (): Promise<CacheHit> => new Promise((resolve) => (answer = resolve));
    const { policy, reports, clock } = withCache({ get }, { label: 'redis' });
    let done: unknown = 'waiting';
    const call = policy.execute(() => fails(), { key: 'k' }).then((value) => (done = value));
    await turns();
    clock.advance(249);
    await turns();
    expect(done).toBe('waiting');
    clock.advance(1);
    await call;
    answer({ value: 'late', ageMs: 1 });
    await turns();
    expect(done).toBe('spare');
    expect(reports).toMatchObject([
      [
        {
          name: 'TimeoutError',
          code: 'ERR_TIMEOUT',
          timeoutMs: 250,
          message: 'fallback: no answer from redis within 250 ms',
        },
        'cache get',
      ],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is not waited for by a caller who goes, and leaves nothing behind', async () => {
    const { policy, reports, clock } = withCache({ get: never });
    const caller = new AbortController();
    const reason = new Error('gone');
    const done = policy.execute(() => fails(), { key: 'k', signal: caller.signal });
    await turns();
    expect(clock.pendingTimers).toBe(1);
    caller.abort(reason);
    await expect(done).rejects.toBe(reason);
    expect([clock.pendingTimers, getEventListeners(caller.signal, 'abort'), reports]).toEqual([0, [], []]);
    expect(policy.snapshot().counts).toMatchObject({ aborted: 1, cacheMissed: 0, replaced: 0 });
  });
});

describe('a cache that fails', () => {
  const down = new Error('down');
  const throws = (): never => {
    throw down;
  };
  it.each([
    ['throws', throws],
    ['rejects', () => rejects(down)],
  ])('counts as empty where get %s, and is reported', async (_, get) => {
    const { policy, reports, clock } = withCache({ get });
    expect(await policy.execute(() => fails(), { key: 'k' })).toBe('spare');
    expect(reports).toEqual([[down, 'cache get']]);
    expect(policy.snapshot().counts).toMatchObject({ cacheMissed: 1, replaced: 1 });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['throws', throws],
    ['rejects', () => rejects(down)],
  ])('breaks no call where set %s, and is reported', async (_, set) => {
    const { policy, reports } = withCache({ set });
    expect(await policy.execute(() => 'good', { key: 'k' })).toBe('good');
    await turns();
    expect(reports).toEqual([[down, 'cache set']]);
  });

  it.each([
    ['a text', 'raw', '"raw"'],
    ['an object', { value: 1 }, 'an object'],
    ['a number', 5, '5'],
  ])('counts as empty where it answers with %s', async (_, found, shown) => {
    const { policy, reports } = withCache({ get: () => found as never });
    expect(await policy.execute(() => fails(), { key: 'k' })).toBe('spare');
    const sentence = `a cache's get must answer with { value, ageMs } or undefined, got ${shown}`;
    expect(reports).toEqual([[new TypeError(sentence), 'cache get']]);
  });

  it.each([null, undefined])(
    'is empty where it answers with %s at once, and that is nothing to report',
    async (found) => {
      const { policy, reports } = withCache({ get: () => found });
      expect(await policy.execute(() => fails(), { key: 'k' })).toBe('spare');
      expect(reports).toEqual([]);
    },
  );

  it.each([null, undefined])(
    'is empty where it answers with %s later, and that is nothing to report',
    async (found) => {
      const { policy, reports } = withCache({ get: async () => found });
      expect(await policy.execute(() => fails(), { key: 'k' })).toBe('spare');
      expect(reports).toEqual([]);
    },
  );

  it.each([
    ['an object', { stored: true }],
    ['a text', 'OK'],
    ['null', null],
    ['nothing', undefined],
  ])('starts no timer where it answers at once, set with %s', async (_, stored) => {
    let timers = 0;
    const clock = manualClock();
    const setTimeout = (run: () => void, ms: number): unknown => {
      timers++;
      return clock.setTimeout(run, ms);
    };
    const reports: unknown[] = [];
    const kept = { get: () => ({ value: 'kept', ageMs: 0 }), set: () => stored };
    const policy = fallbackWith(
      { clock: { ...clock, setTimeout }, onError: (error) => reports.push(error) },
      cached(kept, { waitForWrite: true }),
    );
    expect(await policy.execute(() => 'good', { key: 'k' })).toBe('good');
    expect(await policy.execute(() => fails(), { key: 'k' })).toBe('kept');
    expect([timers, reports]).toEqual([0, []]);
  });

  it('with a skewed clock gives no negative age', async () => {
    const { policy } = withCache({ get: () => ({ value: 1, ageMs: -5, stale: true }) });
    const used: unknown[] = [];
    policy.on('fallback-used', ({ ageMs, stale }) => used.push({ ageMs, stale }));
    await policy.execute(() => fails(), { key: 'k' });
    expect(used).toEqual([{ ageMs: 0, stale: true }]);
  });
});

describe('writing', () => {
  it('is not waited for, and a write that hangs holds nothing', async () => {
    const { policy, reports, clock } = withCache({ set: never });
    expect(await policy.execute(() => 'good', { key: 'k' })).toBe('good');
    expect(clock.pendingTimers).toBe(0);
    expect(policy.snapshot().gauges).toEqual({ inFlight: 0, replacing: 0 });
    expect(reports).toEqual([]);
  });

  it('is waited for where asked', async () => {
    let stored = (): void => {};
    const set = (): Promise<void> => new Promise((resolve) => (stored = resolve));
    const { policy, clock } = withCache({ set }, { waitForWrite: true });
    let done: unknown = 'waiting';
    const call = policy.execute(() => 'good', { key: 'k' }).then((value) => (done = value));
    await turns();
    expect([done, policy.snapshot().gauges]).toEqual(['waiting', { inFlight: 1, replacing: 0 }]);
    stored();
    await call;
    expect([done, policy.snapshot().gauges.inFlight, clock.pendingTimers]).toEqual(['good', 0, 0]);
  });

  it('is waited for at most until the deadline, and its error breaks nothing', async () => {
    const { policy, reports, clock } = withCache({ set: never }, { waitForWrite: true, deadlineMs: 40 });
    const call = policy.execute(() => 'good', { key: 'k' });
    await turns();
    clock.advance(40);
    expect(await call).toBe('good');
    expect(reports).toMatchObject([
      [{ message: 'fallback: no answer from cache within 40 ms' }, 'cache set'],
    ]);
  });

  it('is no longer waited for by a caller who goes: the answer is there', async () => {
    const { policy, reports, clock } = withCache({ set: never }, { waitForWrite: true });
    const caller = new AbortController();
    const call = policy.execute(() => 'good', { key: 'k', signal: caller.signal });
    await turns();
    caller.abort();
    expect(await call).toBe('good');
    expect([reports, clock.pendingTimers]).toEqual([[], 0]);
  });
});

describe('mistakes', () => {
  const cache = memoryCache();
  it('are told at once', () => {
    expect(() => cached(undefined as never)).toThrow(
      new TypeError('cached takes a cache with get and set, got undefined'),
    );
    expect(() => cached({ get: () => undefined } as never)).toThrow('got an object');
    expect(() => cached({ set: () => {} } as never)).toThrow('got an object');
    expect(() => cached(cache, { ky: 1 } as never)).toThrow('cached has no option "ky"');
    expect(() => cached(cache, { key: 5 } as never)).toThrow(
      new TypeError('cached key, where it is no text, must be a function, got 5'),
    );
    expect(() => cached(cache, { deadlineMs: 0 })).toThrow(
      'cached deadlineMs must be a finite number of milliseconds above 0, got 0',
    );
    expect(() => cached(cache, { waitForWrite: 1 } as never)).toThrow(
      new TypeError('cached waitForWrite must be true or false, got 1'),
    );
    expect(() => cached(cache, { label: '' })).toThrow(new TypeError('cached label must be a text'));
    expect(() => cached(cache, { label: 5 } as never)).toThrow(new TypeError('cached label must be a text'));
  });
});
