import { type ReactNode, useCallback, useMemo, useRef } from 'react';
import { Axis } from '../../components/axis.tsx';
import { Crosshair } from '../../components/crosshair.tsx';
import { LaneCanvas } from '../../components/lane-canvas.tsx';
import { useTimeGestures } from '../../components/time-gestures.ts';
import type { LaneRect } from '../../lib/draw-lanes.ts';
import { clock, duration, latency, percent, rate } from '../../lib/format.ts';
import { useHoverTime } from '../../lib/hover.ts';
import { useNow } from '../../lib/seconds.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { runAt } from '../../lib/track.ts';
import { useView } from '../../lib/view.ts';
import { useFleetIndex } from '../../live/hooks.ts';
import { history, markers } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';
import { Chart } from './chart.tsx';
import { type ChartData, stepAt } from './chart-data.ts';
import { callsChart, errorsChart, inFlightChart, latencyChart } from './charts.ts';
import { InstanceLanes } from './instance-lanes.tsx';
import { useSeries } from './use-series.ts';

/** Everything over one time axis: state, calls, errors, latency, in flight, instances; one crosshair through all of it. */
export function Tracks({ view, underState }: { view: RowView; underState?: ReactNode }) {
  const { epoch } = useFleetIndex();
  const data = useSeries(view.row, epoch);
  const root = useRef<HTMLElement>(null);
  const plot = useCallback(
    (box: HTMLElement) => box.querySelector('.plot-cover')?.getBoundingClientRect(),
    [],
  );
  useTimeGestures(root, { plot });
  const calls = useMemo(callsChart, []);
  const errors = useMemo(() => errorsChart(view.failureLimit), [view.failureLimit]);
  const latencies = useMemo(
    () => latencyChart(view.slowMs, view.slowMs === undefined ? '' : `slow over ${duration(view.slowMs)}`),
    [view.slowMs],
  );
  const flight = useMemo(inFlightChart, []);
  const lanes = useCallback(
    (): LaneRect[] => [
      {
        middle: 20,
        size: 'row',
        track: history.row(view.row),
        marks: markers.of(view.service).map(({ t }) => t),
      },
    ],
    [view.row, view.service],
  );
  return (
    <section ref={root} className="panel tracks" aria-label="Timeline">
      <div className="track track-axis">
        <HoverClock />
        <Axis service={view.service} />
      </div>
      <div className="track">
        <StateLabel view={view} />
        <LaneCanvas lanes={lanes} className="state-canvas" />
      </div>
      {underState}
      <div className="track">
        <CallsLabel data={data} />
        <Chart spec={calls} data={data} label="Calls per second" />
      </div>
      <div className="track">
        <ErrorsLabel data={data} />
        <Chart spec={errors} data={data} label="Share of failed calls" />
      </div>
      <div className="track">
        <LatencyLabel data={data} />
        <Chart spec={latencies} data={data} label="Latency" />
      </div>
      <div className="track">
        <InFlightLabel data={data} />
        <Chart spec={flight} data={data} label="Calls in flight" />
      </div>
      <InstanceLanes view={view} />
      <div className="plot-cover">
        <Crosshair />
      </div>
    </section>
  );
}

function HoverClock() {
  const t = useHoverTime();
  return <div className="track-label track-clock">{t === null ? '' : clock(t)}</div>;
}

function StateLabel({ view }: { view: RowView }) {
  const t = useHoverTime();
  const code = t === null ? view.code : runAt(history.row(view.row), t)?.code;
  return (
    <div className="track-label">
      <h2>State</h2>
      <span>{code === undefined ? 'not known' : wordOf(slugOf(code)).toLowerCase()}</span>
    </div>
  );
}

/** The step under the pointer, or the last one that was over at the moment that the page shows. */
function useStep(data: ChartData | undefined): number {
  const t = useHoverTime();
  const { at } = useView();
  const now = useNow();
  if (!data) return -1;
  return t === null && at !== null
    ? Math.min(stepAt(data, null), stepAt(data, now - data.stepMs))
    : stepAt(data, t);
}

function CallsLabel({ data }: { data: ChartData | undefined }) {
  const i = useStep(data);
  const said = (column: (number | null)[] | undefined) => rate(column?.[i] ?? undefined);
  return (
    <div className="track-label">
      <h2>Calls / s</h2>
      <span>
        <i className="key key-ok" /> ok <b>{said(data?.ok)}</b>
      </span>
      <span>
        <i className="key key-fail" /> fail <b>{said(data?.fail)}</b>
      </span>
      <span>
        <i className="key key-rejected" /> rejected <b>{said(data?.rejected)}</b>
      </span>
    </div>
  );
}

function ErrorsLabel({ data }: { data: ChartData | undefined }) {
  const i = useStep(data);
  return (
    <div className="track-label">
      <h2>Errors</h2>
      <span>of the window</span>
      <b>{percent(data?.failureRatio[i])}</b>
    </div>
  );
}

function LatencyLabel({ data }: { data: ChartData | undefined }) {
  const i = useStep(data);
  return (
    <div className="track-label">
      <h2>Latency</h2>
      <span className="key-p50">
        p50 <b>{latency(data?.p50[i])}</b>
      </span>
      <span className="key-p95">
        p95 <b>{latency(data?.p95[i])}</b>
      </span>
      <span className="key-p99">
        p99 <b>{latency(data?.p99[i])}</b>
      </span>
    </div>
  );
}

function InFlightLabel({ data }: { data: ChartData | undefined }) {
  const i = useStep(data);
  return (
    <div className="track-label">
      <h2>In flight</h2>
      <b>{rate(data?.inFlight[i] ?? undefined)}</b>
    </div>
  );
}
