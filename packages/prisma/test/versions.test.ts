// The same behaviour with every major version of Prisma, through a real client over a database that fails on demand.
import { isCircuitOpenError } from '@cb/core';
import { within } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { type Bare, counted, failureOf, openGuarded, VERSIONS } from './support/database.ts';

const taken = { data: { email: 'ada@example.com' } };

/** One of each kind of call. */
const CALLS: [name: string, call: (db: Bare) => Promise<unknown>][] = [
  ['a query of a model', (db) => db.user.findMany({ include: { posts: true } })],
  ['a raw query', (db) => db.$queryRaw`SELECT 1`],
  ['a raw statement', (db) => db.$executeRawUnsafe('UPDATE "User" SET "email" = "email"')],
  ['a batch', (db) => db.$transaction([db.user.findMany(), db.post.count(), db.$queryRaw`SELECT 1`])],
  [
    'an interactive transaction',
    (db) => db.$transaction(async (tx) => [await tx.user.count(), await tx.post.count()]),
  ],
];

describe.each(VERSIONS)('Prisma %s', (version) => {
  describe.each(CALLS)('%s', (_, call) => {
    it('is one call, with the bare client’s result', async () => {
      const { bare, db, only } = await openGuarded(version);
      expect(await call(db as unknown as Bare)).toEqual(await call(bare));
      expect(counted(only())).toEqual({ succeeded: 1 });
    });

    it('fails with Prisma’s own error and counts once', async () => {
      const { bare, db, only, trouble } = await openGuarded(version);
      trouble.become('refusing');
      const theirs = await failureOf(call(bare));
      const ours = await failureOf(call(db as unknown as Bare));
      expect([ours.name, ours.code]).toEqual([theirs.name, theirs.code]);
      expect(counted(only())).toEqual({ failed: 1 });
    });

    it('reaches nothing while the circuit is open', async () => {
      const { db, only, reached } = await openGuarded(version);
      only().setMode('forced-open');
      const refusal = await within('a refusal', failureOf(call(db as unknown as Bare)));
      expect(isCircuitOpenError(refusal)).toBe(true);
      expect(reached()).toBe(0);
      expect(counted(only())).toEqual({ rejected: 1 });
    });

    it('opens the circuit by failing, and closes it as a probe', async () => {
      const { db, only, trouble, clock } = await openGuarded(version);
      trouble.become('refusing');
      for (let i = 0; i < 2; i++) await failureOf(call(db as unknown as Bare));
      expect(only().state).toBe('open');
      trouble.become('healthy');
      clock.advance(1_000);
      await within('the probe', call(db as unknown as Bare));
      expect(only().state).toBe('closed');
    });
  });

  it('takes what the database answers for an answer, also a no', async () => {
    const { db, only } = await openGuarded(version);
    expect((await failureOf(db.user.create(taken))).code).toBe('P2002');
    expect((await failureOf(db.user.update({ where: { id: 99 }, data: {} }))).code).toBe('P2025');
    expect((await failureOf(db.$transaction([db.user.create(taken), db.user.count()]))).code).toBe('P2002');
    expect((await failureOf(db.$transaction((tx) => tx.user.create(taken)))).code).toBe('P2002');
    expect(counted(only())).toEqual({ succeeded: 4 });
  });

  it('ignores what never got to the database', async () => {
    const { db, only } = await openGuarded(version);
    const wrong = { where: { nope: 1 } } as unknown as { where: { id: number } };
    expect((await failureOf(db.user.findMany(wrong))).name).toBe('PrismaClientValidationError');
    expect(counted(only())).toEqual({ ignored: 1 });
  });

  it('keeps extensions that were added later inside a transaction', async () => {
    const { db } = await openGuarded(version);
    const later = db.$extends({ model: { user: { greet: () => 'hello' } } });
    expect(await later.$transaction(async (tx) => tx.user.greet())).toBe('hello');
  });

  it('shows its breakers, also inside a transaction', async () => {
    const { db, extension } = await openGuarded(version);
    expect(db.$breakers).toBe(extension.breakers);
    await db.user.count();
    expect([...db.$breakers].map(({ name }) => name)).toEqual(['prisma']);
    expect(await db.$transaction(async (tx) => tx.$breakers)).toBe(extension.breakers);
  });
});
