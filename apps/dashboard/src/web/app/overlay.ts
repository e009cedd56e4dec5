import { useSyncExternalStore } from 'react';
import { createListeners } from '../lib/listeners.ts';

/** The dialogs of the page itself; at most one of them is open. */
type Overlay = 'help' | 'palette';

const changed = createListeners();
let shown: Overlay | undefined;

export function useOverlay(): Overlay | undefined {
  return useSyncExternalStore(changed.add, () => shown);
}

export function showOverlay(overlay: Overlay | undefined): void {
  shown = overlay;
  changed.emit();
}
