import type { LaneStats, StatsAnswer } from '@cb/protocol';
import { useMemo } from 'react';
import { getView, timeWindow, useView } from '../../lib/view.ts';
import { readStats } from '../../live/api.ts';
import { useReading } from '../../live/reading.ts';
import { type Places, placesOf, type Sort } from './order.ts';

const EVERY_MS = 5_000;

/** What the rows on screen did in the range shown. */
export function useRangeStats(rows: readonly number[]): ReadonlyMap<number, LaneStats> | undefined {
  const { spanMs } = useView();
  const read =
    rows.length === 0
      ? undefined
      : (signal: AbortSignal) => {
          const { from, to } = timeWindow();
          return readStats(from, to, { rows }, signal);
        };
  // Rows that scroll by are asked for where the scrolling ends.
  const answer = useReading(`${spanMs}:${rows.join(',')}`, read, EVERY_MS, 150);
  return useMemo(() => answer && new Map(answer.rows.map((row) => [row.row, row])), [answer]);
}

interface Top {
  fleet: StatsAnswer['fleet'];
  /** Where the order is by what happened in the range: places of those that have most of it. */
  places: Places | undefined;
}

/** The sum over all breakers in the range shown, and the order by it where that is asked for. */
export function useTop(sort: Sort): Top | undefined {
  const { spanMs } = useView();
  const top = sort === 'refused' ? 'refused' : 'opens';
  const answer = useReading(
    `${spanMs}:${top}`,
    (signal: AbortSignal) => {
      // To the second, so that pages that look at the same time are answered once.
      const { from, to } = timeWindow();
      const end = getView().at === null ? Math.ceil(to / 1000) * 1000 : to;
      return readStats(end - (to - from), end, { top }, signal);
    },
    EVERY_MS,
  );
  return useMemo(
    () =>
      answer && {
        fleet: answer.fleet,
        places: sort === 'opens' || sort === 'refused' ? placesOf(answer.rows) : undefined,
      },
    [answer, sort],
  );
}
