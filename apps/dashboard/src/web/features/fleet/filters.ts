import { useSearchParams } from 'wouter';
import { STATE_SLUGS, type StateSlug } from '../../lib/states.ts';
import type { Grouping } from './groups.ts';
import { type NameSet, readNameSet, readNames } from './name-list.ts';
import type { Sort } from './order.ts';

export interface Filters {
  states: ReadonlySet<StateSlug>;
  service: string;
  query: string;
  compact: boolean;
  group: Grouping;
  sort: Sort;
  /** Groups of which only the head is shown, and groups of which every calm row is. */
  folds: NameSet;
  whole: ReadonlySet<string>;
  /** A line of two pixels for every breaker instead of the table. */
  strip: boolean;
}

type FilterKey = 'state' | 'service' | 'q' | 'density' | 'group' | 'sort' | 'fold' | 'more' | 'view';
export type ChangeFilters = (change: Partial<Record<FilterKey, string>>) => void;

export const SORTS: Readonly<Record<Sort, string>> = {
  trouble: 'trouble first',
  name: 'name',
  changed: 'last change',
  opens: 'most opens',
  refused: 'longest open',
};

/** What is filtered, grouped and folded stands in the address, so that it can be sent to somebody. */
export function useFilters(): [Filters, ChangeFilters] {
  const [params, setParams] = useSearchParams();
  const named = (params.get('state') ?? '').split(',');
  const filters: Filters = {
    states: new Set(STATE_SLUGS.filter((slug) => named.includes(slug))),
    service: params.get('service') ?? '',
    query: params.get('q') ?? '',
    compact: params.get('density') === 'compact',
    group: readGroup(params.get('group')),
    sort: readSort(params.get('sort')),
    folds: readNameSet(params.get('fold')),
    whole: new Set(readNames(params.get('more'))),
    strip: params.get('view') === 'strip',
  };
  const change: ChangeFilters = (values) => {
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

function readGroup(text: string | null): Grouping {
  if (text === null || text === 'service') return 'service';
  return text.startsWith('tag:') && text.length > 4 ? (text as Grouping) : '';
}

function readSort(text: string | null): Sort {
  return text !== null && Object.hasOwn(SORTS, text) ? (text as Sort) : 'trouble';
}

export function toggled(states: ReadonlySet<StateSlug>, slug: StateSlug): string {
  return STATE_SLUGS.filter((each) => (each === slug ? !states.has(each) : states.has(each))).join(',');
}
