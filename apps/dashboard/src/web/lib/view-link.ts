import { getView, timeWindow } from './view.ts';

/** The address of what is on screen now: the page, its filters and this very stretch of time, also while it moves on. */
export function linkToMoment(): string {
  const url = new URL(location.href);
  url.hash = '';
  url.searchParams.set('span', String(Math.round(getView().spanMs / 1000)));
  url.searchParams.set('at', String(Math.round(timeWindow().to)));
  return url.href;
}

/** Into the clipboard. False where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** The old way: pages over plain HTTP have no clipboard of their own. */
function copySelected(text: string): boolean {
  const held = document.activeElement;
  const field = document.createElement('textarea');
  field.className = 'hidden';
  field.value = text;
  document.body.append(field);
  field.select();
  let copied = false;
  try {
    copied = document.execCommand('copy');
  } catch {
    // Not allowed either.
  }
  field.remove();
  if (held instanceof HTMLElement) held.focus();
  return copied;
}
