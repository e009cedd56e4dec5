import { serverNow } from './clock.ts';
import { createListeners } from './listeners.ts';
import { onPaletteChange } from './palette.ts';
import { getView, onMove, onViewChange } from './view.ts';

/**
 * One animation frame for every canvas of the page: all of them see the same `now`, so a column of the axis, of a lane
 * and of a chart is the same moment.
 */
const painters = createListeners<number>();
/** Who wants no motion sees the lanes move on in steps, once a second. */
const calm = matchMedia('(prefers-reduced-motion: reduce)');
let frame = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

export function addPainter(paint: (now: number) => void): () => void {
  const remove = painters.add(paint);
  repaint();
  return remove;
}

export function repaint(): void {
  if (frame === 0) frame = requestAnimationFrame(run);
}

/** At once, in this very moment: a page that is about to be printed has no next frame. */
export function paintNow(): void {
  cancelAnimationFrame(frame);
  run();
}

function run(): void {
  frame = 0;
  painters.emit(serverNow());
  clearTimeout(timer);
  // While following, once a pixel is enough (about 800 of them are on screen), and never above 10 Hz.
  const { at, spanMs } = getView();
  const fastest = calm.matches ? 1000 : 100;
  if (at === null) timer = setTimeout(repaint, Math.min(1000, Math.max(fastest, spanMs / 800)));
}

onViewChange(repaint);
onMove(repaint);
onPaletteChange(repaint);
