import { useEffect, useState } from 'react';
import { OneRead } from '../../lib/one-read.ts';
import { aheadMs } from '../../lib/replay.ts';
import { getView, onViewChange, timeWindow } from '../../lib/view.ts';
import { readSeries } from '../../live/api.ts';
import { useConnectionState } from '../../live/hooks.ts';
import { type ChartData, toChartData } from './chart-data.ts';

const FASTEST_MS = 2000;
const RETRY_MS = 3000;

/**
 * The series of the range on screen. The step depends on the range, so the whole of it is read again, about as often as
 * a step is finished.
 */
export function useSeries(row: number, epoch: string): ChartData | undefined {
  const [data, setData] = useState<ChartData>();
  const state = useConnectionState();
  // Dependencies on purpose: read again after every reconnect.
  useEffect(() => {
    if (state !== 'live') return;
    const reads = new OneRead();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(read, ms);
    };
    const read = () => {
      reads.start(async (signal) => {
        const { from, to } = timeWindow();
        const spare = Math.max((to - from) / 4, aheadMs());
        try {
          const end = to + (getView().at === null ? 1000 : spare);
          const series = await readSeries(row, from - spare, end, signal);
          if (signal.aborted) return;
          setData(toChartData(series));
          if (getView().at === null) later(Math.max(FASTEST_MS, Math.min(15_000, series.stepMs)));
        } catch {
          if (!signal.aborted) later(RETRY_MS);
        }
      });
    };
    read();
    const stop = onViewChange(() => later(200));
    return () => {
      stop();
      reads.stop();
      clearTimeout(timer);
    };
  }, [row, epoch, state]);
  return data;
}
