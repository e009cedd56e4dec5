/** The user's functions, asked so that none of them can hurt: what throws or returns nonsense is reported and left out. */
import { show } from './check.ts';
import { unrejected } from './events.ts';
import type { Services } from './services.ts';
import type { CountsView, Opening, WindowView } from './types.ts';

/** An answer that comes later is none: nobody waits for it. */
export function atOnce<T>(where: string, answer: T): T {
  if (!(answer instanceof Promise)) return answer;
  unrejected(answer, () => {});
  throw new TypeError(`${where} must answer at once, got a promise`);
}

/** Whether a custom rule is met. */
export function customRule(name: string, window: WindowView, { rules, report }: Services): boolean {
  try {
    return atOnce(`rule ${name}`, rules?.[name]?.(window)) === true;
  } catch (error) {
    report(error, `rule ${name}`);
    return false;
  }
}

/** How long to stay open, where the user says so. */
export function openMsOf(opening: Opening, { openMs, report }: Services): number | undefined {
  try {
    const ms = atOnce('openMs', openMs?.(opening));
    if (ms === undefined || (typeof ms === 'number' && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) return ms;
    report(new RangeError(`openMs returned ${show(ms)}, not a number of milliseconds`), 'openMs');
  } catch (error) {
    report(error, 'openMs');
  }
  return undefined;
}

export function moreCounts(
  view: CountsView,
  { counts, report }: Services,
): Readonly<Record<string, number>> | undefined {
  try {
    return atOnce('counts', counts?.(view));
  } catch (error) {
    report(error, 'counts');
    return undefined;
  }
}

/** 0 to 1, for jitter. */
export function draw({ random, report }: Pick<Services, 'random' | 'report'>): number {
  try {
    const drawn = random();
    return typeof drawn === 'number' && drawn >= 0 && drawn <= 1 ? drawn : 0.5;
  } catch (error) {
    report(error, 'random');
    return 0.5;
  }
}

/** A label only: a wall clock that throws, or knows no time, must not stop a decision. */
export function wallNow({ clock }: Services): number {
  try {
    const at = clock.wallNow();
    return Number.isFinite(at) ? at : 0;
  } catch {
    return 0;
  }
}
