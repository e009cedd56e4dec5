import { LANE } from '@cb/protocol';
import { useEffect, useMemo, useRef, useState } from 'react';
import { paintAxis } from '../../components/axis.tsx';
import { type Surface, TimeCanvas } from '../../components/time-canvas.tsx';
import type { TimeWindow } from '../../lib/columns.ts';
import { snapWindow } from '../../lib/columns.ts';
import type { Fill } from '../../lib/draw-lanes.ts';
import { percent, shortCount } from '../../lib/format.ts';
import { addMinuteShares } from '../../lib/minutes.ts';
import { repaint } from '../../lib/painter.ts';
import { palette } from '../../lib/palette.ts';
import { indexAt, type Track } from '../../lib/track.ts';
import { RANGES, select, timeWindow, useView } from '../../lib/view.ts';
import { useTimeline, useTotals } from '../../live/hooks.ts';
import { history } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';

/** Above this many rows the strip says that it shows only these: it would ask for the history of the whole fleet. */
const MOST = 400;
const AXIS = 16;
/** Pixels of one bin: fine enough to show a short outage, coarse enough to be cheap. */
const BIN = 3;
const STACK = [LANE.open, LANE.isolated, LANE.halfOpen] as const;

/** Share of the listed breakers that was not closed, over the range on screen. Dragging chooses a range. */
export function TroubleStrip({ rows }: { rows: readonly RowView[] }) {
  const view = useView();
  const totals = useTotals();
  const shown = useMemo(() => rows.slice(0, MOST).map((row) => row.row), [rows]);
  useTimeline(shown, false);
  // Dependencies on purpose: other rows have to be painted at once.
  useEffect(repaint, [shown]);
  const box = useRef<HTMLDivElement>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);

  const timeAt = (clientX: number): number => {
    const area = box.current?.getBoundingClientRect();
    if (!area) return 0;
    const { from, to } = timeWindow();
    return from + Math.min(1, Math.max(0, (clientX - area.left) / area.width)) * (to - from);
  };
  const place = (t: number): string => {
    const { from, to } = timeWindow();
    return `${((t - from) / (to - from)) * 100}%`;
  };
  const range = RANGES.find((each) => each.ms === view.spanMs)?.label;
  return (
    <section className="strip" aria-label="Share of breakers that are not closed">
      <header className="strip-head">
        <span>
          Not closed{range && view.at === null ? `, last ${range}` : ''}
          <span className="strip-hint"> — drag to zoom</span>
          {rows.length > MOST && ` · first ${MOST} rows`}
        </span>
        <span className="strip-totals">
          {totals
            ? `${shortCount(totals.callsPerSecond)} calls/s · ${shortCount(totals.rejectedPerSecond)} rejected/s · ${percent(totals.failureRatio)} errors`
            : ''}
        </span>
      </header>
      <div
        ref={box}
        className="strip-plot"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const t = timeAt(event.clientX);
          setBrush({ from: t, to: t });
        }}
        onPointerMove={(event) => {
          const t = timeAt(event.clientX);
          setBrush((held) => held && { ...held, to: t });
        }}
        onPointerUp={() => {
          if (brush && Math.abs(brush.to - brush.from) > view.spanMs / 60) {
            select(Math.min(brush.from, brush.to), Math.max(brush.from, brush.to));
          }
          setBrush(null);
        }}
        onPointerCancel={() => setBrush(null)}
      >
        <TimeCanvas
          paint={(surface) =>
            paintStrip(
              surface,
              shown.map((row) => history.row(row)),
            )
          }
          className="strip-canvas"
        />
        {brush && (
          <div
            className="strip-brush"
            style={{
              left: place(Math.min(brush.from, brush.to)),
              right: `calc(100% - ${place(Math.max(brush.from, brush.to))})`,
            }}
          />
        )}
      </div>
    </section>
  );
}

function paintStrip(surface: Surface, tracks: readonly (Track | undefined)[]): void {
  const { ctx, width, now } = surface;
  const height = surface.height - AXIS;
  const window = snapWindow(timeWindow(now), width);
  const bins = Math.ceil(width / BIN);
  const shares = STACK.map((code) => shareOf(code, tracks, window, bins, now));
  const colours = palette();
  const fills: Fill[] = [colours.open, colours.isolated, colours.halfOpen];
  let top = 0.12;
  for (let bin = 0; bin < bins; bin++)
    top = Math.max(
      top,
      shares.reduce((sum, share) => sum + (share[bin] ?? 0), 0),
    );
  ctx.fillStyle = colours.line;
  ctx.fillRect(0, height - 1, width, 1);
  for (let bin = 0; bin < bins; bin++) {
    let y = height;
    shares.forEach((share, i) => {
      const value = share[bin] ?? 0;
      if (value === 0) return;
      const h = Math.max(1.5, (value / top) * height * 0.96);
      ctx.fillStyle = fills[i] ?? colours.open;
      ctx.fillRect(bin * BIN, y - h, BIN, h);
      y -= h;
    });
  }
  ctx.save();
  ctx.translate(0, height);
  paintAxis({ ...surface, height: AXIS });
  ctx.restore();
}

/** Share of time and rows in one state, per bin. */
function shareOf(
  code: number,
  tracks: readonly (Track | undefined)[],
  window: TimeWindow,
  bins: number,
  now: number,
): Float64Array {
  const out = new Float64Array(bins);
  const binMs = (window.to - window.from) / bins;
  let known = 0;
  for (const track of tracks) {
    if (!track) continue;
    known++;
    if (track.minutes) addMinuteShares(track.minutes, track.start[0] ?? now, code, window, out);
    for (let i = Math.max(0, indexAt(track, window.from)); i < track.start.length; i++) {
      const start = Math.max(window.from, track.start[i] ?? 0);
      if (start >= window.to) break;
      if (track.code[i] !== code) continue;
      const stop = Math.min(window.to, now, track.start[i + 1] ?? now);
      for (let bin = Math.floor((start - window.from) / binMs); bin < bins; bin++) {
        const from = window.from + bin * binMs;
        if (from >= stop) break;
        out[bin] = (out[bin] ?? 0) + (Math.min(stop, from + binMs) - Math.max(start, from)) / binMs;
      }
    }
  }
  if (known > 0) for (let bin = 0; bin < bins; bin++) out[bin] = (out[bin] ?? 0) / known;
  return out;
}
