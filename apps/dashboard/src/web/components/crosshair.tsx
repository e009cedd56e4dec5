import { useEffect, useRef } from 'react';
import { hoverTime, onHover } from '../lib/hover.ts';
import { onMove, onViewChange, timeWindow } from '../lib/view.ts';

/** One line through everything under it, moved without React: hovering never paints a lane again. */
export function Crosshair() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const move = () => {
      const line = ref.current;
      const box = line?.parentElement;
      if (!line || !box) return;
      const t = hoverTime();
      const { from, to } = timeWindow();
      const visible = t !== null && t >= from && t <= to;
      line.hidden = !visible;
      if (visible)
        line.style.transform = `translateX(${Math.round(((t - from) / (to - from)) * box.clientWidth)}px)`;
    };
    const stop = [onHover(move), onViewChange(move), onMove(move)];
    move();
    return () => {
      for (const each of stop) each();
    };
  }, []);
  return <div ref={ref} className="crosshair" hidden />;
}
