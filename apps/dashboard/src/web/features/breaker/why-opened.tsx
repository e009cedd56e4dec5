import { type EventRecord, LANE } from '@cb/protocol';
import { clock, clockMs, elapsed } from '../../lib/format.ts';
import { afterDeploy } from '../../lib/marker-words.ts';
import { select, useView } from '../../lib/view.ts';
import { whyRow, whySentence } from '../../lib/why.ts';
import { useMarkers } from '../../live/hooks.ts';
import { markers } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';
import { CallCells } from './call-cells.tsx';
import { ErrorRanking } from './error-ranking.tsx';
import { inWindow } from './in-window.ts';
import type { Detail } from './use-detail.ts';

/** The question the page is opened for: why did it open? */
export function WhyOpened({ view, detail }: { view: RowView; detail: Detail | undefined }) {
  // What opened it from closed; later openings are failed probes and stand behind it.
  // Until that is read, the row knows the same opening: nothing jumps when the rest arrives.
  const event = detail ? (detail.origin ?? detail.opened) : view.opened;
  return (
    <section
      className="panel why-panel"
      aria-label="Why it opened"
      // The calls and errors of an opening come with the detail: their room is kept, so that nothing below jumps.
      data-reading={
        detail === undefined && (event !== undefined || view.last !== undefined || view.opens > 0)
      }
    >
      <div className="why-main">
        <Sentence view={view} event={event} detail={detail} />
        {event?.outcomes && <Window event={event} outcomes={event.outcomes} />}
      </div>
      {event?.errors && event.errors.length > 0 && (
        <ErrorRanking errors={event.errors} of={errorsOf(event)} />
      )}
    </section>
  );
}

interface SentenceProps {
  view: RowView;
  event: EventRecord | undefined;
  detail: Detail | undefined;
}

function Sentence({ view, event, detail }: SentenceProps) {
  const silent = view.code === LANE.noData;
  const trouble = view.code === LANE.open || view.code === LANE.halfOpen;
  const said = event && whySentence(event, trouble);
  useMarkers();
  const deploy = event && markers.deployBefore(view.service, event.t);
  return (
    <p className="why-sentence" data-why>
      {silent && <span className="why-overlay">{whyRow(view)}. </span>}
      {said ? (
        <>
          {said.before}
          <strong>{said.strong}</strong>
          {said.after}
          <span className="muted">
            {detail?.origin &&
              detail.opened &&
              ` Probes failed since, the last at ${clock(detail.opened.t)}.`}
            {event && deploy && ` It was ${afterDeploy(deploy, event.t)}.`}
            {trouble &&
              view.size > 1 &&
              (view.notClosed ?? 0) > 0 &&
              ` Open on ${view.notClosed} of ${view.size} instances.`}
          </span>
        </>
      ) : (
        !silent && (detail ? withoutOpening(trouble) : '\u00a0')
      )}
    </p>
  );
}

/** Errors are counted over the calls that are remembered, which may be more or fewer than the window held. */
function errorsOf({ outcomes, why }: EventRecord): string {
  return outcomes === undefined || outcomes.length === why?.calls
    ? 'the window'
    : `the last ${outcomes.length} calls`;
}

/** Changes are kept for less time than lanes: what is open has opened. */
function withoutOpening(trouble: boolean): string {
  return trouble ? 'What opened it is not known.' : 'It has not opened since this dashboard has known it.';
}

/** The calls that decided, and the time from the first failure to the decision. */
function Window({ event, outcomes: remembered }: { event: EventRecord; outcomes: string }) {
  const { firstFailureAt } = event;
  const outcomes = inWindow(remembered, event.why?.calls);
  const { spanMs } = useView();
  const took = firstFailureAt === undefined ? -1 : event.t - firstFailureAt;
  return (
    <>
      <CallCells outcomes={outcomes}>
        <span>
          {(event.why?.calls ?? 0) > outcomes.length ? `oldest of the last ${outcomes.length}` : 'oldest'}
        </span>
        <span>
          {event.from === 'half-open' ? 'last probe' : 'call that opened it'}, {clockMs(event.t)}
        </span>
      </CallCells>
      <p className="why-first">
        {firstFailureAt !== undefined && took >= 0 && (
          <>
            First failure {clock(firstFailureAt)} ·{' '}
            <b>{took < 60_000 ? `${(took / 1000).toFixed(1)} s` : elapsed(took)}</b> from first failure to
            open<span className="screen-only"> · </span>
          </>
        )}
        <button
          type="button"
          className="link-button"
          onClick={() => select(event.t - spanMs * 0.6, event.t + spanMs * 0.4)}
        >
          show that moment
        </button>
      </p>
    </>
  );
}
