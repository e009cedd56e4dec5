import {
  type DirectoryRow,
  type EventRecord,
  type InstanceEntry,
  LANE,
  LANE_RANK,
  type Lane,
  type Mode,
  type Registration,
  type RowSummary,
  type State,
} from '@cb/protocol';
import { LaneHistory } from './history.ts';
import type { Instance } from './instance.ts';
import type { LaneOverlay } from './lane-overlay.ts';
import { LaneSeries } from './series.ts';
import type { SeriesMemory } from './series-memory.ts';

const HOUR_MS = 3_600_000;
/** Openings remembered to count those of the last hour. */
const MOST_OPENS = 1_000;
/** Overlaid instances that a list of breakers is told of. */
const MOST_LAID = 500;

/** What an instance says of the breaker itself. */
type Description = Pick<Registration, 'config' | 'configRevision' | 'tags'>;

/** The limits that charts draw. */
interface RuleLimits {
  failureLimit?: number;
  slowMs?: number;
}
/** How many lanes are asked, over all moments, when the worst of them is told anew. */
const MOST_LOOKS = 10_000;

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
  /** What its producer calls it in this boot. */
  readonly ids: Set<number>;
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
  /** Whether it is among the active lanes of its instance: asked for each row of each rollup. */
  active: boolean;
  /** Of its mode: until when, who, why; and how often mode or settings were changed. */
  overlay: LaneOverlay;
}

export const IDLE: Readonly<Live> = {
  calls: 0,
  failures: 0,
  rejected: 0,
  ms: 1_000,
  inFlight: 0,
  failureShare: -1,
};

const WORST_FIRST = [LANE.open, LANE.isolated, LANE.halfOpen, LANE.closed] as const;

/** One breaker of one service over all its instances. */
export class FleetRow {
  readonly row: number;
  readonly service: string;
  readonly name: string;
  /** By name of the instance. */
  readonly lanes: Map<string, FleetLane> = new Map();
  /** The "worst of" lane. */
  readonly history: LaneHistory = new LaneHistory();
  /** The charts, over all lanes. */
  readonly series: LaneSeries;
  tags: Record<string, string> = Object.create(null);
  config: unknown = null;
  limits: RuleLimits = {};
  configRevision = 0;
  code: Lane = LANE.noData;
  /** Its lanes by code, in order of code. */
  readonly counts: [number, number, number, number, number] = [0, 0, 0, 0, 0];
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
  /** The latest moment at which any lane is known to have changed. */
  #newest = 0;
  /** What a list shows of it that no state change tells. */
  #described = '';
  #opens: { t: number; lane: number }[] = [];

  constructor(
    { row, service, name }: Pick<FleetRow, 'row' | 'service' | 'name'>,
    memory: SeriesMemory,
    now: number,
  ) {
    this.row = row;
    this.service = service;
    this.name = name;
    this.series = new LaneSeries(memory);
    this.heardAt = now;
  }

  /** Takes what an instance says of the breaker. Answers whether a list of breakers shows it otherwise now. */
  describe({ config, configRevision, tags }: Description, more: Readonly<Record<string, string>>): boolean {
    const before = this.#described;
    this.config = config;
    this.configRevision = configRevision;
    this.tags = Object.assign(Object.create(null), more, tags);
    this.limits = limitsOf(config);
    const only = this.lanes.size === 1 ? this.lanes.keys().next().value : '';
    this.#described = JSON.stringify([this.limits, this.tags, only]);
    return this.#described !== before;
  }

  add(lane: FleetLane): void {
    this.lanes.set(lane.instance.name, lane);
    this.counts[lane.code]++;
  }

  /** A lane of this row shows `code` from `t` on. */
  show(lane: FleetLane, t: number, code: Lane): void {
    lane.history.set(t, code);
    this.counts[lane.code]--;
    this.counts[code]++;
    lane.code = code;
    this.refresh(t);
  }

  /** The worst-of lane as an earlier life of the server knew it. It is told anew only from `until` on. */
  restore(start: readonly number[], code: readonly Lane[], until: number): void {
    start.forEach((t, i) => {
      this.history.set(t, code[i] as Lane);
    });
    this.history.set(Math.max(until, this.history.since ?? until), LANE.noData);
    this.#droppedAt = this.#newest = until;
  }

  drop(instance: string, now: number): FleetLane | undefined {
    const lane = this.lanes.get(instance);
    if (lane === undefined) return undefined;
    this.lanes.delete(instance);
    this.counts[lane.code]--;
    this.#droppedAt = now;
    this.refresh(now);
    return lane;
  }

