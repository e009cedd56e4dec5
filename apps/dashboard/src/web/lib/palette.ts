import { askColours, lanePalette } from '@cb/timeline/drawing';
import type { LanePalette } from './draw-lanes.ts';
import { createListeners } from './listeners.ts';
import { pixelRatio } from './paper.ts';

/** Colours live in the style sheet only; a canvas reads them here, after the theme has been applied. */
export interface Palette extends LanePalette {
  text: string;
  muted: string;
  line: string;
  surface: string;
  closedSoft: string;
  openSolid: string;
  halfOpenSolid: string;
  isolatedSolid: string;
  halfOpenWord: string;
  openWord: string;
  rejected: string;
  p50: string;
}

const changed = createListeners();
let cached: Palette | undefined;
let cachedRatio = 0;

export const onPaletteChange: (listener: () => void) => () => void = changed.add;

export function palette(): Palette {
  if (!cached || cachedRatio !== pixelRatio()) {
    cachedRatio = pixelRatio();
    cached = readPalette();
  }
  return cached;
}

export function refreshPalette(): void {
  cached = undefined;
  changed.emit();
}

function readPalette(): Palette {
  const { colour, done } = askColours(document.body, '--');
  const result: Palette = {
    ...lanePalette(colour, pixelRatio()),
    halfOpenSolid: colour('half-open'),
    isolatedSolid: colour('isolated'),
    halfOpenWord: colour('half-open-word'),
    openWord: colour('open-word'),
    openSolid: colour('open'),
    mark: colour('text-2'),
    text: colour('text'),
    muted: colour('muted'),
    line: colour('line'),
    surface: colour('surface'),
    closedSoft: colour('closed-soft'),
    rejected: colour('rejected'),
    p50: colour('closed'),
  };
  done();
  return result;
}
