import {
  type Breaker,
  type BreakerExport,
  type BreakerOptions,
  consecutiveFailures,
  createBreaker,
  createGroup,
  custom,
  failureRatio,
  failures,
  fixed,
  type Group,
  slowRatio,
} from '@cb/core';
import { manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import {
  bulkhead,
  type Check,
  type HealthReport,
  healthOf,
  healthWith,
  pipeline,
  TimeoutError,
} from '../src/index.ts';

const never = (): Promise<never> => new Promise(() => {});
const clock = manualClock();

function opened(name: string, options: Partial<BreakerOptions> = {}): Breaker {
  const breaker = createBreaker({
    name,
    clock,
    openWhen: consecutiveFailures(1),
    stayOpen: fixed(5_000),
    ...options,
  });
  for (let i = 0; i < 4; i++) breaker.tryAcquire()?.fail(new Error('password=hunter2'));
  return breaker;
}

const reasonsOf = ({ results }: HealthReport): unknown[] => results.map(({ reason }) => reason);

describe('health of circuits', () => {
  it('is well where nothing is asked of it', async () => {
    expect(await healthOf().check()).toEqual({
      status: 'healthy',
      ready: true,
      results: [],
      circuits: { total: 0, open: 0, halfOpen: 0 },
      omitted: 0,
    });
  });

  it('says of every circuit whether it is open, why, and when it tries again', async () => {
    const payments = opened('payments');
    const prices = createBreaker({ name: 'prices', clock });
    expect(await healthOf(prices, payments).check()).toEqual({
      status: 'circuit-open',
      ready: true,
      results: [
        {
          kind: 'circuit',
          name: 'payments',
          status: 'circuit-open',
          critical: false,
          state: 'open',
          mode: 'auto',
          reason: 'open: 1 calls in a row failed; next try in 5000 ms',
          retryAfterMs: 5_000,
          openedBecause: { rule: 'consecutive-failures', value: 1, limit: 1, calls: 1, bad: 1 },
        },
        {
          kind: 'circuit',
          name: 'prices',
          status: 'healthy',
          critical: false,
          state: 'closed',
          mode: 'auto',
        },
      ],
      circuits: { total: 2, open: 1, halfOpen: 0 },
      omitted: 0,
    });
  });

  it('changes nothing about a breaker, and tells its listeners nothing', async () => {
    const breaker = opened('payments');
    clock.advance(5_000);
    const before = breaker.snapshot();
    const heard: unknown[] = [];
    breaker.on('call-rejected', (event) => heard.push(event));
    breaker.on('state-changed', (event) => heard.push(event));
    await healthOf(breaker).check();
    await healthOf(breaker).check();
    expect(breaker.snapshot()).toEqual(before);
    expect(heard).toEqual([]);
  });

  it('takes half-open for healthy, since calls are let through to find out', async () => {
    const breaker = opened('payments', { probing: { probes: 1 } });
    const health = healthWith({ criticalCircuits: true }, breaker);
    expect(await health.check()).toMatchObject({ ready: false, status: 'circuit-open' });
    clock.advance(5_000);
    expect(await health.check()).toMatchObject({
      ready: true,
      status: 'healthy',
      results: [{ state: 'half-open', status: 'healthy' }],
      circuits: { open: 0, halfOpen: 1 },
    });
    breaker.acquire();
    expect(await health.check()).toMatchObject({ ready: true });
  });

  it('takes an open circuit that never becomes half-open for healthy when the next call may try', async () => {
    const breaker = opened('payments', { probing: { probes: 1, whileOpen: true } });
    const health = healthWith({ criticalCircuits: true }, breaker);
    expect(await health.check()).toMatchObject({ ready: false, results: [{ state: 'open' }] });
    clock.advance(5_000);
    expect(await health.check()).toMatchObject({
      ready: true,
      results: [{ state: 'open', status: 'healthy' }],
    });
  });

  it.each([
    ['forced-open', 'circuit-open'],
    ['forced-closed', 'healthy'],
    ['observing', 'healthy'],
  ] as const)('goes by what calls meet: %s is %s', async (mode, status) => {
    const breaker = opened('payments');
    breaker.setMode(mode);
    expect((await healthOf(breaker).check()).results).toMatchObject([{ status, mode, state: 'open' }]);
  });

  it('says that a person forced a circuit open, for how long where that is known', async () => {
    const [one, two] = [createBreaker({ name: 'one', clock }), createBreaker({ name: 'two', clock })];
    one.setMode('forced-open');
    two.setMode('forced-open', { forMs: 1_500 });
    const report = await healthWith({ criticalCircuits: true }, one, two).check();
    expect(reasonsOf(report)).toEqual(['forced open by hand', 'forced open by hand; next try in 1500 ms']);
    expect(report.results.map(({ openedBecause }) => openedBecause)).toEqual([undefined, undefined]);
    expect(report.retryAfterMs).toBeUndefined();
  });

  it.each<[string, Partial<BreakerOptions>]>([
    ['100 % of 4 calls failed, limit 33.3 %', { openWhen: failureRatio(1 / 3, { minimumCalls: 4 }) }],
    ['2 of 2 calls failed, limit 2', { openWhen: failures(2) }],
    ['rule "two bad" was met', { openWhen: custom('two bad'), rules: { 'two bad': (w) => w.failures > 1 } }],
  ])('puts into words: %s', async (words, options) => {
    expect(reasonsOf(await healthOf(opened('b', options)).check())).toEqual([
      `open: ${words}; next try in 5000 ms`,
    ]);
  });

  it('says that calls were slow', async () => {
    const openWhen = slowRatio(0.5, { minimumCalls: 3, slowMs: 20 });
    const breaker = createBreaker({ name: 'b', clock, openWhen, stayOpen: fixed(5_000) });
    breaker.acquire().succeed();
    const permits = [breaker.acquire(), breaker.acquire()];
    clock.advance(21);
    for (const permit of permits) permit.succeed();
    expect(reasonsOf(await healthOf(breaker).check())).toEqual([
      'open: 66.7 % of 3 calls took longer than 20 ms, limit 50 %; next try in 5000 ms',
    ]);
  });

  it('says that a result asked for it', async () => {
    const classify = (): { verdict: 'failure'; openForMs: number } => ({ verdict: 'failure', openForMs: 10 });
    const breaker = createBreaker({ name: 'b', clock, classify });
    await breaker.execute(() => 1);
    expect(reasonsOf(await healthOf(breaker).check())).toEqual([
      'open: a result asked for it; next try in 10 ms',
    ]);
  });

  it('says that probes failed', async () => {
    const breaker = opened('b');
    clock.advance(5_000);
    breaker.acquire().fail();
    expect(reasonsOf(await healthOf(breaker).check())).toEqual([
      'open: its probes failed; next try in 5000 ms',
    ]);
  });

  it('says that probes took too long', async () => {
    const breaker = opened('b', { probing: { probes: 1, maxMs: 100 } });
    clock.advance(5_000);
    breaker.acquire();
    clock.advance(101);
    breaker.passTime();
    expect(reasonsOf(await healthOf(breaker).check())).toEqual([
      expect.stringMatching(/^open: its probes took too long; next try in \d+ ms$/),
    ]);
  });

  it.each([
    [undefined, 'open; next try in 5000 ms'],
    [{ rule: 'a-rule-to-come' }, 'open: a-rule-to-come; next try in 5000 ms'],
  ])('says what it can of a circuit that another life opened because of %j', async (openedBecause, words) => {
    const { openedBecause: _, ...kept } = opened('b').export();
    const restore = { ...kept, ...(openedBecause && { openedBecause }) } as BreakerExport;
    const breaker = createBreaker({ name: 'b', clock, restore });
    expect(reasonsOf(await healthOf(breaker).check())).toEqual([words]);
  });

  it('takes groups, breakers and lists of them, each breaker once, new ones when they come', async () => {
    const group: Group = createGroup({ configure: () => ({ clock }) });
    const health = healthOf([group, group.get('a')], group, opened('z'));
    group.get('b');
    const { results, circuits } = await health.check();
    expect(results.map(({ name }) => name)).toEqual(['z', 'a', 'b']);
    expect(circuits).toEqual({ total: 3, open: 1, halfOpen: 0 });
  });

  it('lists so many at most, open ones first, and counts all', async () => {
    const group = createGroup({
      configure: (key) => ({ clock, openWhen: consecutiveFailures(key.startsWith('bad') ? 1 : 100) }),
    });
    for (let i = 0; i < 150; i++) group.get(`good ${i}`).acquire().succeed();
    for (let i = 0; i < 60; i++) group.get(`bad ${i}`).acquire().fail();
    const report = await healthOf(group).check();
    expect(report.results.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 60 }, () => 'circuit-open'),
      ...Array.from({ length: 40 }, () => 'healthy'),
    ]);
    expect([report.circuits.total, report.circuits.open, report.omitted]).toEqual([210, 60, 110]);
    const short = await healthWith({ maxCircuits: 3, criticalCircuits: ['bad 59'] }, group).check();
    expect(short).toMatchObject({ ready: false, omitted: 207 });
    expect(short.results.map(({ name }) => name)).toEqual(['bad 0', 'bad 1', 'bad 2']);
  });

  it('is not ready while a critical circuit is open, and knows when the last of them tries again', async () => {
    const [short, long] = [opened('short'), opened('long', { stayOpen: fixed(9_000) })];
    const critical = async (...names: string[]): Promise<unknown[]> => {
      const report = await healthWith({ criticalCircuits: names }, short, long).check();
      return [report.ready, report.retryAfterMs];
    };
    expect(await critical()).toEqual([true, undefined]);
    expect(await critical('other')).toEqual([true, undefined]);
    expect(await critical('short')).toEqual([false, 5_000]);
    expect(await critical('short', 'long')).toEqual([false, 9_000]);
  });
});

