import { useSyncExternalStore } from 'react';

const query = matchMedia('(max-width: 760px)');

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** True where there is no room for a table: breakers then stand on cards. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches);
}
