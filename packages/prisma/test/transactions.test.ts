// Transactions, and extensions that open them: where a breaker in the query hook alone counts wrongly or hangs.
import { isCircuitOpenError } from '@cb/core';
import { eventually, manualClock, within } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { breakerExtension } from '../src/index.ts';
import {
  type Bare,
  counted,
  failureOf,
  openDatabase,
  openGuarded,
  quickToOpen,
  VERSIONS,
} from './support/database.ts';

/** What row-level security needs: each query in a transaction of its own, after a statement that says who asks. */
function rowLevelSecurity(base: Bare): { query: object } {
  return {
    query: {
      async $allOperations({ args, query }: { args: unknown; query: (args: unknown) => never }) {
        const [, result] = await base.$transaction([base.$queryRaw`SELECT 'who'`, query(args)]);
        return result;
      },
    },
  };
}

/** The client with an extension that writes down the promises of all queries, from outside of what is added later. */
function watch(bare: Bare): { watched: Bare; members: Promise<unknown>[] } {
  const members: Promise<unknown>[] = [];
  const watched = bare.$extends({
    query: {
      $allOperations({ args, query }) {
        const member = query(args);
        members.push(member);
        return member;
      },
    },
  });
  return { watched: watched as unknown as Bare, members };
}

/** Opens the circuit by two failures, and lets its open time pass: the next call is the only probe. */
async function untilHalfOpen({
  db,
  trouble,
  clock,
  only,
}: Awaited<ReturnType<typeof openGuarded>>): Promise<void> {
  trouble.become('refusing');
  for (let i = 0; i < 2; i++) await failureOf(db.user.count());
  trouble.become('healthy');
  clock.advance(1_000);
  expect(only().wouldAdmit()).toBe(true);
}

