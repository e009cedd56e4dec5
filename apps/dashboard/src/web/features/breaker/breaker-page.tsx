import { LANE } from '@cb/protocol';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { Link } from 'wouter';
import { ExportMenu } from '../../components/export-menu.tsx';
import { Glyph } from '../../components/glyph.tsx';
import { KindMark } from '../../components/kind-mark.tsx';
import { Snippet } from '../../components/snippet.tsx';
import { openSettings } from '../../lib/dialogs.ts';
import { elapsed } from '../../lib/format.ts';
import { useIsPast, useMayNotAct } from '../../lib/past.ts';
import { withSearch } from '../../lib/paths.ts';
import { mayAct } from '../../lib/roles.ts';
import { useNow } from '../../lib/seconds.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { readWhatIf, toggleWhatIf, useWhatIf } from '../../lib/what-if-state.ts';
import { useFleetIndex, useRole, useRow, useTimeline, useWatch } from '../../live/hooks.ts';
import { keyOf, type RowView } from '../../live/row-view.ts';
import { Actions } from './actions.tsx';
import { AdvicePanel } from './advice/advice-panel.tsx';
import { EventLog } from './event-log.tsx';
import { LaneTable } from './lane-table.tsx';
import { OverlayBar } from './overlay-bar.tsx';
import { ProbeRing } from './probe-ring.tsx';
import { Settings } from './settings.tsx';
import { Tracks } from './tracks.tsx';
import { useDetail } from './use-detail.ts';
import { useDetailAsOf } from './use-detail-as-of.ts';
import { useEvents } from './use-events.ts';
import { WhyOpened } from './why-opened.tsx';
import './breaker.css';
import './lane-table.css';

/** Comes when it is opened, and brings its simulation along. */
const WhatIf = lazy(() => import('./what-if/what-if.tsx'));

export function BreakerPage({ service, name }: { service: string; name: string }) {
  const { byKey, loaded } = useFleetIndex();
  const entry = byKey.get(keyOf(service, name));
  if (!entry) {
    return (
      <main className="page" data-page="breaker" data-state="no-data">
        <div className="notice" role="status">
          {loaded ? (
            <>
              <h1>{name}</h1>
              <p>
                No breaker of this name has reported for <b>{service}</b>. It appears here by itself once it
                does.
              </p>
              <Snippet />
              <Link className="button notice-way" href={withSearch('/')}>
                All breakers
              </Link>
            </>
          ) : (
            'Connecting to the dashboard server…'
          )}
        </div>
      </main>
    );
  }
  return <Breaker key={entry.row} row={entry.row} />;
}

function Breaker({ row }: { row: number }) {
  const { epoch } = useFleetIndex();
  const rows = useMemo(() => [row], [row]);
  useWatch(rows, epoch, true);
  useTimeline(rows, true);
  const view = useRow(row);
  const past = useMayNotAct();
  const maySet = mayAct(useRole(), 'admin') && !past;
  const detail = useDetailAsOf(row, useDetail(row, epoch));
  const { open } = useWhatIf();
  // Another breaker's page: what was tried before was not tried here.
  useEffect(readWhatIf, []);
  const events = useEvents(row, epoch);
  if (!view) return null;
  const slug = slugOf(view.code);
  return (
    <main
      className="page breaker"
      data-page="breaker"
      data-state={slug}
      data-breaker={`${view.service}/${view.name}`}
    >
      <BreakerHead view={view} />
      <OverlayBar view={view} />
      <WhyOpened view={view} detail={detail} />
      <div className="breaker-columns">
        <div className="breaker-main">
          <Tracks
            view={view}
            underState={
              open && (
                <Suspense>
                  <WhatIf
                    view={view}
                    config={detail?.config}
                    opened={detail?.opened?.instance}
                    onApply={maySet ? (changes) => openSettings(row, changes) : undefined}
                  />
                </Suspense>
              )
            }
          />
          <LaneTable view={view} events={events.events} />
        </div>
        <aside className="breaker-side">
          <EventLog {...events} service={view.service} />
          <AdvicePanel view={view} epoch={epoch} config={detail?.config} opened={detail?.opened?.instance} />
          <Settings detail={detail} />
        </aside>
      </div>
    </main>
  );
}

function BreakerHead({ view }: { view: RowView }) {
  const now = useNow();
  const past = useIsPast();
  const slug = slugOf(view.code);
  return (
    <header className="breaker-head">
      <span className={`badge badge-${slug}`}>
        <Glyph state={slug} size={18} />
        {wordOf(slug)}
      </span>
      <h1>{view.name}</h1>
      <span className="tag">{view.service}</span>
      {Object.entries(view.tags).map(([key, value]) => (
        <span key={key} className="tag">
          {key === 'kind' ? <KindMark kind={value} /> : `${key}=${value}`}
        </span>
      ))}
      {view.code !== LANE.closed && <ProbeRing view={view} now={now} />}
      <span className="breaker-time">
        <span>
          {view.code === LANE.closed ? 'Closed' : wordOf(slug)} for{' '}
          <b>{view.since > 0 ? elapsed(now - view.since) : '–'}</b>
        </span>
        <span className="muted">
          {view.opens === 1 ? '1 open' : `${view.opens} opens`}{' '}
          {past ? 'in the hour before' : 'in the last hour'}
        </span>
      </span>
      <WhatIfButton />
      <ExportMenu rows={[view]} of="breaker" />
      <Actions view={view} />
    </header>
  );
}

function WhatIfButton() {
  const { open } = useWhatIf();
  return (
    <button
      type="button"
      className="button"
      aria-pressed={open}
      onClick={toggleWhatIf}
      title="What if its settings were others? (i)"
    >
      What if…
    </button>
  );
}
