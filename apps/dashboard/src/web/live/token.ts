const KEY = 'cb-token';

/** Lives as long as the tab. Never in the address: that is logged, shared and remembered. */
export function readToken(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function writeToken(token: string): void {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Storage is switched off: the server will ask again after a reload.
  }
}
