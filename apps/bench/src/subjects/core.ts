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
import { type Pipeline, pipeline, retry, timeout } from '@cb/policies';
import {
  ATTEMPTS,
  FALLBACK,
  HOUR_MS,
  NEVER_SO_MANY,
  type Recipe,
  recipe,
  type SetUp,
  type Subject,
  TIMEOUT_MS,
  type Work,
} from './subject.ts';

const OPENS_AT_ONCE = { openWhen: consecutiveFailures(1), stayOpen: fixed(HOUR_MS) };
const TIME = { window: lastMs(10_000, { buckets: 10 }), openWhen: failureRatio(0.5) };
const OPTIONS: Record<SetUp, Omit<BreakerOptions, 'name'>> = {
  count: { window: lastCalls(100), openWhen: failureRatio(0.5) },
  time: TIME,
  defaults: {},
  patient: { window: lastMs(60_000), openWhen: failureRatio(1, { minimumCalls: NEVER_SO_MANY }) },
  'opens-at-once': OPENS_AT_ONCE,
  fallback: OPENS_AT_ONCE,
  pipeline: TIME,
};

export const core: Subject = {
  recipe: (setUp, work) => {
    if (setUp === 'pipeline') return pipelineOf(work);
    return recipe<Breaker>({
      make: (name) => createBreaker({ name, ...OPTIONS[setUp] }),
      call:
        setUp === 'fallback'
          ? (breaker) => callOrFallBack(breaker, work)
          : (breaker) => breaker.execute(work),
    });
  },

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

function pipelineOf(work: Work): Recipe {
  return recipe<Pipeline>({
    make: (name) =>
      pipeline(retry({ attempts: ATTEMPTS }), createBreaker({ name, ...TIME }), timeout(TIMEOUT_MS)),
    call: (policies) => policies.execute(work),
  });
}

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
