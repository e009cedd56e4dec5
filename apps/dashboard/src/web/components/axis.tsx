import type { Marker } from '@cb/protocol';
import { snapWindow } from '../lib/columns.ts';
import { palette } from '../lib/palette.ts';
import { timeTicks } from '../lib/time-ticks.ts';
import { getView, timeWindow } from '../lib/view.ts';
import { markers } from '../live/live.ts';
import { type Surface, TimeCanvas } from './time-canvas.tsx';

const FONT = '11px Inter, system-ui, sans-serif';
/** Half the width of a marker's triangle, and its height. */
const SIGN = 4;

function paintAxis({ ctx, width, height, now }: Surface): void {
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

/** Triangles on the lower edge of the axis, where something was deployed or noted. */
function paintMarks({ ctx, width, height, now }: Surface, markers: readonly Marker[]): void {
  const window = snapWindow(timeWindow(now), width);
  ctx.fillStyle = palette().mark;
  for (const { t } of markers) {
    if (t < window.from || t > window.to) continue;
    const x = Math.round(((t - window.from) / (window.to - window.from)) * width) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x - SIGN, height - SIGN * 1.6);
    ctx.lineTo(x + SIGN, height - SIGN * 1.6);
    ctx.lineTo(x, height);
    ctx.fill();
  }
}

interface Props {
  /** Only markers that concern this service; left out: all. */
  service?: string;
}

/** The times over everything that shares the axis, with what was deployed and noted. */
export function Axis({ service }: Props) {
  const paint = (surface: Surface) => {
    paintAxis(surface);
    paintMarks(surface, service === undefined ? markers.all() : markers.of(service));
  };
  return (
    <div className="axis">
      <TimeCanvas paint={paint} />
    </div>
  );
}
