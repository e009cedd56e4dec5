import { useSyncExternalStore } from 'react';
import { createListeners } from '../lib/listeners.ts';

/** The dialogs of the page itself; at most one of them is open. */
type Overlay = 'help' | 'palette' | 'range';

const changed = createListeners();
let shown: Overlay | undefined;

export function useOverlay(): Overlay | undefined {
  return useSyncExternalStore(changed.add, () => shown);
}

/** What was typed between asking for the palette and its being there: its code may still be on the way. */
let typed = '';

export function isPaletteComing(): boolean {
  return shown === 'palette' && document.querySelector('dialog.palette') === null;
}

export function typeAhead(key: string): void {
  if (key === 'Escape') hideOverlay('palette');
  else if (key === 'Backspace') typed = typed.slice(0, -1);
  else if (key.length === 1) typed += key;
}

export function typedAhead(): string {
  return typed;
}

export function showOverlay(overlay: Overlay): void {
  set(overlay);
}

/** A dialog says a moment later that it was closed: by then another one may have been opened. */
export function hideOverlay(overlay: Overlay): void {
  if (shown === overlay) set(undefined);
}

function set(overlay: Overlay | undefined): void {
  shown = overlay;
  typed = '';
  changed.emit();
}
