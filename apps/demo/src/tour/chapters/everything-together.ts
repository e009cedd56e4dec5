import { setTimeout as passed } from 'node:timers/promises';
import { consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { healthHandler, healthOf, memoryCache } from '@cb/policies';
import { createResilientClient } from '../../examples/resilient-client.ts';
import { createUserService, type User } from '../../examples/user-service.ts';
import type { Chapter } from '../chapter.ts';

export const everythingTogether: Chapter = {
  title: 'Everything together: a user service, and its health',
  async tell({ say, why, inTurn }, upstream) {
    const client = createResilientClient({ timeoutMs: 500, attempts: 1 });
    const users = createUserService({
      store: {
        async find(id, signal) {
          const { price } = await client.json<{ price: number }>(upstream.url, { signal: signal ?? null });
          return { id, name: `Ada ${price}` };
        },
      },
      cache: memoryCache<User | null>({ maxAgeMs: 200, staleIfErrorMs: 60_000 }),
      breaker: createBreaker({
        name: 'users-db',
        openWhen: consecutiveFailures(3),
        stayOpen: fixed(300),
        probing: { probes: 1 },
      }),
    });
    const probe = healthHandler(healthOf(users.breaker));
    const health = async (): Promise<string> => {
      const ready = await probe({ url: '/readyz' });
      const { status } = (await ready.json()) as { status: string };
      return `live ${(await probe({ url: '/livez' })).status}, ready ${ready.status} (${status})`;
    };
    const find = (): Promise<User | null> => users.find('42', { tenant: 'acme' });

    await inTurn('all is well', 10, find);
    say(`User 42 is ${(await find())?.name}; health: ${await health()}`);
    why(`${upstream.arrived} request arrived: the cache was asked first.`);

    upstream.behave({ failing: 1 });
    await passed(200); // what is in the cache has grown old
    await inTurn('the database is down', 10, find);
    say(`User 42 is ${(await find())?.name}, from the cache; health: ${await health()}`);
    why(
      `${upstream.arrived} requests arrived: one call and its retries. An open circuit is a detail, no reason to restart.`,
    );

    upstream.behave({});
    await passed(300);
    await inTurn('the database is back', 10, find);
    say(`User 42 is ${(await find())?.name}; health: ${await health()}`);
  },
};
