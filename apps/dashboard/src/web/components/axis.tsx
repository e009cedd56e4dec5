import type { Marker } from '@cb/protocol';
import { drawAxis, snapWindow } from '@cb/timeline/drawing';
import { palette } from '../lib/palette.ts';
import { getView, timeWindow } from '../lib/view.ts';
import { markers } from '../live/live.ts';
import { type Surface, TimeCanvas } from './time-canvas.tsx';

const FONT = '11px Inter, system-ui, sans-serif';
/** Half the width of a marker's triangle, and its height. */
const SIGN = 4;

function paintAxis({ ctx, width, height, now }: Surface): void {
  const window = snapWindow(timeWindow(now), width);
  const { muted, line } = palette();
  drawAxis(ctx, window, { width, height, live: getView().at === null }, { muted, line, font: FONT });
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
