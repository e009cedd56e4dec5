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
    const ctx = canvas?.getContext('2d');
    if (!canvas || !ctx) return;
    const run = (now: number) => {
      const width = Math.floor(canvas.clientWidth);
      const height = Math.floor(canvas.clientHeight);
      if (width === 0 || height === 0) return;
      const ratio = pixelRatio();
      const w = Math.round(width * ratio);
      const h = Math.round(height * ratio);
      if (canvas.width !== w || canvas.height !== h) {
        canvas.width = w;
        canvas.height = h;
      }
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.clearRect(0, 0, width, height);
      latest.current({ ctx, width, height, now });
    };
    let last = Date.now();
    const remove = addPainter((now) => {
      last = now;
      run(now);
    });
    draw.current = () => run(last);
    const resize = new ResizeObserver(() => run(last));
    resize.observe(canvas);
    // Moving the window to a screen of another resolution changes no size.
    let screen = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    const rescale = () => {
      screen = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
      screen.addEventListener('change', rescale, { once: true });
      run(last);
    };
    screen.addEventListener('change', rescale, { once: true });
    return () => {
      remove();
      resize.disconnect();
      screen.removeEventListener('change', rescale);
    };
  }, []);

  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without a tabindex cannot be focused.
  return <canvas ref={ref} className={className} aria-hidden="true" />;
}
