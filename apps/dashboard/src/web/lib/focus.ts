/** The page's heading: where the focus rests when it has nowhere better to be. */
function heading(): HTMLElement | null {
  return document.querySelector<HTMLElement>('main h1');
}

/** Moves the focus to the page's heading, if the page has one yet. */
export function focusHeading(): boolean {
  const target = heading();
  if (!target) return false;
  if (!target.hasAttribute('tabindex')) target.tabIndex = -1;
  target.focus({ preventScroll: true });
  return true;
}

/** True while nothing that a person chose has the focus. */
export function isResting(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement === heading();
}

/**
 * Closes a dialog. The browser gives the focus back to what had it; where nothing had it, it would stay in the closed
 * dialog until the next frame, and keys with it.
 */
export function closeDialog(dialog: HTMLDialogElement | null): void {
  dialog?.close();
  if (dialog?.contains(document.activeElement)) focusHeading();
}

/** True where keys are text, or choose from a list: they are not ours. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input:not([type="range"]), textarea, select, [contenteditable]:not([contenteditable="false"])',
    ) !== null
  );
}

/** A slider needs these keys for itself, and no other. */
export function movesSlider({ key, target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLInputElement && target.type === 'range' && /^(Arrow|Page|Home$|End$)/.test(key)
  );
}

/** True while a dialog or a menu has the keyboard for itself. */
export function isInDialog(target: EventTarget | null): boolean {
  if (document.querySelector('dialog:modal')) return true;
  return (
    target instanceof Element && target.closest('dialog, [role="dialog"], [role="menu"], [popover]') !== null
  );
}
