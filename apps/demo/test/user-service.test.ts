import { consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { memoryCache } from '@cb/policies';
import { type ChaosServer, createChaosServer, eventually, manualClock } from '@cb/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prismaUsers, type UserDb } from '../src/examples/prisma-users.ts';
import {
  createUserService,
  type User,
  type UserService,
  type UserStore,
} from '../src/examples/user-service.ts';

let server: ChaosServer;
/** What the database would say. */
let name: string | undefined;
beforeEach(async () => {
  server = await createChaosServer();
  name = 'Ada';
});
afterEach(() => server.close());

/** A database behind a real socket. */
const store: UserStore = {
  async find(id, signal) {
    const response = await fetch(`${server.url}/${id}`, { signal: signal ?? null });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return name === undefined ? null : { id, name };
  },
};

function serviceAt(clock = manualClock()): UserService {
  return createUserService({
    store,
    cache: memoryCache<User | null>({ maxAgeMs: 1_000, staleIfErrorMs: 60_000, clock }),
    breaker: createBreaker({
      name: 'users-db',
      clock,
      openWhen: consecutiveFailures(3),
      stayOpen: fixed(5_000),
      probing: { probes: 1 },
    }),
  });
}

describe('the user service', () => {
  it('asks the database once, and its cache from then on, for users who do not exist too', async () => {
    const users = serviceAt();
    expect(await users.find('42')).toEqual({ id: '42', name: 'Ada' });
    expect(await users.find('42')).toEqual({ id: '42', name: 'Ada' });
    name = undefined;
    expect([await users.find('43'), await users.find('43')]).toEqual([null, null]);
    expect([server.hits('/42'), server.hits('/43')]).toEqual([1, 1]);
  });

  it('asks again what has grown old', async () => {
    const clock = manualClock();
    const users = serviceAt(clock);
    await users.find('42');
    name = 'Ada King';
    clock.advance(999);
    expect(await users.find('42')).toMatchObject({ name: 'Ada' });
    clock.advance(1);
    expect(await users.find('42')).toMatchObject({ name: 'Ada King' });
  });

  it('tries again where the database stumbles', async () => {
    expect(await serviceAt().find('503then200')).toMatchObject({ name: 'Ada' });
    expect(server.hits('/503then200')).toBe(2);
  });

  it('answers from its cache while the database is down, without asking it, and writes back what is new after', async () => {
    const clock = manualClock();
    const users = serviceAt(clock);
    await users.find('42');
    server.become('resetting');
    name = 'Ada King';
    clock.advance(1_000);
    expect(await users.find('42')).toMatchObject({ name: 'Ada' }); // three attempts: the circuit opens
    expect(users.breaker.state).toBe('open');
    const asked = server.hits();
    expect(await users.find('42')).toMatchObject({ name: 'Ada' });
    await expect(users.find('77')).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(server.hits()).toBe(asked);

    server.become('healthy');
    clock.advance(5_000);
    expect(await users.find('42')).toMatchObject({ name: 'Ada King' });
    expect(users.breaker.state).toBe('closed');
    server.become('resetting');
    expect(await users.find('42')).toMatchObject({ name: 'Ada King' });
    expect(server.hits()).toBe(asked + 1);
  });

  it('answers where the cache itself is down', async () => {
    const down = (): Promise<never> => Promise.reject(new Error('no redis'));
    const users = createUserService({ store, cache: { get: down, set: () => {} } });
    expect(await users.find('42')).toMatchObject({ name: 'Ada' });
  });

  it('asks once for all who ask for the same user at the same time', async () => {
    const users = serviceAt();
    const all = Promise.all(Array.from({ length: 20 }, () => users.find('gate/42')));
    const gate = server.gate('42');
    await gate.reached(1);
    gate.release();
    expect(new Set((await all).map((user) => user?.name))).toEqual(new Set(['Ada']));
    expect(server.hits('/gate/42')).toBe(1);
  });

  it('turns a tenant away who asks too often, and nobody else', async () => {
    const users = serviceAt();
    await users.find('42');
    const asked = Array.from({ length: 400 }, () => users.find('42', { tenant: 'greedy' }));
    const ends = await Promise.allSettled(asked);
    const refused = ends.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(new Set(refused.map(({ reason }) => (reason as { code?: string }).code))).toEqual(
      new Set(['ERR_RATE_LIMITED']),
    );
    expect(await users.find('42', { tenant: 'modest' })).toMatchObject({ name: 'Ada' });
  });

  it('lets fifty in at once, a hundred wait, and turns the others away', async () => {
    const users = createUserService({
      store: { find: () => new Promise(() => {}) },
    });
    const leave = new AbortController();
    const asked = Array.from({ length: 160 }, (_, i) =>
      users.find(`${i}`, { tenant: i % 2 === 0 ? 'even' : 'odd', signal: leave.signal }),
    );
    const ends = Promise.allSettled(asked);
    await Promise.race(asked.slice(150).map((one) => one.catch(() => {})));
    leave.abort('enough');
    const codes = (await ends).map((end) => {
      const reason: unknown = (end as PromiseRejectedResult).reason;
      return reason === 'enough' ? 'was in' : (reason as { code: string }).code;
    });
    expect(codes).toEqual([
      ...Array.from({ length: 150 }, () => 'was in'),
      ...Array.from({ length: 10 }, () => 'ERR_BULKHEAD_FULL'),
    ]);
  });

  it('tells the database when its caller has gone', async () => {
    const caller = new AbortController();
    const done = serviceAt().find('hang', { signal: caller.signal });
    await server.reached('/hang');
    caller.abort('gone');
    await expect(done).rejects.toBe('gone');
    await eventually('the request is ended', () => server.openRequests === 0);
  });

  it('stops trying again where most fail, so that the database gets not much more to do', async () => {
    const users = createUserService({
      store,
      breaker: createBreaker({ name: 'users-db', openWhen: consecutiveFailures(1_000) }),
    });
    server.become('resetting');
    await Promise.allSettled(Array.from({ length: 100 }, (_, id) => users.find(`${id}`)));
    // A hundred calls, the hundred retries that were saved up, and what these calls and the time put in.
    expect(server.hits()).toBeGreaterThan(150);
    expect(server.hits()).toBeLessThan(250);
  });

  it('shows all that stands around a call', () => {
    const { pipelines, breaker } = serviceAt();
    const members = pipelines.flatMap((each) => each.members);
    expect(members.map((member) => ('kind' in member ? member.kind : 'breaker'))).toEqual([
      ...['rate-limit', 'bulkhead', 'fallback', 'coalesce', 'retry', 'breaker', 'timeout'],
    ]);
    expect(members).toContain(breaker);
  });

  it('asks Prisma for what it needs and no more', async () => {
    const queries: unknown[] = [];
    const db: UserDb = {
      user: {
        findUnique: async (query) => {
          queries.push(query);
          return { id: query.where.id, name: 'Ada' };
        },
      },
    };
    expect(await createUserService({ store: prismaUsers(db) }).find('42')).toEqual({ id: '42', name: 'Ada' });
    expect(queries).toEqual([{ where: { id: '42' }, select: { id: true, name: true } }]);
  });
});
