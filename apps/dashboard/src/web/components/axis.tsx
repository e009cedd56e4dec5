import { snapWindow } from '../lib/columns.ts';
import { palette } from '../lib/palette.ts';
import { timeTicks } from '../lib/time-ticks.ts';
import { getView, timeWindow } from '../lib/view.ts';
import { type Surface, TimeCanvas } from './time-canvas.tsx';

const FONT = '11px Inter, system-ui, sans-serif';

export function paintAxis({ ctx, width, height, now }: Surface): void {
  const live = getView().at === null;
  const window = snapWindow(timeWindow(now), width);
  const perMs = width / (window.to - window.from);
  const colours = palette();
  ctx.font = FONT;
  ctx.textBaseline = 'middle';
  const middle = height / 2;
  const nowWidth = live ? ctx.measureText('now').width + 14 : 0;
  for (const { t, label } of timeTicks(window.from, window.to, width)) {
    const x = Math.round((t - window.from) * perMs);
    const half = ctx.measureText(label).width / 2;
    if (x - half < 0 || x + half > width - nowWidth) continue;
    ctx.fillStyle = colours.muted;
    ctx.textAlign = 'center';
    ctx.fillText(label, x, middle);
    ctx.fillStyle = colours.line;
    ctx.fillRect(x, height - 4, 1, 4);
  }
  if (live) {
    ctx.fillStyle = colours.muted;
    ctx.textAlign = 'right';
    ctx.fillText('now', width, middle);
  }
}

/** The times over everything that shares the axis. */
export function Axis() {
  return (
    <div className="axis">
      <TimeCanvas paint={paintAxis} />
    </div>
  );
}
