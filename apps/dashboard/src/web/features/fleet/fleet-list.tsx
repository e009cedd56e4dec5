import { useCallback, useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import { Crosshair } from '../../components/crosshair.tsx';
import { LaneCanvas } from '../../components/lane-canvas.tsx';
import { useTimeGestures } from '../../components/time-gestures.ts';
import type { LaneRect } from '../../lib/draw-lanes.ts';
import { useNarrow } from '../../lib/narrow.ts';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { useTimeline, useWatch } from '../../live/hooks.ts';
import { history, markers, store } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';
import type { ChangeFilters, Filters } from './filters.ts';
import { FleetHead } from './fleet-head.tsx';
import { FleetRow } from './fleet-row.tsx';
import { FleetSum } from './fleet-sum.tsx';
import { GroupRow } from './group-row.tsx';
import { heightsOf, laneOffset } from './heights.ts';
import { HoverCard } from './hover-card.tsx';
import type { Item } from './items.ts';
import { has, toggledIn, writeNameSet } from './name-list.ts';
import { RestRow } from './rest-row.tsx';
import { useCard } from './use-card.ts';
import { useGroupLanes } from './use-group-lanes.ts';
import { useItems } from './use-items.ts';
import { useRowKeys } from './use-row-keys.ts';
import { rowAt, useRowWindow } from './use-row-window.ts';
import { useRangeStats, useTop } from './use-stats.ts';

/** Rows that a server is asked to send numbers of, at most. */
const MOST_WATCHED = 200;

interface Props {
  rows: readonly RowView[];
  epoch: string;
  filters: Filters;
  onChange: ChangeFilters;
  onHeld: (held: boolean) => void;
}

/**
 * The list of breakers: text in rows of a virtual table, all their lanes on one canvas. The canvas spans the rows that
 * exist and scrolls with them, so that a lane never lags behind its row.
 */
export function FleetList({ rows, epoch, filters, onChange, onHeld }: Props) {
  const { group, folds, whole, sort, compact, query, states } = filters;
  const card = useNarrow();
  const table = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const top = useTop(sort);
  // Who looks for something wants all of it; by name, calm rows are as good as others.
  const wholly = query !== '' || states.size > 0 || sort !== 'trouble';
  const asked = JSON.stringify([
    sort,
    group,
    writeNameSet(folds),
    [...whole],
    query,
    [...states],
    filters.service,
  ]);
  const arrangement = {
    sort,
    top: top?.places,
    group,
    folded: (name: string) => has(folds, name),
    whole: (name: string) => wholly || whole.has(name),
  };
  const { items, holders } = useItems(rows, arrangement, asked, onHeld);
  const before = useRef<Float64Array>(undefined);
  const tops = useMemo(() => {
    before.current = heightsOf(items, { card, compact }, before.current);
    return before.current;
  }, [items, card, compact]);
  const { first, end, show } = useRowWindow(body, tops);
  const shown = items.slice(first, end);
  const ids = shown.flatMap((item) => (item.kind === 'row' ? [item.row] : []));
  useWatch(ids.slice(0, MOST_WATCHED), epoch);
  useTimeline(ids, false);
  const stats = useRangeStats(ids);
  const groupLane = useGroupLanes(group, rows);
  const lanes = useLanes(shown, { card, compact, tops, first, groupLane });

  const [, navigate] = useLocation();
  const fold = (name: string) => onChange({ fold: writeNameSet(toggledIn(folds, name)) });
  const showRest = (name: string) =>
    onChange({ more: writeNameSet({ all: false, names: new Set([...whole, name]) }) });
  const open = (index: number) => {
    const item = items[index];
    if (item?.kind === 'group') fold(item.group.name);
    else if (item?.kind === 'rest') showRest(item.group);
    else if (item) {
      const row = store.view(item.row);
      if (row) navigate(withSearch(breakerPath(row.service, row.name)));
    }
  };
  const foldAt = (index: number, folded: boolean): boolean => {
    const item = items[index];
    if (item?.kind !== 'group' || item.folded === folded) return false;
    fold(item.group.name);
    return true;
  };
  useRowKeys({ body, count: items.length, open, fold: foldAt, show });

  const rowAtIndex = (index: number) => {
    const item = items[index];
    return item?.kind === 'row' ? item.row : undefined;
  };
  const rowAtY = (y: number) => {
    const box = body.current?.getBoundingClientRect();
    return card || !box || y < box.top || y >= box.bottom ? undefined : rowAtIndex(rowAt(tops, y - box.top));
  };
  const { point, pinned, onPoint, onPick, close } = useCard({
    root: table,
    plot: lanePlot,
    rowAtY,
    rowAtIndex,
  });
  useTimeGestures(table, { plot: lanePlot, onPoint, onPick });

  const total = tops[items.length] ?? 0;
  const shownTop = tops[first] ?? 0;
  const foldGroup = useLatest(fold);
  return (
    <div ref={table} className="fleet-table">
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows take the focus, fold and open. */}
      <table role="treegrid" aria-label="Breakers" aria-rowcount={items.length + 1}>
        <thead>
          <FleetHead sort={sort} onChange={onChange} />
          {!card && <FleetSum sum={top?.fleet} />}
        </thead>
        <tbody ref={body} className="fleet-body" style={{ height: total }} {...holders}>
          {shown.map((item, i) => {
            const index = first + i;
            const place = {
              index,
              top: tops[index] ?? 0,
              height: (tops[index + 1] ?? 0) - (tops[index] ?? 0),
              entry: i === 0,
            };
            if (item.kind === 'group')
              return (
                <GroupRow
                  key={item.key}
                  group={item.group}
                  folded={item.folded}
                  {...place}
                  card={card}
                  by={group}
                  onFold={foldGroup}
                />
              );
            if (item.kind === 'rest')
              return (
                <RestRow key={item.key} group={item.group} count={item.count} {...place} onShow={showRest} />
              );
            return (
              <FleetRow
                key={item.key}
                row={item.row}
                {...place}
                level={group === '' ? 1 : 2}
                card={card}
                ofService={group === 'service'}
                stats={stats?.get(item.row)}
              />
            );
          })}
        </tbody>
      </table>
      <div className="lane-clip" style={{ height: total }}>
        <div
          className="fleet-grid lane-layer"
          style={{ transform: `translateY(${shownTop}px)`, height: (tops[end] ?? 0) - shownTop }}
        >
          <div className="lane-cell">
            <LaneCanvas lanes={lanes} />
            <Crosshair />
          </div>
        </div>
      </div>
      {point && <HoverCard point={point} pinned={false} onClose={close} />}
      {pinned && <HoverCard point={pinned} pinned onClose={close} />}
    </div>
  );
}

