import { createListeners } from './listeners.ts';

/** Whether single letters do something: who dictates, or rests a hand on the keyboard, switches them off. */
const KEY = 'cb-single-keys';
const changed = createListeners();
let on = read();

export const onSingleKeysChange: (listener: () => void) => () => void = changed.add;

export function singleKeys(): boolean {
  return on;
}

export function setSingleKeys(next: boolean): void {
  on = next;
  try {
    if (next) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, 'off');
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
  changed.emit();
}

function read(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}
