import { isWebUrl, LANE, type Moment } from '@cb/protocol';
import { Link } from 'wouter';
import { Glyph } from '../../components/glyph.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { clockMs, elapsed } from '../../lib/format.ts';
import { afterDeploy } from '../../lib/marker-words.ts';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { useNow } from '../../lib/seconds.ts';
import { type StateSlug, slugOf } from '../../lib/states.ts';
import { type Run, runAt } from '../../lib/track.ts';
import { causeOf, errorLabel } from '../../lib/why.ts';
import { useRow } from '../../live/hooks.ts';
import { history, markers } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';
import type { CardPoint } from './use-card.ts';
import { useMoment } from './use-moment.ts';

const VERBS: Record<StateSlug, string> = {
  open: 'opened',
  'half-open': 'half-open',
  closed: 'closed',
  isolated: 'isolated',
  'no-data': 'no data',
};

interface Props {
  point: CardPoint;
  /** A pinned card stays where it is and can be entered. */
  pinned: boolean;
  onClose: () => void;
}

/** What a lane shows at one moment: what, when exactly, why, on how many instances, and after which deploy. */
export function HoverCard({ point, pinned, onClose }: Props) {
  const row = useRow(point.row);
  const now = useNow();
  const run = runAt(history.row(point.row), point.t);
  if (!row || !run || point.t > Math.max(now, run.from)) return null;
  return (
    <div
      className={pinned ? 'hover-card pinned' : 'hover-card'}
      {...(pinned
        ? { role: 'dialog', 'aria-label': `${row.name} at ${clockMs(run.from)}` }
        : { role: 'tooltip' })}
      data-card={`${row.service}/${row.name}`}
      style={{ left: point.left, top: point.top }}
    >
      <CardText row={row} run={run} now={now} />
      {pinned ? (
        <div className="hover-tools">
          <Link className="link-button" href={withSearch(breakerPath(row.service, row.name))}>
            open the breaker
          </Link>
          <button type="button" className="link-button" onClick={onClose}>
            close
          </button>
        </div>
      ) : (
        <div className="hover-hint">
          <Kbd>p</Kbd> or Shift and click pins it
        </div>
      )}
    </div>
  );
}

function CardText({ row, run, now }: { row: RowView; run: Run; now: number }) {
  const slug = slugOf(run.code);
  const over = run.to <= now;
  const moment = useMoment(row.row, run.from, over);
  const event = moment?.event;
  const trouble = run.code !== LANE.closed;
  const cause = event && trouble ? causeOf(event.why) : '';
  const by = event && event.mode !== event.modeFrom && event.by ? `by ${event.by}` : '';
  const errors = trouble ? (event?.errors ?? []).slice(0, 3) : [];
  const deploy = moment?.deploy ?? markers.deployBefore(row.service, run.from);
  return (
    <>
      <div className="hover-head">
        <Glyph state={slug} />
        <b>
          {row.name} {VERBS[slug]}
        </b>
        <time dateTime={new Date(run.from).toISOString()}>{clockMs(run.from)}</time>
      </div>
      {(cause || by) && <div className="hover-why">{[cause, by].filter(Boolean).join(' ')}</div>}
      {errors.length > 0 && (
        <div className="hover-errors">
          {errors.map((error) => `${error.count}× ${errorLabel(error)}`).join(' · ')}
        </div>
      )}
      <div className="hover-where">
        {over ? 'lasted ' : 'for '}
        {elapsed(Math.min(now, run.to) - run.from)}
        {moment && ` · ${instancesOf(moment)}`}
        {deploy && trouble && ` · ${afterDeploy(deploy, run.from)}`}
      </div>
      {isWebUrl(deploy?.url) && trouble && (
        <a className="hover-link" href={deploy.url} target="_blank" rel="noopener noreferrer">
          {deploy.url}
        </a>
      )}
    </>
  );
}

function instancesOf({ took, of }: Moment): string {
  return `${took} of ${of} ${of === 1 ? 'instance' : 'instances'}`;
}
