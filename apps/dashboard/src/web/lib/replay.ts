import { useSyncExternalStore } from 'react';
import { serverNow } from './clock.ts';
import { createListeners } from './listeners.ts';
import { getView, moveTo, onViewChange, resume, timeWindow } from './view.ts';

/** Seconds of the past in one second. */
export const SPEEDS = [1, 5, 20, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/**
 * A stretch of the past that is shown once more. Its moment is the right edge of the view, which moves on by itself:
 * everything that follows the view follows the replay.
 */
export interface Replay {
  /** What can be reached with the scrubber. */
  from: number;
  to: number;
  speed: Speed;
  playing: boolean;
}

/** Smooth enough for lanes that move by whole pixels. */
const STEP_MS = 50;
/** A tab that was away goes on where it was. */
const LONGEST_STEP_MS = 750;
/** How often those who read hear of a moving moment. */
const TOLD_EVERY_MS = 1000;
/** How far ahead they read, in time that passes here. */
const AHEAD_MS = 3000;

const changed = createListeners();
/** Who wants no motion sees it go on in steps. */
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const CALM_STEP_MS = 500;
let replay: Replay | null = null;
let speed: Speed = 20;
let frame = 0;
let stepAt = 0;
let toldAt = 0;

export function getReplay(): Replay | null {
  return replay;
}

export function useReplay(): Replay | null {
  return useSyncExternalStore(changed.add, getReplay);
}

/** Texts that change more often than ten times a second cannot be read. */
export function readableMs(): number {
  return replay?.playing ? Math.max(1000, replay.speed * 100) : 1;
}

/** How much after the moment on screen will be needed soon. */
export function aheadMs(): number {
  return replay?.playing ? replay.speed * AHEAD_MS : 0;
}

/**
 * From the beginning of what is on screen to its end.
 * @param known From then on something is known: nobody watches an empty page for a minute.
 */
export function startReplay(known?: number): void {
  const window = timeWindow();
  const to = Math.min(window.to, serverNow());
  const from = known === undefined || known >= to ? window.from : Math.max(window.from, known);
  set({ from, to, speed, playing: true });
  tell(from);
}

export function togglePlaying(): void {
  if (!replay) return;
  const atEnd = (getView().at ?? replay.to) >= replay.to;
  set({ ...replay, playing: !replay.playing });
  tell(atEnd && replay.playing ? replay.from : (getView().at ?? replay.from));
}

export function setSpeed(to: Speed): void {
  speed = to;
  if (replay) set({ ...replay, speed });
}

/** Another moment of what is replayed, and from there on. */
export function seek(at: number): void {
  if (replay) tell(Math.min(replay.to, Math.max(replay.from, at)));
}

/** Back to the present. */
export function stopReplay(): void {
  set(null);
  resume();
}

function set(next: Replay | null): void {
  replay = next;
  cancelAnimationFrame(frame);
  if (replay?.playing) {
    stepAt = performance.now();
    frame = requestAnimationFrame(step);
  }
  changed.emit();
}

function tell(at: number): void {
  toldAt = performance.now();
  moveTo(at, true);
}

function step(): void {
  if (!replay?.playing) return;
  frame = requestAnimationFrame(step);
  const now = performance.now();
  const passed = now - stepAt;
  if (passed < (calm.matches ? CALM_STEP_MS : STEP_MS)) return;
  stepAt = now;
  const at = (getView().at ?? replay.from) + Math.min(passed, LONGEST_STEP_MS) * replay.speed;
  if (at >= replay.to) {
    set({ ...replay, playing: false });
    tell(replay.to);
  } else if (now - toldAt > TOLD_EVERY_MS) tell(at);
  else moveTo(at, false);
}

onViewChange(() => {
  if (!replay) return;
  const { at } = getView();
  // Whoever goes back to the present has left the replay; who moves beyond its ends moves these.
  if (at === null) set(null);
  else if (at < replay.from) set({ ...replay, from: at });
  else if (at > replay.to) set({ ...replay, to: at });
});
