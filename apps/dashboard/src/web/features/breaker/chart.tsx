import { snapWindow } from '@cb/timeline/drawing';
import { useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import { addPainter } from '../../lib/painter.ts';
import { onPaletteChange, palette } from '../../lib/palette.ts';
import { timeWindow } from '../../lib/view.ts';
import type { ChartData } from './chart-data.ts';
import type { ChartSpec } from './charts.ts';

type UPlot = typeof uPlot;

/** The chart library comes with the first breaker page that is opened, not with the fleet. */
let library: Promise<UPlot> | undefined;
function load(): Promise<UPlot> {
  library ??= import('./uplot.ts').then((module) => module.default);
  return library;
}

/** One chart without axes of its own: its x is the page's, its frame is the page's one frame. */
export function Chart({
  spec,
  data,
  label,
}: {
  spec: ChartSpec;
  data: ChartData | undefined;
  label: string;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ spec, data });
  latest.current = { spec, data };

  useEffect(() => {
    const box = ref.current;
    if (!box) return;
    let gone = false;
    const cleanup: (() => void)[] = [];
    void load().then((Plot) => {
      if (gone) return;
      const made = create(Plot, box, () => latest.current.spec);
      plot.current = made;
      if (latest.current.data) made.setData(latest.current.spec.columns(latest.current.data), false);
      const resize = new ResizeObserver(() =>
        made.setSize({ width: Math.floor(box.clientWidth), height: spec.height }),
      );
      resize.observe(box);
      cleanup.push(
        () => resize.disconnect(),
        addPainter((now) => {
          const width = Math.floor(box.clientWidth);
          // Before printing nobody observes a size.
          if (width !== made.width) made.setSize({ width, height: spec.height });
          const window = snapWindow(timeWindow(now), width);
          made.setScale('x', { min: window.from, max: window.to });
        }),
        onPaletteChange(() => made.redraw(true, false)),
        () => made.destroy(),
      );
    });
    return () => {
      gone = true;
      plot.current = undefined;
      for (const each of cleanup) each();
    };
  }, [spec.height]);

  useEffect(() => {
    const made = plot.current;
    if (!made || !data) return;
    const { min, max } = made.scales.x ?? {};
    made.setData(spec.columns(data), false);
    if (min !== undefined && max !== undefined) made.setScale('x', { min, max });
  }, [spec, data]);

  return <div ref={ref} className="chart" role="img" aria-label={label} style={{ height: spec.height }} />;
}

function create(Plot: UPlot, box: HTMLElement, spec: () => ChartSpec): uPlot {
  const first = spec();
  const { from, to } = timeWindow();
  return new Plot(
    {
      width: Math.max(1, Math.floor(box.clientWidth)),
      height: first.height,
      padding: [0, 0, 0, 0],
      ms: 1,
      legend: { show: false },
      cursor: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: false, auto: false, min: from, max: to },
        // A little below zero, so that a line on zero is whole; bars stand on zero.
        y: {
          range: (_self, _min, max) => {
            const top = spec().top(max ?? 0);
            return [spec().draw ? 0 : -top * 0.04, top];
          },
        },
      },
      series: [{}, ...first.series],
      hooks: {
        drawClear: [(self) => drawLimit(self, spec().limit)],
        draw: [(self) => spec().draw?.(self), (self) => drawLimitWords(self, spec().limit)],
      },
    },
    [[], ...first.series.map(() => [])] as unknown as uPlot.AlignedData,
    box,
  );
}

function drawLimit(self: uPlot, limit: ChartSpec['limit']): void {
  if (!limit) return;
  const y = yOf(self, limit.value);
  if (y === undefined) return;
  const { ctx, bbox } = self;
  const ratio = devicePixelRatio;
  const colours = palette();
  const colour = limit.colour === 'open' ? colours.openWord : colours.halfOpenWord;
  ctx.save();
  ctx.fillStyle = ctx.strokeStyle = colour;
  if (limit.fillAbove) {
    ctx.globalAlpha = 0.08;
    ctx.fillRect(bbox.left, bbox.top, bbox.width, y - bbox.top);
    ctx.globalAlpha = 1;
  }
  ctx.lineWidth = ratio;
  ctx.setLineDash([4 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y + 0.5);
  ctx.lineTo(bbox.left + bbox.width, y + 0.5);
  ctx.stroke();
  ctx.restore();
}

/** Above the lines, on a rim of the ground: they can be read wherever the lines go. */
function drawLimitWords(self: uPlot, limit: ChartSpec['limit']): void {
  if (!limit) return;
  const y = yOf(self, limit.value);
  if (y === undefined) return;
  const { ctx, bbox } = self;
  const ratio = devicePixelRatio;
  const { openWord, halfOpenWord, surface } = palette();
  ctx.save();
  ctx.font = `${11 * ratio}px Inter, system-ui, sans-serif`;
  // On the left: the newest data are at the right.
  ctx.textAlign = 'left';
  const above = y - bbox.top > 14 * ratio;
  ctx.textBaseline = above ? 'bottom' : 'top';
  const at = [bbox.left + 4 * ratio, above ? y - 3 * ratio : y + 3 * ratio] as const;
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * ratio;
  ctx.strokeStyle = surface;
  ctx.strokeText(limit.label, ...at);
  ctx.fillStyle = limit.colour === 'open' ? openWord : halfOpenWord;
  ctx.fillText(limit.label, ...at);
  ctx.restore();
}

/** Where a value lies in the plot; undefined outside of it. */
function yOf(self: uPlot, value: number): number | undefined {
  const y = Math.round(self.valToPos(value, 'y', true));
  return y >= self.bbox.top && y <= self.bbox.top + self.bbox.height ? y : undefined;
}
