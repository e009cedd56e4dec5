import { elapsed, spoken } from './drawing/durations.ts';
import { wordOf } from './drawing/states.ts';
import { createTimes } from './drawing/times.ts';
import type { TimelineSelection } from './lanes.ts';

const times = createTimes();
const DAY_MS = 86_400_000;

/** How moments are written: those of the reader in a browser, and UTC on a server, which knows no reader. */
export interface Clock {
  /** To the second where everything is on one day, with the date otherwise. */
  at: (t: number) => string;
}

/** @param spanMs How long the range is. @param inBrowser Whether the reader's zone is known. */
export function clockOf(spanMs: number, inBrowser: boolean): Clock {
  if (!inBrowser) return { at: (t) => new Date(t).toISOString().slice(0, 19).replace('T', ' ') };
  return { at: spanMs > DAY_MS / 2 ? times.dated : times.clock };
}

/** `Open, 10:31:02 to 10:35:12, 4m 10s`. @param aloud Durations as they are spoken. */
export function describe(
  { state, fromMs, toMs, why }: TimelineSelection,
  clock: Clock,
  now: number,
  aloud = false,
): string {
  const length = Math.max(0, (toMs ?? now) - fromMs);
  const lasted = aloud ? spoken(length) : length < 1000 ? `${Math.round(length)} ms` : elapsed(length);
  const until = toMs === undefined ? `since ${clock.at(fromMs)}` : `${clock.at(fromMs)} to ${clock.at(toMs)}`;
  return `${wordOf(state)}, ${until}, ${lasted}${why ? `: ${why}` : ''}`;
}
