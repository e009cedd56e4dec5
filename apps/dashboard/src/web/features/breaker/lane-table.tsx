import { type EventRecord, laneOf } from '@cb/protocol';
import { useState } from 'react';
import { Glyph } from '../../components/glyph.tsx';
import { clock, clockMs, day, exact, percent, spoken } from '../../lib/format.ts';
import { useNow } from '../../lib/seconds.ts';
import { STATE_SLUGS, slugOf, wordOf } from '../../lib/states.ts';
import { type Folded, foldedOf, type Stretch, stretchesOf, unknownOf } from '../../lib/stretches.ts';
import { getView, timeWindow, useView } from '../../lib/view.ts';
import { eventLine } from '../../lib/why.ts';
import { history } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';

/** Longer than this nobody listens to; a shorter range shows the rest. */
const MOST = 200;
/** An event belongs to the stretch that begins with it; the row's lane may begin a moment beside its instance's. */
const NEAR_MS = 1_000;

/**
 * The lane of state as a table, stretch by stretch: the same for those who cannot see the lane. Always there for a screen
 * reader; in sight once it is asked for.
 */
export function LaneTable({ view, events }: { view: RowView; events: readonly EventRecord[] }) {
  const [shown, setShown] = useState(false);
  const now = useNow();
  useView();
  const window = timeWindow(now);
  const track = history.row(view.row);
  const stretches = stretchesOf(track, window, now, MOST);
  const folded = foldedOf(track, window);
  const unknown = unknownOf(track, window);
  return (
    <section className="lane-table" aria-label="State as a table">
      <button
        type="button"
        className="link-button"
        aria-expanded={shown}
        aria-controls="lane-table"
        onClick={() => setShown(!shown)}
      >
        {shown ? 'Hide the table' : 'Show as table'}
      </button>
      <div id="lane-table" className={shown ? 'panel lane-table-box' : 'hidden'} tabIndex={shown ? 0 : -1}>
        <table>
          <caption>
            State of {view.name} from {sayTime(window.from, window)} to {sayTime(window.to, window)}, newest
            first
          </caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">For</th>
              <th scope="col">State</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {stretches.map((stretch) => (
              <StretchRow key={stretch.from} stretch={stretch} events={events} from={window.from} />
            ))}
            {folded && <FoldedRow folded={folded} />}
            {unknown && <StretchRow stretch={unknown} events={[]} from={window.from} />}
          </tbody>
        </table>
        {stretches.length === MOST && <p className="muted">Older ones: show a shorter range.</p>}
        {stretches.length === 0 && !folded && <p className="muted">Nothing is known of this range.</p>}
      </div>
    </section>
  );
}

function StretchRow(props: { stretch: Stretch; events: readonly EventRecord[]; from: number }) {
  const { stretch, events, from } = props;
  const slug = slugOf(stretch.code);
  const event = events.find(
    (each) => Math.abs(each.t - stretch.from) < NEAR_MS && slugOf(laneOf(each.to, each.mode)) === slug,
  );
  return (
    <tr data-stretch={slug}>
      <th scope="row" title={exact(stretch.from)}>
        {stretch.from === from ? 'before' : clockMs(stretch.from)}
      </th>
      <td title={exact(stretch.to)}>{stretch.open && getView().at === null ? 'now' : clockMs(stretch.to)}</td>
      <td>{spoken(stretch.to - stretch.from)}</td>
      <td>
        <span className="lane-table-state">
          <Glyph state={slug} size={14} />
          {wordOf(slug)}
        </span>
      </td>
      <td>{event ? `${eventLine(event)} (${event.instance})` : ''}</td>
    </tr>
  );
}

function FoldedRow({ folded }: { folded: Folded }) {
  const parts = STATE_SLUGS.flatMap((slug) =>
    [...folded.shares]
      .filter(([code, share]) => slugOf(code) === slug && share > 0)
      .map(([, share]) => `${wordOf(slug).toLowerCase()} ${percent(share)}`),
  );
  return (
    <tr data-stretch="folded">
      <th scope="row" title={exact(folded.from)}>
        {clock(folded.from)}
      </th>
      <td title={exact(folded.to)}>{clock(folded.to)}</td>
      <td>{spoken(folded.to - folded.from)}</td>
      <td colSpan={2}>Kept by the minute only: {parts.join(', ')} of the time</td>
    </tr>
  );
}

function sayTime(t: number, { from, to }: { from: number; to: number }): string {
  return day(from) === day(to) ? clock(t) : `${day(t)}, ${clock(t)}`;
}
