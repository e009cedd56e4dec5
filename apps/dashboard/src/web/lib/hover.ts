import { useSyncExternalStore } from 'react';
import { createListeners } from './listeners.ts';

/** The moment under the pointer, shared by everything that has the time axis: one crosshair through all of it. */
const moved = createListeners();
let moment: number | null = null;

export const onHover: (listener: () => void) => () => void = moved.add;

export function hoverTime(): number | null {
  return moment;
}

export function setHoverTime(t: number | null): void {
  if (t === moment) return;
  moment = t;
  moved.emit();
}

export function useHoverTime(): number | null {
  return useSyncExternalStore(onHover, hoverTime);
}