  /** Tells the worst-of lane anew from `t` on, from the lanes. */
  refresh(t: number): void {
    const known = Math.max(t, this.history.foldedUntil ?? t, this.#droppedAt);
    if (t >= this.#newest) {
      // Nothing is known that happened later: what the lanes show now is what they show at `t`.
      this.#newest = t;
      this.history.set(known, this.#worstNow());
      this.code = this.history.code ?? LANE.noData;
      return;
    }
    const from = this.#horizon(known);
    const moments = new Set([from]);
    for (const { history } of this.lanes.values()) {
      if ((history.since ?? 0) > from) for (const moment of history.changesFrom(from)) moments.add(moment);
    }
    for (const moment of [...moments].sort((a, b) => a - b)) this.history.set(moment, this.#worstAt(moment));
    this.code = this.history.code ?? LANE.noData;
  }

  #worstNow(): Lane {
    for (const code of WORST_FIRST) if (this.counts[code] > 0) return code;
    return LANE.noData;
  }

  /**
   * From when on the worst of all lanes is told anew: each moment at which one of them changed asks all of them. Where that
   * would be too much work for a change that is told late, the part before stays as it was told.
   */
  #horizon(from: number): number {
    const most = Math.max(1, Math.floor(MOST_LOOKS / this.lanes.size ** 2));
    let horizon = from;
    for (const { history } of this.lanes.values()) {
      if ((history.since ?? 0) > horizon) horizon = Math.max(horizon, history.nthNewest(most) ?? horizon);
    }
    return horizon;
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

  /**
   * Openings of the last hour, or a part of it, of the instance that opened most: a fleet that opens together has not
   * flapped.
   */
  opens(now: number, withinMs: number = HOUR_MS): number {
    while (this.#opens[0] !== undefined && this.#opens[0].t < now - HOUR_MS) this.#opens.shift();
    if (this.#opens.length === 0) return 0;
    const perLane = new Map<number, number>();
    for (const { t, lane } of this.#opens) {
      if (t >= now - withinMs) perLane.set(lane, (perLane.get(lane) ?? 0) + 1);
    }
    return Math.max(0, ...perLane.values());
  }
}

/** The row as a list of breakers shows it. */
export function toSummary(row: FleetRow, now: number): RowSummary {
  const answer: RowSummary = {
    row: row.row,
    service: row.service,
    name: row.name,
    tags: row.tags,
    code: row.code,
    since: row.history.since ?? row.heardAt,
    counts: [...row.counts],
    opens: row.opens(now),
  };
  const { failureLimit, slowMs } = row.limits;
  if (failureLimit !== undefined) answer.failureLimit = failureLimit;
  if (slowMs !== undefined) answer.slowMs = slowMs;
  if (row.lanes.size === 1) for (const lane of row.lanes.values()) answer.instance = lane.instance.name;
  const laid = laidOver(row);
  if (laid.length > 0) answer.laid = laid;
  if (row.last !== undefined) answer.last = briefly(row.last);
  if (row.outset !== undefined) answer.opened = briefly(row.outset);
  return answer;
}

/** The instances on which people laid a mode over what the machine computes. */
function laidOver(row: FleetRow): InstanceEntry[] {
  const laid: InstanceEntry[] = [];
  for (const lane of row.lanes.values()) {
    if (laid.length < MOST_LAID && lane.mode !== 'auto') laid.push(toInstanceEntry(lane));
  }
  return laid;
}

/** The row with each of its instances. */
export function toDirectoryRow(row: FleetRow, now: number): DirectoryRow {
  const answer: DirectoryRow = { ...toSummary(row, now), instances: [] };
  for (const lane of row.lanes.values()) answer.instances.push(toInstanceEntry(lane));
  if (row.last !== undefined) answer.last = row.last;
  if (row.outset !== undefined) answer.opened = row.outset;
  return answer;
}

function toInstanceEntry(lane: FleetLane): InstanceEntry {
  const { state, mode, code, history, row } = lane;
  const since = history.since ?? row.heardAt;
  const { name: instance, control } = lane.instance;
  return { lane: lane.lane, instance, state, mode, ...lane.overlay, control, code, since };
}

/** An event without what only the page of its breaker shows. */
export function briefly(event: EventRecord): EventRecord {
  if (event.outcomes === undefined && event.firstFailureAt === undefined) return event;
  const { outcomes: _outcomes, firstFailureAt: _firstFailureAt, ...brief } = event;
  return brief;
}

/** Found in the configuration as core writes it: `openWhen: [{ kind, ratio, slowMs }]`. */
function limitsOf(config: unknown): RuleLimits {
  const rules = (config as { openWhen?: unknown } | null | undefined)?.openWhen;
  const limits: RuleLimits = {};
  if (!Array.isArray(rules)) return limits;
  for (const rule of rules as ({ kind?: unknown; ratio?: unknown; slowMs?: unknown } | null)[]) {
    if (rule?.kind === 'failure-ratio' && typeof rule.ratio === 'number') limits.failureLimit ??= rule.ratio;
    if (rule?.kind === 'slow-ratio' && typeof rule.slowMs === 'number') limits.slowMs ??= rule.slowMs;
  }
  return limits;
}
