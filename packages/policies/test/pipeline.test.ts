import { consecutiveFailures, createBreaker, createGroup, fixed } from '@cb/core';
import { manualClock } from '@cb/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type CallContext, type Policy, pipeline, TimeoutError, timeout } from '../src/index.ts';

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

  it('refuses what is no member, an empty way, and a call that is no function', async () => {
    expect(() => pipeline()).toThrow('pipeline needs at least one policy');
    expect(() => pipeline({} as never)).toThrow('member 1 is no policy, breaker or group');
    expect(() => pipeline(timeout(1), null as never)).toThrow('member 2 is no policy, breaker or group');
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
