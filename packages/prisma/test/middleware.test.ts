// `$use` is gone from 6.14 on: here with Prisma 5.
import { isCircuitOpenError } from '@cb/core';
import type * as prisma5 from '@cb/prisma-host-5';
import { manualClock, within } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { breakerMiddleware, type PrismaBreakerOptions } from '../src/index.ts';
import { counted, failureOf, openDatabase, quickToOpen } from './support/database.ts';

async function openWithMiddleware(options: PrismaBreakerOptions = {}) {
  const { bare, trouble, reached } = await openDatabase('5.22.0');
  const client = bare as unknown as prisma5.PrismaClient;
  const clock = manualClock();
  const middleware = breakerMiddleware({ ...quickToOpen(clock), ...options });
  client.$use(middleware);
  return { db: client, trouble, reached, clock, middleware, only: () => middleware.breakers.get('prisma') };
}

describe('breakerMiddleware', () => {
  it('guards queries, raw ones too', async () => {
    const { db, only } = await openWithMiddleware();
    expect(await db.user.count()).toBe(1);
    await db.$queryRaw`SELECT 1`;
    expect(counted(only())).toEqual({ succeeded: 2 });
  });

  it('opens, refuses without a trace, and closes by a probe', async () => {
    const { db, trouble, reached, clock, only } = await openWithMiddleware();
    trouble.become('refusing');
    for (let i = 0; i < 2; i++) expect((await failureOf(db.user.count())).code).toBe('ECONNREFUSED');
    const before = reached();
    expect(isCircuitOpenError(await failureOf(db.user.count()))).toBe(true);
    expect(reached()).toBe(before);
    trouble.become('healthy');
    clock.advance(1_000);
    expect(await db.user.count()).toBe(1);
    expect(only().state).toBe('closed');
  });

  it('knows what the database answered', async () => {
    const { db, only } = await openWithMiddleware();
    await failureOf(db.user.create({ data: { email: 'ada@example.com' } }));
    await failureOf(db.user.findMany({ where: { nope: 1 } as object }));
    expect(counted(only())).toEqual({ succeeded: 1, ignored: 1 });
  });

  it('lets queries of transactions pass, since a batch that is let through in part waits for ever', async () => {
    const { db, only } = await openWithMiddleware();
    only().setMode('forced-open');
    const batch = db.$transaction([db.user.count(), db.post.count(), db.$queryRaw`SELECT 1`]);
    expect(await within('the batch', batch)).toHaveLength(3);
    expect(await db.$transaction(async (tx) => tx.user.count())).toBe(1);
    expect(counted(only())).toEqual({});
  });

  it('gives the key function Prisma’s words', async () => {
    const { db, middleware } = await openWithMiddleware({
      key: ({ model, operation }) => model ?? operation,
    });
    await db.user.count();
    await db.$queryRaw`SELECT 1`;
    expect([...middleware.breakers].map(({ name }) => name)).toEqual(['User', 'queryRaw']);
  });

  it('refuses wrong options at once', () => {
    expect(() => breakerMiddleware({ name: '' })).toThrow('name must be a text');
  });
});
