import { LANE } from '@cb/protocol';
import { memo } from 'react';
import { Link } from 'wouter';
import { ErrorBar } from '../../components/error-bar.tsx';
import { Glyph } from '../../components/glyph.tsx';
import { KindMark } from '../../components/kind-mark.tsx';
import { LaneWords } from '../../components/lane-words.tsx';
import { elapsed, exact, latency, NONE, rate } from '../../lib/format.ts';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { useNow } from '../../lib/seconds.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { lastOutageMs } from '../../lib/track.ts';
import { whyRow } from '../../lib/why.ts';
import { useRow } from '../../live/hooks.ts';
import { history } from '../../live/live.ts';

interface Props {
  row: number;
  index: number;
  top: number;
  height: number;
  card: boolean;
}

/** One breaker. Renders when its own numbers or state change, and once a second for the time in state. */
export const FleetRow = memo(function FleetRow({ row, index, top, height, card }: Props) {
  const view = useRow(row);
  const now = useNow();
  if (!view) return null;
  const slug = slugOf(view.code);
  const silent = view.code === LANE.noData;
  const numbers = silent ? undefined : view.numbers;
  const time = view.since > 0 ? elapsed(now - view.since) : NONE;
  const since = view.since > 0 ? `since ${exact(view.since)}` : '';
  const why = whyRow(view, lastOutageMs(history.row(row)));
  const href = withSearch(breakerPath(view.service, view.name));
  // The link lies over the whole row: a click anywhere opens it, as does the middle button in another tab.
  const title = (
    <Link className="row-link" href={href} tabIndex={-1} title={`${view.service} / ${view.name}\n${why}`}>
      {view.name}
    </Link>
  );
  const common = {
    tabIndex: index === 0 ? 0 : -1,
    'aria-rowindex': index + 2,
    'data-row': index,
    'data-breaker': `${view.service}/${view.name}`,
    'data-state': slug,
    style: { transform: `translateY(${top}px)`, height },
  };
  const errors = <ErrorBar ratio={numbers?.failureRatio} limit={view.failureLimit} />;
  const kind = <KindMark kind={view.tags.kind} />;
  if (card) {
    return (
      <tr {...common} className="fleet-card">
        <td className="card-head">
          <Glyph state={slug} />
          <span className="card-name">
            {title} <span className="row-service">{view.service}</span>
            {kind}
          </span>
          <span className="card-state" title={since}>
            {wordOf(slug)} · {time}
          </span>
        </td>
        <td className="card-numbers">
          <span>{rate(numbers?.callsPerSecond)}/s</span>
          {errors}
          <span>p95 {latency(numbers?.p95)}</span>
        </td>
        <td className="card-why" data-why>
          {why}
        </td>
      </tr>
    );
  }
  return (
    <tr {...common} className="fleet-grid fleet-row">
      <td className="cell-glyph">
        <Glyph state={slug} />
        <span className="hidden">{wordOf(slug)}</span>
      </td>
      <td className="cell-name">
        {title}
        <span className="row-open">{silent ? NONE : `${view.notClosed}/${view.instances.length}`}</span>
        <span className="row-service">{view.service}</span>
        {kind}
      </td>
      <td>
        <LaneWords view={view} />
      </td>
      <td className="cell-number">{rate(numbers?.callsPerSecond)}</td>
      <td>{errors}</td>
      <td className="cell-number">{latency(numbers?.p95)}</td>
      <td className="cell-number cell-time" title={since}>
        {time}
      </td>
      <td className="cell-why" data-why>
        {why}
      </td>
    </tr>
  );
});
