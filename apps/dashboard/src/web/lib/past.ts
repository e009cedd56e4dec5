import { useSyncExternalStore } from 'react';
import { serverNow } from './clock.ts';
import { useReplay } from './replay.ts';
import { getView, onMove, onViewChange } from './view.ts';

/** Moments nearer to the one at which the page was stopped are that one: a hand is not quicker. */
const SAME_MS = 1500;

/** When the page last followed the present: what it holds is of then. A page that began in the past never did. */
let followedUntil = getView().at === null ? serverNow() : Number.NEGATIVE_INFINITY;
let follows = getView().at === null;

onViewChange(() => {
  const following = getView().at === null;
  if (follows && !following) followedUntil = serverNow();
  follows = following;
  mark();
});

/**
 * The moment that the page shows where that is not the present: everything on it should be as it was then. Null while it
 * follows the present, and while it is merely stopped.
 */
export function pastMoment(): number | null {
  const { at } = getView();
  if (at === null || Math.abs(at - followedUntil) < SAME_MS) return null;
  return Math.min(at, serverNow());
}

function subscribe(listener: () => void): () => void {
  const stop = [onViewChange(listener), onMove(listener)];
  return () => {
    for (const each of stop) each();
  };
}

/** Whether the page shows the past: values that nobody kept are then present ones, and have to be marked. */
export function useIsPast(): boolean {
  return useSyncExternalStore(subscribe, () => pastMoment() !== null);
}

/** Whether nothing on the page may be acted on: what it shows is not what is. */
export function useMayNotAct(): boolean {
  const past = useIsPast();
  return useReplay() !== null || past;
}

/** For the style sheet: present values beside past ones look it. */
function mark(): void {
  if (pastMoment() === null) delete document.documentElement.dataset.past;
  else document.documentElement.dataset.past = '';
}
mark();
onMove(mark);
