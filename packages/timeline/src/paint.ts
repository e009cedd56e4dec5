import { snapWindow, type TimeWindow } from './drawing/columns.ts';
import { drawAxis } from './drawing/draw-axis.ts';
import { drawLane, type LaneBox } from './drawing/draw-lane.ts';
import { fitCanvas } from './drawing/fit-canvas.ts';
import { askColours, lanePalette } from './drawing/lane-palette.ts';
import type { ReadLane } from './read-lane.ts';

/** Height of the axis above the lanes, in pixels; the style sheet has it too. */
export const AXIS = 22;

/** What is painted. */
export interface Scene {
  read: readonly ReadLane[];
  window: TimeWindow;
  now: number;
  /** The right edge is the present. */
  live: boolean;
  /** Height of a lane, in pixels. */
  height: number;
  /** Which look is asked for: another one has other colours. */
  theme: string;
}

function sizeOf(height: number): LaneBox['size'] {
  return height >= 24 ? 'row' : height >= 18 ? 'compact' : 'thin';
}

/** Draws all lanes under their axis. Colours are those of the style sheet at this place of the page. */
export function paint(canvas: HTMLCanvasElement, { read, window, now, live, height }: Scene): void {
  const fitted = fitCanvas(canvas, devicePixelRatio);
  if (!fitted || !canvas.parentElement || read.length === 0) return;
  const { ctx, width } = fitted;
  const { colour, done } = askColours(canvas.parentElement, '--cb-');
  const palette = lanePalette(colour, devicePixelRatio);
  const style = { muted: colour('muted'), line: colour('line') };
  done();
  const snapped = snapWindow(window, width);
  const font = `11px ${getComputedStyle(canvas).fontFamily}`;
  drawAxis(ctx, snapped, { width, height: AXIS, live }, { ...style, font });
  const size = sizeOf(height);
  const view = { ...snapped, width, until: now, knownUntil: Number.MAX_VALUE };
  read.forEach((track, n) => {
    drawLane(ctx, track, { middle: AXIS + (n + 0.5) * height, size }, view, palette);
  });
}
