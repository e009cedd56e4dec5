// A real PostgreSQL, killed with SIGKILL under load and started again.
import { type Breaker, type BreakerEvents, consecutiveFailures, fixed, isCircuitOpenError } from '@cb/core';
import { CREATE_TABLES } from '@cb/flaky-database/tables';
import { findPostgres, PostgresServer } from '@cb/postgres-server';
import { openPostgres } from '@cb/prisma-host-7/postgres';
import { recordEvents, within } from '@cb/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakerExtension, type PrismaBreakerOptions } from '../src/index.ts';
import { counted, failureOf } from './support/database.ts';

const binaries = findPostgres();
const mayskip = binaries === undefined && process.env.CI !== 'true';
const title = 'a real PostgreSQL';

describe.skipIf(mayskip)(
  mayskip ? `${title} (not here: no initdb in $CB_PG_BIN or PATH, none embedded)` : title,
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      if (binaries === undefined) throw new Error('no PostgreSQL: set CB_PG_BIN to the folder of initdb');
      server = await PostgresServer.make(binaries);
      process.once('exit', () => server.destroyNow()); // an orphan would keep the port
      await server.start();
      const { client } = openPostgres(server.url);
      for (const statement of CREATE_TABLES)
        await client.$executeRawUnsafe(statement.replace('INTEGER PRIMARY KEY', 'SERIAL PRIMARY KEY'));
      await client.user.create({ data: { email: 'ada@example.com' } });
      await client.$disconnect();
    }, 60_000);
    afterAll(async () => {
      await server?.kill();
      server?.destroyNow();
    });

    function open(options: PrismaBreakerOptions = {}) {
      const { client: bare, trouble } = openPostgres(server.url);
      const extension = breakerExtension({ openWhen: consecutiveFailures(1_000), ...options });
      const db = bare.$extends(extension);
      return { bare, trouble, db, breaker: extension.breakers.get('prisma') };
    }
    type Db = ReturnType<typeof open>['db'];

    const WHAT_IT_SAYS: [what: string, call: (db: Db) => Promise<unknown>, counts: object][] = [
      ['unique', (db) => db.user.create({ data: { email: 'ada@example.com' } }), { succeeded: 1 }],
      ['no such table', (db) => db.$queryRaw`SELECT * FROM nope`, { succeeded: 1 }],
      ['division by zero', (db) => db.$queryRaw`SELECT 1/0`, { succeeded: 1 }],
      [
        'a batch with a no in it',
        (db) => db.$transaction([db.user.count(), db.$queryRaw`SELECT 1/0`]),
        { succeeded: 1 },
      ],
      [
        'statement_timeout',
        (db) =>
          db.$transaction(async (tx) => {
            await tx.$executeRaw`SET LOCAL statement_timeout = 1`;
            await tx.$queryRaw`SELECT pg_sleep(10)::text`;
          }),
        { failed: 1 },
      ],
      [
        'lock_timeout',
        (db) =>
          db.$transaction(async (tx) => {
            await tx.$executeRaw`LOCK TABLE "Post"`;
            await db.$transaction([
              db.$executeRaw`SET LOCAL lock_timeout = 1`,
              db.$executeRaw`LOCK TABLE "Post"`,
            ]);
          }),
        { ignored: 1 },
      ],
      [
        'read only',
        (db) =>
          db.$transaction(async (tx) => {
            await tx.$executeRaw`SET TRANSACTION READ ONLY`;
            await tx.user.create({ data: { email: 'eve@example.com' } });
          }),
        { ignored: 1 },
      ],
      [
        'its own process terminated',
        (db) => db.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`,
        { failed: 1 },
      ],
      [
        'terminated inside a transaction',
        (db) =>
          db.$transaction(async (tx) => {
            await failureOf(tx.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`);
            await tx.user.count();
          }),
        { failed: 1 },
      ],
      [
        'internal error',
        (db) => db.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = 'XX000'; END $$`),
        { failed: 1 },
      ],
      [
        'disk full',
        (db) => db.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '53100'; END $$`),
        { failed: 1 },
      ],
      [
        'serialization',
        (db) => db.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '40001'; END $$`),
        { ignored: 1 },
      ],
    ];
    it.each(WHAT_IT_SAYS)('says %s', async (_, call, counts) => {
      const { bare, db, breaker } = open();
      await within('the failure', failureOf(call(db)));
      expect(counted(breaker)).toEqual(counts);
      await bare.$disconnect();
    });

    it('is read only after a failover, which a classifier can take for an outage', async () => {
      const stateOf = (error: unknown): unknown =>
        (error as { meta?: { driverAdapterError?: { cause?: { originalCode?: string } } } } | undefined)?.meta
          ?.driverAdapterError?.cause?.originalCode;
      const { bare, db, breaker } = open({
        classify: ({ error }) => (stateOf(error) === '25006' ? 'failure' : undefined),
      });
      const failover = db.$transaction(async (tx) => {
        await tx.$executeRaw`SET TRANSACTION READ ONLY`;
        await tx.post.deleteMany();
      });
      await failureOf(failover);
      expect(counted(breaker)).toEqual({ failed: 1 });
      await bare.$disconnect();
    });

    it('takes queries of the whole client inside a transaction for part of it', async () => {
      const { bare, db, breaker } = open({ probing: { probes: 1, atOnce: 1 } });
      await db.$transaction(async (tx) => [
        await tx.user.count(),
        await db.user.count(),
        await db.$transaction([db.post.count()]),
      ]);
      expect(counted(breaker)).toEqual({ succeeded: 1 });
      await bare.$disconnect();
    });

    it('dies and comes back under load: closed, open, half-open, closed', { timeout: 60_000 }, async () => {
      const { bare, db, breaker, trouble } = open({
        openWhen: consecutiveFailures(3),
        stayOpen: fixed(20),
        probing: { probes: 1, atOnce: 1 },
      });
      const recording = recordEvents(breaker);
      const load = startLoad(db, 12);
      const now = () => ({ ...breaker.snapshot(), reached: trouble.reached.length });
      type Now = ReturnType<typeof now>;
      /** What is so at the first event when it is so: a moment later, the load has gone on. */
      const when = (what: string, isSo: (at: Now) => boolean): Promise<Now> =>
        within(
          what,
          eventOf(breaker, () => (isSo(now()) ? now() : undefined)),
          30_000,
        );

      await when('healthy load', ({ counts }) => counts.succeeded > 100);
      await server.kill();
      const atRest = await when(
        'open and quiet',
        ({ state, inFlight }) => state === 'open' && inFlight === 0,
      );
      const probed = ({ counts }: Now): number => counts.failed - atRest.counts.failed;
      const dead = await when(
        'three probes',
        (at) => probed(at) >= 3 && at.inFlight === 0 && at.counts.rejected > atRest.counts.rejected + 100,
      );
      // Each probe is one call of the driver, which finds nobody; everything else was turned away before.
      expect(dead.reached - atRest.reached).toBe(probed(dead));
      expect(dead.counts.succeeded).toBe(atRest.counts.succeeded);

      await server.start();
      const closed = await when('closed', ({ state }) => state === 'closed');
      await when('healthy load again', ({ counts }) => counts.succeeded > closed.counts.succeeded + 100);
      const seen = await within('every call ends', load.stop(), 15_000);
      await bare.$disconnect();

      const { succeeded, failed, ignored, rejected } = breaker.snapshot().counts;
      expect({ succeeded, notSuccessful: failed + ignored, rejected }).toEqual(seen);
      expect(breaker.snapshot().inFlight).toBe(0);
      recording.assertGapFree();
      expect(recording.path[0]).toBe('closed -> open');
      expect(recording.path.at(-1)).toBe('half-open -> closed');
      expect(new Set(recording.path)).toEqual(
        new Set(['closed -> open', 'open -> half-open', 'half-open -> open', 'half-open -> closed']),
      );
    });

    /** So many callers that call one thing after the other, and what became of their calls. */
    function startLoad(db: Db, callers: number) {
      const seen = { succeeded: 0, notSuccessful: 0, rejected: 0 };
      let running = true;
      const kinds: (() => Promise<unknown>)[] = [
        () => db.user.findMany(),
        () => db.$queryRaw`SELECT 1`,
        () => db.$transaction([db.user.count(), db.post.count()]),
        () => db.$transaction(async (tx) => [await tx.user.count(), await tx.post.count()]),
        () => db.user.create({ data: { email: 'ada@example.com' } }),
      ];
      async function call(kind: () => Promise<unknown>): Promise<void> {
        try {
          await kind();
          seen.succeeded++;
        } catch (error) {
          if (isCircuitOpenError(error)) seen.rejected++;
          else if ((error as { code?: string }).code === 'P2002') seen.succeeded++;
          else seen.notSuccessful++;
        }
      }
      const loops = Array.from({ length: callers }, async (_, i) => {
        for (let n = i; running; n++) {
          await call(kinds[n % kinds.length] as () => Promise<unknown>);
          await new Promise((resolve) => setImmediate(resolve)); // a refusal comes at once: let the others have their turn
        }
      });
      return {
        async stop() {
          running = false;
          await Promise.all(loops);
          return seen;
        },
      };
    }
  },
);

/** Resolves with what is found at the first event of a breaker when something is. */
function eventOf<T>(breaker: Breaker, find: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const look = (): void => {
      const found = find();
      if (found === undefined) return;
      for (const stop of stops) stop();
      resolve(found);
    };
    const events: (keyof BreakerEvents)[] = ['state-changed', 'call-settled', 'call-rejected'];
    stops.push(...events.map((event) => breaker.on(event, look)));
  });
}
