import type { Overview } from '@cb/protocol';
import { useMemo } from 'react';
import { serverNow } from '../../lib/clock.ts';
import { surroundings, useView } from '../../lib/view.ts';
import { readOverview } from '../../live/api.ts';
import { useReading } from '../../live/reading.ts';
import type { RowView } from '../../live/row-view.ts';

/** Pixels of one bucket: fine enough to show a short outage, coarse enough to be cheap. */
const BUCKET_PX = 3;
const EVERY_MS = 5_000;
/** Rows the server is asked for by number. */
const MOST_ROWS = 500;

export interface Scope {
  /** What is in the strip, as the server is asked for it. */
  of: { rows?: readonly number[]; service?: string };
  /** Rows in it, and whether it is more than what is listed. */
  rows: readonly RowView[];
  wider: boolean;
}

/** What of the fleet the strip shows: the rows that are listed, or as near to them as the server can tell. */
export function useScope(all: readonly RowView[], listed: readonly RowView[], service: string): Scope {
  return useMemo(() => {
    if (listed.length === all.length) return { of: {}, rows: all, wider: false };
    if (listed.length <= MOST_ROWS) {
      return { of: { rows: listed.map(({ row }) => row) }, rows: listed, wider: false };
    }
    const ofService = service === '' ? all : all.filter((row) => row.service === service);
    const of = service === '' ? {} : { service };
    return { of, rows: ofService, wider: ofService.length > listed.length };
  }, [all, listed, service]);
}

export function useOverview({ of }: Scope, width: number): Overview | undefined {
  const { spanMs, at } = useView();
  const px = Math.max(8, Math.min(2000, Math.ceil(width / BUCKET_PX)));
  const { from, to } = surroundings();
  const key = `${px}:${to - from}:${spanMs}:${at}:${of.service ?? ''}:${of.rows?.join(',') ?? ''}`;
  const read =
    width === 0
      ? undefined
      : (signal: AbortSignal) => readOverview({ ...surroundings(serverNow()), px }, of, signal);
  return useReading(key, read, EVERY_MS);
}
