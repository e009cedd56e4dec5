/** What happens to the window, and what the rules see in it. */
import { isWarm, openAgain, rowOfOpenings } from './changes.ts';
import { metRule, type Seen, slowLimit } from './rules.ts';
import { countingOf, type Oracle, type Setup } from './state.ts';
import { type Entry, inARow, isNewInterval, totalsOf, touched } from './window.ts';

export function add(o: Oracle, entry: Entry): Oracle {
  const { touches, entries } = o.log;
  const log = { ...o.log, touches: [...touches, entry.writtenAt], entries: [...entries, entry] };
  return { ...o, log };
}

/** Whether what happens now is the window's business: of a closed circuit, or of any where the window lives on. */
export function livesOn(o: Oracle, s: Setup): boolean {
  return o.name === 'closed' || countingOf(s).clears === 'never';
}

/** Any call or result may find that an interval is over, and with it the calls from the old one stale. */
export function turn(o: Oracle, { config: { window } }: Setup, now: number): Oracle {
  if (window.kind !== 'tumbling' || !window.stalesCalls || o.name !== 'closed') return o;
  if (!isNewInterval(o.log, window, now)) return { ...o, log: touched(o.log, now) };
  // What began in the old interval is not counted in the new one.
  const entries = o.log.entries.map((entry) => {
    const { begun: _, ...rest } = entry;
    return rest;
  });
  return { ...o, generation: o.generation + 1, log: touched({ ...o.log, entries }, now) };
}

/** The view that rules, `openMs` and the snapshot have of the window. */
export function seen(o: Oracle, s: Setup, now: number): Seen {
  const slowMs = slowLimit(s.config);
  const current = o.underWay.filter(
    ({ generation, countsAsUnderWay }) => generation === o.generation && countsAsUnderWay,
  );
  return {
    ...totalsOf(o.log, s.config, now),
    failuresInARow: inARow(o.log, s.config, now, 'bad'),
    successesInARow: inARow(o.log, s.config, now, 'good'),
    inFlight: o.underWay.length,
    slowUnderWay: current.filter(({ startedAt }) => now - startedAt > slowMs).length,
  };
}

export function isCrossed(o: Oracle, s: Setup, now: number): boolean {
  return o.name === 'closed' && isWarm(o, s, now) && metRule(s.config, seen(o, s, now)) !== undefined;
}

export function check(o: Oracle, s: Setup, now: number, hintMs = 0): Oracle {
  return isCrossed(o, s, now) ? openAgain(o, s, now, rowOfOpenings(o, s, now), hintMs) : o;
}
