import {
  type Delta,
  type DirectoryRow,
  type EventRecord,
  type Frame,
  type InstanceEntry,
  LANE,
  type LaneCounts,
  type RowSummary,
} from '@cb/protocol';

/** The numbers of a watched row, as the newest frame has them; -1 stands for none. */
export interface RowNumbers {
  callsPerSecond: number;
  rejectedPerSecond: number;
  failureRatio: number;
  p95: number;
  inFlight: number;
}

/** What a component reads of a row. Never changed: a newer one takes its place. */
export interface RowView extends DirectoryRow {
  /** Each of them on the page of the breaker only; elsewhere none. */
  instances: InstanceEntry[];
  key: string;
  /** Number of its instances, and how many of them are open or isolated; of the past that is not always known. */
  size: number;
  notClosed: number | undefined;
  numbers: RowNumbers | undefined;
}

export function keyOf(service: string, name: string): string {
  return `${service}\u001f${name}`;
}

export function numbersAt(frame: Frame, i: number): RowNumbers {
  return {
    callsPerSecond: frame.callsPerSecond?.[i] ?? -1,
    rejectedPerSecond: frame.rejectedPerSecond?.[i] ?? -1,
    failureRatio: frame.failureRatio?.[i] ?? -1,
    p95: frame.p95?.[i] ?? -1,
    inFlight: frame.inFlight?.[i] ?? -1,
  };
}

/** Fields that an older or newer server leaves out become empty ones, so that nothing after this asks twice. */
export function complete(row: RowSummary | DirectoryRow): DirectoryRow {
  const instances = 'instances' in row ? row.instances : [];
  return {
    ...row,
    tags: row.tags ?? {},
    instances,
    counts: row.counts ?? countsOf(instances),
    code: row.code ?? LANE.noData,
    since: row.since ?? 0,
    opens: row.opens ?? 0,
  };
}

export function toView(row: DirectoryRow, numbers: RowNumbers | undefined): RowView {
  const notClosed = row.counts[LANE.open] + row.counts[LANE.isolated];
  let size = 0;
  for (const count of row.counts) size += count;
  return { ...row, key: keyOf(row.service, row.name), size, notClosed, numbers };
}

function countsOf(instances: readonly InstanceEntry[]): LaneCounts {
  const counts: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  for (const { code } of instances) counts[code]++;
  return counts;
}

export function applyDelta(row: DirectoryRow, delta: Delta): DirectoryRow {
  const { event } = delta;
  const next: DirectoryRow = {
    ...row,
    code: delta.rowCode,
    since: delta.rowSince,
    counts: delta.counts ?? row.counts,
    instances: row.instances.map((each) => (each.lane === delta.lane ? applyToInstance(each, delta) : each)),
  };
  // A row that was described anew may hold this event already.
  if (event && (row.last?.event ?? -1) < event.event) {
    next.last = event;
    if (event.from === 'closed' && event.to === 'open') next.opened = event;
    if (delta.opens !== undefined) next.opens = delta.opens;
  }
  return next;
}

function applyToInstance(entry: InstanceEntry, delta: Delta): InstanceEntry {
  const { event } = delta;
  const since = entry.code === delta.code ? entry.since : delta.t;
  if (!event) return { ...entry, code: delta.code, since };
  const next: InstanceEntry = { ...entry, code: delta.code, since, state: event.to, mode: event.mode };
  if (event.version !== undefined) next.version = event.version;
  return event.why?.rule === 'mode' || event.mode !== event.modeFrom ? signed(next, event) : next;
}

/** Who set the mode that is in force now, why, and until when. */
function signed(entry: InstanceEntry, event: EventRecord): InstanceEntry {
  const { modeUntil: _, modeBy: __, modeNote: ___, ...next } = entry;
  if (event.mode === 'auto') return next;
  return {
    ...next,
    ...(event.modeUntil !== undefined && { modeUntil: event.modeUntil }),
    ...(event.by !== undefined && { modeBy: event.by }),
    ...(event.note !== undefined && { modeNote: event.note }),
  };
}
