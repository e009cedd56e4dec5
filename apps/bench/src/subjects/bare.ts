import { type Recipe, recipe, type SetUp, type Subject, type Work } from './subject.ts';

/** The call without a breaker: what every ratio is taken of. */
export const bare: Subject = {
  recipe: (_setUp: SetUp, work: Work): Recipe => recipe({ make: () => ({}), call: () => work() }),
};
