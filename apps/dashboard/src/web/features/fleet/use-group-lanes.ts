import { LANE_RANK, type Lane } from '@cb/protocol';
import { useEffect, useRef } from 'react';
import { serverNow } from '../../lib/clock.ts';
import { repaint } from '../../lib/painter.ts';
import { pastMoment } from '../../lib/past.ts';
import { aheadMs } from '../../lib/replay.ts';
import { readRuns } from '../../lib/runs.ts';
import { appendRun, type Track } from '../../lib/track.ts';
import { getView, timeWindow, useView } from '../../lib/view.ts';
import { readGroupStrip } from '../../live/api.ts';
import { useReading } from '../../live/reading.ts';
import type { RowView } from '../../live/row-view.ts';
import { type Grouping, groupNameOf } from './groups.ts';

const PX = 600;
const EVERY_MS = 10_000;

/**
 * The worst of each group over time. The server works it out, in buckets; between its answers the present is carried on
 * from the states that the page knows.
 */
export function useGroupLanes(by: Grouping, rows: readonly RowView[]): (name: string) => Track | undefined {
  const { spanMs } = useView();
  const answer = useReading(
    `${by}:${spanMs}`,
    by === ''
      ? undefined
      : (signal: AbortSignal) => {
          const { from, to } = timeWindow();
          // Half a range to the left, for who moves there.
          const begin = from - getView().spanMs / 2;
          return readGroupStrip({ from: begin, to: to + 1000 + aheadMs(), px: PX }, by, signal);
        },
    EVERY_MS,
  );
  const tracks = useRef(new Map<string, Track>());
  useEffect(() => {
    if (!answer) return;
    const lanes = readRuns(answer, answer.runs);
    tracks.current = new Map(answer.group.map((name, i) => [name, lanes[i] ?? { start: [], code: [] }]));
    repaint();
  }, [answer]);
  useEffect(() => {
    // Rows of the past say nothing of the present.
    if (by === '' || tracks.current.size === 0 || pastMoment() !== null) return;
    const now = serverNow();
    for (const [name, code] of worstOf(rows, by)) {
      const track = tracks.current.get(name);
      if (track) appendRun(track, now, code);
    }
    repaint();
  }, [rows, by, answer]);
  return (name) => tracks.current.get(name);
}

function worstOf(rows: readonly RowView[], by: Grouping): Map<string, Lane> {
  const worst = new Map<string, Lane>();
  for (const row of rows) {
    const name = groupNameOf(row, by);
    const held = worst.get(name);
    if (held === undefined || (LANE_RANK[row.code] ?? 0) > (LANE_RANK[held] ?? 0)) worst.set(name, row.code);
  }
  return worst;
}
