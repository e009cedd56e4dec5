import { snapWindow } from '@cb/timeline/drawing';
import { useEffect, useRef, useState } from 'react';
import { NowNote } from '../../components/now-note.tsx';
import { type Surface, TimeCanvas } from '../../components/time-canvas.tsx';
import { count, elapsed, percent, shortCount } from '../../lib/format.ts';
import { repaint } from '../../lib/painter.ts';
import { RANGES, resetView, surroundings, useView } from '../../lib/view.ts';
import { useTotals } from '../../live/hooks.ts';
import { store } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';
import { MarkerFlags } from './marker-flags.tsx';
import { paintOverview, peakOf } from './paint-overview.ts';
import { RangeBrush } from './range-brush.tsx';
import { useOverview, useScope } from './use-overview.ts';

interface Props {
  all: readonly RowView[];
  listed: readonly RowView[];
  service: string;
}

/** How many breakers were not closed, over more time than the lanes show: from it a range is chosen. */
export function OverviewStrip({ all, listed, service }: Props) {
  useView();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const scope = useScope(all, listed, service);
  const overview = useOverview(scope, width);
  const counts: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  // It ends with the present, also while the page shows the past.
  for (const { row, code } of scope.rows) counts[store.present(row)?.code ?? code]++;
  // Dependencies on purpose: another answer has to be painted at once.
  useEffect(repaint, [overview]);
  const { from, to } = surroundings();
  const spanMs = to - from;
  const span = RANGES.find(({ ms }) => ms === spanMs)?.label ?? elapsed(spanMs);
  const paint = (surface: Surface) =>
    paintOverview(surface, snapWindow(surroundings(surface.now), surface.width), overview, counts);
  return (
    <section className="strip" aria-label="Breakers that are not closed">
      <header className="strip-head">
        <span>
          Not closed, last {span}
          <span className="strip-hint"> — drag to zoom</span>
          {overview && ` · at most ${count(peakOf(overview))} of ${count(scope.rows.length)}`}
          {scope.wider && ' · of all, filtered or not'}
        </span>
        <Totals ofAll={listed.length < all.length} />
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the handles of the brush do the same from the keyboard. */}
      <div ref={box} className="strip-plot" onDoubleClick={() => resetView()}>
        <TimeCanvas paint={paint} className="strip-canvas" />
        <MarkerFlags width={width} />
        <RangeBrush box={box} />
      </div>
    </section>
  );
}

/** Numbers of the whole fleet; who looks at a part of it is told so. */
function Totals({ ofAll }: { ofAll: boolean }) {
  const totals = useTotals();
  return (
    <span className="strip-totals of-now">
      {totals && <NowNote />}{' '}
      {totals
        ? `${ofAll ? 'all breakers: ' : ''}${shortCount(totals.callsPerSecond)} calls/s · ${shortCount(totals.rejectedPerSecond)} rejected/s · ${percent(totals.failureRatio)} errors`
        : ''}
    </span>
  );
}

function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const resize = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    resize.observe(box.current);
    return () => resize.disconnect();
  }, [box]);
  return width;
}
