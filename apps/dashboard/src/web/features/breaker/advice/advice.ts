import { adviseLimits } from './advise-limits.ts';
import { adviseOpenTime } from './advise-open-time.ts';
import type { Advice, Observed } from './observed.ts';

/** More than this is no advice. */
const MOST = 3;

/** What the traffic of a range says about the settings it met; nothing where it says nothing. */
export function advise(observed: Observed): Advice[] {
  return [...adviseOpenTime(observed), ...adviseLimits(observed)].slice(0, MOST);
}
