import { getEventListeners } from 'node:events';
import { createBreaker } from '@cb/core';
import { manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { coalesce } from '../src/coalesce.ts';
import type { CallContext } from '../src/context.ts';
import { TimeoutError } from '../src/errors.ts';
import { Journey } from '../src/journey.ts';
import { pipeline } from '../src/pipeline.ts';
import { timeout } from '../src/timeout.ts';

const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

/** A call that ends when told, and what it was given. */
function slowCall<T = unknown>() {
  const contexts: CallContext[] = [];
  const ends: { resolve: (value: T) => void; reject: (error: unknown) => void }[] = [];
  const call = (context: CallContext): Promise<T> => {
    contexts.push(context);
    return new Promise<T>((resolve, reject) => ends.push({ resolve, reject }));
  };
  const end = (at = 0) => ends[at] as (typeof ends)[0];
  return { call, contexts, end };
}

describe('coalesce', () => {
  it('makes one call of several with the same key, and gives all the very same answer', async () => {
    const policy = coalesce();
    const { call, contexts, end } = slowCall<object>();
    const done = [1, 2, 3].map(() => policy.execute(call, { key: 'a' }));
    expect(contexts.length).toBe(1);
    expect(policy.snapshot()).toEqual({
      kind: 'coalesce',
      name: 'coalesce',
      counts: { led: 1, followed: 2, alone: 0, left: 0, abandoned: 0 },
      gauges: { running: 1, waiting: 3 },
      config: {},
    });
    const answer = {};
    end().resolve(answer);
    for (const value of await Promise.all(done)) expect(value).toBe(answer);
    expect(policy.snapshot().gauges).toEqual({ running: 0, waiting: 0 });
  });

  it('gives all the very same error', async () => {
    const policy = coalesce();
    const { call, end } = slowCall();
    const done = [1, 2].map(() => policy.execute(call, { key: 'a' }).catch((error: unknown) => error));
    const error = new Error('no');
    end().reject(error);
    for (const reason of await Promise.all(done)) expect(reason).toBe(error);
    expect(policy.snapshot().gauges).toEqual({ running: 0, waiting: 0 });
  });

  it('shares what a call throws at once', async () => {
    const policy = coalesce();
    const error = new Error('at once');
    const call = (): never => {
      throw error;
    };
    const done = [1, 2].map(() => policy.execute(call, { key: 'a' }).catch((reason: unknown) => reason));
    expect(await Promise.all(done)).toEqual([error, error]);
    expect(policy.snapshot().counts).toMatchObject({ led: 1, followed: 1 });
  });

  it('runs other keys by themselves, and the same key again after its outcome', async () => {
    const policy = coalesce();
    let runs = 0;
    const call = async (): Promise<number> => ++runs;
    const [a, b] = [policy.execute(call, { key: 'a' }), policy.execute(call, { key: '' })];
    expect([await a, await b]).toEqual([1, 2]);
    expect(await policy.execute(call, { key: 'a' })).toBe(3);
    expect(policy.snapshot().counts).toEqual({ led: 3, followed: 0, alone: 0, left: 0, abandoned: 0 });
  });

  it('runs a call without a key alone, with its own context', async () => {
    const policy = coalesce();
    const { call, contexts, end } = slowCall();
    const { signal } = new AbortController();
    const done = [policy.execute(call, { signal }), policy.execute(call)];
    expect(contexts.map((context) => context.signal)).toEqual([signal, undefined]);
    end(0).resolve(1);
    end(1).resolve(2);
    expect(await Promise.all(done)).toEqual([1, 2]);
    expect(policy.snapshot()).toMatchObject({ counts: { led: 0, alone: 2 }, gauges: { running: 0 } });
  });

  it('tells who joins', async () => {
    const clock = manualClock();
    const policy = coalesce({ name: 'users', clock });
    const events: unknown[] = [];
    policy.on('joined', (event) => events.push(event));
    const { call, end } = slowCall();
    const done = [1, 2, 3].map(() => policy.execute(call, { key: 'a' }));
    end().resolve(1);
    await Promise.all(done);
    const joined = { type: 'joined', policy: 'users', kind: 'coalesce', at: 1_000, key: 'a' };
    expect(events).toEqual([
      { ...joined, waiting: 2 },
      { ...joined, waiting: 3 },
    ]);
  });

  it('hands down the key and what is said of the call, and a signal of its own', () => {
    const { call, contexts } = slowCall();
    const { signal } = new AbortController();
    void coalesce().execute(call, { key: 'a', idempotent: false, signal });
    const [context] = contexts;
    expect([context?.key, context?.idempotent, context?.attempt]).toEqual(['a', false, 1]);
    expect(context?.signal).not.toBe(signal);
    expect(context?.caller).toBe(context?.signal);
  });
});

describe('the key', () => {
  it('is made of the context where a function says so', async () => {
    const policy = coalesce({ key: ({ key }) => key?.toLowerCase() });
    const { call, contexts, end } = slowCall();
    const done = ['A', 'a'].map((key) => policy.execute(call, { key }));
    end().resolve(1);
    await Promise.all(done);
    expect(contexts.length).toBe(1);
  });

  it('is none where the function says undefined', async () => {
    const policy = coalesce({ key: () => undefined });
    await policy.execute(() => 1, { key: 'a' });
    expect(policy.snapshot().counts).toMatchObject({ led: 0, alone: 1 });
  });

  it('is none, and that is reported, where the function throws or gives no text', async () => {
    const reports: unknown[] = [];
    const mistake = new Error('mistake');
    const keys = [
      () => {
        throw mistake;
      },
      () => 5 as never,
    ];
    for (const key of keys) {
      const policy = coalesce({ key, onError: (...report) => reports.push(report) });
      expect(await policy.execute(() => 1, { key: 'a' })).toBe(1);
      expect(policy.snapshot().counts).toMatchObject({ led: 0, alone: 1 });
    }
    expect(reports).toEqual([
      [mistake, 'key'],
      [new TypeError('coalesce key must give a text or undefined, got 5'), 'key'],
    ]);
  });
});

describe('a caller who goes', () => {
  const reason = new Error('gone');

  it('beforehand: nothing runs', async () => {
    const { call, contexts } = slowCall();
    const policy = coalesce();
    const gone = policy.execute(call, { key: 'a', signal: AbortSignal.abort(reason) });
    await expect(gone).rejects.toBe(reason);
    expect([contexts.length, policy.snapshot().counts.led]).toEqual([0, 0]);
  });

  it('beforehand: nothing runs, without a key neither', async () => {
    let ran = 0;
    const gone = coalesce().execute(() => ++ran, { signal: AbortSignal.abort(reason) });
    await expect(gone).rejects.toBe(reason);
    expect(ran).toBe(0);
  });

  it.each([0, 1])('goes alone, be it the first or another (%i)', async (who) => {
    const policy = coalesce();
    const { call, contexts, end } = slowCall();
    const callers = [new AbortController(), new AbortController()];
    const done = callers.map(({ signal }) => policy.execute(call, { key: 'a', signal }));
    callers[who]?.abort(reason);
    await expect(done[who]).rejects.toBe(reason);
    expect(contexts[0]?.signal?.aborted).toBe(false);
    expect(policy.snapshot()).toMatchObject({ counts: { left: 1, abandoned: 0 }, gauges: { waiting: 1 } });
    end().resolve('good');
    expect(await done[1 - who]).toBe('good');
    for (const { signal } of callers) expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('as the last one ends the call, with that reason, and the next call runs anew', async () => {
    const clock = manualClock();
    const policy = coalesce({ clock });
    const events: unknown[] = [];
    policy.on('abandoned', (event) => events.push(event));
    const { call, contexts, end } = slowCall();
    const callers = [new AbortController(), new AbortController()];
    const done = callers.map(({ signal }) =>
      policy.execute(call, { key: 'a', signal }).catch((error: unknown) => error),
    );
    callers[0]?.abort(new Error('first'));
    callers[1]?.abort(reason);
    expect(contexts[0]?.signal?.reason).toBe(reason);
    expect(await Promise.all(done)).toEqual([new Error('first'), reason]);
    expect(policy.snapshot()).toMatchObject({
      counts: { led: 1, followed: 1, left: 2, abandoned: 1 },
      gauges: { running: 0, waiting: 0 },
    });
    const next = policy.execute(call, { key: 'a' });
    end(0).resolve('late');
    await turns();
    expect(policy.snapshot().gauges).toEqual({ running: 1, waiting: 1 });
    end(1).resolve('good');
    expect(await next).toBe('good');
    expect(events).toEqual([
      { type: 'abandoned', policy: 'coalesce', kind: 'coalesce', at: 1_000, key: 'a' },
    ]);
  });

  it('shows an aborted signal to a call that looks only after all have gone', async () => {
    const { call, contexts, end } = slowCall();
    const caller = new AbortController();
    const done = coalesce().execute(call, { key: 'a', signal: caller.signal });
    caller.abort(reason);
    await expect(done).rejects.toBe(reason);
    expect(contexts[0]?.signal?.reason).toBe(reason);
    end().reject(new Error('late, and nobody hears it'));
    await turns();
  });

  it('by the call itself, at once', async () => {
    const policy = coalesce();
    const caller = new AbortController();
    const done = policy.execute(() => caller.abort(reason), { key: 'a', signal: caller.signal });
    await expect(done).rejects.toBe(reason);
    expect(policy.snapshot()).toMatchObject({ counts: { abandoned: 1 }, gauges: { running: 0 } });
  });

  it('by a timeout outside goes alone as well', async () => {
    const clock = manualClock();
    const policy = coalesce();
    const hasty = pipeline(timeout(50, { clock }), policy);
    const { call, contexts, end } = slowCall();
    const done = [hasty.execute(call, { key: 'a' }), policy.execute(call, { key: 'a' })];
    clock.advance(50);
    await expect(done[0]).rejects.toBeInstanceOf(TimeoutError);
    expect(contexts[0]?.signal?.aborted).toBe(false);
    end().resolve('good');
    expect(await done[1]).toBe('good');
  });

  it('by a policy outside, before the call comes: nothing runs', async () => {
    const policy = coalesce();
    const { call, contexts } = slowCall();
    const context = { key: 'a', idempotent: true, attempt: 1, signal: undefined, caller: undefined };
    const gone = policy.run(new Journey([policy], call), 0, {
      ...context,
      signal: AbortSignal.abort(reason),
    });
    await expect(gone).rejects.toBe(reason);
    expect([contexts.length, policy.snapshot().counts.led]).toEqual([0, 0]);
  });

  it('is a wish and no failure for a breaker inside, but a timeout is one', async () => {
    const breaker = createBreaker({ name: 'b' });
    const way = pipeline(coalesce(), breaker);
    const fails = ({ signal }: CallContext): Promise<never> =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    for (const why of [reason, new DOMException('late', 'TimeoutError')]) {
      const caller = new AbortController();
      const done = way.execute(fails, { key: 'a', signal: caller.signal });
      caller.abort(why);
      await expect(done).rejects.toBe(why);
      await turns();
    }
    expect(breaker.snapshot().counts).toMatchObject({ ignored: 1, failed: 1 });
  });

  it('leaves no listener on a signal that outlives the calls, and no key', async () => {
    const { signal } = new AbortController();
    const policy = coalesce();
    for (let i = 0; i < 10_000; i++) await policy.execute(async () => i, { key: `key ${i}`, signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(policy.snapshot()).toMatchObject({ counts: { led: 10_000 }, gauges: { running: 0, waiting: 0 } });
  });

  it('adds one listener to a signal that many callers share', async () => {
    const policy = coalesce();
    const caller = new AbortController();
    const { call, contexts } = slowCall();
    const done = Array.from({ length: 100 }, () => policy.execute(call, { key: 'a', signal: caller.signal }));
    expect(getEventListeners(caller.signal, 'abort').length).toBe(1);
    caller.abort(reason);
    expect((await Promise.allSettled(done)).every((end) => end.status === 'rejected')).toBe(true);
    expect(contexts[0]?.signal?.reason).toBe(reason);
    expect(policy.snapshot().counts).toMatchObject({ left: 100, abandoned: 1 });
  });

  it('is forgotten at once, also where the call hangs', async () => {
    const policy = coalesce();
    void policy.execute(() => new Promise(() => {}), { key: 'a' });
    for (let i = 0; i < 1_000; i++) {
      const caller = new AbortController();
      const done = policy.execute(() => 1, { key: 'a', signal: caller.signal });
      caller.abort(reason);
      await expect(done).rejects.toBe(reason);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    }
    expect(policy.snapshot()).toMatchObject({ counts: { left: 1_000 }, gauges: { running: 1, waiting: 1 } });
  });
});

describe('a call without a key', () => {
  it('is nothing to report, and goes through what is inside', async () => {
    const reports: unknown[] = [];
    const options = { name: 'c', clock: manualClock(), random: () => 0, key: () => undefined };
    const policy = coalesce({ ...options, onError: (error) => reports.push(error) });
    const breaker = createBreaker({ name: 'b' });
    expect(await pipeline(policy, breaker).execute(() => 5, { key: 'a' })).toBe(5);
    expect([breaker.snapshot().counts.succeeded, reports]).toEqual([1, []]);
    expect(policy.snapshot().counts).toMatchObject({ led: 0, alone: 1 });
  });
});

describe('mistakes', () => {
  it('are told at once', () => {
    expect(() => coalesce({ kee: 1 } as never)).toThrow('coalesce has no option "kee"');
    expect(() => coalesce({ key: 'a' } as never)).toThrow(
      new TypeError('coalesce key must be a function, got "a"'),
    );
  });
});
