import { LANE } from '@cb/protocol';
import { useEffect } from 'react';
import { store } from '../live/live.ts';

/** The title is read while the page is not: it tells the present, also while the page is paused. */
export function useTitle(): void {
  useEffect(() => {
    const write = () => {
      const open = store.counts[LANE.open];
      const halfOpen = store.counts[LANE.halfOpen];
      const trouble = open > 0 ? `${open} open · ` : halfOpen > 0 ? `${halfOpen} half-open · ` : '';
      document.title = `${trouble}breakers`;
    };
    write();
    const stop = [store.deltas.add(write), store.indexChanged.add(write)];
    return () => {
      for (const each of stop) each();
    };
  }, []);
}
