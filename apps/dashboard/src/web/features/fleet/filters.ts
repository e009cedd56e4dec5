import { useSearchParams } from 'wouter';
import { STATE_SLUGS, type StateSlug } from '../../lib/states.ts';

export interface Filters {
  states: ReadonlySet<StateSlug>;
  service: string;
  query: string;
  compact: boolean;
}

/** What is filtered stands in the address, so that it can be sent to somebody. */
export function useFilters(): [
  Filters,
  (change: Partial<Record<'state' | 'service' | 'q' | 'density', string>>) => void,
] {
  const [params, setParams] = useSearchParams();
  const named = (params.get('state') ?? '').split(',');
  const filters: Filters = {
    states: new Set(STATE_SLUGS.filter((slug) => named.includes(slug))),
    service: params.get('service') ?? '',
    query: params.get('q') ?? '',
    compact: params.get('density') === 'compact',
  };
  const change = (values: Partial<Record<'state' | 'service' | 'q' | 'density', string>>) => {
    setParams(
      (held) => {
        const next = new URLSearchParams(held);
        for (const [key, value] of Object.entries(values)) {
          if (value) next.set(key, value);
          else next.delete(key);
        }
        return next;
      },
      { replace: true },
    );
  };
  return [filters, change];
}

export function toggled(states: ReadonlySet<StateSlug>, slug: StateSlug): string {
  return STATE_SLUGS.filter((each) => (each === slug ? !states.has(each) : states.has(each))).join(',');
}
