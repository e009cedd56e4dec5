import { getEventListeners } from 'node:events';
import { CircuitOpenError, consecutiveFailures, createBreaker, fixed, RejectedError } from '@cb/core';
import { manualClock } from '@cb/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { BulkheadFullError, BulkheadTimeoutError, TimeoutError } from '../src/errors.ts';
import { fallback, fallbackWith } from '../src/fallback.ts';
import { FallbackError } from '../src/fallback-error.ts';
import { pipeline } from '../src/pipeline.ts';
import type { FallbackContext } from '../src/stand.ts';
import { timeout } from '../src/timeout.ts';

const broken = new Error('broken');
const rejects = (error: unknown) => Promise.reject(error as Error);
const fails = () => rejects(broken);
const never = (): Promise<never> => new Promise(() => {});
const open = new CircuitOpenError({
  breaker: 'b',
  state: 'open',
  reason: 'open',
  retryAfterMs: 5,
  openedBecause: undefined,
});

describe('fallback', () => {
  it('lets a good answer through, and asks nobody', async () => {
    let asked = 0;
    const policy = fallback(() => ++asked);
    expect(await policy.execute(() => 'good')).toBe('good');
    expect(asked).toBe(0);
    expect(policy.snapshot()).toEqual({
      kind: 'fallback',
      name: 'fallback',
      counts: {
        succeeded: 1,
        replaced: 0,
        failed: 0,
        notReplaced: 0,
        aborted: 0,
        cacheMissed: 0,
        replacedBy0: 0,
      },
      gauges: { inFlight: 0, replacing: 0 },
      config: { replacements: [{ kind: 'function', label: 'function' }] },
    });
  });

  it.each([
    ['a value', 'spare', 'spare'],
    ['undefined', undefined, undefined],
    ['null', null, null],
    ['false', false, false],
    ['what a function gives', () => 'made', 'made'],
    ['what a function gives later', async () => 'later', 'later'],
    ['undefined from a function', () => undefined, undefined],
  ])('answers with %s', async (_, replacement, answer) => {
    expect(await fallback(replacement).execute(() => fails())).toBe(answer);
  });

  it('gives a value out as the very object', async () => {
    const spare = { status: 'unknown' };
    expect(await fallback(spare).execute(() => fails())).toBe(spare);
  });

  it('hands the error and the context to the function', async () => {
    const seen: [unknown, FallbackContext][] = [];
    const { signal } = new AbortController();
    await fallback((error, context) => void seen.push([error, context])).execute(() => fails(), {
      signal,
      key: 'eu',
      idempotent: false,
    });
    expect(seen).toEqual([
      [broken, { signal, key: 'eu', idempotent: false, attempt: 1, caller: signal, reason: 'failed' }],
    ]);
    expect(seen[0]?.[0]).toBe(broken);
  });

  it.each([
    ['open', open],
    ['open', new Error('fetch failed', { cause: open })],
    ['rejected', new BulkheadFullError('b', 1, 0)],
    ['rejected', new BulkheadTimeoutError('b', 5)],
    ['rejected', new RejectedError('no', 'ERR_NO', undefined)],
    ['timeout', new TimeoutError('late', 5)],
    ['timeout', new DOMException('late', 'TimeoutError')],
    ['timeout', Object.assign(new Error('late'), { code: 'ETIMEDOUT' })],
    ['timeout', Object.assign(new Error('late'), { code: 'ECONNABORTED' })],
    ['failed', Object.assign(new Error('no'), { code: 'XECONNABORTED' })],
    ['failed', Object.assign(new Error('no'), { code: 'ECONNABORTEDX' })],
    ['failed', Object.assign(new Error('no'), { code: 7 })],
    ['failed', broken],
    ['failed', undefined],
    ['failed', null],
    ['failed', 'a text'],
    [
      'failed',
      {
        get name(): string {
          throw new Error('foreign');
        },
      },
    ],
  ])('tells %s', async (reason, error) => {
    const policy = fallback((_, context) => context.reason);
    expect(await policy.execute(() => rejects(error))).toBe(reason);
  });

  it('asks one after the other, each once, until one answers, and says which', async () => {
    const clock = manualClock();
    const policy = fallbackWith(
      { name: 'spare', clock },
      function first() {
        throw new Error('first');
      },
      async () => rejects('second'),
      () => 'third',
      () => 'fourth',
    );
    const events: unknown[] = [];
    policy.on('fallback-used', (event) => events.push(event));
    policy.on('fallback-failed', (event) => events.push(event));
    expect(await policy.execute(() => fails(), { key: 'k' })).toBe('third');
    const head = { policy: 'spare', kind: 'fallback', at: 1_000, reason: 'failed', key: 'k' };
    const failed = { ...head, type: 'fallback-failed' };
    expect(events).toEqual([
      { ...failed, index: 0, label: 'first', error: { name: 'Error', code: undefined } },
      { ...failed, index: 1, label: 'function', error: { name: 'string', code: undefined } },
      { ...head, type: 'fallback-used', index: 2, label: 'function', ageMs: undefined, stale: undefined },
    ]);
    expect(policy.snapshot()).toEqual({
      kind: 'fallback',
      name: 'spare',
      counts: {
        succeeded: 0,
        replaced: 1,
        failed: 0,
        notReplaced: 0,
        aborted: 0,
        cacheMissed: 0,
        replacedBy0: 0,
        replacedBy1: 0,
        replacedBy2: 1,
        replacedBy3: 0,
      },
      gauges: { inFlight: 0, replacing: 0 },
      config: {
        replacements: [
          { kind: 'function', label: 'first' },
          { kind: 'function', label: 'function' },
          { kind: 'function', label: 'function' },
          { kind: 'function', label: 'function' },
        ],
      },
    });
  });

  it('shows what is under way', async () => {
    const policy = fallback(never);
    void policy.execute(never);
    void policy.execute(() => fails());
    await Promise.resolve();
    await Promise.resolve();
    expect(policy.snapshot().gauges).toEqual({ inFlight: 2, replacing: 1 });
  });

  it('is part of a pipeline: an open breaker is replaced as well, and its call does not run', async () => {
    const clock = manualClock();
    const breaker = createBreaker({
      name: 'b',
      clock,
      openWhen: consecutiveFailures(1),
      stayOpen: fixed(10),
    });
    const way = pipeline(
      fallback((_, { reason }) => reason),
      breaker,
    );
    expect(await way.execute(() => fails())).toBe('failed');
    expect(await way.execute(() => 'not run')).toBe('open');
  });

  it('hands a call over to another pipeline', async () => {
    const spare = pipeline(timeout(50));
    const { signal } = new AbortController();
    const policy = fallback((_error, context) => spare.execute(({ key }) => `spare of ${key}`, context));
    expect(await policy.execute(() => fails(), { signal, key: 'eu' })).toBe('spare of eu');
  });
});

