const KEY = 'cb-token';
/** The token that was there before an operator's was given; empty for none. */
const BEFORE = 'cb-token-before';

/** Where storage is switched off, a token lives as long as the page. */
const kept = new Map<string, string>();

/** Lives as long as the tab. Never in the address: that is logged, shared and remembered. */
export function readToken(): string | undefined {
  return get(KEY);
}

/** A token asked for at the door. */
export function writeToken(token: string): void {
  set(KEY, token);
  set(BEFORE, undefined);
}

/** Another token for as long as somebody acts; the one before is kept for afterwards. */
export function swapToken(token: string): void {
  if (!isSwapped()) set(BEFORE, get(KEY) ?? '');
  set(KEY, token);
}

export function isSwapped(): boolean {
  return get(BEFORE) !== undefined;
}

/** Back to the token before, or to none. */
export function restoreToken(): void {
  set(KEY, get(BEFORE) || undefined);
  set(BEFORE, undefined);
}

function get(key: string): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return kept.get(key);
  }
}

function set(key: string, value: string | undefined): void {
  if (value === undefined) kept.delete(key);
  else kept.set(key, value);
  try {
    if (value === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // Storage is switched off: the server will ask again after a reload.
  }
}
