import { LANE } from '@cb/protocol';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { setFavicon } from '../lib/favicon.ts';
import { readBreakerPath } from '../lib/paths.ts';
import { store } from '../live/live.ts';

/** A storm of changes is one new title. */
const EVERY_MS = 250;

/** The title is read while the page is not: it tells the present, also while the page is paused. So does the icon. */
export function useTitle(): void {
  const [path] = useLocation();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      timer = undefined;
      const open = store.counts[LANE.open];
      const halfOpen = store.counts[LANE.halfOpen];
      const trouble = open > 0 ? `${open} open` : halfOpen > 0 ? `${halfOpen} half-open` : '';
      document.title = [trouble, pageName(path), 'breakers'].filter(Boolean).join(' · ');
      setFavicon(open);
    };
    const later = () => {
      timer ??= setTimeout(write, EVERY_MS);
    };
    write();
    const stop = [store.deltas.add(later), store.indexChanged.add(later)];
    return () => {
      clearTimeout(timer);
      for (const each of stop) each();
    };
  }, [path]);
}

/** Of the breaker, or of the page: `/policies` is "Policies". */
function pageName(path: string): string {
  const breaker = readBreakerPath();
  if (breaker) return breaker.name;
  const name = path.split('/')[1] ?? '';
  return name.charAt(0).toUpperCase() + name.slice(1);
}
