import {
  type Breaker,
  type BreakerOptions,
  consecutiveFailures,
  createBreaker,
  createGroup,
  failureRatio,
  fixed,
  lastCalls,
  lastMs,
} from '@cb/core';
import { FALLBACK, HOUR_MS, NEVER_SO_MANY, recipe, type SetUp, type Subject, type Work } from './subject.ts';

const OPENS_AT_ONCE = { openWhen: consecutiveFailures(1), stayOpen: fixed(HOUR_MS) };
const OPTIONS: Record<SetUp, Omit<BreakerOptions, 'name'>> = {
  count: { window: lastCalls(100), openWhen: failureRatio(0.5) },
  time: { window: lastMs(10_000, { buckets: 10 }), openWhen: failureRatio(0.5) },
  defaults: {},
  patient: { window: lastMs(60_000), openWhen: failureRatio(1, { minimumCalls: NEVER_SO_MANY }) },
  'opens-at-once': OPENS_AT_ONCE,
  fallback: OPENS_AT_ONCE,
};

export const core: Subject = {
  recipe: (setUp, work) =>
    recipe<Breaker>({
      make: (name) => createBreaker({ name, ...OPTIONS[setUp] }),
      call:
        setUp === 'fallback'
          ? (breaker) => callOrFallBack(breaker, work)
          : (breaker) => breaker.execute(work),
    }),

  adapter: (setUp, client) =>
    recipe<{ call: Work }>({
      make: () => ({ call: client.guarded(OPTIONS[setUp]) }),
      call: ({ call }) => call() as Promise<unknown>,
    }),

  settle: () => {
    const breaker = createBreaker({ name: 'sync', ...OPTIONS.count });
    return () => {
      breaker.acquire().succeed();
    };
  },

  lookUp: (keys) => {
    const group = createGroup({ max: keys.length });
    for (const key of keys) group.get(key);
    return (key) => group.get(key);
  },
};

/** The way of an adapter that has something to answer: ask first, no error is made. */
async function callOrFallBack(breaker: Breaker, work: Work): Promise<unknown> {
  const permit = breaker.tryAcquire();
  if (permit === null) return FALLBACK;
  try {
    const value = await work();
    permit.succeed();
    return value;
  } catch (error) {
    permit.fail(error);
    return FALLBACK;
  }
}
