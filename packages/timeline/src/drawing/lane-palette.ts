import type { LanePalette } from './draw-lane.ts';

/** Names of the colours that lanes are drawn in, as the style sheets have them. */
export type LaneColour =
  | 'no-data'
  | 'closed'
  | 'half-open'
  | 'half-open-back'
  | 'half-open-edge'
  | 'isolated'
  | 'isolated-line'
  | 'open';

/**
 * The fillings of every state, made once a theme and resolution: colour, and hatch where height alone does not say it.
 * @param ratio Dots of the canvas per pixel of the page.
 */
export function lanePalette(colour: (name: LaneColour) => string, ratio: number): LanePalette {
  return {
    noData: colour('no-data'),
    closed: colour('closed'),
    halfOpen: hatch(colour('half-open-back'), colour('half-open'), 'single', ratio),
    halfOpenEdge: colour('half-open-edge'),
    isolated: hatch(colour('isolated'), colour('isolated-line'), 'cross', ratio),
    open: colour('open'),
  };
}

/**
 * Answers what a custom property of a style sheet is as a colour. `light-dark()` is resolved only in a real property, so a
 * hidden element is asked; `done` takes it away.
 * @param prefix What stands before each name: `--`.
 */
export function askColours(
  parent: Element,
  prefix: string,
): { colour: (name: string) => string; done: () => void } {
  const probe = document.createElement('span');
  probe.hidden = true;
  // High contrast of the system paints text in one colour; a lane without its own would be a blank bar.
  probe.style.forcedColorAdjust = 'none';
  parent.append(probe);
  return {
    colour: (name) => {
      probe.style.color = `var(${prefix}${name})`;
      return getComputedStyle(probe).color;
    },
    done: () => probe.remove(),
  };
}

/** Diagonal stripes on a seamless tile, drawn at the resolution of the screen. */
function hatch(
  back: string,
  stripe: string,
  kind: 'single' | 'cross',
  ratio: number,
): CanvasPattern | string {
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