describe('health by checks', () => {
  const report = (check: Check['check'], more: Partial<Check> = {}): Promise<HealthReport> =>
    healthWith({ clock, onError: () => {} }, { name: 'database', check, ...more }).check();

  it.each<[string, Check['check'], object]>([
    ['nothing', () => {}, { status: 'healthy' }],
    ['zero', () => 0, { status: 'healthy' }],
    ['a promise', async () => null, { status: 'healthy' }],
    ['an ok answer', () => new Response('', { status: 200 }), { status: 'healthy' }],
    ['false', () => false, { status: 'unhealthy', reason: 'answered false' }],
    ['a promise of false', async () => false, { status: 'unhealthy', reason: 'answered false' }],
    [
      'an answer that is not ok',
      async () => new Response('', { status: 503 }),
      { status: 'unhealthy', reason: 'answered with ok: false' },
    ],
    [
      'an error',
      () => {
        throw new TypeError('postgres://me:hunter2@db');
      },
      { status: 'unhealthy', reason: 'failed', error: { name: 'TypeError' } },
    ],
    [
      'a rejection with a code',
      () => Promise.reject(Object.assign(new Error('hunter2'), { code: 'P1001' })),
      { status: 'unhealthy', reason: 'failed', error: { name: 'Error', code: 'P1001' } },
    ],
    [
      'a long name and code',
      () => Promise.reject({ name: 'x'.repeat(1_000), code: 'y'.repeat(1_000) }),
      { status: 'unhealthy', reason: 'failed', error: { name: 'x'.repeat(80), code: 'y'.repeat(80) } },
    ],
    [
      'no error at all',
      () => Promise.reject('hunter2'),
      { status: 'unhealthy', reason: 'failed', error: { name: 'string' } },
    ],
  ])('judges a check that gives %s', async (_what, check, finding) => {
    const { results, ready, status } = await report(check);
    const head = { kind: 'check', name: 'database', critical: true, durationMs: 0 };
    expect(results).toEqual([{ ...head, ...finding }]);
    expect(ready).toBe(status === 'healthy');
    expect(JSON.stringify(results)).not.toContain('hunter2');
  });

  it('tells the error itself to onError', async () => {
    const told: unknown[] = [];
    const error = new Error('password=hunter2');
    const check = (): Promise<never> => Promise.reject(error);
    await healthWith({ onError: (...given) => told.push(given) }, { name: 'database', check }).check();
    expect(told).toEqual([[error, 'check database']]);
  });

  it('keeps the check’s own this', async () => {
    const check = {
      name: 'stopping',
      stopping: false,
      check() {
        return this.stopping;
      },
    };
    expect(() => healthOf(check)).toThrow('check stopping has no option "stopping"');
    class Flag implements Check {
      readonly name = 'flag';
      #up = true;
      check(): boolean {
        return this.#up;
      }
    }
    expect(await healthOf(new Flag()).check()).toMatchObject({ status: 'healthy' });
  });

  it('is ready though a check that is not critical fails', async () => {
    expect(await report(() => false, { critical: false })).toMatchObject({
      status: 'unhealthy',
      ready: true,
      results: [{ critical: false, status: 'unhealthy' }],
    });
  });

  it('says of a check that a circuit refused which circuit that is', async () => {
    const ledger = opened('ledger');
    const ask = (): Promise<number> => pipeline(ledger).execute(() => 1);
    expect(await report(ask)).toMatchObject({
      status: 'circuit-open',
      ready: false,
      retryAfterMs: 5_000,
      results: [
        {
          status: 'circuit-open',
          reason: 'ledger: open: 1 calls in a row failed; next try in 5000 ms',
          retryAfterMs: 5_000,
          openedBecause: { rule: 'consecutive-failures' },
        },
      ],
    });
    expect(await report(ask, { critical: false })).toMatchObject({ ready: true, retryAfterMs: undefined });
  });

  it('does not know when it is ready again where something else than a circuit is in the way', async () => {
    const ledger = opened('ledger');
    const database = { name: 'database', check: () => false };
    const checks = [{ name: 'ledger', check: () => void ledger.acquire() }, database];
    expect(await healthOf(checks).check()).toMatchObject({ ready: false, retryAfterMs: undefined });
    expect(await healthWith({ criticalCircuits: true }, ledger, database).check()).toMatchObject({
      ready: false,
      retryAfterMs: undefined,
    });
  });

  it('takes a refusal by another policy for a failure', async () => {
    const full = bulkhead({ concurrent: 1 });
    void full.execute(never);
    expect((await report(() => full.execute(() => 1))).results).toMatchObject([
      {
        status: 'unhealthy',
        reason: 'failed',
        error: { name: 'BulkheadFullError', code: 'ERR_BULKHEAD_FULL' },
      },
    ]);
  });

  it('takes a time limit within the check for a failure of the check', async () => {
    const told: unknown[] = [];
    const error = new TimeoutError('query: no answer within 5 ms', 5);
    const check = (): Promise<never> => Promise.reject(error);
    const onError = (...given: unknown[]): unknown => told.push(given);
    const { results } = await healthWith({ clock, onError }, { name: 'database', check }).check();
    expect(results).toMatchObject([
      { reason: 'failed', error: { name: 'TimeoutError', code: 'ERR_TIMEOUT' } },
    ]);
    expect(told).toEqual([[error, 'check database']]);
  });

  it('gives a check up that takes too long, and tells it by its signal', async () => {
    const own = manualClock();
    let signal: AbortSignal | undefined;
    const check = (given: AbortSignal): Promise<never> => {
      signal = given;
      return never();
    };
    const done = healthWith({ clock: own }, { name: 'database', check, timeoutMs: 300 }).check();
    own.advance(299);
    expect(signal?.aborted).toBe(false);
    own.advance(1);
    expect((await done).results).toEqual([
      {
        kind: 'check',
        name: 'database',
        critical: true,
        status: 'unhealthy',
        reason: 'no answer within 300 ms',
        error: { name: 'TimeoutError', code: 'ERR_TIMEOUT' },
        durationMs: 300,
      },
    ]);
    expect(signal?.reason).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(own.pendingTimers).toBe(0);
  });

  it('allows 800 ms where nothing is said', async () => {
    const own = manualClock();
    const done = healthWith({ clock: own }, { name: 'database', check: never }).check();
    own.advance(800);
    expect(reasonsOf(await done)).toEqual(['no answer within 800 ms']);
  });

  it('does not begin a check again that hangs, until it ends', async () => {
    const own = manualClock();
    let begun = 0;
    let end: (error: Error) => void = () => {};
    const check = (): Promise<void> => {
      begun++;
      return new Promise((_resolve, reject) => {
        end = reject;
      });
    };
    const health = healthWith({ clock: own, onError: () => {} }, { name: 'database', check, timeoutMs: 300 });
    const first = health.check();
    own.advance(300);
    expect(reasonsOf(await first)).toEqual(['no answer within 300 ms']);
    own.advance(59_699);
    expect((await health.check()).results).toMatchObject([
      {
        status: 'unhealthy',
        reason: 'an earlier look has not ended',
        error: { name: 'TimeoutError', code: 'ERR_TIMEOUT' },
        durationMs: 0,
      },
    ]);
    expect(begun).toBe(1);
    end(new Error('at last'));
    await Promise.resolve();
    const next = health.check();
    end(new Error('at once'));
    expect(reasonsOf(await next)).toEqual(['failed']);
    expect(begun).toBe(2);
  });

  it('begins a check again after a minute, whose answer has been lost', async () => {
    const own = manualClock();
    const answers: (() => void)[] = [];
    const check = (): Promise<void> => new Promise((resolve) => answers.push(resolve));
    const health = healthWith({ clock: own }, { name: 'database', check, timeoutMs: 300 });
    const first = health.check();
    own.advance(300);
    await first;
    own.advance(59_700);
    const second = health.check();
    answers[0]?.(); // of the one that was forgotten: says nothing about this one
    own.advance(300);
    expect(reasonsOf(await second)).toEqual(['no answer within 300 ms']);
    expect(reasonsOf(await health.check())).toEqual(['an earlier look has not ended']);
    answers[1]?.();
    await Promise.resolve();
    const third = health.check();
    answers[2]?.();
    expect(await third).toMatchObject({ status: 'healthy' });
  });

  it('runs all checks at once, once for all who ask meanwhile, and again for who asks later', async () => {
    const own = manualClock();
    const begun: string[] = [];
    const answers: (() => void)[] = [];
    const check = (name: string): Check => ({
      name,
      check: () => {
        begun.push(name);
        return new Promise<void>((resolve) => answers.push(resolve));
      },
    });
    const health = healthWith({ clock: own }, check('a'), check('b'));
    const [first, second] = [health.check(), health.check()];
    expect(begun).toEqual(['a', 'b']);
    for (const answer of answers) answer();
    expect(await first).toBe(await second);
    expect(own.pendingTimers).toBe(0);
    const third = health.check();
    expect(begun).toEqual(['a', 'b', 'a', 'b']);
    for (const answer of answers) answer();
    expect(await third).not.toBe(await first);
  });

  it('looks at circuits after the checks, which may have opened one', async () => {
    const breaker = createBreaker({ name: 'b', clock, openWhen: consecutiveFailures(1) });
    const check = async (): Promise<void> => void breaker.acquire().fail();
    expect((await healthOf({ name: 'c', check }, breaker).check()).circuits.open).toBe(1);
  });
});

