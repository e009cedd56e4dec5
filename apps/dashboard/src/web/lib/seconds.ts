import { useSyncExternalStore } from 'react';
import { serverNow } from './clock.ts';
import { createListeners } from './listeners.ts';
import { readableMs } from './replay.ts';
import { getView, onMove, onViewChange } from './view.ts';

const ticked = createListeners();

setInterval(() => ticked.emit(), 1000);

function subscribe(listener: () => void): () => void {
  const stop = [ticked.add(listener), onViewChange(listener), onMove(listener)];
  return () => {
    for (const each of stop) each();
  };
}

/** The moment that texts count from: the present, to the second, or the moment that the page shows. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    const { at } = getView();
    if (at === null) return Math.floor(serverNow() / 1000) * 1000;
    return Math.floor(at / readableMs()) * readableMs();
  });
}
