import { Circuit, SlidingCountBreaker } from 'mollitia';
import { HOUR_MS, recipe, type SetUp, type Subject } from './subject.ts';

const OPTIONS: Partial<Record<SetUp, ConstructorParameters<typeof SlidingCountBreaker>[0]>> = {
  count: { slidingWindowSize: 100, minimumNumberOfCalls: 20, failureRateThreshold: 50 },
  'opens-at-once': {
    slidingWindowSize: 2,
    minimumNumberOfCalls: 1,
    failureRateThreshold: 50,
    openStateDelay: HOUR_MS,
  },
};

/** Its cost grows with the window, so 100,000 calls would take minutes: no `patient`. */
export const mollitia: Subject = {
  recipe: (setUp, work) => {
    const options = OPTIONS[setUp];
    if (options === undefined) return undefined;
    const func = work as () => Promise<number>; // takes no other
    return recipe<Circuit>({
      make: (name) => new Circuit({ name, func, options: { modules: [new SlidingCountBreaker(options)] } }),
      call: (circuit) => circuit.execute(),
      dispose: (circuit) => circuit.dispose(),
    });
  },
};
