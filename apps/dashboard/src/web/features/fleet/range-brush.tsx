import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { clock, elapsed } from '../../lib/format.ts';
import { addPainter } from '../../lib/painter.ts';
import { getView, selectOrFollow, surroundings, timeWindow, useView } from '../../lib/view.ts';

/** A press that moves less than this chooses nothing. */
const DRAG_PX = 4;
type Edge = 'from' | 'to';

/**
 * The range that the lanes show, as a part of the time around it. Dragging over the plot chooses another one, its edges
 * are handles for the pointer and for the keyboard, and a double click goes back to the usual range.
 */
export function RangeBrush({ box }: { box: RefObject<HTMLElement | null> }) {
  useView();
  const frame = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const dragging = useRef<{ anchor: number; x: number; moved: boolean }>(undefined);

  // Following the present moves it, without React.
  useEffect(() => {
    const place = (now: number) => {
      const around = surroundings(now);
      const shown = timeWindow(now);
      const share = (t: number) => `${((t - around.from) / (around.to - around.from)) * 100}%`;
      frame.current?.style.setProperty('--from', share(Math.max(around.from, shown.from)));
      frame.current?.style.setProperty('--to', share(shown.to));
    };
    return addPainter(place);
  }, []);

  const timeAt = (clientX: number): number => {
    const area = box.current?.getBoundingClientRect();
    const { from, to } = surroundings();
    const share = area ? Math.min(1, Math.max(0, (clientX - area.left) / area.width)) : 0;
    return from + share * (to - from);
  };
  const begin = (event: React.PointerEvent, anchor: number) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    frame.current?.setPointerCapture(event.pointerId);
    dragging.current = { anchor, x: event.clientX, moved: false };
  };
  const move = (event: React.PointerEvent) => {
    const held = dragging.current;
    if (!held) return;
    held.moved ||= Math.abs(event.clientX - held.x) >= DRAG_PX;
    if (held.moved) setDrag(inOrder(held.anchor, timeAt(event.clientX)));
  };
  const end = (event: React.PointerEvent) => {
    const held = dragging.current;
    dragging.current = undefined;
    setDrag(undefined);
    if (!held?.moved) return;
    const { from, to } = inOrder(held.anchor, timeAt(event.clientX));
    selectOrFollow(from, to);
  };
  const { from, to } = drag ?? timeWindow();
  const around = surroundings();
  const share = (t: number) => `${((t - around.from) / (around.to - around.from)) * 100}%`;
  const handle = (edge: Edge, t: number) => (
    <div
      className={`brush-handle brush-${edge}`}
      role="slider"
      tabIndex={0}
      aria-label={edge === 'from' ? 'Begin of the range shown' : 'End of the range shown'}
      aria-valuemin={Math.round(around.from)}
      aria-valuemax={Math.round(around.to)}
      aria-valuenow={Math.round(t)}
      aria-valuetext={`${clock(t)}, ${elapsed(to - from)} shown`}
      onPointerDown={(event) => begin(event, edge === 'from' ? to : from)}
      onKeyDown={(event) => nudge(event, edge)}
    />
  );
  return (
    <div
      ref={frame}
      className={drag ? 'brush brush-drag' : 'brush'}
      style={drag && ({ '--drag-from': share(from), '--drag-to': share(to) } as React.CSSProperties)}
      onPointerDown={(event) => begin(event, timeAt(event.clientX))}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => {
        dragging.current = undefined;
        setDrag(undefined);
      }}
    >
      <div className="brush-shown" />
      {handle('from', from)}
      {handle('to', to)}
    </div>
  );
}

function inOrder(a: number, b: number): { from: number; to: number } {
  return { from: Math.min(a, b), to: Math.max(a, b) };
}

/** Arrows move one edge by a hundredth of what is around, with Shift the whole range; Home and End go to the ends. */
function nudge(event: KeyboardEvent, edge: Edge): void {
  const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  const around = surroundings();
  const shown = timeWindow();
  const least = getView().spanMs < 60_000 ? 10_000 : 30_000;
  let { from, to } = shown;
  if (step !== undefined) {
    const ms = ((around.to - around.from) / 100) * step;
    if (edge === 'from' || event.shiftKey) from += ms;
    if (edge === 'to' || event.shiftKey) to += ms;
  } else if (event.key === 'Home') from = around.from;
  else if (event.key === 'End') to = around.to;
  else return;
  event.preventDefault();
  event.stopPropagation();
  from = Math.max(around.from, from);
  to = Math.min(around.to, to);
  if (to - from >= least) selectOrFollow(from, to);
}
