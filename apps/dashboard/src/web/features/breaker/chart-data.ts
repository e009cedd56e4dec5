import type { Series } from '@cb/protocol';

type Column = (number | null)[];

/** Columns on a regular grid: a step that the server left out is a hole in every line, not a straight line over it. */
export interface ChartData {
  stepMs: number;
  t: number[];
  ok: Column;
  fail: Column;
  rejected: Column;
  /** All of them: the scale has to hold the whole stack. */
  total: Column;
  inFlight: Column;
  failureRatio: Column;
  p50: Column;
  p95: Column;
  p99: Column;
}

/** Safety against a grid of a wrong step. */
const MOST_STEPS = 20_000;

export function toChartData(series: Series): ChartData {
  const step = Math.max(1, series.stepMs);
  const first = series.t[0];
  const last = series.t.at(-1);
  const steps =
    first === undefined || last === undefined
      ? 0
      : Math.min(MOST_STEPS, Math.round((last - first) / step) + 1);
  const empty = (): Column => new Array<number | null>(steps).fill(null);
  const data: ChartData = {
    stepMs: step,
    t: Array.from({ length: steps }, (_, i) => (first ?? 0) + i * step),
    ok: empty(),
    fail: empty(),
    rejected: empty(),
    total: empty(),
    inFlight: empty(),
    failureRatio: empty(),
    p50: empty(),
    p95: empty(),
    p99: empty(),
  };
  series.t.forEach((t, i) => {
    const at = Math.round((t - (first ?? 0)) / step);
    if (at < 0 || at >= steps) return;
    const perSecond = 1000 / step;
    const ran = (series.ok?.[i] ?? 0) + (series.fail?.[i] ?? 0) > 0;
    data.ok[at] = (series.ok?.[i] ?? 0) * perSecond;
    data.fail[at] = (series.fail?.[i] ?? 0) * perSecond;
    data.rejected[at] = (series.rejected?.[i] ?? 0) * perSecond;
    data.total[at] = (data.ok[at] ?? 0) + (data.fail[at] ?? 0) + (data.rejected[at] ?? 0);
    data.inFlight[at] = series.inFlight?.[i] ?? null;
    // Nothing ran (the circuit was open): the line breaks instead of falling to zero.
    data.failureRatio[at] = ran ? (series.failureRatio?.[i] ?? null) : null;
    data.p50[at] = ran ? (series.p50?.[i] ?? null) : null;
    data.p95[at] = ran ? (series.p95?.[i] ?? null) : null;
    data.p99[at] = ran ? (series.p99?.[i] ?? null) : null;
  });
  return data;
}

/** The step in which `t` lies; without `t` the newest one that has anything. */
export function stepAt(data: ChartData, t: number | null): number {
  const first = data.t[0];
  if (first === undefined) return -1;
  if (t === null) return data.t.length - 1;
  const i = Math.floor((t - first) / data.stepMs);
  return i >= 0 && i < data.t.length ? i : -1;
}
