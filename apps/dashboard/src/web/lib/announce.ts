import { useSyncExternalStore } from 'react';
import { createListeners } from './listeners.ts';

/** What a screen reader is told next, without being interrupted; also shown for a moment where it answers a command. */
export interface Announcement {
  text: string;
  /** Grows with each: the same words twice are said twice. */
  id: number;
  /** Also shown to those who see. */
  shown: boolean;
}

const said = createListeners();
let newest: Announcement = { text: '', id: 0, shown: false };

/** Says something that happened by itself. */
export function announce(text: string): void {
  tell(text, false);
}

/** Answers a command: "Link copied". */
export function answer(text: string): void {
  tell(text, true);
}

export function useAnnouncement(): Announcement {
  return useSyncExternalStore(said.add, () => newest);
}

function tell(text: string, shown: boolean): void {
  newest = { text, id: newest.id + 1, shown };
  said.emit();
}
