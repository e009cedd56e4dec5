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

/** `light-dark()` is resolved only in a real property, so a hidden element is asked. */
function readPalette(): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  // High contrast of the system paints text in one colour; a lane without its own would be a blank bar.
  probe.style.forcedColorAdjust = 'none';
  document.body.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const halfOpen = colour('half-open');
  const isolated = colour('isolated');
  const result: Palette = {
    noData: colour('no-data'),
    closed: colour('closed'),
    halfOpen: hatch(colour('half-open-back'), halfOpen, 'single'),
    halfOpenEdge: colour('half-open-edge'),
    halfOpenSolid: halfOpen,
    isolatedSolid: isolated,
    halfOpenWord: colour('half-open-word'),
    openWord: colour('open-word'),
    isolated: hatch(isolated, colour('isolated-line'), 'cross'),
    open: colour('open'),
    openSolid: colour('open'),
    text: colour('text'),
    mark: colour('text-2'),
    muted: colour('muted'),
    line: colour('line'),
    surface: colour('surface'),
    closedSoft: colour('closed-soft'),
    rejected: colour('rejected'),
    p50: colour('closed'),
  };
  probe.remove();
  return result;
}

/** Diagonal stripes on a seamless tile, drawn at the resolution of the screen. */
function hatch(back: string, stripe: string, kind: 'single' | 'cross'): CanvasPattern | string {
  const ratio = pixelRatio();
  const size = kind === 'single' ? 6 : 7;
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.round(size * ratio);
  const ctx = tile.getContext('2d');
  if (!ctx) return stripe;
  const edge = tile.width;
  ctx.fillStyle = back;
  ctx.fillRect(0, 0, edge, edge);
  ctx.strokeStyle = stripe;
  ctx.lineWidth = (kind === 'single' ? 2.2 : 1.1) * ratio;
  ctx.beginPath();
  for (const shift of [-edge, 0, edge]) {
    ctx.moveTo(shift - edge, edge * 2);
    ctx.lineTo(shift + edge * 2, -edge);
    if (kind === 'cross') {
      ctx.moveTo(shift - edge, -edge);
      ctx.lineTo(shift + edge * 2, edge * 2);
    }
  }
  ctx.stroke();
  const pattern = ctx.createPattern(tile, 'repeat');
  if (!pattern) return stripe;
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}
