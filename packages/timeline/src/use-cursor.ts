import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { snapWindow } from './drawing/columns.ts';
import { AXIS, type Scene } from './paint.ts';
import { shownRuns, worstRun } from './runs.ts';

/** Where somebody points: a moment on a lane. It stays on its moment while the range moves on. */
interface Cursor {
  lane: number;
  t: number;
}

export interface CursorState {
  lane: number;
  /** The run that is pointed at. */
  run: number;
  /** Its place among those that are shown, and how many these are. */
  place: number;
  count: number;
  /** Where the line stands, as a share of the width. */
  share: number;
}

export interface Pointing {
  cursor: CursorState | undefined;
  onKeyDown: (event: KeyboardEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerDown: (event: PointerEvent) => void;
  onPointerLeave: (event: PointerEvent) => void;
  onBlur: () => void;
}

type Lanes = Pick<Scene, 'read' | 'window' | 'now' | 'height'>;

/** The cursor on the lanes, moved by keys from change to change, and by the pointer. */
export function useCursor(scene: Lanes, onEnter: (lane: number, run: number) => void): Pointing {
  const [cursor, setCursor] = useState<Cursor>();
  const state = cursor && stateOf(cursor, scene);
  const point = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    setCursor(pointAt(event.clientX - box.left, event.clientY - box.top, box.width, scene));
  };
  return {
    cursor: state,
    onKeyDown: (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === 'Escape' && state) setCursor(undefined);
      else if ((event.key === 'Enter' || event.key === ' ') && state) onEnter(state.lane, state.run);
      else {
        const moved = moveBy(event.key, state, scene);
        if (!moved) return;
        setCursor(moved);
      }
      event.preventDefault();
    },
    onPointerMove: point,
    // A finger does not move before it taps, and what it tapped stays to be read.
    onPointerDown: point,
    onPointerLeave: ({ pointerType }) => pointerType !== 'touch' && setCursor(undefined),
    onBlur: () => setCursor(undefined),
  };
}

/** Nothing where the lane is gone, or shows nothing in the window. */
function stateOf({ lane, t }: Cursor, { read, window, now }: Lanes): CursorState | undefined {
  const of = read[lane];
  if (!of) return undefined;
  const [first, last] = shownRuns(of, window, now);
  if (last < first) return undefined;
  const run = Math.min(last, Math.max(first, worstRun(of, t, t)));
  const shown = Math.min(window.to, Math.max(window.from, t));
  const share = (shown - window.from) / (window.to - window.from);
  return { lane, run, place: run - first, count: last - first + 1, share };
}

/** The beginning of a run, or the edge where it began before it. */
function startOf(scene: Lanes, lane: number, run: number): Cursor {
  return { lane, t: Math.max(scene.read[lane]?.start[run] ?? 0, scene.window.from) };
}

/** Where a key leads; nothing for one that leads nowhere. Lanes that show nothing are passed over. */
export function moveBy(key: string, at: CursorState | undefined, scene: Lanes): Cursor | undefined {
  if (!/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(key)) return undefined;
  const { read, window, now } = scene;
  const filled = read.flatMap((lane, n) => {
    const [first, last] = shownRuns(lane, window, now);
    return first <= last ? { n, first, last } : [];
  });
  const held = Math.max(
    0,
    filled.findIndex(({ n }) => n === at?.lane),
  );
  const across = at ? Number(key === 'ArrowDown') - Number(key === 'ArrowUp') : 0;
  const to = filled[Math.min(filled.length - 1, Math.max(0, held + across))];
  if (!to) return undefined;
  if (at && across !== 0) return { lane: to.n, t: window.from + at.share * (window.to - window.from) };
  const along = at ? Number(key === 'ArrowRight') - Number(key === 'ArrowLeft') : 0;
  const run = key === 'Home' ? to.first : key === 'End' ? to.last : (at?.run ?? to.last) + along;
  return startOf(scene, to.n, Math.min(to.last, Math.max(to.first, run)));
}

/** What stands under the pointer: of a column, the worst that it shows. */
export function pointAt(x: number, y: number, width: number, scene: Lanes): Cursor | undefined {
  const lane = Math.floor((y - AXIS) / scene.height);
  const of = scene.read[lane];
  if (!of || width < 1) return undefined;
  const window = snapWindow(scene.window, Math.floor(width));
  const msPerColumn = (window.to - window.from) / Math.floor(width);
  const from = window.from + Math.floor(x) * msPerColumn;
  if (from > scene.now) return undefined;
  const run = worstRun(of, from, Math.min(scene.now, from + msPerColumn * 0.999));
  if (run < 0) return undefined;
  return { lane, t: Math.max(from, of.start[run] ?? from) };
}
