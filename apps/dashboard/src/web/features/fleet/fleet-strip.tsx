import { snapWindow } from '@cb/timeline/drawing';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Axis } from '../../components/axis.tsx';
import { Crosshair } from '../../components/crosshair.tsx';
import { Glyph } from '../../components/glyph.tsx';
import { type Surface, TimeCanvas } from '../../components/time-canvas.tsx';
import { useTimeGestures } from '../../components/time-gestures.ts';
import { clock, count, elapsed } from '../../lib/format.ts';
import { useHoverTime } from '../../lib/hover.ts';
import { repaint } from '../../lib/painter.ts';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { useNow } from '../../lib/seconds.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { runAt, type Track } from '../../lib/track.ts';
import { timeWindow } from '../../lib/view.ts';
import { useWatch } from '../../live/hooks.ts';
import { connection } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';
import type { Filters } from './filters.ts';
import { byGroupTrouble, groupRows, groupTitle } from './groups.ts';
import { orderRows } from './order.ts';
import { lineOf, paintFleetStrip } from './paint-fleet-strip.ts';
import { useTop } from './use-stats.ts';
import { useStrip } from './use-strip.ts';

const NO_ROWS: readonly number[] = [];

interface Props {
  rows: readonly RowView[];
  epoch: string;
  filters: Filters;
}

/** Every breaker as a line of few pixels. The one under the pointer, or chosen with the arrow keys, is named. */
export function FleetStrip({ rows, epoch, filters }: Props) {
  useWatch(NO_ROWS, epoch);
  const { sort, group } = filters;
  const top = useTop(sort);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const trackOf = useStrip(width);
  const [chosen, setChosen] = useState<{ index: number; y: number }>();
  const [, navigate] = useLocation();
  const { lines, bands } = useMemo(() => {
    const ordered = orderRows(rows, sort, top?.places);
    if (group === '') return { lines: ordered, bands: [] };
    const groups = groupRows(ordered, group);
    if (sort === 'trouble') groups.sort(byGroupTrouble);
    let first = 0;
    const named = groups.map(({ name, rows: members }) => {
      const band = { name, first, size: members.length };
      first += members.length;
      return band;
    });
    return { lines: groups.flatMap((each) => each.rows), bands: named };
  }, [rows, sort, group, top]);
  const line = lineOf(lines.length);
  // Dependencies on purpose: another order has to be painted at once.
  useEffect(repaint, [lines, width]);
  useEffect(() => {
    addEventListener('scroll', repaint, { passive: true });
    return () => removeEventListener('scroll', repaint);
  }, []);

  const paint = ({ ctx, width: wide, height, now }: Surface) => {
    if (wide !== width) setWidth(wide);
    const first = firstInSight(box.current, line);
    const shown = lines.slice(first, first + Math.ceil(height / line));
    const tracks = shown.map(({ row }): Track | undefined => trackOf(row));
    const window = snapWindow(timeWindow(now), wide);
    const view = { ...window, width: wide, until: now, knownUntil: connection.knownUntil() };
    paintFleetStrip(ctx, tracks, view, line);
  };
  const open = (index: number) => {
    const row = lines[index];
    if (row) navigate(withSearch(breakerPath(row.service, row.name)));
  };
  const onPoint = useCallback(
    (_x: number, y: number, t: number | null) => {
      const area = box.current?.getBoundingClientRect();
      const index = area && t !== null ? Math.floor((y - area.top) / line) : -1;
      setChosen(index < 0 ? undefined : { index, y });
    },
    [line],
  );
  useTimeGestures(box, { plot: stripPlot, onPoint });
  const step = (by: number) => {
    const index = Math.min(
      lines.length - 1,
      Math.max(0, (chosen?.index ?? firstInSight(box.current, line) - 1) + by),
    );
    const plot = box.current;
    if (!plot) return;
    const yOf = () => plot.getBoundingClientRect().top + index * line;
    if (yOf() < topInSight(plot) || yOf() > innerHeight) scrollBy(0, yOf() - innerHeight / 2);
    setChosen({ index, y: yOf() });
  };
  const row = chosen && lines[chosen.index];
  return (
    <div className="fleet-strip">
      <div className="fleet-strip-head">
        <span>{lines.length === 1 ? '1 breaker' : `${count(lines.length)} breakers`}</span>
        <Axis />
      </div>
      <div className="fleet-strip-body">
        <ul className="fleet-strip-bands" aria-hidden="true">
          {bands.map(({ name, first, size }) => (
            <li key={name} style={{ top: first * line, height: size * line }}>
              {size * line >= 14 && groupTitle(name, group)}
            </li>
          ))}
        </ul>
        {/* biome-ignore lint/a11y/useSemanticElements: no element is a picture of ten thousand links. */}
        <div
          ref={box}
          className="fleet-strip-plot"
          role="group"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys choose a line.
          tabIndex={0}
          aria-label="All breakers. Arrow keys choose one, Enter opens it."
          style={{ height: lines.length * line }}
          onClick={() => chosen && open(chosen.index)}
          onKeyDown={(event) => {
            const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 50, PageUp: -50 }[event.key];
            if (by !== undefined) step(by);
            else if (event.key === 'Enter' && chosen) open(chosen.index);
            else return;
            event.preventDefault();
          }}
        >
          <TimeCanvas paint={paint} className="fleet-strip-canvas" />
          <Crosshair />
          {chosen && row && (
            <div className="fleet-strip-line" style={{ top: chosen.index * line - 1, height: line + 2 }} />
          )}
        </div>
      </div>
      <div className="hidden" role="status">
        {row && `${row.service}, ${row.name}: ${wordOf(slugOf(row.code))}`}
      </div>
      {chosen && row && <Named row={row} track={trackOf(row.row)} y={chosen.y} plot={box.current} />}
    </div>
  );
}

function Named(props: { row: RowView; track: Track | undefined; y: number; plot: HTMLElement | null }) {
  const { row, track, y, plot } = props;
  const now = useNow();
  const t = useHoverTime() ?? now;
  const run = runAt(track, t) ?? { from: row.since, to: Number.POSITIVE_INFINITY, code: row.code };
  const slug = slugOf(run.code);
  const area = plot?.getBoundingClientRect();
  const { from, to } = timeWindow();
  const x = area ? area.left + ((t - from) / (to - from)) * area.width : 0;
  return (
    <div
      className="hover-card"
      role="tooltip"
      data-card={`${row.service}/${row.name}`}
      style={{
        position: 'fixed',
        left: Math.min(x + 14, innerWidth - 300),
        top: Math.min(y + 12, innerHeight - 80),
      }}
    >
      <div className="hover-head">
        <Glyph state={slug} />
        <b>{row.name}</b>
        <span>{row.service}</span>
      </div>
      <div>
        {wordOf(slug)} since {clock(run.from)} · {elapsed(Math.min(now, run.to) - run.from)}
      </div>
    </div>
  );
}

function firstInSight(box: HTMLElement | null, line: number): number {
  return box ? Math.max(0, Math.floor((topInSight(box) - box.getBoundingClientRect().top) / line)) : 0;
}

function stripPlot(root: HTMLElement): DOMRect | undefined {
  return root.querySelector('canvas')?.getBoundingClientRect();
}

/** Below the bars at the top of the page: there the canvas stays while the lines go by. */
function topInSight(box: HTMLElement): number {
  return (stripPlot(box) ?? box.getBoundingClientRect()).top;
}
