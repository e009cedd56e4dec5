import { LANE, type LaneStats } from '@cb/protocol';
import { memo } from 'react';
import { Link } from 'wouter';
import { ErrorBar } from '../../components/error-bar.tsx';
import { Glyph } from '../../components/glyph.tsx';
import { KindMark } from '../../components/kind-mark.tsx';
import { LaneWords } from '../../components/lane-words.tsx';
import { NowNote } from '../../components/now-note.tsx';
import { count, elapsed, exact, latency, NONE, rate } from '../../lib/format.ts';
import { afterDeploy } from '../../lib/marker-words.ts';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { useNow } from '../../lib/seconds.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { lastOutageMs } from '../../lib/track.ts';
import { openingOf, whyRow } from '../../lib/why.ts';
import { useMarkers, useRow } from '../../live/hooks.ts';
import { history, markers } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';
import { inRange, refusedMs } from './stats-words.ts';

/** Texts follow the time to the second. */
const SECOND_MS = 1000;

interface Place {
  index: number;
  top: number;
  height: number;
  /** The tab key comes to the list here. */
  entry: boolean;
  level: number;
}
interface Props extends Place {
  row: number;
  card: boolean;
  /** Below the head of its service, which then need not be said. */
  ofService: boolean;
  /** What it did in the range shown, once that is known. */
  stats: LaneStats | undefined;
}

/** One breaker. Renders when its own numbers or state change, and once a second for the time in state. */
export const FleetRow = memo(function FleetRow(props: Props) {
  const view = useRow(props.row);
  if (!view) return null;
  return props.card ? <Card {...props} view={view} /> : <TableRow {...props} view={view} />;
});

function TableRow({ view, ofService, stats, ...place }: Props & { view: RowView }) {
  const { slug, numbers, time, since, why, title } = useSaid(view);
  const refused = stats ? refusedMs(stats) : 0;
  return (
    <tr {...attributesOf(view, place)} className="fleet-grid fleet-row">
      <td className="cell-glyph">
        <Glyph state={slug} />
        <span className="hidden">{wordOf(slug)}</span>
      </td>
      <td className="cell-name">
        {title}
        <span className="row-open">
          {view.code === LANE.noData || view.notClosed === undefined
            ? NONE
            : `${view.notClosed}/${view.size}`}
        </span>
        {!ofService && <span className="row-service">{view.service}</span>}
        <KindMark kind={view.tags.kind} />
      </td>
      <td>
        <LaneWords view={view} />
      </td>
      <td className="cell-number of-now">{rate(numbers?.callsPerSecond)}</td>
      <td className="of-now">
        <ErrorBar ratio={numbers?.failureRatio} limit={view.failureLimit} />
      </td>
      <td className="cell-number of-now">{latency(numbers?.p95)}</td>
      <td className={stats?.opens ? 'cell-number cell-range' : 'cell-number cell-range muted'} data-opens>
        {stats ? count(stats.opens) : ''}
      </td>
      <td className="cell-number cell-range" title={stats && inRange(stats)} data-refused>
        {refused > 0 ? elapsed(refused) : ''}
      </td>
      <td className="cell-number cell-time" title={since}>
        {time}
      </td>
      <td className="cell-why" data-why>
        {why}
      </td>
    </tr>
  );
}

function Card({ view, ofService, stats, ...place }: Props & { view: RowView }) {
  const { slug, numbers, time, since, why, title } = useSaid(view);
  return (
    <tr {...attributesOf(view, place)} className="fleet-card">
      <td className="card-head">
        <Glyph state={slug} />
        <span className="card-name">
          {title} {!ofService && <span className="row-service">{view.service}</span>}
          <KindMark kind={view.tags.kind} />
        </span>
        <span className="card-state" title={since}>
          {wordOf(slug)} · {time}
        </span>
      </td>
      <td className="card-numbers">
        <span className="of-now">
          {rate(numbers?.callsPerSecond)}/s <NowNote />
        </span>
        <ErrorBar ratio={numbers?.failureRatio} limit={view.failureLimit} />
        <span className="of-now">p95 {latency(numbers?.p95)}</span>
        {stats !== undefined && stats.opens > 0 && (
          <span className="card-opens">{stats.opens === 1 ? '1 open' : `${count(stats.opens)} opens`}</span>
        )}
      </td>
      <td className="card-why" data-why>
        {why}
      </td>
    </tr>
  );
}

function attributesOf({ service, name, code }: RowView, { index, top, height, level, entry }: Place) {
  return {
    tabIndex: entry ? 0 : -1,
    'aria-rowindex': index + 2,
    'aria-level': level,
    'data-row': index,
    'data-breaker': `${service}/${name}`,
    'data-state': slugOf(code),
    style: { transform: `translateY(${top}px)`, height },
  };
}

function useSaid(view: RowView) {
  const now = useNow();
  useMarkers();
  const { service, name, code, since } = view;
  const opening = openingOf(view);
  const deploy = opening && markers.deployBefore(service, opening.t);
  const why = whyRow(view, lastOutageMs(history.row(view.row), now + SECOND_MS));
  const said = opening && deploy ? `${why} · ${afterDeploy(deploy, opening.t)}` : why;
  // The link lies over the whole row: a click anywhere opens it, as does the middle button in another tab.
  const title = (
    <Link
      className="row-link"
      href={withSearch(breakerPath(service, name))}
      tabIndex={-1}
      title={`${service} / ${name}\n${said}`}
    >
      {name}
    </Link>
  );
  return {
    slug: slugOf(code),
    numbers: code === LANE.noData ? undefined : view.numbers,
    time: since > 0 ? elapsed(now - since) : NONE,
    since: since > 0 ? `since ${exact(since)}` : '',
    why: said,
    title,
  };
}
