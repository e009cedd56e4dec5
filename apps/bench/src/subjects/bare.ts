import { type Recipe, recipe, type SetUp, type Subject, type Work } from './subject.ts';

/** The call without a breaker: what every ratio is taken of. */
export const bare: Subject = {
  // A callee without a promise is awaited as it is.
  recipe: (_setUp: SetUp, work: Work): Recipe =>
    recipe({ make: () => ({}), call: () => work() as Promise<number> }),

  lookUp: (keys) => {
    const map = new Map(keys.map((key) => [key, {}]));
    return (key) => map.get(key);
  },
};
