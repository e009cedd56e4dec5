import { getEventListeners } from 'node:events';
import { CircuitOpenError, consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { type ManualClock, manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import {
  aggressive,
  type Budget,
  BulkheadFullError,
  type CallContext,
  conservative,
  constant,
  decorrelatedJitter,
  exponential,
  pipeline,
  RateLimitedError,
  type RetryOptions,
  retry,
  retryBudget,
  TimeoutError,
  timeout,
} from '../src/index.ts';

/** One turn of the event loop: everything that can go on by itself has gone on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const advance = async (clock: ManualClock, ms: number): Promise<void> => {
  clock.advance(ms);
  await turn();
};
const failing = (...ends: unknown[]): ((context: CallContext) => Promise<unknown>) & { made: number } => {
  const call = Object.assign(
    async (): Promise<unknown> => {
      const end = ends[Math.min(call.made++, ends.length - 1)];
      if (end instanceof Error) throw end;
      return end;
    },
    { made: 0 },
  );
  return call;
};
const open = (retryAfterMs: number | undefined): CircuitOpenError =>
  new CircuitOpenError({
    breaker: 'b',
    state: 'open',
    reason: 'open',
    retryAfterMs,
    openedBecause: undefined,
  });
const no = new Error('no');

function setUp(options: RetryOptions = {}) {
  const clock = manualClock();
  const reported: [string, string][] = [];
  const policy = retry({
    backoff: constant(100),
    clock,
    onError: (error, where) => reported.push([where, (error as Error).message]),
    ...options,
  });
  const events: Record<string, unknown>[] = [];
  for (const name of ['retry-scheduled', 'gave-up', 'recovered'] as const)
    policy.on(name, (event) => {
      const { policy: _policy, kind: _kind, ...rest } = event;
      events.push(rest);
    });
  return { clock, policy, events, reported };
}

describe('retry', () => {
  it('gives back what the call gives, at once and without a timer', async () => {
    const { clock, policy, events } = setUp();
    const call = failing(7);
    expect(await policy.execute(call)).toBe(7);
    expect([call.made, clock.pendingTimers, events]).toEqual([1, 0, []]);
    expect(policy.snapshot()).toMatchObject({
      counts: { succeeded: 1, recovered: 0 },
      gauges: { inFlight: 0 },
    });
  });

  it('tries again after a wait, and says so', async () => {
    const { clock, policy, events } = setUp();
    const call = failing(Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'text', 7);
    const done = policy.execute(call, { key: 'eu' });
    await turn();
    expect(policy.snapshot().gauges).toEqual({ inFlight: 1, waiting: 1 });
    await advance(clock, 99);
    expect(call.made).toBe(1);
    await advance(clock, 1);
    expect(await done).toBe('text');
    expect(call.made).toBe(2);
    expect(events).toEqual([
      {
        type: 'retry-scheduled',
        at: 1_000,
        attempt: 2,
        delayMs: 100,
        key: 'eu',
        error: { name: 'Error', code: 'ECONNRESET' },
      },
      { type: 'recovered', at: 1_100, attempts: 2, key: 'eu' },
    ]);
    expect(policy.snapshot()).toEqual({
      kind: 'retry',
      name: 'retry',
      counts: {
        succeeded: 0,
        recovered: 1,
        retries: 1,
        gaveUpAttempts: 0,
        gaveUpTotalTime: 0,
        gaveUpMaxDelay: 0,
        gaveUpNotRetryable: 0,
        gaveUpBudget: 0,
        gaveUpAborted: 0,
      },
      gauges: { inFlight: 0, waiting: 0 },
      config: {
        attempts: 3,
        backoff: { kind: 'constant', ms: 100 },
        maxDelayMs: 30_000,
        maxTotalMs: 30_000,
        retryNonIdempotent: false,
      },
    });
  });

  it('throws the very last error after the last attempt', async () => {
    const { clock, policy, events } = setUp();
    const last = Object.assign(new Error('third'), { code: 5 });
    const call = failing(new Error('first'), new Error('second'), last);
    const done = policy.execute(call, { key: 'eu' }).catch((error: unknown) => error);
    await turn();
    await advance(clock, 100);
    await advance(clock, 100);
    expect(await done).toBe(last);
    expect([call.made, clock.pendingTimers]).toEqual([3, 0]);
    expect(events.at(-1)).toEqual({
      type: 'gave-up',
      at: 1_200,
      reason: 'attempts',
      attempts: 3,
      key: 'eu',
      error: { name: 'Error', code: undefined },
    });
    expect(policy.snapshot()).toMatchObject({
      counts: { retries: 2, gaveUpAttempts: 1 },
      gauges: { inFlight: 0, waiting: 0 },
    });
  });

  it('does not try again where there is only one attempt', async () => {
    const { policy, clock } = setUp({ attempts: 1 });
    await expect(policy.execute(() => Promise.reject(no))).rejects.toBe(no);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['undefined', undefined],
    ['a text', 'no'],
    ['null', null],
  ])('retries whatever is thrown, and throws it as it is: %s', async (_, thrown) => {
    const { clock, policy, events } = setUp({ attempts: 2 });
    const done = policy.execute(() => Promise.reject(thrown)).catch((error: unknown) => [error]);
    await turn();
    await advance(clock, 100);
    expect(await done).toEqual([thrown]);
    const error = { name: typeof thrown, code: undefined };
    expect(events).toMatchObject([{ error }, { reason: 'attempts', attempts: 2, error }]);
  });

  it('counts an error that is thrown at once like any other', async () => {
    const { clock, policy } = setUp({ attempts: 2 });
    let made = 0;
    const done = policy.execute(() => {
      if (made++ === 0) throw no;
      return made;
    });
    await turn();
    await advance(clock, 100);
    expect(await done).toBe(2);
  });

  it('gives each attempt its number, and the caller’s own signal and key', async () => {
    const { clock, policy } = setUp();
    const seen: CallContext[] = [];
    const { signal } = new AbortController();
    const call = (context: CallContext): Promise<never> => {
      seen.push(context);
      return Promise.reject(no);
    };
    const options = { signal, key: 'eu', idempotent: true };
    const done = policy.execute(call, options).catch(() => 'gave up');
    await turn();
    await advance(clock, 100);
    await advance(clock, 100);
    await done;
    const shown = seen.map(({ signal, key, idempotent, attempt, caller }) => {
      return { signal, key, idempotent, attempt, caller };
    });
    expect(shown).toEqual([1, 2, 3].map((attempt) => ({ ...options, attempt, caller: signal })));
    expect(seen.every((context) => context.signal === signal && context.caller === signal)).toBe(true);
  });

  it('makes several calls of the rest of a pipeline', async () => {
    const clock = manualClock();
    const way = pipeline(retry({ clock, backoff: constant(10) }), timeout(50, { clock }));
    const attempts: number[] = [];
    const done = way.execute(({ attempt }) => {
      attempts.push(attempt);
      return attempt < 3 ? new Promise<never>(() => {}) : 'third';
    });
    for (const ms of [50, 10, 50, 10]) await advance(clock, ms);
    expect(await done).toBe('third');
    expect([attempts, clock.pendingTimers]).toEqual([[1, 2, 3], 0]);
  });

  it('tells the option onRetry what it tells listeners, and is not harmed by it', async () => {
    const seen: unknown[] = [];
    const { clock, policy, reported } = setUp({
      onRetry: (event) => {
        seen.push(event);
        throw new Error('mine');
      },
    });
    const done = policy.execute(failing(no, 5));
    await turn();
    await advance(clock, 100);
    expect(await done).toBe(5);
    expect(seen).toEqual([
      {
        type: 'retry-scheduled',
        policy: 'retry',
        kind: 'retry',
        at: 1_000,
        attempt: 2,
        delayMs: 100,
        key: undefined,
        error: { name: 'Error', code: undefined },
      },
    ]);
    expect(reported).toEqual([['listener of retry-scheduled', 'mine']]);
  });

  it('says of something thrown that has no name what it is', async () => {
    const { policy, events } = setUp({ attempts: 1 });
    const thrown = { code: 'E7' };
    await expect(policy.execute(() => Promise.reject(thrown as never))).rejects.toBe(thrown);
    expect(events).toMatchObject([{ error: { name: 'object', code: 'E7' } }]);
  });

  it('says of an error that cannot be read that it cannot be read, and throws it all the same', async () => {
    const { policy, events } = setUp();
    const thrown = new Proxy(
      {},
      {
        get: () => {
          throw new Error('private');
        },
      },
    );
    await expect(
      policy.execute(() => Promise.reject(thrown as Error)).catch((error: unknown) => error === thrown),
    ).resolves.toBe(true);
    expect(events).toMatchObject([{ reason: 'not-retryable', error: { name: 'unreadable' } }]);
  });

  it.each([
    [{ attempts: 0 }, 'retry attempts must be a whole number from 1 to 1000000, got 0'],
    [{ attempts: 1.5 }, 'retry attempts must be a whole number from 1 to 1000000, got 1.5'],
    [{ maxTotalMs: 0 }, 'retry maxTotalMs must be a finite number of milliseconds above 0, got 0'],
    [{ maxDelayMs: -1 }, 'retry maxDelayMs must be a finite number of milliseconds of 0 or more, got -1'],
    [
      { backoff: 100 },
      'retry backoff must be constant(ms), linear({ … }), exponential({ … }) or decorrelatedJitter({ … }), got 100; did you mean constant(100)?',
    ],
    [{ retryIf: true }, 'retry retryIf must be a function, got true'],
    [{ retryResultIf: 5 }, 'retry retryResultIf must be a function, got 5'],
    [{ onRetry: 'log' }, 'retry onRetry must be a function, got "log"'],
    [{ retryNonIdempotent: 1 }, 'retry retryNonIdempotent must be true or false, got 1'],
    [{ budget: { ratio: 0.2 } }, 'retry budget must be made by retryBudget(…), got an object'],
    [{ budget: { take: () => true } }, 'retry budget must be made by retryBudget(…), got an object'],
    [{ budget: null }, 'retry budget must be made by retryBudget(…), got null'],
    [{ name: '' }, 'retry name must be a text of 1 to 200 characters'],
    [5, 'retry takes an object of options, got 5'],
  ])('refuses %j', (options, sentence) => {
    expect(() => retry(options as never)).toThrow(expect.objectContaining({ message: sentence }));
  });

  it.each([
    ['retries', 'attempts, which counts the first one too'],
    ['maxAttempts', 'attempts, which counts the first one too'],
    ['maxRetries', 'attempts, which counts the first one too'],
    ['maxRetryTime', 'maxTotalMs'],
    ['retryDelay', 'backoff'],
    ['retryCondition', 'retryIf'],
    ['shouldRetry', 'retryIf'],
    ['delay', 'backoff'],
  ])('knows what %s is called here', (option, name) => {
    const known =
      'attempts, backoff, maxDelayMs, maxTotalMs, retryIf, retryResultIf, retryNonIdempotent, budget, onRetry, name, clock, random, onError';
    expect(() => retry({ [option]: 5 } as never)).toThrow(
      expect.objectContaining({
        message: `retry has no option "${option}"; did you mean ${name}? (known: ${known})`,
      }),
    );
  });

  it('takes every option at its smallest', () => {
    expect(
      retry({ attempts: 1, maxDelayMs: 0, maxTotalMs: 0.1, backoff: constant(0) }).snapshot().config,
    ).toEqual({
      attempts: 1,
      backoff: { kind: 'constant', ms: 0 },
      maxDelayMs: 0,
      maxTotalMs: 0.1,
      retryNonIdempotent: false,
    });
  });

  it('has settings for reads and for writes, and a default between them', () => {
    expect(aggressive).toEqual({
      attempts: 5,
      backoff: exponential({ firstMs: 50, factor: 2, maxMs: 1_000, jitter: 'full' }),
      maxTotalMs: 5_000,
    });
    expect(conservative).toEqual({
      attempts: 2,
      backoff: exponential({ firstMs: 1_000, factor: 2, maxMs: 10_000, jitter: 'equal' }),
      maxTotalMs: 30_000,
    });
    expect(retry(aggressive).snapshot().config).toMatchObject({ ...aggressive, maxDelayMs: 5_000 });
    expect(retry().snapshot().config).toMatchObject({
      attempts: 3,
      backoff: exponential({ firstMs: 100, factor: 2, maxMs: 10_000, jitter: 'full' }),
    });
    expect(Object.isFrozen(aggressive) && Object.isFrozen(conservative)).toBe(true);
  });
});

describe('what retry repeats', () => {
  const made = async (options: RetryOptions, end: unknown, call: object = {}): Promise<number> => {
    const { clock, policy } = setUp({ attempts: 2, ...options });
    const counted = failing(end);
    const done = policy.execute(counted, call).catch(() => undefined);
    await turn();
    await advance(clock, 200);
    await done;
    return counted.made;
  };

  it.each([
    ['an error', no, 2],
    ['a timeout', new TimeoutError('…', 5), 2],
    ['a full bulkhead', new BulkheadFullError('b', 1, 0), 2],
    ['a rate limit', new RateLimitedError('r', 5), 2],
    ['a mistake of the program', new TypeError('x is not a function'), 1],
    ['a network that failed', new TypeError('fetch failed'), 2],
    ['an answer', 503, 1],
  ])('by default: %s', async (_, end, times) => {
    expect(await made({}, end)).toBe(times);
  });

  it('is up to retryIf, which is told the attempt', async () => {
    const asked: unknown[] = [];
    const { clock, policy, events } = setUp({
      attempts: 5,
      retryIf(error, about) {
        asked.push([(error as Error).message, about]);
        return about.attempt < 2;
      },
    });
    const done = policy.execute(failing(new TypeError('mine'))).catch((error: Error) => error.message);
    await turn();
    await advance(clock, 100);
    expect(await done).toBe('mine');
    expect(asked).toEqual([
      ['mine', { attempt: 1 }],
      ['mine', { attempt: 2 }],
    ]);
    expect(events.at(-1)).toMatchObject({
      reason: 'not-retryable',
      attempts: 2,
      error: { name: 'TypeError' },
    });
  });

  it('is up to the default where retryIf has no opinion', async () => {
    expect(await made({ retryIf: () => undefined }, no)).toBe(2);
    expect(await made({ retryIf: () => undefined }, new TypeError('mine'))).toBe(1);
  });

  it('is up to the default where retryIf throws or does not answer at once, which is reported', async () => {
    const wrong: [() => unknown, string][] = [
      [
        () => {
          throw new Error('mine');
        },
        'mine',
      ],
      [
        () => Promise.reject(new Error('late')),
        'retryIf must answer true, false or undefined at once, got an object',
      ],
      [() => 1, 'retryIf must answer true, false or undefined at once, got 1'],
    ];
    for (const [retryIf, sentence] of wrong) {
      const { clock, policy, reported } = setUp({ retryIf: retryIf as () => boolean });
      const done = policy.execute(failing(no, 5));
      await turn();
      await advance(clock, 100);
      expect(await done).toBe(5);
      expect(reported).toEqual([['retryIf', sentence]]);
    }
  });

  it('is an answer too, where retryResultIf says so; the last one is given', async () => {
    const asked: unknown[] = [];
    const { clock, policy, events } = setUp({
      retryResultIf(value: { status: number }, about) {
        asked.push([value.status, about]);
        return value.status === 503;
      },
    });
    const last = { status: 503, of: 'last' };
    const done = policy.execute(failing({ status: 503 }, { status: 503 }, last));
    await turn();
    await advance(clock, 100);
    await advance(clock, 100);
    expect(await done).toBe(last);
    expect(asked).toEqual([1, 2, 3].map((attempt) => [503, { attempt }]));
    const error = { name: 'HttpError', code: 'HTTP_503' };
    expect(events).toMatchObject([
      { attempt: 2, error },
      { attempt: 3, error },
      { type: 'gave-up', reason: 'attempts', attempts: 3, error },
    ]);
    expect(policy.snapshot().counts).toMatchObject({ succeeded: 0, recovered: 0, gaveUpAttempts: 1 });
  });

  it('asks retryIf about errors only', async () => {
    expect(await made({ retryIf: () => false, retryResultIf: () => true }, 503)).toBe(2);
  });

  it('keeps an answer where retryResultIf has no opinion or throws', async () => {
    const { policy, reported } = setUp({
      retryResultIf: (value) => {
        if (value === 5) return undefined;
        throw new Error('mine');
      },
    });
    expect(await policy.execute(() => 5)).toBe(5);
    expect(await policy.execute(() => 6)).toBe(6);
    expect(reported).toEqual([['retryResultIf', 'mine']]);
  });

  it('says nothing of an answer that has no status', async () => {
    for (const answer of ['text', { status: 'x' }, null]) {
      const { policy, events } = setUp({ attempts: 1, retryResultIf: () => true });
      expect(await policy.execute(() => answer)).toBe(answer);
      expect(events).toMatchObject([{ reason: 'attempts', error: undefined }]);
    }
  });

  it('keeps an answer that cannot be read, and reports it', async () => {
    const { policy, events, reported } = setUp({ retryResultIf: () => true });
    const answer = {
      get status(): number {
        throw new Error('private');
      },
      get retryAfterMs(): number {
        throw new Error('private');
      },
    };
    expect(await policy.execute(() => answer)).toBe(answer);
    expect(events).toMatchObject([{ reason: 'not-retryable', error: { name: 'unreadable' } }]);
    expect(reported).toEqual([['retry', 'private']]);
  });

  it('lets go of the body of an answer that nobody will read, whatever that does', async () => {
    const { clock, policy, reported } = setUp({ attempts: 3, retryResultIf: () => true });
    const bodies = [0, 1, 2].map((which) => ({
      cancelled: 0,
      cancel(): Promise<void> {
        this.cancelled++;
        if (which === 0) throw new Error('mine');
        return Promise.reject(new Error('locked'));
      },
    }));
    let made = 0;
    const done = policy.execute(() => ({ body: bodies[made++] }));
    await turn();
    await advance(clock, 100);
    await advance(clock, 100);
    expect((await done).body).toBe(bodies[2]);
    expect(bodies.map(({ cancelled }) => cancelled)).toEqual([1, 1, 0]);
    expect(reported).toEqual([['body of an answer', 'mine']]);
  });

  it.each([
    ['an error', no, {}, 1],
    ['an answer', 503, { retryResultIf: () => true }, 1],
    ['even where retryIf says yes', no, { retryIf: () => true }, 1],
    ['an error, where told to', no, { retryNonIdempotent: true }, 2],
    ['an answer, where told to', 503, { retryResultIf: () => true, retryNonIdempotent: true }, 2],
    ['what was turned away, and did not run', new BulkheadFullError('b', 1, 0), {}, 2],
    ['an open circuit', open(5), {}, 2],
    ['an open circuit within something that may have run', new Error('…', { cause: open(5) }), {}, 1],
  ] as [string, unknown, RetryOptions, number][])(
    'of calls that must not be made twice: %s',
    async (_, end, options, times) => {
      expect(await made(options, end, { idempotent: false })).toBe(times);
    },
  );
});

describe('how long retry waits', () => {
  /** The delays of all retries, and why they ended. */
  const waits = async (options: RetryOptions, ...ends: unknown[]): Promise<unknown[]> => {
    const { clock, policy, events } = setUp({
      random: () => 1,
      retryResultIf: (value) => typeof value === 'object',
      ...options,
    });
    const done = policy.execute(failing(...ends)).catch(() => undefined);
    for (let i = 0; i < 20; i++) {
      await turn();
      const { delayMs } = (events.at(-1) ?? {}) as { delayMs?: number };
      await advance(clock, delayMs ?? 0);
    }
    await done;
    return events.flatMap(({ type, delayMs, reason }) => (type === 'recovered' ? [] : [delayMs ?? reason]));
  };

  it('grows as the backoff says, by the jitter it is given', async () => {
    const backoff = exponential({ firstMs: 100, maxMs: 300, jitter: 'equal' });
    expect(await waits({ attempts: 5, backoff, random: () => 0.5 }, no)).toEqual([
      75,
      150,
      225,
      225,
      'attempts',
    ]);
  });

  it('builds on the delay before, without what was asked for', async () => {
    const backoff = decorrelatedJitter({ firstMs: 10, maxMs: 1_000 });
    expect(await waits({ attempts: 4, backoff }, open(500), no)).toEqual([530, 90, 270, 'attempts']);
  });

  it('rounds up to whole milliseconds', async () => {
    expect(await waits({ backoff: constant(0.2), attempts: 2 }, no)).toEqual([1, 'attempts']);
    expect(await waits({ backoff: constant(1), attempts: 2 }, open(0.5))).toEqual([2, 'attempts']);
  });

  it('waits in a timer even for 0 ms, so that other work goes on', async () => {
    const { clock, policy } = setUp({ backoff: constant(0) });
    const done = policy.execute(failing(no, 5));
    await turn();
    expect(clock.pendingTimers).toBe(1);
    await advance(clock, 0);
    expect(await done).toBe(5);
  });

  it('cuts the backoff’s own delays to maxDelayMs', async () => {
    expect(await waits({ maxDelayMs: 30 }, no)).toEqual([30, 30, 'attempts']);
  });

  it.each([
    ['an open circuit', open(2_000)],
    ['an open circuit within', new TypeError('fetch failed', { cause: open(2_000) })],
    ['a rate limit', new RateLimitedError('r', 2_000)],
    ['any error', Object.assign(new Error('…'), { retryAfterMs: 2_000 })],
    [
      'an error with a response',
      Object.assign(new Error('…'), { response: { headers: { 'retry-after': '2' } } }),
    ],
    ['an answer', { status: 503, headers: new Headers({ 'retry-after': '2' }) }],
    ['an answer that says so itself', { retryAfterMs: 2_000 }],
  ])('waits as long as %s asks, and then its own delay, so that not all come at once', async (_, end) => {
    expect(await waits({}, end, 5)).toEqual([2_100]);
    expect(await waits({ backoff: constant(0) }, end, 5)).toEqual([2_001]);
    expect(await waits({ maxDelayMs: 2_000 }, end, 5)).toEqual([2_000]);
    expect(await waits({ maxDelayMs: 1_999 }, end, 5)).toEqual(['max-delay']);
    expect(await waits({ maxTotalMs: 2_101 }, end, 5)).toEqual([2_100]);
    expect(await waits({ maxTotalMs: 2_100 }, end, 5)).toEqual(['total-time']);
    expect(await waits({ maxTotalMs: 2_000, maxDelayMs: 50 }, end, 5)).toEqual(['total-time']);
  });

  it.each([[0], [-5], [Number.NaN], ['soon'], [undefined]])(
    'takes no notice of a wait of %s',
    async (retryAfterMs) => {
      expect(await waits({ attempts: 2 }, Object.assign(new Error('…'), { retryAfterMs }))).toEqual([
        100,
        'attempts',
      ]);
    },
  );

  it('looks for a Retry-After where the wait that an error names makes no sense', async () => {
    const response = { headers: { 'retry-after': '2' } };
    for (const retryAfterMs of [-5, 0, Number.NaN, '5', undefined]) {
      const end = Object.assign(new Error('…'), { retryAfterMs, response });
      expect(await waits({ attempts: 2 }, end)).toEqual([2_100, 'attempts']);
    }
  });

  it('does not come back to what never wants to be asked again', async () => {
    const never = Object.assign(new Error('…'), { retryAfterMs: Number.POSITIVE_INFINITY });
    expect(await waits({}, never)).toEqual(['total-time']);
  });

  it('begins no wait that would not end in time', async () => {
    expect(await waits({ attempts: 9, maxTotalMs: 301 }, no)).toEqual([100, 100, 100, 'total-time']);
    expect(await waits({ attempts: 9, maxTotalMs: 300 }, no)).toEqual([100, 100, 'total-time']);
  });

  it('counts the time of the attempts as well', async () => {
    const { clock, policy, events } = setUp({ maxTotalMs: 1_000 });
    let fail = (_error: Error): void => {};
    const done = policy.execute(() => new Promise((_, reject) => (fail = reject))).catch(() => 'failed');
    clock.advance(900);
    fail(no);
    expect(await done).toBe('failed');
    expect(events).toMatchObject([{ reason: 'total-time', attempts: 1 }]);
    expect(policy.snapshot().counts.gaveUpTotalTime).toBe(1);
  });

  it('does not end an attempt that is under way', async () => {
    const { clock, policy } = setUp({ maxTotalMs: 1_000 });
    let answer = (_value: number): void => {};
    const done = policy.execute(() => new Promise<number>((resolve) => (answer = resolve)));
    await advance(clock, 5_000);
    answer(5);
    expect(await done).toBe(5);
  });

  it('begins no attempt when it wakes up too late', async () => {
    const { clock, policy, events } = setUp({ maxTotalMs: 1_000 });
    const call = failing(no);
    const done = policy.execute(call).catch((error: unknown) => error);
    await turn();
    clock.stall(1_000);
    expect(await done).toBe(no);
    expect(call.made).toBe(1);
    expect(events.at(-1)).toMatchObject({ reason: 'total-time', attempts: 1, error: { name: 'Error' } });
    expect(policy.snapshot().counts).toMatchObject({ retries: 0, gaveUpTotalTime: 1 });
  });

  it('waits with the host’s own timer where no clock is given', async () => {
    expect(await retry({ backoff: constant(1) }).execute(failing(no, no, 5))).toBe(5);
  });
});

