/**
 * Disagreements between the words of `config.ts` and core that are reported and not mended yet: held back, so that the
 * model goes on to find others. Mended: delete the entry. Numbers are those of the report; A…: the words do not say.
 */
import type { Case } from './configs.ts';

const KNOWN: Record<string, (c: Case) => boolean> = {
  // What leaves in turn when a result is dated back into a bucket that no call has opened.
  A1: ({ config: { window, counting } }) =>
    window.kind === 'last-ms' &&
    window.forgets === 'in-turn' &&
    (counting?.dated === 'start' || counting?.pending === true), // pending: B25
  // Failures in a row whose results came in another order than their calls: the words would recount, gobreaker's rule does not.
  A6: ({ config: { counting } }) => counting?.streakExpires === true && counting.dated === 'start',
  // Whether an interval that began while open starts a generation: nobody can tell but by the number.
  A2: ({ config: { window, counting } }) =>
    window.kind === 'tumbling' && window.stalesCalls === true && counting?.clears === 'never',
};

export function isKnown(c: Case): boolean {
  return Object.values(KNOWN).some((holds) => holds(c));
}
