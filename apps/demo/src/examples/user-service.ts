/** A service that looks users up: cache first, then the database, and yesterday's answer rather than none. */
import { type Breaker, createBreaker, failureRatio } from '@cb/core';
import {
  bulkhead,
  type Cache,
  cached,
  coalesce,
  exponential,
  fallback,
  memoryCache,
  type Pipeline,
  pipeline,
  rateLimit,
  retry,
  retryBudget,
  timeout,
} from '@cb/policies';

export interface User {
  readonly id: string;
  readonly name: string;
}

/** Where users are kept: `prismaUsers(db)`, another service, a table in a test. */
export interface UserStore {
  find(id: string, signal: AbortSignal | undefined): Promise<User | null>;
}

export interface UserServiceOptions {
  readonly store: UserStore;
  /** In the process, or a store that several share. @default fresh for 30 s, good enough for an hour */
  readonly cache?: Cache<User | null>;
  /** @default opens at half of at least 10 */
  readonly breaker?: Breaker;
}

export interface FindOptions {
  /** Who asks: each tenant has a rate of its own. */
  readonly tenant?: string;
  readonly signal?: AbortSignal;
}

export interface UserService {
  /**
   * @returns null where there is no such user.
   * @throws RateLimitedError or BulkheadFullError: nobody was asked. The store's own error, TimeoutError or
   * CircuitOpenError, only where not even an old answer is known.
   */
  find(id: string, options?: FindOptions): Promise<User | null>;
  /** For the dashboard and for `healthOf`. */
  readonly breaker: Breaker;
  /** With the breaker in it, for the dashboard. */
  readonly pipelines: readonly Pipeline<unknown>[];
}

/** @example const users = createUserService({ store: prismaUsers(db) }); await users.find('42', { tenant: 'acme' }); */
export function createUserService(options: UserServiceOptions): UserService {
  const {
    store,
    cache = memoryCache<User | null>({ maxAgeMs: 30_000, staleIfErrorMs: 3_600_000 }),
    breaker = createBreaker({ name: 'users-db', openWhen: failureRatio(0.5, { minimumCalls: 10 }) }),
  } = options;
  // The door protects this service from its callers …
  const door = pipeline(
    rateLimit({ name: 'users', limit: 100, perMs: 1_000 }),
    bulkhead({ name: 'users', concurrent: 50, queue: 100, queueTimeoutMs: 1_000 }),
  );
  // … the way to the database protects the database from this service, and callers from the database.
  const database = pipeline(
    fallback(cached(cache as Cache)), // writes answers back, and gives the last one out where a call fails
    coalesce(),
    retry({
      attempts: 3,
      backoff: exponential({ firstMs: 20, maxMs: 200 }),
      maxDelayMs: 200,
      budget: retryBudget(), // an outage does not triple the load
    }),
    breaker,
    timeout(500),
  );

  async function look(id: string, signal: AbortSignal | undefined): Promise<User | null> {
    const hit = await freshIn(cache, id);
    if (hit !== undefined) return hit.value;
    return database.execute((context) => store.find(id, context.signal), { key: id, signal });
  }

  return {
    find: (id, { tenant = 'everybody', signal } = {}) =>
      door.execute((context) => look(id, context.signal), { key: tenant, signal }),
    breaker,
    pipelines: [door, database],
  };
}

const quickly = timeout(50);

/** A cache that is down or slow is as good as an empty one. */
async function freshIn<V>(cache: Cache<V>, key: string): Promise<{ readonly value: V } | undefined> {
  try {
    const hit = await quickly.execute(() => cache.get(key));
    return hit && !hit.stale ? hit : undefined;
  } catch {
    return undefined;
  }
}
