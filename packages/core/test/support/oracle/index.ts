/**
 * The breaker once more, as a textbook would write it: immutable, slow, recounting everything from a log. Written from the
 * words of `config.ts`; it shares no code with the real one (types only). The model runs hold the two against each other.
 */
import { close, halfOpen, noticed, openTimeIsOver } from './changes.ts';
import { isCrossed } from './counting.ts';
import { failed, passed } from './recovery.ts';
import { asksOnArrival } from './rules.ts';
import type { Oracle, Setup } from './state.ts';

export { arrive } from './calls.ts';
export { noticed, timePassed } from './changes.ts';
export { seen } from './counting.ts';
export { settle } from './results.ts';
export { type Oracle, oracle, type Result, type Setup, type Ticket } from './state.ts';

/** A person says that all is well: no ramp either. */
export function reset(o: Oracle, s: Setup, now: number): Oracle {
  return { ...close(o, s, now, 0), ramp: null };
}

export function probeNow(before: Oracle, s: Setup, now: number): Oracle {
  const o = noticed(before, s, now);
  if (o.name !== 'open') return o;
  return s.config.probing.whileOpen ? { ...o, until: Number.NEGATIVE_INFINITY } : halfOpen(o, now);
}

/** The state for whoever looks: what the next call would find. */
export function stateOf(before: Oracle, s: Setup, now: number): Oracle['name'] {
  const o = noticed(before, s, now);
  if (asksOnArrival(s.config) && isCrossed(o, s, now)) return 'open';
  const over = o.name === 'open' && !s.config.probing.whileOpen && openTimeIsOver(o, s, now);
  return over ? 'half-open' : o.name;
}

/** What the snapshot tells about half-open. */
export function probesOf(o: Oracle): { succeeded: number; failed: number; inFlight: number } {
  return {
    succeeded: passed(o.trial),
    failed: failed(o.trial),
    inFlight: o.trial.leases.length,
  };
}
