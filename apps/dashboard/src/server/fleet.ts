import { randomBytes } from 'node:crypto';
import {
  type Delta,
  type EventRecord,
  type Hello,
  LANE,
  type Lane,
  LIMITS,
  laneOf,
  type Marker,
  type PolicyReport,
  type Registration,
  type Rollup,
  type StateChange,
  type TracePart,
} from '@cb/protocol';
import { ChangeLog } from './change-log.ts';
import { EventLog } from './event-log.ts';
import { calmRows, goneInstances, goneLanes } from './eviction.ts';
import { LaneHistory } from './history.ts';
import { Instance, type Owner, takesCommands } from './instance.ts';
import { KEEPS_NOTHING, type Keeper } from './keeper.ts';
import { overlayChanges, overlayOfChange, overlayOfRegistration } from './lane-overlay.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { MarkerLog } from './marker-log.ts';
import { takeRollup } from './numbers.ts';
import { PolicyBook } from './policy-book.ts';
import { briefly, type FleetLane, FleetRow, IDLE } from './row.ts';
import { LaneSeries } from './series.ts';
import { SeriesMemory } from './series-memory.ts';
import { TraceStore } from './trace-store.ts';

const MINUTE_MS = 60_000;
const YEAR_MS = 366 * 86_400_000;
/** With more lanes than this, charts are kept for whole breakers only. */
const MOST_LANE_CHARTS = 2_000;

/** The state of everything that ever reported, with its past. Knows no socket and no clock: every call says the time. */
export class Fleet {
  /** One life of this server. */
  readonly epoch: string = randomBytes(8).toString('hex');
  readonly limits: Limits;
  readonly rows: Map<number, FleetRow> = new Map();
  readonly instances: Map<string, Instance> = new Map();
  readonly events: EventLog;
  readonly memory: SeriesMemory;
  readonly changes: ChangeLog;
  readonly markers: MarkerLog = new MarkerLog();
  readonly policies: PolicyBook;
  readonly traces: TraceStore;
  /** Number of the newest state delta. */
  seq = 0;
  /** Number of the newest rollup. */
  tick = 0;
  /** Number of lanes. */
  lanes = 0;
  /** Registrations refused because a limit was reached. */
  refused = 0;
  /** Changes that were received twice, and changes of breakers nobody registered. */
  duplicates = 0;
  strangers = 0;
  readonly #byKey: Map<string, FleetRow> = new Map();
  readonly #ofService: Map<string, number> = new Map();
  readonly #keeper: Keeper;
  #nextRow = 1;
  #nextLane = 1;
  #checkedAt = 0;
  #sweptAt = 0;

  /** @param keeper Hears what is worth keeping. */
  constructor(limits: Partial<Limits> = {}, keeper: Keeper = KEEPS_NOTHING) {
    this.#keeper = keeper;
    this.limits = resolveLimits(limits);
    this.events = new EventLog(this.limits.events, this.limits.eventsPerRow);
    this.memory = new SeriesMemory(this.limits.seriesBytes);
    this.changes = new ChangeLog(this.limits.backlog);
    this.policies = new PolicyBook(this.limits.policies);
    this.traces = new TraceStore(this.limits.traceBytes);
  }

  /**
   * A connection says who it is. Answers the instance, and the connection that spoke for the same boot until now. Two
   * processes that use one name at the same time stay two: the later one gets a mark of its boot behind its name, and so
   * does one that has another token than the connection that speaks for the name.
   */
  attach(hello: Hello, owner: Owner, now: number): { instance: Instance; replaced: Owner | undefined } {
    const name = this.#nameFor(hello, owner);
    let instance = this.instances.get(keyOf(hello.service, name));
    if (instance === undefined) {
      if (this.instances.size >= this.limits.instances) this.#forgetInstances(now);
      instance = new Instance(name, hello, now);
      this.instances.set(keyOf(hello.service, name), instance);
    } else if (instance.boot !== hello.boot) {
      this.#lose(instance, instance.heardAt);
      for (const lane of instance.breakers.values()) lane.ids.clear();
      instance.breakers.clear();
      instance.rest();
      instance.boot = hello.boot;
    }
    const replaced = instance.owner === owner ? undefined : instance.owner;
    instance.owner = owner;
    // It says all of them again.
    this.policies.forget(instance);
    instance.tags = hello.tags;
    instance.control = takesCommands(hello);
    instance.clock.hear(hello.now, now);
    instance.heardAt = now;
    return { instance, replaced };
  }

