import { type EventRecord, type InstanceEntry, LANE, type Lane, type LaneCounts } from '@cb/protocol';
import { codeAt, opensWithin, runAt, type Track } from '../lib/track.ts';
import type { RowView } from './row-view.ts';

/** What is known of one breaker's past. */
export interface KnownPast {
  /** Undefined while it is being read. */
  row: Track | undefined;
  /** Nobody had told of it by then: its lane is no silence. */
  unknown: boolean;
  /** Undefined where the lanes of its instances were not read. */
  lane: (lane: number) => Track | undefined;
  /** Its newest change up to the moment, and its newest one from closed to open; undefined where these were not read. */
  last: EventRecord | undefined;
  opened: EventRecord | undefined;
}

const HOUR_MS = 3_600_000;

/**
 * A row as it was at `t`: state, since when, its instances, why. Its numbers are those of the present, since nobody keeps
 * them; what shows them says so. Unchanged while its past is being read.
 */
export function rowAsOf(view: RowView, t: number, past: KnownPast): RowView {
  if (past.row === undefined) return view;
  const code = past.unknown ? undefined : codeAt(past.row, t);
  const { last: _, opened: __, laid: ___, ...rest } = view;
  if (code === undefined) return unknownRow(rest);
  const instances = view.instances.map((each) => instanceAsOf(each, t, past.lane(each.lane)));
  const counts = countsAsOf(view, t, past);
  return {
    ...rest,
    code,
    since: runAt(past.row, t)?.from ?? 0,
    opens: opensWithin(past.row, t - HOUR_MS, t),
    instances,
    counts: counts ?? view.counts,
    notClosed: counts && counts[LANE.open] + counts[LANE.isolated],
    ...(past.last && { last: past.last }),
    ...(past.opened && { opened: past.opened }),
  };
}

/** No data, and no moment since which: whoever reads it is not told of a silence that nobody heard. */
function unknownRow(view: Omit<RowView, 'last' | 'opened' | 'laid'>): RowView {
  return {
    ...view,
    code: LANE.noData,
    since: 0,
    opens: 0,
    counts: [view.size, 0, 0, 0, 0],
    notClosed: undefined,
    instances: view.instances.map((each) => silent(each, 0)),
  };
}

function silent({ lane, instance, control }: InstanceEntry, since: number): InstanceEntry {
  const asked = control === undefined ? {} : { control };
  return { lane, instance, ...asked, state: 'closed', mode: 'auto', code: LANE.noData, since };
}

/** Undefined where the lanes are not known. A breaker of one instance is that instance. */
function countsAsOf(view: RowView, t: number, past: KnownPast): LaneCounts | undefined {
  const counts: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  if (view.size === 1) {
    counts[codeAt(past.row, t) ?? LANE.noData]++;
    return counts;
  }
  if (view.instances.length === 0) return undefined;
  for (const { lane } of view.instances) {
    const code = codeAt(past.lane(lane), t);
    if (code === undefined) return undefined;
    counts[code]++;
  }
  return counts;
}

/** Of modes that people set only isolation shows in a lane; the others are not known. */
function instanceAsOf(entry: InstanceEntry, t: number, track: Track | undefined): InstanceEntry {
  if (track === undefined) return entry;
  const code = codeAt(track, t);
  if (code === undefined) return silent(entry, 0);
  const { lane, instance, control } = entry;
  const isolated = code === LANE.isolated;
  return {
    lane,
    instance,
    ...(control !== undefined && { control }),
    state: stateOf(code),
    mode: isolated ? 'forced-open' : 'auto',
    code,
    since: runAt(track, t)?.from ?? 0,
  };
}

function stateOf(code: Lane): InstanceEntry['state'] {
  return code === LANE.open || code === LANE.isolated
    ? 'open'
    : code === LANE.halfOpen
      ? 'half-open'
      : 'closed';
}
