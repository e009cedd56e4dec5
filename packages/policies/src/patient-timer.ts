import type { Clock } from '@cb/core';
import type { Tools } from '@cb/core/kit';
import { after, type Cancel } from './timers.ts';

/** Timers of a busy process come a few milliseconds late; one that is later than this was held up. */
const LATE_MS = 20;
/** No call needs longer to be heard once its answer has arrived. */
const LONGEST_GRACE_MS = 1_000;

/**
 * Like `after`, but a timer that comes late gives the time back once: as much as it was late, at most `ms` and a second.
 * When a process stood still, its host runs timers first and reads what has arrived afterwards, so that every call under
 * way would seem to have taken too long, however soon it was answered.
 */
export function patientlyAfter(ms: number, due: () => void, tools: Tools, given: Clock | undefined): Cancel {
  const { clock } = tools;
  const dueAt = clock.now() + ms;
  const look = (): void => {
    const lateMs = clock.now() - dueAt;
    if (lateMs <= LATE_MS) due();
    else cancel = after(Math.min(lateMs, ms, LONGEST_GRACE_MS), due, tools, given);
  };
  let cancel = after(ms, look, tools, given);
  return () => cancel();
}
