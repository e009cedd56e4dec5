/** A call has ended: what is it, whose business is it, and what follows? */
import { closeAfterProbes, isWarm, noticed, open, openAgain, rowOfOpenings } from './changes.ts';
import { add, check, livesOn, turn } from './counting.ts';
import { holds, returned, verdictOf, withResult } from './recovery.ts';
import { slowLimit } from './rules.ts';
import { countingOf, type Oracle, type Result, type Setup, type Ticket, type Totals } from './state.ts';
import type { Entry } from './window.ts';

export function settle(
  before: Oracle,
  s: Setup,
  now: number,
  call: Ticket,
  given: Result,
): [Oracle, 'recorded' | 'stale'] {
  let o = turn(noticed(before, s, now), s, now);
  o = { ...o, underWay: o.underWay.filter(({ id }) => id !== call.id) };
  const result = judged(s, now - call.startedAt, given);
  const lostItsPlace = o.name === 'half-open' && call.lease !== null && !holds(o.trial, call.lease);
  const late = call.generation !== o.generation || lostItsPlace;
  const stale = late && countingOf(s).late === 'stale';
  o = { ...o, totals: counted(o.totals, result, stale) };
  if (stale) return [o, 'stale'];
  return [toldToOpen(recorded(o, s, now, call, result, late), s, now, result), 'recorded'];
}

type Judged = Result & { readonly slow: boolean };

/** A call that took longer than `failAfterMs` is a failure, whatever it returned. */
function judged(s: Setup, took: number, given: Result): Judged {
  const tooLong = took > (s.config.failAfterMs ?? Number.POSITIVE_INFINITY);
  const slow = took > slowLimit(s.config) && given.verdict !== 'ignored';
  if (tooLong && given.verdict !== 'ignored') return { ...given, slow, verdict: 'failure', timeout: true };
  return { ...given, slow };
}

function counted(totals: Totals, { verdict, slow }: Judged, stale: boolean): Totals {
  const key = ({ success: 'succeeded', failure: 'failed', ignored: 'ignored' } as const)[verdict];
  return {
    ...totals,
    [key]: totals[key] + 1,
    slow: totals.slow + (slow ? 1 : 0),
    stale: totals.stale + (stale ? 1 : 0),
  };
}

function recorded(o: Oracle, s: Setup, now: number, call: Ticket, result: Judged, late: boolean): Oracle {
  if (o.name === 'closed') return recordClosed(o, s, now, call, result);
  const untried = o.name === 'open' ? !s.config.probing.whileOpen : o.trial.admittedAt.length === 0;
  if (late && untried) return intoWindow(o, s, now, call, result);
  if (!late && !call.probe) return o;
  const counted = livesOn(o, s) ? intoWindow(o, s, now, call, result) : o;
  return recordProbe(counted, s, now, late ? null : call.lease, result);
}

function recordClosed(o: Oracle, s: Setup, now: number, call: Ticket, result: Judged): Oracle {
  const { check: asked, ignored } = countingOf(s);
  const next = intoWindow(o, s, now, call, result);
  const failed = result.verdict === 'failure';
  const isResult = result.verdict !== 'ignored' || ignored === 'successes';
  const isAsked = asked === 'results' ? isResult : asked === 'failures' && failed;
  return isAsked ? check(next, s, now, failed ? result.retryAfterMs : 0) : next;
}

/** A result's lines in the log. */
function intoWindow(o: Oracle, s: Setup, now: number, call: Ticket, result: Judged): Oracle {
  const { ignored, pending, dated } = countingOf(s);
  const datedAt = dated === 'start' ? call.startedAt : now;
  const hasBegun = pending && o.log.entries.some(({ begun }) => begun === call.id);
  const asCall = hasBegun ? {} : { calls: 1 };
  const line = (entry: Pick<Entry, 'adds' | 'result'>): Oracle =>
    add(o, { writtenAt: now, datedAt, ...entry });
  if (result.verdict === 'ignored' && ignored !== 'successes') {
    if (ignored === 'calls') return line({ adds: { ...asCall, ignored: 1 } });
    return pending ? withdrawn(line({ adds: { ignored: 1 } }), call) : o;
  }
  return line(linesOf(result, asCall));
}

function linesOf(result: Judged, asCall: { calls?: number }): Pick<Entry, 'adds' | 'result'> {
  const slow = result.slow ? { slow: 1 } : {};
  if (result.verdict !== 'failure') return { adds: { ...asCall, succeeded: 1, ...slow }, result: 'good' };
  const both = result.slow ? { slowFailures: 1 } : {};
  const timeout = result.timeout ? { timeouts: 1 } : {};
  return { adds: { ...asCall, failures: 1, ...slow, ...both, ...timeout }, result: 'bad' };
}

/** A call that counted from its start on turns out to count as nothing. */
function withdrawn(o: Oracle, call: Ticket): Oracle {
  const entries = o.log.entries.map((entry) =>
    entry.begun === call.id ? { ...entry, adds: { calls: 0 } } : entry,
  );
  return { ...o, log: { ...o.log, entries } };
}

function toldToOpen(o: Oracle, s: Setup, now: number, { openForMs = 0 }: Result): Oracle {
  if (openForMs === 0 || o.name !== 'closed' || !isWarm(o, s, now)) return o;
  return open(o, s, now, rowOfOpenings(o, s, now), now + openForMs);
}

function recordProbe(o: Oracle, s: Setup, now: number, lease: number | null, result: Judged): Oracle {
  const { whileOpen, closeWhen } = s.config.probing;
  const isNeutral = result.verdict === 'ignored' && countingOf(s).ignored !== 'successes';
  // A late result frees a place that it never took: the oldest.
  const place = lease ?? (isNeutral ? undefined : o.trial.leases[0]?.id);
  const t = place === undefined || whileOpen ? o.trial : returned(o.trial, place);
  if (isNeutral) return { ...o, trial: t };
  // Where slow calls open the circuit, a slow probe has not shown that the other side is back.
  const tooSlow = result.slow && closeWhen.kind !== 'below-limits';
  const passed = result.verdict !== 'failure' && !tooSlow;
  const next = { ...o, trial: withResult(t, { passed, slow: result.slow }) };
  const outcome = verdictOf(next.trial, s.config);
  if (outcome === 'close') return closedBy(next, s, now, result, passed);
  if (outcome === 'open' && !whileOpen) return openAgain(next, s, now, o.openings, result.retryAfterMs);
  return next;
}

function closedBy(o: Oracle, s: Setup, now: number, result: Judged, passed: boolean): Oracle {
  const next = closeAfterProbes(o, s, now);
  const { closingSuccess, clears } = countingOf(s);
  if (!closingSuccess || clears === 'never' || !passed) return next;
  return add(next, { writtenAt: now, datedAt: now, ...linesOf(result, { calls: 1 }) });
}
