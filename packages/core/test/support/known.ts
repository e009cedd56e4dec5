/**
 * Disagreements between the words of `config.ts` and core that are reported and not mended yet: held back, so that the
 * model goes on to find others. Mended: delete the entry. Numbers are those of the report; A…: the words do not say.
 */
import type { Case } from './configs.ts';

const KNOWN: Record<string, (c: Case) => boolean> = {
  B26: ({ config: { window, counting } }) =>
    window.kind === 'last-ms' && window.forgets === 'by-counter' && counting?.dated === 'start',
  B28: ({ config: { probing, openWhen } }) =>
    probing.closeWhen.kind === 'below-limits' && openWhen.some((rule) => 'adapt' in rule),
  B20: ({ config: { counting } }) =>
    counting !== undefined &&
    (counting.clears === 'never' || counting.late === 'counted') &&
    (counting.ignored !== 'nothing' || counting.pending),
  B19: ({ config: { probing, counting } }) => probing.afterMaxMs === 'closed' && counting?.clears === 'never',
  // What leaves in turn when a result is dated back into a bucket that no call has opened.
  A1: ({ config: { window, counting } }) =>
    window.kind === 'last-ms' &&
    window.forgets === 'in-turn' &&
    (counting?.dated === 'start' || counting?.pending === true), // pending: B25
  // Whether an interval that began while open starts a generation: nobody can tell but by the number.
  A2: ({ config: { window, counting } }) =>
    window.kind === 'tumbling' && window.stalesCalls === true && counting?.clears === 'never',
};

/** Fields of the window's view that are known to be wrong sometimes. */
export const KNOWN_FIELDS: Readonly<Record<string, string>> = { B21: 'successesInARow' };

export function isKnown(c: Case): boolean {
  return Object.values(KNOWN).some((holds) => holds(c));
}
