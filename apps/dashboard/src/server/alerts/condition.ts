import { LANE, type Lane } from '@cb/protocol';
import type { FleetRow } from '../row.ts';
import type { AlertRule } from './alert-rule.ts';

/**
 * What a rule makes of a breaker: the trouble it is in, undefined for none, and `keep` for "it says nothing about that".
 *
 * A breaker that probes is neither well nor newly ill, and one that is not heard may be anything: what was the case before
 * goes on. Otherwise an open circuit would be told as recovered with every probe.
 */
export type Verdict = Lane | undefined | 'keep';

export function verdictOf(rule: AlertRule, row: FleetRow, code: Lane, fires: boolean, now: number): Verdict {
  if (rule.when === 'flapping') return rule.fits(row) ? flapping(rule, row, fires, now) : undefined;
  if (rule.troubles.has(code)) return rule.fits(row) ? code : undefined;
  return rule.when !== 'no-data' && (code === LANE.halfOpen || code === LANE.noData) ? 'keep' : undefined;
}

/** Ends only when fewer than half of the openings are left, so that it does not flap itself. */
function flapping({ opens, withinMs }: AlertRule, row: FleetRow, fires: boolean, now: number): Verdict {
  const count = row.opens(now, withinMs);
  return count >= (fires ? Math.ceil(opens / 2) : opens) ? LANE.open : undefined;
}
