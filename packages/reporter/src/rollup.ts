import type { Rollup } from '@cb/protocol';
import { frameBudget } from './frame-budget.ts';
import type { RollupRow } from './tracked.ts';

const COUNTS = ['ok', 'fail', 'slow', 'ignored', 'rejected', 'stale', 'inFlight', 'failureRatio'] as const;

/** Turns rows into rollups of columns, each small enough for one message. Columns without a value are left out. */
export function toRollups(rows: readonly RollupRow[], t: number, ms: number): Rollup[] {
  const rollups: Rollup[] = [];
  let part: RollupRow[] = [];
  let fits = frameBudget();
  for (const row of rows) {
    // Written as an object a row is longer than in columns: the estimate errs on the safe side.
    if (!fits(row)) {
      rollups.push(toColumns(part, t, ms));
      part = [];
      fits = frameBudget();
      fits(row);
    }
    part.push(row);
  }
  if (part.length > 0) rollups.push(toColumns(part, t, ms));
  return rollups;
}

function toColumns(rows: readonly RollupRow[], t: number, ms: number): Rollup {
  const rollup: Rollup = { t, ms, id: rows.map((row) => row.id) };
  for (const key of COUNTS) {
    if (rows.some((row) => row[key] !== 0)) rollup[key] = rows.map((row) => row[key]);
  }
  // The window's share is a gauge: without the column the server would keep the one before.
  rollup.failureRatio ??= rows.map(() => 0);
  if (rows.some((row) => row.hist.length > 0)) rollup.hist = rows.map((row) => row.hist);
  return rollup;
}
