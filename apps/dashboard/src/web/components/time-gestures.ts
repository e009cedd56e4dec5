import { type RefObject, useEffect } from 'react';
import { setHoverTime } from '../lib/hover.ts';
import { panBy, timeWindow, zoomBy } from '../lib/view.ts';

export interface GestureOptions {
  /** Finds the plot inside of which x means time. */
  plot: (root: HTMLElement) => DOMRect | undefined;
  /** A plain wheel zooms. Where it has a page to scroll, it asks for Ctrl or ⌘ (a pinch says Ctrl, too). */
  wheelZooms?: boolean;
  onPoint?: (x: number, y: number, t: number | null) => void;
  /** A click on the plot that was no drag; true where it was taken, and opens nothing then. */
  onPick?: (event: MouseEvent) => boolean;
}

/** What lies on the time axis and is not part of it: there a press is its own, and no moment is under the pointer. */
function isApart({ target }: Event): boolean {
  return target instanceof Element && target.closest('[data-apart]') !== null;
}

/** A move of so many pixels makes a press a drag and no click. */
const DRAG_PX = 4;

/** Pan by dragging or wheeling sideways, zoom by wheel, and the shared crosshair under the pointer. */
export function useTimeGestures(ref: RefObject<HTMLElement | null>, options: GestureOptions): void {
  const { plot, wheelZooms = false, onPoint, onPick } = options;
  useEffect(() => {
    const root = ref.current;
    if (!root) return;
    let dragX: number | null = null;
    let dragged = false;

    const timeAt = (clientX: number): { t: number; box: DOMRect } | undefined => {
      const box = plot(root);
      if (!box || clientX < box.left || clientX > box.right) return undefined;
      const { from, to } = timeWindow();
      return { t: from + ((clientX - box.left) / box.width) * (to - from), box };
    };
    const onMove = (event: PointerEvent) => {
      if (dragX !== null) {
        const box = plot(root);
        const dx = event.clientX - dragX;
        if (box && (dragged || Math.abs(dx) >= DRAG_PX)) {
          if (!dragged) root.setPointerCapture(event.pointerId);
          dragged = true;
          const { from, to } = timeWindow();
          panBy((-dx / box.width) * (to - from));
          dragX = event.clientX;
        }
      }
      const at = isApart(event) && dragX === null ? undefined : timeAt(event.clientX);
      setHoverTime(event.pointerType === 'touch' ? null : (at?.t ?? null));
      onPoint?.(event.clientX, event.clientY, at?.t ?? null);
    };
    const onDown = (event: PointerEvent) => {
      dragged = false;
      if (event.button !== 0 || event.pointerType === 'touch' || isApart(event) || !timeAt(event.clientX))
        return;
      dragX = event.clientX;
    };
    const onUp = () => {
      dragX = null;
    };
    const onLeave = () => {
      dragX = null;
      setHoverTime(null);
      onPoint?.(0, 0, null);
    };
    const onClick = (event: MouseEvent) => {
      const picked = !dragged && timeAt(event.clientX) !== undefined && onPick?.(event) === true;
      if (!dragged && !picked) return;
      dragged = false;
      event.preventDefault();
      event.stopPropagation();
    };
    const onWheel = (event: WheelEvent) => {
      const at = isApart(event) ? undefined : timeAt(event.clientX);
      if (!at) return;
      const { from, to } = timeWindow();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        event.preventDefault();
        panBy((((event.deltaX || event.deltaY) / at.box.width) * (to - from)) / 1.5);
      } else if (wheelZooms || event.ctrlKey || event.metaKey || event.altKey) {
        event.preventDefault();
        zoomBy(1.0015 ** Math.max(-200, Math.min(200, event.deltaY)), at.t);
      }
    };
    const noDrag = (event: Event) => event.preventDefault();
    root.addEventListener('pointermove', onMove);
    root.addEventListener('pointerdown', onDown);
    root.addEventListener('pointerup', onUp);
    root.addEventListener('pointerleave', onLeave);
    root.addEventListener('click', onClick, true);
    root.addEventListener('wheel', onWheel, { passive: false });
    root.addEventListener('dragstart', noDrag);
    return () => {
      onLeave();
      root.removeEventListener('pointermove', onMove);
      root.removeEventListener('pointerdown', onDown);
      root.removeEventListener('pointerup', onUp);
      root.removeEventListener('pointerleave', onLeave);
      root.removeEventListener('click', onClick, true);
      root.removeEventListener('wheel', onWheel);
      root.removeEventListener('dragstart', noDrag);
    };
  }, [ref, plot, wheelZooms, onPoint, onPick]);
}
