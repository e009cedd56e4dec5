/** A canvas that is as large as its box, and ready to be drawn on in pixels of the page. */
export interface Fitted {
  ctx: CanvasRenderingContext2D;
  width: number;
  height: number;
}

/**
 * Gives the canvas the dots that its box has on this screen and clears it; undefined where there is nothing to draw on.
 * @param ratio Dots of the canvas per pixel of the page.
 */
export function fitCanvas(canvas: HTMLCanvasElement, ratio: number): Fitted | undefined {
  const ctx = canvas.getContext('2d');
  const width = Math.floor(canvas.clientWidth);
  const height = Math.floor(canvas.clientHeight);
  if (!ctx || width === 0 || height === 0) return undefined;
  const w = Math.round(width * ratio);
  const h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  return { ctx, width, height };
}

/** Calls back when the canvas has to be drawn anew: another box, or a screen of another resolution. */
export function onCanvasChange(canvas: HTMLCanvasElement, redraw: () => void): () => void {
  // Neither exists where pages are tested without a browser.
  if (typeof ResizeObserver === 'undefined' || typeof matchMedia === 'undefined') return () => {};
  const resize = new ResizeObserver(redraw);
  resize.observe(canvas);
  // Moving the window to a screen of another resolution changes no size.
  let screen = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  const rescale = () => {
    screen = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    screen.addEventListener('change', rescale, { once: true });
    redraw();
  };
  screen.addEventListener('change', rescale, { once: true });
  return () => {
    resize.disconnect();
    screen.removeEventListener('change', rescale);
  };
}