describe('retry and an open circuit', () => {
  it('does not ask a circuit again that has no known end', async () => {
    const { policy, events } = setUp({ retryIf: () => true });
    const refused = open(undefined);
    await expect(policy.execute(() => Promise.reject(refused))).rejects.toBe(refused);
    expect(events).toMatchObject([
      { reason: 'not-retryable', error: { name: 'CircuitOpenError', code: 'ERR_CIRCUIT_OPEN' } },
    ]);
  });

  it('nor where that is wrapped by a client', async () => {
    const { policy } = setUp();
    const wrapped = new TypeError('fetch failed', { cause: open(undefined) });
    await expect(policy.execute(() => Promise.reject(wrapped))).rejects.toBe(wrapped);
    expect(policy.snapshot().counts.gaveUpNotRetryable).toBe(1);
  });

  it('asks one at once whose time is over', async () => {
    const { clock, policy } = setUp();
    const done = policy.execute(failing(open(0), 5));
    await turn();
    await advance(clock, 100);
    expect(await done).toBe(5);
  });

  it('can be told by retryIf not to wait for any', async () => {
    const { policy } = setUp({ retryIf: () => false });
    await expect(policy.execute(() => Promise.reject(open(5)))).rejects.toBeInstanceOf(CircuitOpenError);
  });

  it('waits for a real one to open its doors again, and then gets through', async () => {
    const clock = manualClock();
    const breaker = createBreaker({
      name: 'b',
      clock,
      openWhen: consecutiveFailures(1),
      stayOpen: fixed(5_000),
    });
    const way = pipeline(retry({ clock, attempts: 2, backoff: constant(0) }), breaker);
    await expect(breaker.execute(() => Promise.reject(no))).rejects.toBe(no);
    const call = failing(5);
    const done = way.execute(call);
    await turn();
    await advance(clock, 4_999);
    expect(call.made).toBe(0);
    await advance(clock, 2);
    expect(await done).toBe(5);
    expect(call.made).toBe(1);
  });

  it('does not knock at one that stays open for longer than there is time', async () => {
    const clock = manualClock();
    const breaker = createBreaker({
      name: 'b',
      clock,
      openWhen: consecutiveFailures(1),
      stayOpen: fixed(5_000),
    });
    const way = pipeline(retry({ clock, maxTotalMs: 5_000 }), breaker);
    await expect(breaker.execute(() => Promise.reject(no))).rejects.toBe(no);
    await expect(way.execute(() => 5)).rejects.toBeInstanceOf(CircuitOpenError);
    expect(clock.pendingTimers).toBe(0);
    expect(breaker.snapshot().counts).toMatchObject({ rejected: 1 });
  });
});

