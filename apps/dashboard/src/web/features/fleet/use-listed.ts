import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { type Query, readQuery, Search } from '../../lib/search.ts';
import { type StateSlug, slugOf } from '../../lib/states.ts';
import { readInstances } from '../../live/api.ts';
import type { RowView } from '../../live/row-view.ts';
import type { Filters } from './filters.ts';

const search = new Search();
/** Who types a name asks for it once, not for each letter. */
const TYPING_MS = 150;

/** Rows that the filters leave: before states are looked at, which are counted beside, and after. */
export function useListed(rows: readonly RowView[], { service, query: text, states }: Filters) {
  // A slow render of thousands of rows never stands between two keys.
  const deferred = useDeferredValue(text);
  const query = useMemo(() => readQuery(deferred), [deferred]);
  const onInstance = useInstances(query);
  const scoped = useMemo(
    () =>
      service === '' && query.terms.length === 0
        ? rows
        : rows.filter(
            (row) => (service === '' || row.service === service) && search.matches(row, query, onInstance),
          ),
    [rows, service, query, onInstance],
  );
  const chosen = [...states].join(',');
  const listed = useMemo(() => {
    const slugs = new Set(chosen.split(',') as StateSlug[]);
    return chosen === '' ? scoped : scoped.filter((row) => slugs.has(slugOf(row.code)));
  }, [scoped, chosen]);
  return { scoped, listed };
}

/** Which rows have instances that are looked for by name: the server knows. */
function useInstances(query: Query): (text: string, row: number) => boolean {
  const [found, setFound] = useState<ReadonlyMap<string, ReadonlySet<number>>>(new Map());
  const latest = useRef(found);
  latest.current = found;
  const wanted = query.instances.join('\n');
  useEffect(() => {
    if (wanted === '') return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      for (const text of wanted.split('\n')) {
        readInstances(text, abort.signal).then(
          (rows) => setFound((held) => new Map([...held].slice(-8)).set(text, rows)),
          () => {},
        );
      }
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted]);
  return useMemo(() => (text, row) => found.get(text)?.has(row) === true, [found]);
}
