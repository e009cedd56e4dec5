import type { TimeWindow } from '@cb/timeline/drawing';
import { useSyncExternalStore } from 'react';
import { serverNow } from './clock.ts';
import { createListeners } from './listeners.ts';

/** Which stretch of time every lane and chart shows. The address bar holds the same, so that a link shows the same. */
export interface View {
  spanMs: number;
  /** The right edge while paused; null follows the present. */
  at: number | null;
}

export const RANGES: readonly { label: string; ms: number }[] = [
  { label: '5 m', ms: 300_000 },
  { label: '15 m', ms: 900_000 },
  { label: '1 h', ms: 3_600_000 },
  { label: '6 h', ms: 21_600_000 },
  { label: '24 h', ms: 86_400_000 },
  { label: '3 d', ms: 259_200_000 },
  { label: '7 d', ms: 604_800_000 },
];

const DEFAULT_SPAN = 900_000;
const MIN_SPAN = 10_000;
const MAX_SPAN = 604_800_000;
/** What a server keeps that says nothing of it. */
const DAY = 86_400_000;
/** No link leads further back: what is read around a moment begins after 1970 then. */
const EARLIEST = 3 * MAX_SPAN;
const SURROUNDINGS = [3_600_000, 21_600_000, DAY, 3 * DAY, MAX_SPAN];

const changed = createListeners();
let view = fromAddress();
/** How far back the server can answer. */
let keptMs = DAY;
let writing: ReturnType<typeof setTimeout> | undefined;

export const onViewChange: (listener: () => void) => () => void = changed.add;
/** The right edge moved on by itself, as it does in a replay: what is on screen moves, nothing has to be read. */
const moved = createListeners();
export const onMove: (listener: () => void) => () => void = moved.add;

export function getView(): View {
  return view;
}

export function useView(): View {
  return useSyncExternalStore(onViewChange, getView);
}

/** The server has said how far back it can answer; nothing stands for what memory holds. */
export function noteKept(ms: number | undefined): void {
  const before = keptMs;
  keptMs = Math.max(DAY, ms ?? DAY);
  const spanMs = clampSpan(view.spanMs, longest());
  // Only now it is known what time it is there.
  const at = view.at === null ? null : Math.min(view.at, Math.round(serverNow()));
  if (keptMs === before && spanMs === view.spanMs && at === view.at) return;
  view = { spanMs, at };
  changed.emit();
}

export function useKept(): number {
  return useSyncExternalStore(onViewChange, () => keptMs);
}

function longest(): number {
  return Math.min(MAX_SPAN, keptMs);
}

export function timeWindow(now: number = serverNow()): TimeWindow {
  const to = view.at ?? now;
  return { from: to - view.spanMs, to };
}

export function setSpan(spanMs: number): void {
  set({ ...view, spanMs });
}

function pause(at: number = serverNow()): void {
  set({ ...view, at });
}

/** The right edge moves on, many times a second; `told` says so to those who read for it, and to the address. */
export function moveTo(at: number, told: boolean): void {
  if (told) {
    set({ ...view, at }, serverNow() - keptMs);
    return;
  }
  view = { ...view, at: Math.round(at) };
  moved.emit();
}

export function resume(): void {
  set({ ...view, at: null });
}

export function togglePause(): void {
  if (view.at === null) pause();
  else resume();
}

/** Looking elsewhere stops following: no refresh takes a stretch of time away from under the reader. */
export function panBy(ms: number): void {
  set({ ...view, at: (view.at ?? serverNow()) + ms });
}

/** `factor` below 1 shows less time. The moment `anchor` stays where it is; while following, the right edge does. */
export function zoomBy(factor: number, anchor?: number): void {
  const spanMs = clampSpan(view.spanMs * factor, longest());
  if (view.at === null && (anchor === undefined || anchor > serverNow() - view.spanMs * 0.04)) {
    set({ spanMs, at: null });
    return;
  }
  const { from, to } = timeWindow();
  const fixed = anchor ?? (from + to) / 2;
  const share = (to - fixed) / (to - from);
  set({ spanMs, at: fixed + share * spanMs });
}

export function select(from: number, to: number): void {
  set({ spanMs: to - from, at: to });
}

/** A range that reaches the present follows it. */
export function selectOrFollow(from: number, to: number): void {
  const now = serverNow();
  const reaches = to >= now - (to - from) * 0.02;
  set({ spanMs: (reaches ? now : to) - from, at: reaches ? null : to });
}

/** The shortest and the longest stretch of time that can be shown. */
export function spanLimits(): { leastMs: number; mostMs: number } {
  return { leastMs: MIN_SPAN, mostMs: longest() };
}

/** Back to what a page shows that nobody touched. */
export function resetView(): void {
  set({ spanMs: DEFAULT_SPAN, at: null });
}

/** The stretch of time around the range on screen from which another may be chosen: up to the present, an hour at least. */
export function surroundings(now: number = serverNow()): TimeWindow {
  const { from, to } = timeWindow(now);
  const spanMs = SURROUNDINGS.find((ms) => ms <= longest() && now - from <= ms * 1.001) ?? longest();
  const end = Math.max(now, to);
  return { from: end - spanMs, to: end };
}

function clampSpan(ms: number, most: number): number {
  return Math.min(most, Math.max(MIN_SPAN, ms));
}

/** @param earliest The right edge goes no further back. Left out: all that is shown was kept, unless it was left already. */
function set(next: View, earliest?: number): void {
  const now = serverNow();
  const spanMs = Math.round(clampSpan(next.spanMs, longest()));
  const least = earliest ?? Math.min(now - keptMs + spanMs, view.at ?? now);
  const at = next.at === null ? null : Math.round(Math.min(now, Math.max(least, next.at)));
  if (spanMs === view.spanMs && at === view.at) return;
  view = { spanMs, at };
  changed.emit();
  // Browsers refuse hundreds of address changes in a row, which a drag would be.
  clearTimeout(writing);
  writing = setTimeout(toAddress, 150);
}

function fromAddress(): View {
  const params = new URLSearchParams(location.search);
  const span = Number(params.get('span'));
  return {
    // Longer than the server keeps is cut once it has said how far back it can answer.
    spanMs: span > 0 ? clampSpan(span * 1000, MAX_SPAN) : DEFAULT_SPAN,
    at: momentOf(params.get('at')),
  };
}

/** Anybody can type anything: what is no moment, and what has not come yet, follows the present. */
function momentOf(text: string | null): number | null {
  const t = Math.round(Number(text));
  return t > 0 && t <= Date.now() + DAY ? Math.max(t, EARLIEST) : null;
}

function toAddress(): void {
  const params = new URLSearchParams(location.search);
  if (view.spanMs === DEFAULT_SPAN) params.delete('span');
  else params.set('span', String(Math.round(view.spanMs / 1000)));
  if (view.at === null) params.delete('at');
  else params.set('at', String(view.at));
  const search = params.toString();
  history.replaceState(history.state, '', `${location.pathname}${search ? `?${search}` : ''}`);
}

addEventListener('popstate', () => {
  const { spanMs, at } = fromAddress();
  view = { spanMs: clampSpan(spanMs, longest()), at };
  changed.emit();
});
