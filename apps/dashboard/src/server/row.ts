import {
  type DirectoryRow,
  type EventRecord,
  LANE,
  LANE_RANK,
  type Lane,
  type Mode,
  type State,
} from '@cb/protocol';
import { LaneHistory } from './history.ts';
import type { Instance } from './instance.ts';
import type { LaneSeries } from './series.ts';

const HOUR_MS = 3_600_000;
/** Openings remembered to count those of the last hour. */
const MOST_OPENS = 1_000;

/**
 * One lane's newest rollup. Whole numbers, which an object holds in itself: ten thousand of these are written each
 * second, and read only where somebody looks.
 */
export interface Live {
  calls: number;
  failures: number;
  rejected: number;
  /** Length of the interval, at least 1. */
  ms: number;
  inFlight: number;
  /** Ten thousandths; -1 until the producer has said it. */
  failureShare: number;
}

/** One breaker on one instance. */
export interface FleetLane {
  readonly lane: number;
  readonly row: FleetRow;
  readonly instance: Instance;
  state: State;
  mode: Mode;
  code: Lane;
  /** Moment of its newest state change: later ones cannot be earlier, whatever the producer's clock does. */
  lastEventAt: number;
  readonly history: LaneHistory;
  readonly series: LaneSeries;
  live: Live;
  /** Producer's moment of the newest rollup that it was in. */
  roundAt: number;
}

export const IDLE: Readonly<Live> = {
  calls: 0,
  failures: 0,
  rejected: 0,
  ms: 1_000,
  inFlight: 0,
  failureShare: -1,
};

/** One breaker of one service over all its instances. */
export class FleetRow {
  readonly row: number;
  readonly service: string;
  readonly name: string;
  /** By name of the instance. */
  readonly lanes: Map<string, FleetLane> = new Map();
  /** The "worst of" lane. */
  readonly history: LaneHistory = new LaneHistory();
  tags: Record<string, string> = Object.create(null);
  config: unknown = null;
  configRevision = 0;
  code: Lane = LANE.noData;
  /** The newest event, the newest one that opened, and the newest one that opened from closed: failed probes left out. */
  last: EventRecord | undefined;
  opened: EventRecord | undefined;
  outset: EventRecord | undefined;
  /** Server time of anything said about the row. */
  heardAt: number;
  /** Grows with every new number: a frame carries the rows that are newer than the frame before. */
  tick = 0;
  /** When a lane was last dropped: the worst of all lanes cannot be computed for earlier moments any more. */
  #droppedAt = 0;
  #opens: { t: number; lane: number }[] = [];

  constructor(row: number, service: string, name: string, now: number) {
    this.row = row;
    this.service = service;
    this.name = name;
    this.heardAt = now;
  }

  drop(instance: string, now: number): FleetLane | undefined {
    const lane = this.lanes.get(instance);
    if (lane === undefined) return undefined;
    this.lanes.delete(instance);
    this.#droppedAt = now;
    this.refresh(now);
    return lane;
  }

  /** Tells the worst-of lane anew from `t` on, from the lanes. */
  refresh(t: number): void {
    const from = Math.max(t, this.history.foldedUntil ?? t, this.#droppedAt);
    const moments = new Set([from]);
    for (const { history } of this.lanes.values()) {
      if ((history.since ?? 0) > from) for (const moment of history.changesFrom(from)) moments.add(moment);
    }
    for (const moment of [...moments].sort((a, b) => a - b)) this.history.set(moment, this.#worstAt(moment));
    this.code = this.history.code ?? LANE.noData;
  }

  #worstAt(t: number): Lane {
    let worst: Lane = LANE.noData;
    for (const { history } of this.lanes.values()) {
      const code = (history.since ?? 0) <= t ? (history.code ?? LANE.noData) : history.at(t);
      if (code === LANE.noData) continue;
      if (worst === LANE.noData || (LANE_RANK[code] as number) > (LANE_RANK[worst] as number)) worst = code;
    }
    return worst;
  }

  noteEvent(event: EventRecord): void {
    this.last = event;
    if (event.to !== 'open' || event.from === 'open') return;
    this.opened = event;
    if (event.from !== 'closed') return;
    this.outset = event;
    this.#opens.push({ t: event.t, lane: event.lane });
    if (this.#opens.length > MOST_OPENS) this.#opens.shift();
  }

  /** Openings of the last hour of the instance that opened most: a fleet that opens together has not flapped. */
  opens(now: number): number {
    while (this.#opens[0] !== undefined && this.#opens[0].t < now - HOUR_MS) this.#opens.shift();
    const perLane = new Map<number, number>();
    for (const { lane } of this.#opens) perLane.set(lane, (perLane.get(lane) ?? 0) + 1);
    return Math.max(0, ...perLane.values());
  }
}

/** The row as the browser reads it. */
export function toDirectoryRow(row: FleetRow, now: number): DirectoryRow {
  const answer: DirectoryRow = {
    row: row.row,
    service: row.service,
    name: row.name,
    tags: row.tags,
    code: row.code,
    since: row.history.since ?? row.heardAt,
    instances: [...row.lanes.values()].map((lane) => ({
      lane: lane.lane,
      instance: lane.instance.name,
      state: lane.state,
      mode: lane.mode,
      code: lane.code,
      since: lane.history.since ?? row.heardAt,
    })),
    opens: row.opens(now),
  };
  const { failureLimit, slowMs } = limitsOf(row.config);
  if (failureLimit !== undefined) answer.failureLimit = failureLimit;
  if (slowMs !== undefined) answer.slowMs = slowMs;
  if (row.last !== undefined) answer.last = row.last;
  if (row.outset !== undefined) answer.opened = row.outset;
  return answer;
}

/** The limits that charts draw, found in the configuration as core writes it: `openWhen: [{ kind, ratio, slowMs }]`. */
function limitsOf(config: unknown): { failureLimit?: number; slowMs?: number } {
  const rules = (config as { openWhen?: unknown } | null | undefined)?.openWhen;
  const limits: { failureLimit?: number; slowMs?: number } = {};
  if (!Array.isArray(rules)) return limits;
  for (const rule of rules as ({ kind?: unknown; ratio?: unknown; slowMs?: unknown } | null)[]) {
    if (rule?.kind === 'failure-ratio' && typeof rule.ratio === 'number') limits.failureLimit ??= rule.ratio;
    if (rule?.kind === 'slow-ratio' && typeof rule.slowMs === 'number') limits.slowMs ??= rule.slowMs;
  }
  return limits;
}
