import { spoken } from '../lib/format.ts';
import { useNow } from '../lib/seconds.ts';
import { slugOf, wordOf } from '../lib/states.ts';
import { opensIn } from '../lib/stretches.ts';
import { timeWindow } from '../lib/view.ts';
import { history } from '../live/live.ts';
import type { RowView } from '../live/row-view.ts';

/** A row's lane, for those who cannot see it: "Open for 4 minutes 34 seconds, 3 opens in the range." */
export function LaneWords({ view }: { view: RowView }) {
  const now = useNow();
  const state = wordOf(slugOf(view.code));
  const since = view.since > 0 ? ` for ${spoken(now - view.since)}` : '';
  const opens = opensIn(history.row(view.row), timeWindow(now));
  return (
    <span className="hidden">
      {state}
      {since}, {opens === 1 ? '1 open' : `${opens} opens`} in the range.
    </span>
  );
}
