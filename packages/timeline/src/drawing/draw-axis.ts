import type { TimeWindow } from './columns.ts';
import { timeTicks } from './time-ticks.ts';

export interface AxisBox {
  width: number;
  height: number;
  /** The right edge is the present, and says so. */
  live: boolean;
}

/** How the axis is written: two colours and a font of 11 pixels. */
export interface AxisStyle {
  muted: string;
  line: string;
  font: string;
}

/** Round moments of local time in the upper part of a canvas, each with a short line on the lower edge. */
export function drawAxis(
  ctx: CanvasRenderingContext2D,
  window: TimeWindow,
  { width, height, live }: AxisBox,
  { muted, line, font }: AxisStyle,
): void {
  const perMs = width / (window.to - window.from);
  ctx.font = font;
  ctx.textBaseline = 'middle';
  const middle = height / 2;
  const nowWidth = live ? ctx.measureText('now').width + 14 : 0;
  for (const { t, label } of timeTicks(window.from, window.to, width)) {
    const x = Math.round((t - window.from) * perMs);
    const half = ctx.measureText(label).width / 2;
    if (x - half < 0 || x + half > width - nowWidth) continue;
    ctx.fillStyle = muted;
    ctx.textAlign = 'center';
    ctx.fillText(label, x, middle);
    ctx.fillStyle = line;
    ctx.fillRect(x, height - 4, 1, 4);
  }
  if (live) {
    ctx.fillStyle = muted;
    ctx.textAlign = 'right';
    ctx.fillText('now', width, middle);
  }
}