describe('a health that is made wrongly', () => {
  const check = (): void => {};
  it.each<[unknown, string]>([
    [5, "health takes breakers, groups and checks such as { name: 'database', check: () => … }, got 5"],
    [null, 'health takes breakers, groups and checks'],
    [{ name: 'x' }, 'got an object'],
    [new Map(), 'health takes breakers, groups and checks'],
    [{ check }, "a check's name must be a text of 1 to 200 characters, got undefined"],
    [{ name: '', check }, 'got ""'],
    [{ name: 'x'.repeat(201), check }, "a check's name"],
    [{ name: 'db', check: 5 }, 'check db: check must be a function, got 5'],
    [{ name: 'db', check: undefined }, 'check db: check must be a function, got undefined'],
    [
      { name: 'db', check, timeoutMs: 0 },
      'check db: timeoutMs must be a finite number of milliseconds above 0',
    ],
    [{ name: 'db', check, critical: 'yes' }, 'check db: critical must be true or false, got "yes"'],
    [{ name: 'db', check, timeout: 5 }, 'check db has no option "timeout"; did you mean timeoutMs?'],
  ])('refuses %j', (source, sentence) => {
    expect(() => healthOf(source as never)).toThrow(sentence);
  });

  it('refuses two checks of one name, and wrong options', () => {
    const one = { name: 'db', check };
    expect(() => healthOf({ ...one, name: 'x'.repeat(200) })).not.toThrow();
    expect(() => healthOf(one, { ...one })).toThrow('health: two checks are called "db"');
    expect(() => healthWith({ maxCircuits: 0 })).toThrow(
      'health maxCircuits must be a whole number from 1 to 10000',
    );
    expect(() => healthWith({ critical: true } as never)).toThrow(
      'health has no option "critical"; did you mean',
    );
    for (const criticalCircuits of ['ledger', [5], null]) {
      expect(() => healthWith({ criticalCircuits } as never)).toThrow(
        'health criticalCircuits must be true, false or names of circuits',
      );
    }
  });
});
