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
