import type Opossum from 'opossum9';
import type { OpossumOptions } from 'opossum9';
import { FALLBACK, HOUR_MS, NEVER_SO_MANY, recipe, type SetUp, type Subject } from './subject.ts';

// A time limit is not part of the other libraries' breakers, so it is off where breakers are compared like for like.
const OPENS_AT_ONCE: OpossumOptions = { timeout: false, errorThresholdPercentage: 1, resetTimeout: HOUR_MS };
const OPTIONS: Partial<Record<SetUp, OpossumOptions>> = {
  time: { timeout: false, rollingCountTimeout: 10_000, rollingCountBuckets: 10 },
  defaults: {},
  patient: { timeout: false, rollingCountTimeout: 60_000, volumeThreshold: NEVER_SO_MANY },
  'opens-at-once': OPENS_AT_ONCE,
  fallback: OPENS_AT_ONCE,
};

export function opossum(CircuitBreaker: typeof Opossum): Subject {
  return {
    recipe: (setUp, work) => {
      const options = OPTIONS[setUp];
      if (options === undefined) return undefined;
      return recipe<Opossum>({
        make: (name) => {
          const breaker = new CircuitBreaker(work, { ...options, name });
          return setUp === 'fallback' ? breaker.fallback(() => FALLBACK) : breaker;
        },
        call: (breaker) => breaker.fire(),
        dispose: (breaker) => breaker.shutdown(),
      });
    },
  };
}
