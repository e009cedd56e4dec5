import { useCallback, useEffect, useRef } from 'react';
import { repaint } from '../../lib/painter.ts';
import { aheadMs } from '../../lib/replay.ts';
import { readRuns } from '../../lib/runs.ts';
import { appendRun, type Track } from '../../lib/track.ts';
import { getView, timeWindow, useView } from '../../lib/view.ts';
import { readStrip } from '../../live/api.ts';
import { store } from '../../live/live.ts';
import { useReading } from '../../live/reading.ts';

/** State changes carry the lanes on; now and then they are read again, exact where they had been rounded to buckets. */
const EVERY_MS = 60_000;

/** The lane of every breaker, in buckets as wide as a pixel, carried on live. */
export function useStrip(width: number): (row: number) => Track | undefined {
  const { spanMs } = useView();
  const px = Math.max(8, Math.min(2000, width));
  const answer = useReading(
    `${px}:${spanMs}`,
    width === 0
      ? undefined
      : (signal: AbortSignal) => {
          const { from, to } = timeWindow();
          // A little to the left, for who moves there, and no buckets that have not come yet.
          const spare = getView().spanMs / 4;
          const wide = Math.min(2000, Math.ceil(px * 1.25));
          return readStrip({ from: from - spare, to: to + aheadMs(), px: wide }, signal);
        },
    EVERY_MS,
  );
  const tracks = useRef(new Map<number, Track>());
  useEffect(() => {
    if (!answer) return;
    const lanes = readRuns(answer, answer.runs);
    const fresh = new Map<number, Track>();
    let row = 0;
    answer.row.forEach((step, i) => {
      row += step;
      const lane = lanes[i];
      if (lane) fresh.set(row, lane);
    });
    tracks.current = fresh;
    // What happened while the answer was on its way.
    for (const { row: id, since, code } of store.current()) carryOn(fresh, id, since, code);
    repaint();
  }, [answer]);
  useEffect(
    () =>
      store.deltas.add(({ row, rowSince, rowCode }) => {
        carryOn(tracks.current, row, rowSince, rowCode);
        repaint();
      }),
    [],
  );
  return useCallback((row: number) => tracks.current.get(row), []);
}

function carryOn(tracks: Map<number, Track>, row: number, t: number, code: Track['code'][number]): void {
  const track = tracks.get(row);
  if (!track) tracks.set(row, { start: [t], code: [code] });
  else if (t >= (track.start.at(-1) ?? 0)) appendRun(track, t, code);
}