  /** The name that it asks for, unless somebody else is heard by it. */
  #nameFor(hello: Hello, owner: Owner): string {
    const taken = (name: string): boolean => {
      const held = this.instances.get(keyOf(hello.service, name));
      if (held?.owner === undefined || held.owner === owner) return false;
      return held.boot !== hello.boot || held.owner.token !== owner.token;
    };
    if (!taken(hello.instance)) return hello.instance;
    const marked = `${hello.instance}~${hello.boot.slice(-8)}`;
    let name = marked;
    for (let i = 2; taken(name); i++) name = `${marked}~${i}`;
    return name;
  }

  #forgetInstances(now: number): void {
    for (const [key, instance] of goneInstances(this.instances, this.limits.instances)) {
      for (const lane of [...instance.breakers.values()]) this.#dropLane(lane, now);
      this.policies.forget(instance);
      this.instances.delete(key);
    }
  }

  /** The connection is gone. One that said goodbye has no data from now on; any other is given its heartbeats. */
  detach(instance: Instance, owner: Owner, now: number, goodbye: boolean): void {
    if (instance.owner !== owner) return;
    instance.owner = undefined;
    if (goodbye) this.#lose(instance, now);
  }

  /** Anything was heard: lanes that had fallen silent show again what they are. */
  heard(instance: Instance, now: number): void {
    instance.heardAt = now;
    if (!instance.dark) return;
    instance.dark = false;
    for (const lane of instance.breakers.values()) {
      if (lane.code === LANE.noData) this.#show(lane, now, laneOf(lane.state, lane.mode));
    }
  }

  /** Takes registrations; answers how many were refused because a limit was reached. */
  register(instance: Instance, registrations: readonly Registration[], now: number): number {
    let refused = 0;
    instance.heardAt = now;
    const { breakers } = instance;
    for (const registration of registrations) {
      // A lane may go by several ids, and there are many ids.
      const known = breakers.has(registration.id) || breakers.size < LIMITS.breakers;
      // Where there was no room for one there is none for the next: it is looked for once.
      const lane = known ? this.#laneFor(instance, registration.name, now, refused === 0) : undefined;
      if (lane === undefined) {
        refused++;
        continue;
      }
      breakers.get(registration.id)?.ids.delete(registration.id);
      breakers.set(registration.id, lane);
      lane.ids.add(registration.id);
      this.#settle(lane, registration, now);
    }
    this.refused += refused;
    return refused;
  }

  #settle(lane: FleetLane, registration: Registration, now: number): void {
    const { row, instance } = lane;
    row.heardAt = now;
    const described = row.describe(registration, instance.tags);
    const laid = lane.mode !== 'auto' || registration.mode !== 'auto';
    lane.overlay = overlayOfRegistration(lane, registration, now);
    lane.state = registration.state;
    lane.mode = registration.mode;
    this.#keeper.row(row, now);
    this.changes.add({ kind: described || laid ? 'row' : 'lanes', row: row.row });
    const since = instance.clock.past(registration.since, now, YEAR_MS);
    const code = laneOf(lane.state, lane.mode);
    const known = lane.history.since;
    if (known === undefined) this.#show(lane, since, code);
    // The state was already there when the lane fell silent: nobody saw it meanwhile, so it shows from now on.
    else if (lane.code === LANE.noData) this.#show(lane, since > known ? since : now, code);
    else if (lane.code !== code) this.#show(lane, Math.max(since, known), code);
  }

  /** Takes state changes in order of seq; answers the largest seq that is held. */
  change(instance: Instance, changes: readonly StateChange[], now: number): number {
    instance.heardAt = now;
    for (const change of changes) {
      if (!instance.accept(change.seq)) {
        this.duplicates++;
        continue;
      }
      const lane = instance.breakers.get(change.id);
      if (lane === undefined) this.strangers++;
      else this.#apply(lane, change, now);
    }
    this.heard(instance, now);
    return instance.lastSeq;
  }

  #apply(lane: FleetLane, change: StateChange, now: number): void {
    const { row, instance } = lane;
    const t = Math.max(lane.lastEventAt, instance.clock.past(change.t, now));
    const { id: _id, seq: _seq, modeUntil: _until, ...rest } = change;
    const event = this.events.add({ ...rest, t, row: row.row, lane: lane.lane, instance: instance.name });
    if (change.retryAt !== undefined) event.retryAt = instance.clock.future(change.retryAt, t, now);
    if (change.firstFailureAt !== undefined) {
      event.firstFailureAt = Math.min(t, instance.clock.past(change.firstFailureAt, now));
    }
    if (overlayChanges(lane, change)) {
      lane.overlay = overlayOfChange(lane, change, now);
      this.changes.add({ kind: 'row', row: row.row });
    }
    if (lane.overlay.modeUntil !== undefined) event.modeUntil = lane.overlay.modeUntil;
    lane.lastEventAt = t;
    lane.state = change.to;
    lane.mode = change.mode;
    row.heardAt = now;
    row.noteEvent(event);
    this.#keeper.event(lane, event, change.seq);
    this.#show(lane, t, laneOf(change.to, change.mode), event);
  }

  /** Takes counters. */
  rollup(instance: Instance, rollup: Rollup, now: number): void {
    this.tick++;
    this.heard(instance, now);
    const { tick, laneCharts } = this;
    this.strangers += takeRollup(instance, rollup, { tick, now, laneCharts });
  }

  /** Whether each lane has charts of its own, besides those of its row. */
  get laneCharts(): boolean {
    return this.lanes <= MOST_LANE_CHARTS;
  }

  /** Keeps a marker; the browsers hear of it. */
  mark(marker: Omit<Marker, 'marker'>): Marker {
    const kept = this.markers.add(marker);
    this.#keeper.marker(kept);
    this.changes.add({ kind: 'marker', marker: kept });
    return kept;
  }

  /** Takes parts of traces. */
  trace(instance: Instance, parts: readonly TracePart[], now: number): void {
    this.heard(instance, now);
    for (const part of parts) {
      const lane = instance.breakers.get(part.id);
      if (lane === undefined) this.strangers++;
      else this.traces.add(lane.lane, part, instance.clock.offsetMs);
    }
  }

  /** Takes what policies say. */
  hearPolicies(instance: Instance, reports: readonly PolicyReport[], now: number): void {
    this.heard(instance, now);
    this.policies.take(instance, reports, now);
  }

  /** Breakers that the producer gave up. */
  remove(instance: Instance, ids: readonly number[], now: number): void {
    instance.heardAt = now;
    for (const id of ids) {
      const lane = instance.breakers.get(id);
      if (lane === undefined) continue;
      instance.breakers.delete(id);
      this.#dropLane(lane, now);
    }
  }

  /** To be called every second: finds lost heartbeats, and once a minute what may be forgotten. */
  check(now: number): void {
    const late = this.#checkedAt !== 0 && now - this.#checkedAt > this.limits.heartbeatMs;
    this.#checkedAt = now;
    // This process itself stood still: what the services said meanwhile is read first.
    if (late) return;
    const silentMs = 3 * this.limits.heartbeatMs;
    for (const instance of this.instances.values()) {
      if (now - instance.heardAt > silentMs) this.#lose(instance, instance.heardAt);
    }
    if (now - this.#sweptAt < MINUTE_MS) return;
    this.#sweptAt = now;
    this.#sweep(now);
  }

  #lose(instance: Instance, t: number): void {
    for (const lane of instance.breakers.values()) {
      if (lane.code !== LANE.noData) this.#show(lane, Math.max(t, lane.history.since ?? t), LANE.noData);
    }
    instance.rest();
    instance.dark = true;
    // Where the connection still stands it may be heard again, and says only what is new.
    if (instance.owner === undefined) this.policies.forget(instance);
  }

  /** The lane shows `code` from `t` on; the browsers hear of it. */
  #show(lane: FleetLane, t: number, code: Lane, event?: EventRecord): void {
    const { row, history } = lane;
    const rewritten = t < (history.since ?? t);
    row.show(lane, t, code);
    this.#keeper.lane(lane, t, code);
    if (code === LANE.noData) lane.live = IDLE;
    row.tick = ++this.tick;
    const delta: Delta = {
      seq: ++this.seq,
      row: row.row,
      lane: lane.lane,
      code,
      t,
      rowCode: row.code,
      rowSince: row.history.since ?? t,
      counts: [...row.counts],
    };
    if (event !== undefined) {
      delta.event = event;
      if (event.from === 'closed' && event.to === 'open') delta.opens = row.opens(event.t);
    }
    const brief = event === undefined ? delta : { ...delta, event: briefly(event) };
    this.changes.add({ kind: 'delta', delta, brief });
    if (rewritten) this.changes.add({ kind: 'rewritten' });
  }

  #laneFor(instance: Instance, name: string, now: number, makeRoom: boolean): FleetLane | undefined {
    const known = this.#byKey.get(keyOf(instance.service, name))?.lanes.get(instance.name);
    if (known !== undefined) return known;
    if (this.lanes >= this.limits.lanes && makeRoom) {
      for (const lane of goneLanes(this.rows.values(), this.limits.lanes)) this.#dropLane(lane, now);
    }
    // Before the row: one without a lane would never go.
    if (this.lanes >= this.limits.lanes) return undefined;
    const row = this.#rowFor(instance.service, name, now, makeRoom);
    return row && this.#newLane(row, instance);
  }

  #rowFor(service: string, name: string, now: number, makeRoom = true): FleetRow | undefined {
    const key = keyOf(service, name);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const ofService = this.#ofService.get(service) ?? 0;
    const fullOf = ofService >= this.limits.rowsPerService;
    if (fullOf && !(makeRoom && this.#evict(now, service))) return undefined;
    if (this.rows.size >= this.limits.rows && !(makeRoom && this.#evict(now))) return undefined;
    const row = new FleetRow({ row: this.#nextRow++, service, name }, this.memory, now);
    this.rows.set(row.row, row);
    this.#byKey.set(key, row);
    this.#ofService.set(service, (this.#ofService.get(service) ?? 0) + 1);
    return row;
  }

  /**
   * A lane that an earlier life of this server knew, in the dark until its instance is heard again. Undefined where a
   * limit is reached: the past pushes nothing out.
   */
  restoreLane(service: string, name: string, instance: string, heardAt: number): FleetLane | undefined {
    const key = keyOf(service, instance);
    const known = this.instances.get(key);
    if (known === undefined && this.instances.size >= this.limits.instances) return undefined;
    if (this.lanes >= this.limits.lanes) return undefined;
    const row = this.#rowFor(service, name, heardAt, false);
    if (row === undefined) return undefined;
    const restored = known ?? Instance.restored(service, instance, heardAt);
    this.instances.set(key, restored);
    return row.lanes.get(instance) ?? this.#newLane(row, restored);
  }

  /** The row of a breaker; undefined where it has none. */
  rowOf(service: string, name: string): FleetRow | undefined {
    return this.#byKey.get(keyOf(service, name));
  }

  #newLane(row: FleetRow, instance: Instance): FleetLane | undefined {
    if (this.lanes >= this.limits.lanes) return undefined;
    const lane: FleetLane = {
      lane: this.#nextLane++,
      row,
      instance,
      ids: new Set(),
      state: 'closed',
      mode: 'auto',
      code: LANE.noData,
      lastEventAt: 0,
      history: new LaneHistory(),
      series: new LaneSeries(this.memory),
      live: IDLE,
      roundAt: 0,
      active: false,
      overlay: {},
    };
    row.add(lane);
    if (++this.lanes === MOST_LANE_CHARTS + 1) this.#dropLaneCharts();
    return lane;
  }

  #dropLaneCharts(): void {
    for (const row of this.rows.values()) for (const { series } of row.lanes.values()) series.release();
  }

  /** Makes room for a row. */
  #evict(now: number, service?: string): boolean {
    const room = service === undefined ? this.limits.rows : this.limits.rowsPerService;
    const gone = calmRows(this.rows.values(), room, service);
    this.#dropRows(gone, now);
    return gone.length > 0;
  }

  #dropRows(rows: readonly FleetRow[], now: number): void {
    for (const row of rows) for (const lane of [...row.lanes.values()]) this.#dropLane(lane, now);
    this.events.forget(new Set(rows.map((row) => row.row)));
  }

  #dropLane(lane: FleetLane, now: number): void {
    const { row, instance } = lane;
    if (row.lanes.get(instance.name) !== lane) return;
    if (lane.code !== LANE.noData) this.#keeper.lane(lane, now, LANE.noData);
    row.drop(instance.name, now);
    lane.series.release();
    this.traces.forget(lane.lane);
    instance.active.delete(lane);
    lane.active = false;
    for (const id of lane.ids) if (instance.breakers.get(id) === lane) instance.breakers.delete(id);
    this.lanes--;
    if (row.lanes.size > 0) {
      this.changes.add({ kind: 'row', row: row.row });
      return;
    }
    row.series.release();
    this.rows.delete(row.row);
    this.#byKey.delete(keyOf(row.service, row.name));
    const left = (this.#ofService.get(row.service) ?? 1) - 1;
    if (left === 0) this.#ofService.delete(row.service);
    else this.#ofService.set(row.service, left);
    this.changes.add({ kind: 'gone', row: row.row });
  }

  /** Forgets instances that are long gone. The last lane of a row stays as long as the row's history is of use. */
  #sweep(now: number): void {
    const dead: FleetRow[] = [];
    for (const row of this.rows.values()) {
      for (const lane of [...row.lanes.values()]) {
        const silentMs = lane.code === LANE.noData ? now - (lane.history.since ?? now) : 0;
        if (row.lanes.size > 1 && silentMs > this.limits.forgetInstanceMs) this.#dropLane(lane, now);
        else if (row.lanes.size === 1 && silentMs > this.limits.forgetRowMs) dead.push(row);
      }
    }
    this.#dropRows(dead, now);
    for (const [key, instance] of this.instances) {
      const silentMs = now - instance.heardAt;
      if (instance.owner === undefined && silentMs > this.limits.forgetInstanceMs) this.instances.delete(key);
    }
  }
}

function keyOf(service: string, name: string): string {
  return `${service}\u001f${name}`;
}
