import { useCallback, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Crosshair } from '../../components/crosshair.tsx';
import { LaneCanvas } from '../../components/lane-canvas.tsx';
import { useTimeGestures } from '../../components/time-gestures.ts';
import type { LaneRect } from '../../lib/draw-lanes.ts';
import { useNarrow } from '../../lib/narrow.ts';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { whyRow } from '../../lib/why.ts';
import { useTimeline, useWatch } from '../../live/hooks.ts';
import { history } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';
import { FleetHead } from './fleet-head.tsx';
import { FleetRow } from './fleet-row.tsx';
import { HoverCard, type HoverPoint } from './hover-card.tsx';
import { useHeldOrder } from './use-held-order.ts';
import { useRowKeys } from './use-row-keys.ts';
import { useRowWindow } from './use-row-window.ts';

const ROW = { comfortable: 30, compact: 22 };
/** A card with a line that says why, and one that has nothing to say. */
const CARD = { long: 104, short: 84 };
/** Middle of the lane within a card. */
const CARD_LANE = 44;
/** Rows that a server is asked to send numbers of, at most. */
const MOST_WATCHED = 200;

interface Props {
  rows: readonly RowView[];
  epoch: string;
  compact: boolean;
  onHeld: (held: boolean) => void;
}

/**
 * The list of breakers: text in rows of a virtual table, all their lanes on one canvas. The canvas spans the rows that
 * exist and scrolls with them, so that a lane never lags behind its row.
 */
export function FleetList({ rows, epoch, compact, onHeld }: Props) {
  const card = useNarrow();
  const table = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const { sorted, holders } = useHeldOrder(rows, onHeld);
  const height = compact ? ROW.compact : ROW.comfortable;
  const heights = useMemo(
    () => sorted.map((row) => (card ? (whyRow(row) === '' ? CARD.short : CARD.long) : height)),
    [sorted, card, height],
  );
  const virtual = useRowWindow(body, heights);
  const shown = virtual.getVirtualItems().flatMap((item) => {
    const row = sorted[item.index];
    return row
      ? [{ row, index: item.index, top: item.start - virtual.options.scrollMargin, size: item.size }]
      : [];
  });
  const top = shown[0]?.top ?? 0;
  const total = virtual.getTotalSize();
  const ids = shown.map(({ row }) => row.row);
  useWatch(ids.slice(0, MOST_WATCHED), epoch);
  useTimeline(ids, false);

  const places = shown
    .map((each) => `${each.row.row}:${each.top - top + (card ? CARD_LANE : each.size / 2)}`)
    .join();
  const lanes = useCallback((): LaneRect[] => {
    const size = compact && !card ? 'compact' : 'row';
    if (places === '') return [];
    return places.split(',').map((place) => {
      const [id, middle] = place.split(':').map(Number);
      return { middle: middle ?? 0, size, track: history.row(id ?? -1) };
    });
  }, [places, compact, card]);

  const [, navigate] = useLocation();
  const open = (index: number) => {
    const row = sorted[index];
    if (row) navigate(withSearch(breakerPath(row.service, row.name)));
  };
  useRowKeys({ body, count: sorted.length, open, show: (index) => virtual.scrollToIndex(index) });

  const [point, setPoint] = useState<HoverPoint | null>(null);
  const onPoint = useCallback(
    (x: number, y: number, t: number | null) => {
      const box = body.current?.getBoundingClientRect();
      const index = box ? Math.floor((y - box.top) / height) : -1;
      setPoint(t === null || index < 0 || card ? null : { x, y, t, index });
    },
    [height, card],
  );
  useTimeGestures(table, { plot: lanePlot, onPoint });
  const hovered = point ? sorted[point.index] : undefined;

  return (
    <div ref={table} className="fleet-table">
      <table aria-label="Breakers" aria-rowcount={sorted.length + 1}>
        <FleetHead />
        <tbody ref={body} className="fleet-body" style={{ height: total }} {...holders}>
          {shown.map((each) => (
            <FleetRow
              key={each.row.key}
              row={each.row.row}
              index={each.index}
              top={each.top}
              height={each.size}
              card={card}
            />
          ))}
        </tbody>
      </table>
      <div className="lane-clip" style={{ height: total }}>
        <div
          className="fleet-grid lane-layer"
          style={{
            transform: `translateY(${top}px)`,
            height: shown.reduce((sum, each) => sum + each.size, 0),
          }}
        >
          <div className="lane-cell">
            <LaneCanvas lanes={lanes} />
            <Crosshair />
          </div>
        </div>
      </div>
      {point && hovered && <HoverCard point={point} row={hovered} />}
    </div>
  );
}

function lanePlot(root: HTMLElement): DOMRect | undefined {
  return root.querySelector('.lane-layer canvas')?.getBoundingClientRect();
}