describe('when', () => {
  it('chooses, by the error and by the reason', async () => {
    const asked: unknown[] = [];
    const policy = fallbackWith(
      {
        when: (error, reason) => {
          asked.push([error, reason]);
          return reason === 'open';
        },
      },
      'spare',
    );
    expect(await policy.execute(() => rejects(open))).toBe('spare');
    await expect(policy.execute(() => fails())).rejects.toBe(broken);
    expect(asked).toEqual([
      [open, 'open'],
      [broken, 'failed'],
    ]);
    expect(policy.snapshot()).toMatchObject({
      counts: { replaced: 1, failed: 0, notReplaced: 1 },
      gauges: { inFlight: 0, replacing: 0 },
    });
  });

  it('is reported where it throws, and the failure is replaced', async () => {
    const reports: unknown[] = [];
    const mistake = new Error('mistake');
    const policy = fallbackWith(
      {
        when: () => {
          throw mistake;
        },
        onError: (...report) => reports.push(report),
      },
      'spare',
    );
    expect(await policy.execute(() => fails())).toBe('spare');
    expect(reports).toEqual([[mistake, 'when']]);
  });

  it('is reported where it answers later, and its rejection is nobody’s', async () => {
    const reports: unknown[] = [];
    const when = async (): Promise<boolean> => {
      throw new Error('mistake');
    };
    const onError = (...report: unknown[]): unknown => reports.push(report);
    const policy = fallbackWith({ when: when as never, onError }, 'spare');
    expect(await policy.execute(() => fails())).toBe('spare');
    expect(reports).toEqual([[new TypeError('when must answer at once, got a promise'), 'when']]);
    await new Promise(setImmediate);
  });
});

