import { announce, answer } from '../lib/announce.ts';
import { type Change, changeAfter, changeBefore } from '../lib/changes.ts';
import { serverNow } from '../lib/clock.ts';
import { clock, spoken } from '../lib/format.ts';
import { hoverTime, setHoverTime } from '../lib/hover.ts';
import { slugOf, wordOf } from '../lib/states.ts';
import { runAt, type Track } from '../lib/track.ts';
import { getView, panBy, select, timeWindow } from '../lib/view.ts';
import { connection, history, store } from '../live/live.ts';

const DAY_MS = 86_400_000;
/** A change nearer to an edge of the range than this share of it is brought to the middle. */
const EDGE = 0.05;

/**
 * Puts the crosshair on the change of state before or after where it is: of the row that has the focus, otherwise of all
 * rows on screen. Stops following; the range moves only where the change lies outside of it.
 */
export async function jumpToChange(direction: 'previous' | 'next'): Promise<void> {
  const rows = rowsToLookAt();
  const at = hoverTime() ?? timeWindow().to;
  let change = find(direction, rows, at);
  if (!change && direction === 'previous' && rows.length > 0) {
    // Not in what was read so far: all of it is asked for once.
    await history.ensure(rows, serverNow() - DAY_MS, false, store.epoch).catch(() => {});
    change = find(direction, rows, at);
  }
  if (!change) {
    answer(direction === 'previous' ? 'No earlier change in the last 24 hours.' : 'No later change.');
    return;
  }
  show(change.t);
  say(change);
}

function rowsToLookAt(): readonly number[] {
  const named = document.activeElement?.closest('[data-breaker]')?.getAttribute('data-breaker');
  const focused = named && store.index().rows.find((row) => `${row.service}/${row.name}` === named);
  return focused ? [focused.row] : connection.watched();
}

function find(direction: 'previous' | 'next', rows: readonly number[], at: number): Change | undefined {
  const tracks = new Map<number, Track>();
  for (const row of rows) {
    const track = history.row(row);
    if (track) tracks.set(row, track);
  }
  return direction === 'previous' ? changeBefore(tracks, at) : changeAfter(tracks, at, serverNow());
}

function show(t: number): void {
  const { from, to } = timeWindow();
  const { spanMs } = getView();
  const edge = spanMs * EDGE;
  if (t > from + edge && t <= to) panBy(0);
  else select(t - spanMs / 2, t + spanMs / 2);
  setHoverTime(t);
}

function say({ row, t }: Change): void {
  const run = runAt(history.row(row), t);
  if (!run) return;
  const name = store.view(row)?.name ?? '';
  const lasted = Math.min(serverNow(), run.to) - run.from;
  announce(`${name}: ${wordOf(slugOf(run.code)).toLowerCase()} at ${clock(t)}, for ${spoken(lasted)}.`);
}
