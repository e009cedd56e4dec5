import { useSyncExternalStore } from 'react';
import { serverNow } from './clock.ts';
import { createListeners } from './listeners.ts';
import { getView, onViewChange } from './view.ts';

const ticked = createListeners();

setInterval(() => ticked.emit(), 1000);

function subscribe(listener: () => void): () => void {
  const stop = [ticked.add(listener), onViewChange(listener)];
  return () => {
    for (const each of stop) each();
  };
}

/** The moment that texts count from: the present, to the second, or the moment at which the page was paused. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => getView().at ?? Math.floor(serverNow() / 1000) * 1000);
}
