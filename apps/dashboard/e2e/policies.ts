import type { PolicyLike } from '@cb/reporter';

/** Something with the shape of a policy of `@cb/policies`, whose numbers a test moves. */
export interface ToyPolicy extends PolicyLike {
  readonly counts: Record<string, number>;
  readonly gauges: Record<string, number>;
}

interface Said {
  counts?: Record<string, number>;
  gauges?: Record<string, number>;
  config?: unknown;
}

export function toyPolicy(
  kind: string,
  name: string,
  { counts = {}, gauges = {}, config = {} }: Said = {},
): ToyPolicy {
  const snapshot: PolicyLike['snapshot'] = () => ({ counts: { ...counts }, gauges: { ...gauges }, config });
  return { kind, name, counts, gauges, snapshot };
}
