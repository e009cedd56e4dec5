import { LANE } from '@cb/protocol';
import { Glyph } from '../../components/glyph.tsx';
import { clock, clockMs, elapsed } from '../../lib/format.ts';
import { useNow } from '../../lib/seconds.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { runAt } from '../../lib/track.ts';
import { causeOf, errorLabel } from '../../lib/why.ts';
import { history } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';

export interface HoverPoint {
  x: number;
  y: number;
  t: number;
  index: number;
}

/** What a lane shows under the pointer: which state, since when, for how long, and why where it is known. */
export function HoverCard({ point, row }: { point: HoverPoint; row: RowView }) {
  const now = useNow();
  const run = runAt(history.row(row.row), point.t);
  if (!run || point.t > now) return null;
  const slug = slugOf(run.code);
  const until = Math.min(now, run.to);
  const event = row.last && Math.abs(row.last.t - run.from) < 1000 ? row.last : undefined;
  const cause = event && run.code !== LANE.closed ? causeOf(event.why) : '';
  const errors = (event?.errors ?? []).slice(0, 3).map((error) => `${error.count}× ${errorLabel(error)}`);
  const left = Math.min(point.x + 14, innerWidth - 300);
  const below = point.y + 18 + 130 < innerHeight;
  return (
    <div
      className="hover-card"
      role="tooltip"
      style={{ left, ...(below ? { top: point.y + 18 } : { bottom: innerHeight - point.y + 14 }) }}
    >
      <div className="hover-head">
        <Glyph state={slug} />
        <b>{row.name}</b>
        <span>{clock(point.t)}</span>
      </div>
      <div>
        {wordOf(slug)} since {clockMs(run.from)}
      </div>
      <div>
        {run.to > now ? 'for ' : 'lasted '}
        {elapsed(until - run.from)}
      </div>
      {cause && <div className="hover-why">{cause}</div>}
      {errors.length > 0 && <div className="hover-errors">{errors.join(' · ')}</div>}
    </div>
  );
}
