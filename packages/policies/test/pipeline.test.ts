import { consecutiveFailures, createBreaker, createGroup, fixed } from '@cb/core';
import { manualClock } from '@cb/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  BulkheadFullError,
  BulkheadTimeoutError,
  bulkhead,
  type CallContext,
  coalesce,
  fallback,
  fallbackWith,
  hedge,
  type Policy,
  pipeline,
  RateLimitedError,
  rateLimit,
  retry,
  TimeoutError,
  timeout,
} from '../src/index.ts';

const clock = manualClock();
const never = (): Promise<never> => new Promise(() => {});

describe('a pipeline', () => {
  it('gives back what the call gives, and rejects with the very error', async () => {
    const way = pipeline(timeout(50, { clock }), createBreaker({ name: 'b', clock }));
    const error = new Error('no');
    expect(await way.execute(() => 7)).toBe(7);
    await expect(way.execute(() => Promise.reject(error))).rejects.toBe(error);
    await expect(
      way.execute(() => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  it('hands the caller’s signal and key down to the call', async () => {
    const seen: CallContext[] = [];
    const way = pipeline(createBreaker({ name: 'b', clock }));
    const { signal } = new AbortController();
    await way.execute((context) => void seen.push(context), { signal, key: 'eu', idempotent: false });
    expect(seen).toMatchObject([{ signal, key: 'eu', idempotent: false, attempt: 1 }]);
  });

  it('goes from the outermost to the innermost', async () => {
    const breaker = createBreaker({
      name: 'b',
      clock,
      openWhen: consecutiveFailures(1),
      stayOpen: fixed(10),
    });
    const way = pipeline(breaker, timeout(50, { clock }));
    const done = way.execute(never);
    clock.advance(50);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot().errors).toMatchObject([{ name: 'TimeoutError', code: 'ERR_TIMEOUT' }]);
  });

  it('picks a breaker of a group by the key, and says so where there is none', async () => {
    const group = createGroup();
    const way = pipeline(group);
    await way.execute(() => 1, { key: 'eu' });
    expect([...group].map(({ name }) => name)).toEqual(['eu']);
    await expect(way.execute(() => 1)).rejects.toThrow("needs a key: execute(call, { key: 'eu-west' })");
  });

  it('shows its members as they were given, for good', () => {
    const members = [timeout(50, { clock }), createBreaker({ name: 'b', clock })] as const;
    const way = pipeline(...members);
    expect([way.members.length, way.members[0] === members[0], way.members[1] === members[1]]).toEqual([
      2,
      true,
      true,
    ]);
    expect(Object.isFrozen(way.members)).toBe(true);
  });

  it('refuses an order that makes no sense, breakers and groups included', () => {
    const sentence = 'fallback inside breaker makes no sense: the breaker would see no failure';
    const spare = fallbackWith({}, 'spare');
    expect(() => pipeline(createBreaker({ name: 'b', clock }), spare)).toThrow(`pipeline: ${sentence}`);
    expect(() => pipeline(createGroup(), spare)).toThrow(`pipeline: ${sentence}`);
    expect(() => pipeline(retry(), spare)).toThrow('pipeline: fallback inside retry makes no sense');
    expect(() => pipeline(timeout(5), spare)).not.toThrow();
  });

  it('refuses what is no member, an empty way, and a call that is no function', async () => {
    expect(() => pipeline()).toThrow('pipeline needs at least one policy');
    expect(() => pipeline({} as never)).toThrow('member 1 is no policy, breaker or group');
    expect(() => pipeline(timeout(1), null as never)).toThrow('member 2 is no policy, breaker or group');
    expect(() => pipeline(undefined as never)).toThrow('member 1 is no policy, breaker or group');
    const callable = Object.assign(() => {}, { run: () => {} });
    expect(() => pipeline(callable as never)).toThrow('member 1 is no policy, breaker or group');
    await expect(pipeline(timeout(1)).execute(5 as never)).rejects.toThrow('execute takes a function');
  });

  it('lets types flow: what a policy adds is added', () => {
    const adds = timeout(1) as unknown as Policy<'spare' | undefined>;
    expectTypeOf(pipeline(timeout(1)).execute(() => 5)).resolves.toEqualTypeOf<number>();
    expectTypeOf(pipeline(adds, timeout(1)).execute(() => 5)).resolves.toEqualTypeOf<
      number | 'spare' | undefined
    >();
  });
});

describe('every policy', () => {
  const all = { name: 'own', clock, random: () => 0, onError: () => {} };
  it.each<[string, Policy<unknown>]>([
    ['bulkhead', bulkhead({ ...all, concurrent: 1 })],
    ['coalesce', coalesce(all)],
    ['fallback', fallbackWith(all, 'spare')],
    ['hedge', hedge({ ...all, afterMs: 5 })],
    ['rate-limit', rateLimit({ ...all, limit: 1, perMs: 1_000 })],
    ['retry', retry(all)],
    ['timeout', timeout(5, all)],
  ])('takes a name, a clock, a source of chance and a place for reports: %s', (kind, policy) => {
    expect([policy.snapshot().kind, policy.snapshot().name]).toEqual([kind, 'own']);
  });

  it.each([
    ['bulkhead', () => bulkhead({ concurrent: 1 })],
    ['coalesce', () => coalesce()],
    ['fallback', () => fallback('spare')],
    ['hedge', () => hedge({ afterMs: 5, clock })],
    ['rate-limit', () => rateLimit({ limit: 1, perMs: 1_000, clock })],
    ['retry', () => retry({ clock })],
    ['timeout', () => timeout(5, { clock })],
  ])('hands a call on to whatever is inside: %s', async (_, make) => {
    const group = createGroup();
    expect(await pipeline(make(), group).execute(() => 5, { key: 'eu' })).toBe(5);
    expect([...group].map(({ name }) => name)).toEqual(['eu']);
  });

  it('hands a call that had to wait on as well: rate-limit', async () => {
    const own = manualClock();
    const limit = rateLimit({ limit: 1, perMs: 1_000, waitMs: 1_000, clock: own });
    const breaker = createBreaker({ name: 'b', clock: own });
    const way = pipeline(limit, breaker);
    const done = [way.execute(() => 1), way.execute(() => 2)];
    own.advance(1_000);
    expect(await Promise.all(done)).toEqual([1, 2]);
    expect(breaker.snapshot().counts.succeeded).toBe(2);
  });

  it('refuses a name that is no text of 1 to 200 characters', () => {
    const sentence = 'timeout name must be a text of 1 to 200 characters';
    for (const name of ['', 'x'.repeat(201), 5])
      expect(() => timeout(5, { name: name as string })).toThrow(new TypeError(sentence));
    expect(timeout(5, { name: 'x'.repeat(200) }).name.length).toBe(200);
  });

  it('refuses a call that is no function, without counting it', async () => {
    const policy = timeout(5, { clock });
    const error = new TypeError('execute takes a function');
    await expect(policy.execute('call' as never)).rejects.toEqual(error);
    expect(policy.snapshot().counts).toMatchObject({ succeeded: 0, failed: 0 });
  });
});

describe('an error of a policy', () => {
  it.each([
    ['TimeoutError', TimeoutError],
    ['BulkheadFullError', BulkheadFullError],
    ['BulkheadTimeoutError', BulkheadTimeoutError],
    ['RateLimitedError', RateLimitedError],
  ])('has its name as built-in errors have it: %s', (name, { prototype }) => {
    expect(Object.getOwnPropertyDescriptor(prototype, 'name')).toEqual({
      value: name,
      configurable: true,
      writable: true,
      enumerable: false,
    });
  });
});
