import type uPlot from 'uplot';
import { palette } from '../../lib/palette.ts';
import type { ChartData } from './chart-data.ts';
import { drawCalls } from './draw-calls.ts';

export interface ChartSpec {
  height: number;
  columns: (data: ChartData) => uPlot.AlignedData;
  series: uPlot.Series[];
  /** Upper end of the scale, given the largest value in sight. */
  top: (max: number) => number;
  /** A level that means something: drawn as a dashed line with its words. */
  limit?: { value: number; label: string; colour: 'open' | 'half-open'; fillAbove?: boolean } | undefined;
  /** For what lines cannot show. */
  draw?: (self: uPlot) => void;
}

export function callsChart(): ChartSpec {
  const bar: uPlot.Series = { paths: () => null, points: { show: false } };
  return {
    height: 84,
    columns: (data) => [data.t, data.ok, data.fail, data.rejected, data.total],
    series: [bar, bar, bar, bar],
    top: (max) => Math.max(1, max * 1.05),
    draw: drawCalls,
  };
}

export function errorsChart(limit: number | undefined): ChartSpec {
  return {
    height: 72,
    columns: (data) => [data.t, data.failureRatio],
    series: [line(() => palette().openSolid, 1.8)],
    top: (max) => Math.max(max * 1.1, limit === undefined ? 0.1 : Math.min(1.05, limit * 1.6)),
    limit:
      limit === undefined
        ? undefined
        : {
            value: limit,
            label: `opens at ${Math.round(limit * 1000) / 10} %`,
            colour: 'open',
            fillAbove: true,
          },
  };
}

export function latencyChart(slowMs: number | undefined, slow: string): ChartSpec {
  return {
    height: 84,
    columns: (data) => [data.t, data.p50, data.p95, data.p99],
    series: [
      line(() => palette().p50, 1.5),
      line(() => palette().text, 1.8),
      { ...line(() => palette().muted, 1.2), dash: [3, 2] },
    ],
    top: (max) => Math.max(1, max * 1.1),
    limit: slowMs === undefined ? undefined : { value: slowMs, label: slow, colour: 'half-open' },
  };
}

export function inFlightChart(): ChartSpec {
  return {
    height: 52,
    columns: (data) => [data.t, data.inFlight],
    series: [line(() => palette().text, 1.5)],
    top: (max) => Math.max(2, max * 1.2),
  };
}

function line(stroke: () => string, width: number): uPlot.Series {
  return {
    stroke,
    width,
    spanGaps: false,
    points: { show: true, filter: lonely, size: 4, width: 0, fill: stroke },
  };
}

/** A step alone between two holes has no line: its point keeps it in sight. No other step needs one. */
const lonely: uPlot.Series.Points.Filter = (self, seriesIdx) => {
  const column = self.data[seriesIdx] ?? [];
  const there = (i: number) => (column[i] ?? null) !== null;
  return [...column.keys()].filter((i) => there(i) && !there(i - 1) && !there(i + 1));
};