describe('a caller who has gone', () => {
  const reason = new Error('gone');

  it('beforehand: nothing runs', async () => {
    let ran = 0;
    const policy = fallback(() => ran++);
    const gone = policy.execute(() => ran++, { signal: AbortSignal.abort(reason) });
    await expect(gone).rejects.toBe(reason);
    expect(ran).toBe(0);
    expect(policy.snapshot()).toMatchObject({ counts: { aborted: 0 }, gauges: { inFlight: 0 } });
  });

  it.each([reason, new DOMException('too long', 'TimeoutError')])(
    'during the call: its error passes, nothing is asked (%s)',
    async (why) => {
      let asked = 0;
      const policy = fallback(() => ++asked);
      const caller = new AbortController();
      const done = policy.execute(
        () => {
          caller.abort(why);
          return fails();
        },
        { signal: caller.signal },
      );
      await expect(done).rejects.toBe(broken);
      expect(asked).toBe(0);
      expect(policy.snapshot()).toMatchObject({
        counts: { aborted: 1, replaced: 0, failed: 0 },
        gauges: { inFlight: 0, replacing: 0 },
      });
    },
  );

  it('during a replacement: ends at once with the reason, the next is not asked', async () => {
    let asked = 0;
    const caller = new AbortController();
    const policy = fallback(never, () => ++asked);
    const done = policy.execute(() => fails(), { signal: caller.signal });
    await Promise.resolve();
    await Promise.resolve();
    caller.abort(reason);
    await expect(done).rejects.toBe(reason);
    expect(asked).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    expect(policy.snapshot()).toMatchObject({
      counts: { aborted: 1, replaced: 0, failed: 0 },
      gauges: { inFlight: 0, replacing: 0 },
    });
  });

  it('by the replacement itself: what it still rejects with goes nowhere', async () => {
    const caller = new AbortController();
    const policy = fallback(() => {
      caller.abort(reason);
      return fails();
    }, 'never');
    const done = policy.execute(() => fails(), { signal: caller.signal });
    await expect(done).rejects.toBe(reason);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it('by the last replacement: the result is the reason, and nothing has failed', async () => {
    const caller = new AbortController();
    const policy = fallback(() => {
      caller.abort(reason);
      return fails();
    });
    const events: unknown[] = [];
    policy.on('fallback-failed', (event) => events.push(event));
    await expect(policy.execute(() => fails(), { signal: caller.signal })).rejects.toBe(reason);
    expect(events).toEqual([]);
    expect(policy.snapshot().counts).toMatchObject({ aborted: 1, failed: 0 });
  });

  it('by a listener between two replacements: the next is not asked', async () => {
    const caller = new AbortController();
    const policy = fallback(() => fails(), 'never');
    policy.on('fallback-failed', () => caller.abort(reason));
    await expect(policy.execute(() => fails(), { signal: caller.signal })).rejects.toBe(reason);
    expect(policy.snapshot().counts).toMatchObject({ aborted: 1, replaced: 0 });
  });

  it('by a timeout outside: a late failure is not replaced', async () => {
    const clock = manualClock();
    let asked = 0;
    const inner = fallback(() => ++asked);
    let fail: (error: Error) => void = () => {};
    const done = pipeline(timeout(50, { clock }), inner).execute(
      () => new Promise((_, reject) => (fail = reject)),
    );
    clock.advance(50);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
    fail(broken);
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toBe(0);
    expect(inner.snapshot()).toMatchObject({ counts: { aborted: 1 }, gauges: { inFlight: 0 } });
  });

  it('leaves no listener on a signal that outlives the calls', async () => {
    const { signal } = new AbortController();
    const policy = fallback(async () => 1);
    for (let i = 0; i < 10_000; i++) await policy.execute(() => fails(), { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('where all replacements fail', () => {
  const failing = (...errors: unknown[]) =>
    fallback(...errors.map((error) => () => rejects(error)))
      .execute(() => fails())
      .catch((error: unknown) => error);

  it('throws the last error, with the call’s own as its cause', async () => {
    const last = new Error('last');
    expect(await failing(new Error('first'), last)).toBe(last);
    expect(last.cause).toBe(broken);
    expect(Object.getOwnPropertyDescriptor(last, 'cause')).toEqual({
      value: broken,
      configurable: true,
      writable: true,
      enumerable: false,
    });
  });

  it('counts a failed call', async () => {
    const policy = fallback(() => fails());
    await expect(policy.execute(() => fails())).rejects.toBe(broken);
    expect(policy.snapshot().counts).toMatchObject({ failed: 1, replaced: 0, replacedBy0: 0 });
  });

  it.each([
    ['the same error again', broken],
    ['an error that wraps it', new Error('wrapped', { cause: broken })],
    ['an error that wraps it twice', new Error('w', { cause: new Error('w', { cause: broken }) })],
  ])('throws %s as it is', async (_, last) => {
    expect(await failing(last)).toBe(last);
    expect(broken.cause).toBe(undefined);
  });

  const other = new Error('other');
  const circle = new Error('circle');
  circle.cause = circle;
  it.each([
    ['is frozen', Object.freeze(new Error('frozen'))],
    ['has another cause', new Error('last', { cause: other })],
    ['is its own cause', circle],
    ['is a text', 'no'],
    ['is undefined', undefined],
    ['is a plain object', { message: 'no' }],
  ])('wraps both where the last error %s', async (_, last) => {
    const first = new Error('first');
    const error = await failing(first, last);
    expect(error).toBeInstanceOf(FallbackError);
    expect(error).toMatchObject({
      name: 'FallbackError',
      code: 'ERR_FALLBACK_FAILED',
      message: 'fallback: the call failed, and so did all that was to replace it',
    });
    expect((error as FallbackError).cause).toBe(broken);
    expect((error as FallbackError).errors).toEqual([broken, first, last]);
  });

  it('has its name as built-in errors have it', () => {
    expect(Object.getOwnPropertyDescriptor(FallbackError.prototype, 'name')).toEqual({
      value: 'FallbackError',
      configurable: true,
      writable: true,
      enumerable: false,
    });
  });

  it('makes no circle where a replacement throws the cause of the error', async () => {
    const root = new Error('root');
    const outer = new Error('outer', { cause: root });
    const policy = fallback((error) => rejects((error as Error).cause));
    const error = await policy.execute(() => rejects(outer)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_FALLBACK_FAILED', cause: outer, errors: [outer, root] });
    expect(root.cause).toBe(undefined);
  });
});

describe('mistakes', () => {
  const refused =
    (...replacements: unknown[]) =>
    () =>
      fallback(...(replacements as string[]));

  it('are told at once', () => {
    expect(refused()).toThrow(new TypeError('fallback needs at least one replacement'));
    expect(
      refused(
        () => 1,
        'x',
        () => 2,
      ),
    ).toThrow(
      new TypeError('fallback: replacement 3 would never be asked: the value before it always answers'),
    );
    expect(refused('x', 'y')).toThrow('fallback: replacement 2 would never be asked');
    expect(refused(() => 1, Promise.resolve(1))).toThrow(
      new TypeError(
        'fallback: replacement 2 is a promise, made before anything failed; give a function that makes it',
      ),
    );
    expect(refused(pipeline(timeout(5)))).toThrow(
      new TypeError(
        'fallback: replacement 1 is a policy; give a function: (_error, context) => spare.execute(call, context)',
      ),
    );
  });

  it('in options too', () => {
    expect(() => fallbackWith({ wen: 1 } as never, 'x')).toThrow('fallbackWith has no option "wen"');
    expect(() => fallbackWith({ when: 1 } as never, 'x')).toThrow(
      new TypeError('fallback when must be a function, got 1'),
    );
  });
});

describe('types', () => {
  it('add what a replacement answers with', () => {
    const call = (): number => 5;
    expectTypeOf(fallback('none').execute(call)).resolves.toEqualTypeOf<number | 'none'>();
    expectTypeOf(fallback(() => null).execute(call)).resolves.toEqualTypeOf<number | null>();
    expectTypeOf(fallback(async () => 'x').execute(call)).resolves.toEqualTypeOf<number | string>();
    expectTypeOf(fallback(() => fails(), { a: 1 }).execute(call)).resolves.toEqualTypeOf<
      number | { a: number }
    >();
    expectTypeOf(fallback((_error, { reason }) => reason).execute(call)).resolves.toEqualTypeOf<
      number | 'open' | 'rejected' | 'timeout' | 'failed'
    >();
    expectTypeOf(pipeline(fallback(undefined), timeout(5)).execute(call)).resolves.toEqualTypeOf<
      number | undefined
    >();
    expectTypeOf(fallbackWith({ name: 'x' }, 'none').execute(call)).resolves.toEqualTypeOf<number | 'none'>();
  });
});
