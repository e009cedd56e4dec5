// The promises of an adapter that `describeAdapter` of @cb/testing checks over HTTP, kept by hand where there is no HTTP.
import { createGroup, fixed, isCircuitOpenError, slowRatio } from '@cb/core';
import { eventually, manualClock, recordEvents, within } from '@cb/testing';
import { describe, expect, it, vi } from 'vitest';
import { breakerExtension, type PrismaBreakerOptions } from '../src/index.ts';
import { counted, failureOf, openDatabase, openGuarded, quickToOpen } from './support/database.ts';

const boom = (): never => {
  throw new Error('boom');
};

describe('breakerExtension', () => {
  it('is one breaker for the whole client, under its name', async () => {
    const { db, extension } = await openGuarded('7.10.0', { name: 'orders-db' });
    await db.user.count();
    await db.$queryRaw`SELECT 1`;
    await db.$transaction([db.post.count()]);
    expect([...extension.breakers].map((breaker) => [breaker.name, counted(breaker)])).toEqual([
      ['orders-db', { succeeded: 3 }],
    ]);
  });

  it('refuses wrong options at once', () => {
    const wrong = (options: object) => () => breakerExtension(options as PrismaBreakerOptions);
    expect(wrong({ name: '' })).toThrow('name must be a text of 1 to 200 characters, got ""');
    expect(wrong({ name: 5 })).toThrow('name must be a text of 1 to 200 characters, got 5');
    expect(wrong({ name: 'x'.repeat(201) })).toThrow(/1 to 200/);
    expect(wrong({ stayOpen: 5 })).toThrow(/fixed\(5\)/);
    expect(wrong({ maxBreakers: 0 })).toThrow(/max/);
  });

  it('passes Prisma’s own error on, the very same object', async () => {
    const { bare, trouble } = await openDatabase();
    const thrown: unknown[] = [];
    const inner = bare.$extends(breakerExtension(quickToOpen(manualClock())));
    // An extension that was added later is nearer to the database.
    const db = inner.$extends({
      query: {
        async $allOperations({ args, query }) {
          try {
            return await query(args);
          } catch (error) {
            thrown.push(error);
            throw error;
          }
        },
      },
    });
    trouble.become('refusing');
    const error = await failureOf(db.user.count());
    expect(thrown).toEqual([error]);
    expect(thrown[0]).toBe(error);
  });

  it('says with a refusal that nothing ran and when to come again', async () => {
    const { db, trouble, reached } = await openGuarded();
    trouble.become('refusing');
    for (let i = 0; i < 2; i++) await failureOf(db.user.count());
    const before = reached();
    const refusal = await failureOf(db.user.count());
    expect(refusal).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryAfterMs: 1_000 });
    expect(refusal.message).toContain('prisma: ');
    expect(reached()).toBe(before);
  });

  it('does not call what nobody awaits, and calls what is awaited twice once', async () => {
    const { db, only, reached } = await openGuarded();
    const never = db.user.count();
    const twice = db.post.count();
    expect([await twice, await twice]).toEqual([0, 0]);
    expect(never).toBeDefined();
    expect(counted(only())).toEqual({ succeeded: 1 });
    expect(reached()).toBe(1);
  });

  it('lets no more probes through at once than it should', async () => {
    const { db, only, trouble, clock, reached } = await openGuarded('7.10.0', {
      probing: { probes: 4, atOnce: 2 },
    });
    trouble.become('refusing');
    for (let i = 0; i < 2; i++) await failureOf(db.user.count());
    const before = reached();
    trouble.become('waiting');
    clock.advance(1_000);
    const calls = Array.from({ length: 10 }, () => db.user.count().then(String, (error: unknown) => error));
    const sent = (): number => reached() - before;
    await eventually('all have been decided', () => only().snapshot().counts.rejected + sent() === 10);
    expect(sent()).toBe(2);
    expect(only().snapshot().inFlight).toBe(2);
    trouble.release();
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => answer === '1')).toHaveLength(2);
    expect(answers.filter(isCircuitOpenError)).toHaveLength(8);
  });

  it('opens again when a probe fails', async () => {
    const { db, only, trouble, clock } = await openGuarded();
    const recording = recordEvents(only());
    trouble.become('refusing');
    for (let i = 0; i < 2; i++) await failureOf(db.user.count());
    clock.advance(1_000);
    await failureOf(db.user.count());
    expect(recording.path).toEqual(['closed -> open', 'open -> half-open', 'half-open -> open']);
  });

  it('gives a probe’s place back where the call says nothing', async () => {
    const { db, only, trouble, clock } = await openGuarded();
    trouble.become('refusing');
    for (let i = 0; i < 2; i++) await failureOf(db.user.count());
    trouble.become('healthy');
    clock.advance(1_000);
    await failureOf(db.$transaction(async () => boom()));
    expect(only().state).toBe('half-open');
    expect(only().wouldAdmit()).toBe(true);
    await db.user.count();
    expect(only().state).toBe('closed');
  });

  it('moves nothing by a result that comes after the circuit has moved on', async () => {
    const { db, only, trouble, reached } = await openGuarded();
    trouble.become('waiting');
    const late = failureOf(db.user.count());
    await eventually('it waits for the database', () => reached() === 1);
    only().reset();
    trouble.become('refusing');
    await failureOf(db.user.count());
    const before = only().snapshot();
    trouble.release();
    trouble.become('refusing');
    await late;
    expect(only().snapshot()).toMatchObject({
      state: 'closed',
      window: before.window,
      counts: { failed: 2, stale: 1 },
    });
  });

  it('has nothing under way after a storm', async () => {
    const { db, only, trouble, clock } = await openGuarded();
    let seen = 0;
    for (let round = 0; round < 10; round++) {
      trouble.become(round % 2 === 0 ? 'refusing' : 'healthy');
      const calls = [
        ...Array.from({ length: 20 }, () => db.user.count()),
        ...Array.from({ length: 5 }, () => db.$queryRaw`SELECT 1`),
        db.$transaction([db.user.count(), db.post.count()]),
        db.$transaction(async (tx) => tx.user.count()),
      ];
      await within('the round', Promise.allSettled(calls));
      seen += calls.length;
      clock.advance(1_000);
    }
    const { succeeded, failed, ignored, rejected } = only().snapshot().counts;
    expect(only().snapshot().inFlight).toBe(0);
    expect(succeeded + failed + ignored + rejected).toBe(seen);
    expect(ignored).toBe(0);
    expect(Math.min(succeeded, failed, rejected)).toBeGreaterThan(0);
  });

  it('turns many calls away without a trace at the database', async () => {
    const { db, only, reached } = await openGuarded();
    only().setMode('forced-open');
    const errors = await Promise.all(Array.from({ length: 500 }, () => failureOf(db.user.count())));
    expect(errors.every(isCircuitOpenError)).toBe(true);
    expect(reached()).toBe(0);
    expect(counted(only())).toEqual({ rejected: 500 });
  });

  it('keeps keys apart', async () => {
    const { db, extension, trouble } = await openGuarded('7.10.0', {
      key: ({ model }) => model ?? 'no model',
    });
    trouble.become('refusing');
    for (let i = 0; i < 2; i++) await failureOf(db.user.count());
    trouble.become('healthy');
    expect(isCircuitOpenError(await failureOf(db.user.count()))).toBe(true);
    expect(await db.post.count()).toBe(0);
    await db.$queryRaw`SELECT 1`;
    expect([...extension.breakers].map(({ name, state }) => [name, state])).toEqual([
      ['User', 'open'],
      ['Post', 'closed'],
      ['no model', 'closed'],
    ]);
  });

  it('tells the key function and the classifier what was asked', async () => {
    const key = vi.fn(() => 'all');
    const classify = vi.fn(() => undefined);
    const { db } = await openGuarded('7.10.0', { key, classify });
    await db.user.count({ where: { id: 1 } });
    await db.$queryRaw`SELECT 1 AS n`;
    const members = [db.post.count()];
    await db.$transaction(members);
    expect(key.mock.calls.map(([call]: unknown[]) => call)).toMatchObject([
      { model: 'User', operation: 'count', args: { where: { id: 1 } } },
      { model: undefined, operation: '$queryRaw' },
      { operation: '$transaction', args: [members] },
    ]);
    expect(classify.mock.calls.map(([outcome]: unknown[]) => outcome)).toMatchObject([
      { model: 'User', operation: 'count', result: 1 },
      { operation: '$queryRaw' },
      { operation: '$transaction', result: [0] },
    ]);
  });

  it('leaves calls alone that have no key', async () => {
    const { db, extension } = await openGuarded('7.10.0', { key: () => null });
    expect(await db.user.count()).toBe(1);
    expect(await db.$transaction([db.user.count(), db.post.count()])).toEqual([1, 0]);
    expect(extension.breakers.size).toBe(0);
  });

  it('lets a classifier overrule the table', async () => {
    const { db, only } = await openGuarded('7.10.0', {
      classify: ({ error, operation }) => {
        if ((error as { code?: string })?.code === 'P2002') return 'failure';
        return operation === 'count' ? 'ignored' : undefined;
      },
    });
    await failureOf(db.user.create({ data: { email: 'ada@example.com' } }));
    await db.user.count();
    await db.user.findMany();
    expect(counted(only())).toEqual({ failed: 1, ignored: 1, succeeded: 1 });
  });

  it('reports what user callbacks throw, and makes the call all the same', async () => {
    const onError = vi.fn();
    const { db, extension } = await openGuarded('7.10.0', {
      key: boom,
      classify: boom,
      onError,
    });
    extension.breakers.on('breaker-added', boom);
    extension.breakers.get('prisma').on('call-settled', boom);
    expect(await db.user.count()).toBe(1);
    expect(counted(extension.breakers.get('prisma'))).toEqual({ succeeded: 1 });
    const places = new Set(onError.mock.calls.map(([, where]) => where));
    expect(places).toEqual(
      new Set(['listener of breaker-added', 'key', 'classify', 'listener of call-settled']),
    );
  });

  it('makes the call with a breaker of the defaults where its configuration throws', async () => {
    const onError = vi.fn();
    const { db, only } = await openGuarded('7.10.0', { configure: boom, onError });
    expect(await db.user.count()).toBe(1);
    expect(onError.mock.calls.map(([, where]) => where)).toEqual(['configure']);
    expect(counted(only())).toEqual({ succeeded: 1 });
  });

  it('takes what is slow for slow', async () => {
    const { db, only, trouble, clock, reached } = await openGuarded('7.10.0', {
      openWhen: slowRatio(1, { slowMs: 500, minimumCalls: 1 }),
    });
    trouble.become('waiting');
    const slow = Promise.resolve(db.user.count()); // Prisma’s promise alone would not begin
    await eventually('it waits for the database', () => reached() === 1);
    clock.advance(600);
    trouble.release();
    await slow;
    expect(only().state).toBe('open');
  });

  it('counts once where it is put on twice', async () => {
    const { bare } = await openDatabase();
    const extension = breakerExtension(quickToOpen(manualClock()));
    const once = bare.$extends(extension);
    expect(once.$extends(extension)).toBe(once);
    expect(once.$extends(breakerExtension({ group: extension.breakers }))).toBe(once);
    const apart = once.$extends({}).$extends(extension);
    await apart.user.count();
    await apart.$transaction([apart.user.count(), apart.post.count()]);
    expect(counted(extension.breakers.get('prisma'))).toEqual({ succeeded: 2 });
  });

  it('shares breakers between clients', async () => {
    const group = createGroup({ configure: () => ({ stayOpen: fixed(1_000) }) });
    const [one, other] = [await openDatabase(), await openDatabase()];
    const dbs = [one, other].map(({ bare }) => bare.$extends(breakerExtension({ group })));
    for (const db of dbs) await db.user.count();
    expect([...group].map((breaker) => counted(breaker))).toEqual([{ succeeded: 2 }]);
  });

  it('leaves the bare client as it was', async () => {
    const { bare, db, only } = await openGuarded();
    only().setMode('forced-open');
    expect(await bare.user.count()).toBe(1);
    expect('$breakers' in bare).toBe(false);
    await failureOf(db.user.count());
  });
});
