import type { PolicyKind } from './policy.ts';

/** What can stand in a pipeline. */
export type StageKind = PolicyKind | 'breaker';

/** Inner policies that make no sense inside the outer one, and what to do instead. */
const WRONG_INSIDE: Partial<Record<StageKind, Partial<Record<StageKind, string>>>> = {
  breaker: {
    fallback: 'the breaker would see no failure and never open; put fallback(…) first',
  },
  retry: {
    fallback: 'the retry would see no failure and never try again; put fallback(…) first',
    retry: 'tries would multiply; one retry(…) with more attempts does the same and can be understood',
  },
  hedge: {
    fallback: 'the fallback would win the race for every failure; put fallback(…) first',
    hedge: 'second calls would multiply; one hedge(…) is enough',
  },
  fallback: {
    fallback: 'the outer one would never be asked; give one fallback(…) several replacements',
  },
  bulkhead: {
    coalesce: 'calls that share one answer would take a place each; put coalesce(…) outside',
  },
  'rate-limit': {
    coalesce: 'calls that share one answer would take a token each; put coalesce(…) outside',
  },
  coalesce: {
    coalesce: 'the inner one would never find two equal calls',
  },
};

/**
 * Refuses an order that never makes sense.
 *
 * @param kinds outermost first.
 * @throws TypeError with what is wrong, why, and what to do instead.
 */
export function checkOrder(kinds: readonly StageKind[]): void {
  kinds.forEach((inner, at) => {
    for (const outer of kinds.slice(0, at)) {
      const reason = WRONG_INSIDE[outer]?.[inner];
      if (reason === undefined) continue;
      const where = outer === inner ? `a second ${inner}` : `${inner} inside ${outer}`;
      throw new TypeError(`pipeline: ${where} makes no sense: ${reason}`);
    }
  });
}
