import { useEffect } from 'react';
import { focusHeading, isInDialog, isTyping, movesSlider } from '../lib/focus.ts';
import { keyList } from '../lib/key-list.ts';
import { createKeyReader, isMac, pressedKey } from '../lib/keys.ts';
import { singleKeys } from '../lib/single-keys.ts';
import { isPaletteComing, typeAhead } from './overlay.ts';

/** The keyboard of the whole page: what a key does is said by the commands, where it does nothing is said here. */
export function useShortcuts(): void {
  useEffect(() => {
    const mac = isMac();
    const reader = createKeyReader(mac, singleKeys);
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.defaultPrevented || event.isComposing || isInDialog(target) || movesSlider(event)) return;
      if (isPaletteComing()) {
        event.preventDefault();
        typeAhead(event.key);
        return;
      }
      if (isTyping(target)) {
        if (leavesText(event)) event.preventDefault();
        // What no text needs: Ctrl or ⌘ and a letter.
        if (!pressedKey(event, mac)?.startsWith('Mod+')) return;
      }
      // Space and Enter on something that can be pressed press it.
      if ((event.key === ' ' || event.key === 'Enter') && isPressable(target)) return;
      const command = reader.read(event);
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a[href], summary, [role="button"]') !== null;
}

/** Out of the search: down into the list, or back to the page. */
function leavesText({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === 'Escape') {
    target.blur();
    focusHeading();
    return true;
  }
  if (target.id !== 'search' || (key !== 'Enter' && key !== 'ArrowDown')) return false;
  keyList()?.step(1);
  return true;
}