describe.each(VERSIONS)('transactions of Prisma %s', (version) => {
  it('count one that cannot begin', async () => {
    const { db, only, trouble } = await openGuarded(version);
    trouble.become('refusing');
    let ran = false;
    await failureOf(
      db.$transaction(async () => {
        ran = true;
      }),
    );
    expect(ran).toBe(false);
    expect(counted(only())).toEqual({ failed: 1 });
  });

  it('count one that dies in the middle once', async () => {
    const { db, only, trouble } = await openGuarded(version);
    await failureOf(
      db.$transaction(async (tx) => {
        await tx.user.count();
        trouble.become('refusing');
        await tx.user.count();
      }),
    );
    expect(counted(only())).toEqual({ failed: 1 });
  });

  it('let all of a batch be one probe, so that no member waits for ever', async () => {
    const guarded = await openGuarded(version);
    await untilHalfOpen(guarded);
    const { db, only } = guarded;
    const members = [db.user.count(), db.post.count(), db.user.count()];
    expect(await within('the batch', db.$transaction(members))).toEqual([1, 0, 1]);
    expect(only().state).toBe('closed');
    expect(only().snapshot().inFlight).toBe(0);
  });

  it('take a batch that another client opens for one call', async () => {
    const guarded = await openGuarded(version);
    await untilHalfOpen(guarded);
    const { bare, db, only } = guarded;
    const members = [db.user.count(), db.post.count(), db.user.count()];
    expect(await within('the batch', bare.$transaction(members))).toEqual([1, 0, 1]);
    expect(only().state).toBe('closed');
    expect(counted(only())).toEqual({ failed: 2, succeeded: 1 });
  });

  it('refuse a batch that another client opens as a whole', async () => {
    const { bare, reached } = await openDatabase(version);
    const { watched, members } = watch(bare);
    const extension = breakerExtension(quickToOpen(manualClock()));
    const db = watched.$extends(extension);
    const only = extension.breakers.get('prisma');
    only.setMode('forced-open');
    const batch = bare.$transaction([db.user.count(), db.post.count(), db.user.count()]);
    expect(isCircuitOpenError(await within('the refusal', failureOf(batch)))).toBe(true);
    expect(members).toHaveLength(3);
    for (const member of members)
      expect(isCircuitOpenError(await within('a member', failureOf(member)))).toBe(true);
    expect(reached()).toBe(0);
    expect(counted(only)).toEqual({ rejected: 1 });
  });

  it('count a batch that another client opens, and that fails, once', async () => {
    const { bare, db, only, trouble } = await openGuarded(version);
    trouble.become('refusing');
    await within('the failure', failureOf(bare.$transaction([db.user.count(), db.post.count()])));
    expect(counted(only())).toEqual({ failed: 1 });
  });

  it('need one permit where an extension before this one opens them', async () => {
    const { bare, trouble, reached } = await openDatabase(version);
    const clock = manualClock();
    const extension = breakerExtension(quickToOpen(clock));
    const db = bare.$extends(rowLevelSecurity(bare)).$extends(extension);
    const only = extension.breakers.get('prisma');
    trouble.become('refusing');
    for (let i = 0; i < 2; i++) await within('the failure', failureOf(db.user.count()));
    const before = reached();
    expect(isCircuitOpenError(await within('the refusal', failureOf(db.user.count())))).toBe(true);
    expect(reached()).toBe(before);
    trouble.become('healthy');
    clock.advance(1_000);
    expect(await within('the probe', db.user.count())).toBe(1);
    expect(counted(only)).toEqual({ failed: 2, rejected: 1, succeeded: 1 });
    expect(only.state).toBe('closed');
  });

  it('need one permit where an extension after this one opens them', async () => {
    const guarded = await openGuarded(version);
    await untilHalfOpen(guarded);
    const { db, only } = guarded;
    const secured = db.$extends(rowLevelSecurity(db as unknown as Bare));
    expect(await within('the probe', secured.user.count())).toBe(1);
    expect(counted(only())).toEqual({ failed: 2, succeeded: 1 });
    expect(only().state).toBe('closed');
  });

  it('let queries of the whole client pass inside, since they belong to the same call', async () => {
    const guarded = await openGuarded(version);
    await untilHalfOpen(guarded);
    const { db, only } = guarded;
    await db.$transaction(async (tx) => {
      guarded.trouble.become('refusing'); // SQLite has one connection, so a query beside the transaction can only fail
      await failureOf(db.user.count());
      guarded.trouble.become('healthy');
      await tx.user.count();
    });
    expect(counted(only())).toEqual({ failed: 2, succeeded: 1 });
  });

  it('guard what outlives them', async () => {
    const { db, only } = await openGuarded(version);
    let goOn = (): void => {};
    const later = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let background: Promise<unknown> | undefined;
    await db.$transaction(async (tx) => {
      background = later.then(() => db.user.count());
      return tx.user.count();
    });
    expect(counted(only())).toEqual({ succeeded: 1 });
    goOn();
    await background;
    expect(counted(only())).toEqual({ succeeded: 2 });
  });

  it('do not count what their function throws about others', async () => {
    const { db, only } = await openGuarded(version);
    const elsewhere = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const thrown = await failureOf(
      db.$transaction(async (tx) => {
        await tx.user.count();
        throw elsewhere;
      }),
    );
    expect(thrown).toBe(elsewhere);
    expect(counted(only())).toEqual({ ignored: 1 });
  });

  it('are guarded query by query where they have no key', async () => {
    const { bare, db, extension, only } = await openGuarded(version, {
      key: ({ model, operation }) => (operation === '$transaction' ? null : (model ?? 'raw')),
    });
    await db.$transaction(async (tx) => [
      await tx.user.count(),
      await tx.post.count(),
      await tx.user.count(),
    ]);
    await db.$transaction([db.post.count(), db.user.count()]);
    await bare.$transaction([db.$queryRaw`SELECT 1`, db.user.count()]);
    expect([...extension.breakers].map((breaker) => [breaker.name, counted(breaker)])).toEqual([
      ['User', { succeeded: 2 }],
      ['Post', { succeeded: 2 }],
      ['raw', { succeeded: 1 }],
    ]);
    expect(only().snapshot().counts.succeeded).toBe(0);
  });

  it('settle one that is refused while another waits', async () => {
    const { db, only, trouble, reached } = await openGuarded(version);
    trouble.become('waiting');
    const slow = db.$transaction((tx) => tx.user.count());
    await eventually('it waits for the database', () => reached() === 1);
    only().setMode('forced-open');
    expect(isCircuitOpenError(await failureOf(db.$transaction([db.user.count()])))).toBe(true);
    trouble.release();
    expect(await slow).toBe(1);
    expect(only().snapshot().inFlight).toBe(0);
  });
});
