/** A call arrives: may it run? */
import { halfOpen, noticed, openTime, openTimeIsOver } from './changes.ts';
import { add, check, livesOn, turn } from './counting.ts';
import { goesThrough, isOver } from './ramp.ts';
import { admitted, mayProbe, withoutExpired } from './recovery.ts';
import { asksOnArrival } from './rules.ts';
import { countingOf, type Oracle, type Setup, type Ticket } from './state.ts';
import { touched } from './window.ts';

/** A call arrives: the next oracle, and the ticket if it may run. */
export function arrive(before: Oracle, s: Setup, now: number): [Oracle, Ticket | null] {
  let o = turn(noticed(before, s, now), s, now);
  if (o.mode === 'forced-open') return refuse(o, s, now);
  if (asksOnArrival(s.config)) o = check(o, s, now);
  if (o.name === 'closed') return arriveClosed(o, s, now);
  const [next, lease] = s.config.probing.whileOpen ? tryWhileOpen(o, s, now) : tryProbe(o, s, now);
  if (lease !== undefined) return admit(next, s, now, { probe: true, lease });
  return o.mode === 'auto' ? refuse(next, s, now) : admit(next, s, now, { probe: false, lease: null });
}

function arriveClosed(o: Oracle, s: Setup, now: number): [Oracle, Ticket | null] {
  const { rampUp } = s.config;
  let next = o;
  if (rampUp !== undefined && o.ramp !== null && !isOver(o.ramp, rampUp, now)) {
    const through = goesThrough(o.ramp, rampUp, now);
    next = { ...o, ramp: { ...o.ramp, calls: [...o.ramp.calls, { at: now, through }] } };
    if (!through && o.mode === 'auto') return refuse(next, s, now);
  }
  return admit(next, s, now, { probe: false, lease: null });
}

function refuse(o: Oracle, s: Setup, now: number): [Oracle, null] {
  const next = { ...o, totals: { ...o.totals, rejected: o.totals.rejected + 1 } };
  const as = countingOf(s).rejected;
  if (as === 'nothing') return [next, null];
  const adds = { calls: 1, rejected: 1, ...(as === 'failures' ? { failures: 1 } : {}) };
  return [add(next, { writtenAt: now, datedAt: now, adds }), null];
}

function admit(o: Oracle, s: Setup, now: number, as: Pick<Ticket, 'probe' | 'lease'>): [Oracle, Ticket] {
  const id = o.tickets + 1;
  const countsAsUnderWay = o.name === 'closed';
  const ticket = { id, generation: o.generation, startedAt: now, countsAsUnderWay, ...as };
  const next = { ...o, tickets: id, underWay: [...o.underWay, ticket] };
  if (!livesOn(o, s)) return [next, ticket];
  if (!countingOf(s).pending) return [{ ...next, log: touched(next.log, now) }, ticket];
  return [add(next, { writtenAt: now, datedAt: now, adds: { calls: 1 }, begun: id }), ticket];
}

function tryProbe(o: Oracle, s: Setup, now: number): [Oracle, number | undefined] {
  if (o.name === 'open' && !openTimeIsOver(o, s, now)) return [o, undefined];
  const half = o.name === 'open' ? halfOpen(o, now) : o;
  const freed = withoutExpired(half.trial, now);
  if (!mayProbe(freed, s.config, now)) return [{ ...half, trial: freed }, undefined];
  const [next, lease] = admitted(freed, s.config, now);
  return [{ ...half, trial: next }, lease];
}

/** Open, but its time is over: a round of probes; the last of them starts the time again. */
function tryWhileOpen(o: Oracle, s: Setup, now: number): [Oracle, null | undefined] {
  if (!openTimeIsOver(o, s, now)) return [o, undefined];
  const admittedAt = [...o.trial.admittedAt, now];
  const isLast = admittedAt.length % s.config.probing.probes === 0;
  const until = isLast ? now + openTime(o, s, now, o.openings, 0) : o.until;
  return [{ ...o, until, trial: { ...o.trial, admittedAt } }, null];
}
