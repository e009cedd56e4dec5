/** Closed, open, half-open: how one becomes the other, and how long it lasts. */
import { trial } from './recovery.ts';
import { countingOf, type Oracle, type Setup } from './state.ts';
import { emptyLog, totalsOf } from './window.ts';

export function close(o: Oracle, s: Setup, now: number, openings: number, emptied = true): Oracle {
  return {
    ...o,
    name: 'closed',
    generation: o.generation + 1,
    since: now,
    openings,
    log: emptied ? emptyLog(o.bornAt, now) : o.log,
    ramp: s.config.rampUp === undefined ? null : { since: now, calls: [] },
  };
}

export function closeAfterProbes(o: Oracle, s: Setup, now: number): Oracle {
  return close(o, s, now, o.openings, countingOf(s).clears !== 'never');
}

export function open(o: Oracle, s: Setup, now: number, openings: number, until: number): Oracle {
  const emptied = countingOf(s).clears === 'opening-and-closing';
  return {
    ...o,
    name: 'open',
    generation: o.generation + 1,
    since: now,
    openings,
    until,
    log: emptied ? emptyLog(o.bornAt, now) : o.log,
    trial: trial(now),
    ramp: null,
  };
}

export function halfOpen(o: Oracle, now: number): Oracle {
  return { ...o, name: 'half-open', generation: o.generation + 1, since: now, trial: trial(now) };
}

/** For the n-th opening in a row. */
export function openTime(o: Oracle, s: Setup, now: number, opening: number, hintMs: number): number {
  const own = s.openMs?.(opening, totalsOf(o.log, s.config, now).failures);
  if (own !== undefined && own >= 0 && Number.isFinite(own)) return own;
  return configuredTime(s, Math.max(1, opening), hintMs);
}

function configuredTime(s: Setup, opening: number, hintMs = 0): number {
  const { firstMs, factor, maxMs, jitterRatio, hintMaxMs } = s.config.stayOpen;
  const grown = Math.min(firstMs * factor ** (opening - 1), maxMs);
  const drawn = grown * (1 + jitterRatio * (2 * s.random - 1));
  return Math.max(drawn, Math.min(hintMs, hintMaxMs));
}

/** Openings in a row so far: a quiet time ends the row. */
export function rowOfOpenings(o: Oracle, s: Setup, now: number): number {
  const { quietMs, maxMs } = s.config.stayOpen;
  return now - o.since >= (quietMs ?? maxMs) ? 0 : o.openings;
}

export function openAgain(o: Oracle, s: Setup, now: number, openings: number, hintMs = 0): Oracle {
  return open(o, s, now, openings + 1, now + openTime(o, s, now, openings + 1, hintMs));
}

export function isWarm(o: Oracle, s: Setup, now: number): boolean {
  return now - o.bornAt >= (s.config.warmUpMs ?? 0);
}

export function openTimeIsOver(o: Oracle, s: Setup, now: number): boolean {
  return s.config.stayOpen.endsAfter ? now > o.until : now >= o.until;
}

/** The longest time half-open begins with the first probe. */
function longestUntil(o: Oracle, s: Setup): number {
  const [first = Number.POSITIVE_INFINITY] = o.trial.admittedAt;
  return first + (s.config.probing.maxMs ?? Number.POSITIVE_INFINITY);
}

/** Half-open for too long ends at its time, however late somebody notices. */
export function noticed(o: Oracle, s: Setup, now: number): Oracle {
  const then = longestUntil(o, s);
  if (o.name !== 'half-open' || now < then) return o;
  return s.config.probing.afterMaxMs === 'closed'
    ? closeAfterProbes(o, s, then)
    : openAgain(o, s, then, o.openings);
}

/** What a listener's timer does: the time is over, nobody called. */
export function timePassed(o: Oracle, s: Setup, now: number): Oracle {
  if (o.name === 'open' && !s.config.probing.whileOpen && openTimeIsOver(o, s, now)) return halfOpen(o, now);
  return noticed(o, s, now);
}
