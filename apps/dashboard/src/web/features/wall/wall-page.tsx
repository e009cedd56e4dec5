import { useEffect, useMemo } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Glyph } from '../../components/glyph.tsx';
import { clockShort, count, elapsed } from '../../lib/format.ts';
import { breakerPath } from '../../lib/paths.ts';
import { readQuery, Search } from '../../lib/search.ts';
import { useNow } from '../../lib/seconds.ts';
import { STATE_SLUGS, type StateSlug, slugOf, wordOf } from '../../lib/states.ts';
import { whyRow } from '../../lib/why.ts';
import { useConnectionState, useFleetIndex } from '../../live/hooks.ts';
import type { RowView } from '../../live/row-view.ts';
import { wallOf } from './squares.ts';
import './wall.css';

const search = new Search();

/** For a screen on a wall: a square for each breaker, trouble large and first, nothing to press. */
export default function WallPage({ onLeave }: { onLeave: () => void }) {
  const { rows, loaded } = useFleetIndex();
  const state = useConnectionState();
  const [params] = useSearchParams();
  const service = params.get('service') ?? '';
  const query = params.get('q') ?? '';
  const { shown, more, size } = useMemo(() => {
    const asked = readQuery(query);
    const isMeant = (row: RowView): boolean =>
      (service === '' || row.service === service) && search.matches(row, asked);
    return wallOf(rows.filter(isMeant));
  }, [rows, service, query]);
  useAwake();
  return (
    <main className="wall" data-page="wall" data-connection={state}>
      <WallHead rows={rows} stale={state !== 'live'} onLeave={onLeave} />
      {loaded && rows.length === 0 && <p className="wall-nothing">No breaker has reported yet.</p>}
      <ul className={`wall-squares wall-${size}`}>
        {shown.map((row) => (
          <Square key={row.key} row={row} />
        ))}
      </ul>
      {more > 0 && <p className="wall-nothing">and {count(more)} more</p>}
    </main>
  );
}

function WallHead({
  rows,
  stale,
  onLeave,
}: {
  rows: readonly RowView[];
  stale: boolean;
  onLeave: () => void;
}) {
  const now = useNow();
  const counts = new Map<StateSlug, number>();
  for (const { code } of rows) counts.set(slugOf(code), (counts.get(slugOf(code)) ?? 0) + 1);
  return (
    <header className="wall-head">
      <h1 className="hidden">Wall</h1>
      {STATE_SLUGS.map((slug) => (
        <span key={slug} data-count={slug}>
          <Glyph state={slug} size={20} />
          <b>{count(counts.get(slug) ?? 0)}</b> {wordOf(slug).toLowerCase()}
        </span>
      ))}
      <span className="wall-clock">{stale ? 'not connected' : clockShort(now)}</span>
      <button type="button" className="button" onClick={onLeave}>
        Leave the wall
      </button>
    </header>
  );
}

/** Squares large enough for a reason. */
const TROUBLE: ReadonlySet<StateSlug> = new Set(['open', 'half-open', 'isolated']);

function Square({ row }: { row: RowView }) {
  const now = useNow();
  const slug = slugOf(row.code);
  return (
    <li className={`square square-${slug}`} data-breaker={`${row.service}/${row.name}`} data-state={slug}>
      <Glyph state={slug} size={22} />
      <Link className="square-name" href={breakerPath(row.service, row.name)}>
        {row.name}
      </Link>
      <span className="square-service">{row.service}</span>
      {TROUBLE.has(slug) && <span className="square-why">{whyRow(row)}</span>}
      <span className="square-state">
        {wordOf(slug)}
        {row.since > 0 && ` ${elapsed(now - row.since)}`}
      </span>
    </li>
  );
}

/** Keeps the screen on, where the browser knows how. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let gone = false;
    const take = () => {
      if (document.visibilityState !== 'visible') return;
      navigator.wakeLock?.request('screen').then(
        (taken) => {
          lock = taken;
          if (gone) void taken.release();
        },
        () => {
          // Not allowed, or not on battery: the screen does as it always did.
        },
      );
    };
    take();
    document.addEventListener('visibilitychange', take);
    return () => {
      gone = true;
      document.removeEventListener('visibilitychange', take);
      void lock?.release();
    };
  }, []);
}
