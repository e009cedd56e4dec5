import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { serverNow } from '../../lib/clock.ts';
import { hoverTime, setHoverTime } from '../../lib/hover.ts';
import { indexAt } from '../../lib/track.ts';
import { getView, select, timeWindow } from '../../lib/view.ts';
import { history, store } from '../../live/live.ts';

/** A moment of a row, and where its card stands, in pixels of the list. */
export interface CardPoint {
  row: number;
  t: number;
  left: number;
  top: number;
}

interface Lanes {
  root: RefObject<HTMLElement | null>;
  /** Where time is, on the screen. */
  plot: (root: HTMLElement) => DOMRect | undefined;
  /** The row at a height on the screen, or at its place in the list. */
  rowAtY: (y: number) => number | undefined;
  rowAtIndex: (index: number) => number | undefined;
}

const DAY_MS = 86_400_000;
const WIDTH = 330;
const HEIGHT = 150;

/**
 * Which card is shown: under the pointer, or for the row that has the focus, whose state changes `[` and `]` step through.
 * `p`, or Shift and a click, pins it: it then stays whatever moves or is told anew, until Escape.
 */
export function useCard({ root, plot, rowAtY, rowAtIndex }: Lanes) {
  const [point, setPoint] = useState<CardPoint>();
  const [pinned, setPinned] = useState<CardPoint>();
  const latest = useRef({ rowAtY, rowAtIndex, point, pinned });
  latest.current = { rowAtY, rowAtIndex, point, pinned };

  const pointAt = useCallback(
    (x: number, y: number, row: number, t: number): CardPoint | undefined => {
      const box = root.current?.getBoundingClientRect();
      if (!box) return undefined;
      const left = Math.max(8, Math.min(x + 14, innerWidth - WIDTH - 12));
      const top = y + 18 + HEIGHT < innerHeight ? y + 18 : y - HEIGHT - 14;
      return { row, t, left: left - box.left, top: top - box.top };
    },
    [root],
  );
  const onPoint = useCallback(
    (x: number, y: number, t: number | null) => {
      const row = t === null ? undefined : latest.current.rowAtY(y);
      setPoint(t === null || row === undefined ? undefined : pointAt(x, y, row, t));
    },
    [pointAt],
  );
  const onPick = useCallback((event: MouseEvent): boolean => {
    if (!event.shiftKey || !latest.current.point) return false;
    setPinned(latest.current.point);
    return true;
  }, []);
  const close = useCallback(() => setPinned(undefined), []);

  useEffect(() => {
    const step = async (index: number, back: boolean): Promise<void> => {
      const row = latest.current.rowAtIndex(index);
      if (row === undefined) return;
      // What is out of sight may not have been loaded.
      await history.ensure([row], serverNow() - DAY_MS, false, store.epoch).catch(() => {});
      const element = root.current?.querySelector(`[data-row="${index}"]`);
      if (!element || !root.current) return;
      const { point: held } = latest.current;
      const from = held?.row === row ? held.t : (hoverTime() ?? timeWindow().to);
      const t = changeBeside(row, from, back);
      if (t === undefined) return;
      bringIntoView(t);
      setHoverTime(t);
      const area = plot(root.current);
      const { from: begin, to } = timeWindow();
      const x = area ? area.left + ((t - begin) / (to - begin)) * area.width : 0;
      const { top, height } = element.getBoundingClientRect();
      setPoint(pointAt(x, top + height / 2, row, t));
    };
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey || target.closest('input, textarea, select, dialog'))
        return;
      const { point: shown, pinned: held } = latest.current;
      const index = target.closest('[data-row]')?.getAttribute('data-row');
      if ((event.key === '[' || event.key === ']') && index) void step(Number(index), event.key === '[');
      else if (event.key === 'p' && shown) setPinned(shown);
      else if (event.key === 'Escape' && (held || shown)) {
        setPinned(undefined);
        setPoint(undefined);
        setHoverTime(null);
      } else return;
      event.preventDefault();
    };
    // Before the keys of the whole page: on a row they mean the row.
    addEventListener('keydown', onKey, true);
    return () => removeEventListener('keydown', onKey, true);
  }, [root, plot, pointAt]);
  return { point: pinned ? undefined : point, pinned, onPoint, onPick, close };
}

/** The state change of a row before or after a moment. */
function changeBeside(row: number, t: number, back: boolean): number | undefined {
  const track = history.row(row);
  if (!track) return undefined;
  const at = indexAt(track, t);
  if (!back) return track.start[at + 1];
  return (track.start[at] ?? 0) < t ? track.start[at] : track.start[at - 1];
}

/** Where the moment is out of sight, the range moves so that it is in its middle. */
function bringIntoView(t: number): void {
  const { from, to } = timeWindow();
  const { spanMs } = getView();
  if (t < from || t > to) select(t - spanMs / 2, t + spanMs / 2);
}
