import { fitCanvas, onCanvasChange } from '@cb/timeline/drawing';
import { useEffect, useRef } from 'react';
import { addPainter } from '../lib/painter.ts';
import { pixelRatio } from '../lib/paper.ts';

export interface Surface {
  ctx: CanvasRenderingContext2D;
  width: number;
  height: number;
  now: number;
}

/**
 * A canvas that follows its box and the screen's resolution, and paints in the page's one frame. It says nothing to a
 * screen reader: whatever it shows also stands in text.
 */
export function TimeCanvas({ paint, className }: { paint: (surface: Surface) => void; className?: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const latest = useRef(paint);
  const draw = useRef<() => void>(undefined);
  latest.current = paint;

  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    const run = (now: number) => {
      const fitted = fitCanvas(canvas, pixelRatio());
      if (fitted) latest.current({ ...fitted, now });
    };
    let last = Date.now();
    const remove = addPainter((now) => {
      last = now;
      run(now);
    });
    draw.current = () => run(last);
    const stop = onCanvasChange(canvas, () => run(last));
    return () => {
      remove();
      stop();
    };
  }, []);

  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without a tabindex cannot be focused.
  return <canvas ref={ref} className={className} aria-hidden="true" />;
}
