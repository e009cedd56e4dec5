import { useSyncExternalStore } from 'react';
import { onPaletteChange, refreshPalette } from './palette.ts';

type Theme = 'system' | 'dark' | 'light';

const KEY = 'cb-theme';
const systemDark = matchMedia('(prefers-color-scheme: dark)');

function current(): Theme {
  const set = document.documentElement.dataset.theme;
  return set === 'dark' || set === 'light' ? set : 'system';
}

export function isDark(): boolean {
  const theme = current();
  return theme === 'system' ? systemDark.matches : theme === 'dark';
}

/** Switches to the other look and remembers it; choosing what the system wants anyway forgets the choice. */
export function toggleTheme(): void {
  const dark = !isDark();
  const theme: Theme = dark === systemDark.matches ? 'system' : dark ? 'dark' : 'light';
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
  refreshPalette();
}

systemDark.addEventListener('change', refreshPalette);

export function useDark(): boolean {
  return useSyncExternalStore(onPaletteChange, isDark);
}
