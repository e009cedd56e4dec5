import type * as Cockatiel3 from 'cockatiel3';
import type * as Cockatiel4 from 'cockatiel4';
import { ATTEMPTS, FALLBACK, HOUR_MS, recipe, type SetUp, type Subject, TIMEOUT_MS } from './subject.ts';

const PATIENT_CALLS = 200_000;

/** Both generations are called alike. */
export function cockatiel(library: typeof Cockatiel3 | typeof Cockatiel4): Subject {
  const lib = library as typeof Cockatiel4;

  function rules(setUp: SetUp): Cockatiel4.IBreaker | undefined {
    switch (setUp) {
      case 'count':
        return new lib.CountBreaker({ threshold: 0.5, size: 100, minimumNumberOfCalls: 20 });
      case 'time':
      case 'pipeline':
        return new lib.SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 });
      case 'patient':
        return new lib.CountBreaker({
          threshold: 0.99,
          size: PATIENT_CALLS,
          minimumNumberOfCalls: PATIENT_CALLS,
        });
      case 'opens-at-once':
      case 'fallback':
        return new lib.ConsecutiveBreaker(1);
      case 'defaults':
        return undefined; // the breaker must be chosen
    }
  }

  return {
    recipe: (setUp, work) => {
      if (rules(setUp) === undefined) return undefined;
      return recipe<Pick<Cockatiel4.IPolicy, 'execute'>>({
        make: () => {
          const breaker = rules(setUp) as Cockatiel4.IBreaker;
          const policy = lib.circuitBreaker(lib.handleAll, { halfOpenAfter: HOUR_MS, breaker });
          if (setUp === 'fallback') return lib.wrap(lib.fallback(lib.handleAll, FALLBACK), policy);
          if (setUp !== 'pipeline') return policy;
          const retry = lib.retry(lib.handleAll, { maxAttempts: ATTEMPTS - 1 });
          return lib.wrap(retry, policy, lib.timeout(TIMEOUT_MS, lib.TimeoutStrategy.Aggressive));
        },
        call: (policy) => policy.execute(work),
      });
    },
  };
}
