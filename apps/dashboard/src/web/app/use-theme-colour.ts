import { useEffect } from 'react';
import { onPaletteChange, palette } from '../lib/palette.ts';

/** The browser's own bar on a phone takes the colour of ours, in the look that was chosen. */
export function useThemeColour(): void {
  useEffect(() => {
    const write = () => {
      const { surface } = palette();
      for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
        meta.content = surface;
      }
    };
    write();
    return onPaletteChange(write);
  }, []);
}