interface LaneLayout {
  card: boolean;
  compact: boolean;
  tops: Float64Array;
  first: number;
  groupLane: (name: string) => LaneRect['track'];
}

/** Where the lanes of the rows shown are. The tracks themselves grow without React hearing of it. */
function useLanes(shown: readonly Item[], { card, compact, tops, first, groupLane }: LaneLayout) {
  const latest = useRef<() => LaneRect[]>(() => []);
  latest.current = () =>
    shown.flatMap((item, i): LaneRect[] => {
      if (item.kind === 'rest') return [];
      const middle = (tops[first + i] ?? 0) - (tops[first] ?? 0) + laneOffset(item, { card, compact });
      if (item.kind === 'group') {
        return [{ middle, size: 'compact', track: groupLane(item.group.name) }];
      }
      const service = store.view(item.row)?.service;
      const marks = service === undefined ? [] : markers.of(service).map(({ t }) => t);
      return [{ middle, size: compact && !card ? 'compact' : 'row', track: history.row(item.row), marks }];
    });
  // Another identity whenever the lanes stand elsewhere: that is when they have to be painted at once.
  const places = `${first}:${card}:${compact}:${shown.map(({ key }) => key).join(' ')}`;
  // Dependencies on purpose: `places` says when.
  return useCallback(() => latest.current(), [places]);
}

function useLatest<T extends unknown[]>(act: (...args: T) => void): (...args: T) => void {
  const latest = useRef(act);
  latest.current = act;
  return useCallback((...args: T) => latest.current(...args), []);
}

function lanePlot(root: HTMLElement): DOMRect | undefined {
  return root.querySelector('.lane-layer canvas')?.getBoundingClientRect();
}
