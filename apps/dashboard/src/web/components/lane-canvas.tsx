import { snapWindow } from '@cb/timeline/drawing';
import { useEffect } from 'react';
import { drawLanes, type LaneRect } from '../lib/draw-lanes.ts';
import { repaint } from '../lib/painter.ts';
import { palette } from '../lib/palette.ts';
import { timeWindow } from '../lib/view.ts';
import { connection } from '../live/live.ts';
import { type Surface, TimeCanvas } from './time-canvas.tsx';

/** Lanes of state on one canvas. `lanes` is asked anew at each painting: tracks grow without React hearing of it. */
export function LaneCanvas({ lanes, className }: { lanes: () => readonly LaneRect[]; className?: string }) {
  // Dependencies on purpose: other lanes have to be painted at once.
  useEffect(repaint, [lanes]);
  const paint = ({ ctx, width, now }: Surface) => {
    const window = snapWindow(timeWindow(now), width);
    drawLanes(ctx, lanes(), { ...window, width, until: now, knownUntil: connection.knownUntil() }, palette());
  };
  return <TimeCanvas paint={paint} className={className ?? 'lane-canvas'} />;
}
