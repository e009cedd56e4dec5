const KEY = 'cb-who';

/** Who somebody said they were, for this tab: tokens are shared. */
export function readWho(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function rememberWho(who: string): void {
  try {
    sessionStorage.setItem(KEY, who);
  } catch {
    // Storage is switched off: they are asked again.
  }
}