describe('retry and the caller’s wish to stop', () => {
  it('does not run a call whose caller has gone', async () => {
    const budget = retryBudget();
    const { policy, events } = setUp({ budget });
    const call = failing(5);
    await expect(policy.execute(call, { signal: AbortSignal.abort(no) })).rejects.toBe(no);
    expect([call.made, events, budget.snapshot().counts.calls, policy.snapshot().gauges.inFlight]).toEqual([
      0,
      [],
      0,
      0,
    ]);
  });

  it('ends a wait at once with the signal’s reason, and leaves no timer and no listener', async () => {
    const { clock, policy, events } = setUp();
    const caller = new AbortController();
    const reason = new Error('enough');
    const call = failing(no);
    const done = policy.execute(call, { signal: caller.signal, key: 'eu' }).catch((error: unknown) => error);
    await turn();
    expect(policy.snapshot().gauges).toEqual({ inFlight: 1, waiting: 1 });
    caller.abort(reason);
    expect(await done).toBe(reason);
    expect([call.made, clock.pendingTimers, getEventListeners(caller.signal, 'abort')]).toEqual([1, 0, []]);
    expect(policy.snapshot()).toMatchObject({
      counts: { gaveUpAborted: 1, retries: 0 },
      gauges: { inFlight: 0, waiting: 0 },
    });
    expect(events.at(-1)).toEqual({
      type: 'gave-up',
      at: 1_000,
      reason: 'aborted',
      attempts: 1,
      key: 'eu',
      error: { name: 'Error', code: undefined },
    });
  });

  it('does not retry what ended because the caller wanted it to; the error is the call’s own', async () => {
    const { clock, policy, events } = setUp({ retryIf: () => true });
    const caller = new AbortController();
    const call = (): Promise<never> => {
      caller.abort();
      return Promise.reject(no);
    };
    await expect(policy.execute(call, { signal: caller.signal })).rejects.toBe(no);
    expect(events).toMatchObject([{ reason: 'aborted', attempts: 1 }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives an answer that came all the same', async () => {
    const { policy } = setUp();
    const caller = new AbortController();
    const call = (): number => {
      caller.abort();
      return 5;
    };
    expect(await policy.execute(call, { signal: caller.signal })).toBe(5);
  });

  it('stops when a timeout around it is over, and leaves no timer behind', async () => {
    const { clock, policy } = setUp({ attempts: 9 });
    const call = failing(no);
    const { signal } = new AbortController();
    const done = pipeline(timeout(250, { clock }), policy).execute(call, { signal });
    done.catch(() => {});
    await turn();
    for (const ms of [100, 100, 50]) await advance(clock, ms);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
    expect([call.made, clock.pendingTimers, getEventListeners(signal, 'abort')]).toEqual([3, 0, []]);
    expect(policy.snapshot().counts.gaveUpAborted).toBe(1);
  });

  it('begins no attempt for a caller who got its timeout while the last one ran', async () => {
    const { clock, policy } = setUp();
    let fail = (_error: Error): void => {};
    let made = 0;
    const done = pipeline(timeout(50, { clock }), policy).execute(
      () =>
        new Promise<never>((_, reject) => {
          made++;
          fail = reject;
        }),
    );
    clock.advance(50);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
    fail(no);
    await turn();
    expect([made, clock.pendingTimers, policy.snapshot().counts.gaveUpAborted]).toEqual([1, 0, 1]);
  });

  it('begins no attempt where the abort comes in the moment in which the wait is over', async () => {
    const { clock, policy } = setUp();
    const caller = new AbortController();
    const call = failing(no);
    const done = policy.execute(call, { signal: caller.signal }).catch((error: unknown) => error);
    await turn();
    clock.advance(100);
    caller.abort(new Error('enough'));
    expect(await done).toBe(caller.signal.reason);
    expect([call.made, policy.snapshot().counts.gaveUpAborted]).toEqual([1, 1]);
  });

  it('lets many calls wait on one signal, say that of a shutdown, without a warning, and ends them all', async () => {
    const warnings: unknown[] = [];
    const warn = (warning: unknown): unknown => warnings.push(warning);
    process.on('warning', warn);
    const { clock, policy } = setUp();
    const caller = new AbortController();
    const call = (): Promise<never> => Promise.reject(no);
    const all = Array.from({ length: 30 }, () =>
      policy.execute(call, { signal: caller.signal }).catch((error: unknown) => error),
    );
    await turn();
    expect(policy.snapshot().gauges.waiting).toBe(30);
    caller.abort();
    expect(new Set(await Promise.all(all))).toEqual(new Set([caller.signal.reason]));
    await turn();
    process.off('warning', warn);
    expect([warnings, clock.pendingTimers, getEventListeners(caller.signal, 'abort')]).toEqual([[], 0, []]);
  });

  it('makes many attempts on one signal without gathering listeners', async () => {
    const warnings: unknown[] = [];
    const warn = (warning: unknown): unknown => warnings.push(warning);
    process.on('warning', warn);
    const { clock, policy } = setUp({ attempts: 30, backoff: constant(1) });
    const { signal } = new AbortController();
    const done = policy.execute(() => Promise.reject(no), { signal }).catch(() => 'gave up');
    for (let i = 0; i < 30; i++) {
      await turn();
      expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
      await advance(clock, 1);
    }
    expect(await done).toBe('gave up');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });
});

describe('retries with one budget', () => {
  it('share it: no more additional attempts than it has tokens, also for calls that fail in the same turn', async () => {
    const clock = manualClock();
    const budget = retryBudget({ capacity: 3, ratio: 0.01, minPerSecond: 0, clock });
    const options = { budget, clock, backoff: constant(10), attempts: 2 };
    const [reads, writes] = [retry(options), retry(options)];
    let made = 0;
    const call = (): Promise<never> => {
      made++;
      return Promise.reject(no);
    };
    const all = [reads, writes, reads, writes, reads, writes].map((policy) =>
      policy.execute(call).catch((error: unknown) => error),
    );
    await turn();
    await advance(clock, 10);
    expect(await Promise.all(all)).toEqual([no, no, no, no, no, no]);
    expect(made).toBe(9);
    expect(budget.snapshot().counts).toEqual({ calls: 6, taken: 3, refused: 3 });
    // In turns: the reads and the writes that came first have the tokens.
    expect([reads, writes].map((policy) => policy.snapshot().counts.gaveUpBudget)).toEqual([1, 2]);
  });

  it('give up with the call’s own error where there is no token, and say so', async () => {
    const clock = manualClock();
    const budget = retryBudget({ name: 'shared', capacity: 1, ratio: 0.5, minPerSecond: 0, clock });
    budget.take();
    const { policy, events } = setUp({ budget, clock });
    await expect(policy.execute(() => Promise.reject(no))).rejects.toBe(no);
    expect(events).toMatchObject([{ reason: 'budget', attempts: 1 }]);
    expect(policy.snapshot()).toMatchObject({
      counts: { gaveUpBudget: 1 },
      gauges: { budgetTokens: 0.5 },
      config: { budget: 'shared' },
    });
  });

  it('spend nothing where there would be no retry anyway', async () => {
    const clock = manualClock();
    const budget = retryBudget({ clock });
    const policies = [
      retry({ budget, clock, attempts: 1 }),
      retry({ budget, clock, retryIf: () => false }),
      retry({ budget, clock, backoff: constant(500), maxTotalMs: 500 }),
      retry({ budget, clock, maxDelayMs: 1, retryIf: () => true }),
    ];
    for (const policy of policies) await policy.execute(() => Promise.reject(open(5))).catch(() => {});
    expect(budget.snapshot().counts).toEqual({ calls: 4, taken: 0, refused: 0 });
  });

  it('are not harmed by a budget that throws: no retry, and the call’s own error', async () => {
    const broken = (): never => {
      throw new Error('mine');
    };
    const budget: Budget = { onCall: broken, take: broken, snapshot: () => retryBudget().snapshot() };
    const { policy, reported } = setUp({ budget });
    expect(await policy.execute(() => 5)).toBe(5);
    await expect(policy.execute(() => Promise.reject(no))).rejects.toBe(no);
    expect(reported).toEqual([
      ['budget', 'mine'],
      ['budget', 'mine'],
      ['retry', 'mine'],
    ]);
  });
});
