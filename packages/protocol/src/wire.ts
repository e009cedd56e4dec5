/**
 * Wire version 1, on one page: what a service says to the dashboard server (`/ingest`), what the server says to a
 * browser (`/ui`), and what it answers over HTTP (`/api/v1/`).
 *
 * Rules that hold for every message: a field nobody knows is ignored; a message type nobody knows is ignored and
 * counted; a missing optional field never drops a breaker. Moments are epoch milliseconds (`t`, `…At`), durations are
 * milliseconds (`…Ms`), shares are 0..1 (`…Ratio`).
 */
import type { ControlAnswer, ControlCommand, Overlay } from './wire-control.ts';
import type { Marker } from './wire-markers.ts';
import type { TracePart } from './wire-trace.ts';

/** Sent in `hello`. A server refuses a service whose version it does not know. */
export const PROTOCOL_VERSION = 1;

/** What the machine computes. */
export type State = 'closed' | 'open' | 'half-open';
/** An overlay set by people; the machine below keeps living. */
export type Mode = 'auto' | 'forced-open' | 'forced-closed' | 'observing';

/**
 * What a lane shows, as a small integer that travels and is stored:
 * 0 no data, 1 closed, 2 half-open, 3 isolated (mode forced-open), 4 open. Larger is worse, except that no data is
 * worse than closed (see `LANE_RANK`).
 */
export const LANE: {
  readonly noData: 0;
  readonly closed: 1;
  readonly halfOpen: 2;
  readonly isolated: 3;
  readonly open: 4;
} = { noData: 0, closed: 1, halfOpen: 2, isolated: 3, open: 4 };
export type Lane = 0 | 1 | 2 | 3 | 4;
/** Trouble first: `LANE_RANK[lane]`, larger is worse. closed < no data < half-open < isolated < open. */
export const LANE_RANK: readonly number[] = [1, 0, 2, 3, 4];

export function laneOf(state: State, mode: Mode): Lane {
  if (mode === 'forced-open') return LANE.isolated;
  return state === 'open' ? LANE.open : state === 'half-open' ? LANE.halfOpen : LANE.closed;
}

// ---------------------------------------------------------------------------------------------------------------
// Service -> server, namespace /ingest. Auth: `{ token?: string }` in the handshake.
// ---------------------------------------------------------------------------------------------------------------

export interface Hello {
  v: number;
  service: string;
  /** Unique per running process of the service, e.g. host and pid. */
  instance: string;
  /** New for every start of the process: (instance, boot, seq) identifies a state change for good. */
  boot: string;
  /** Name and version of the reporter. */
  sdk: string;
  tags: Record<string, string>;
  /** The producer's wall clock; the server keeps the offset to its own. */
  now: number;
  /** What the service can do beyond reporting: `control`, it takes commands. */
  caps?: string[];
}
export interface HelloAck {
  ok: boolean;
  v: number;
  /** Why not, where `ok` is false. */
  error?: string;
  heartbeatMs: number;
  rollupMs: number;
}

export interface Registration {
  /** The producer's own id of the breaker: a small integer, unique within one boot; every later message uses it. */
  id: number;
  name: string;
  /** Current machine state and mode, so that a lane exists before anything happens. */
  state: State;
  mode: Mode;
  /** When the current state began. */
  since: number;
  /** The configuration as plain data, exactly as core resolved it. */
  config: unknown;
  configRevision: number;
  tags: Record<string, string>;
  /** See `ControlAnswer.version`. */
  version?: number;
  /** When the mode ends by itself, and who set it and why, where the reporter knows. */
  modeUntil?: number;
  modeBy?: string;
  modeNote?: string;
}

/** Why a state changed. `rule` names the cause; the numbers are what was measured against which limit. */
export interface Why {
  rule:
    | 'failure-ratio'
    | 'slow-ratio'
    | 'failures'
    | 'consecutive-failures'
    | 'custom'
    | 'told-to-open'
    | 'probing-too-long'
    | 'open-time-over'
    | 'probes-passed'
    | 'probes-failed'
    | 'probe-now'
    | 'reset'
    | 'mode'
    | 'restored'
    | 'unknown';
  /** Measured: a share for the ratio rules, a count for the others. */
  value?: number;
  limit?: number;
  /** Calls the rule looked at, and how many it asks for at least. */
  calls?: number;
  minimumCalls?: number;
  /** Failed or slow calls among them. */
  bad?: number;
  /** For slow-ratio: what counts as slow. */
  slowMs?: number;
  /** For slow-ratio: slow calls that were still under way, among `bad`. */
  inFlight?: number;
  /** For custom: the rule's name. */
  name?: string;
}

export interface TopError {
  name: string;
  code?: string;
  /** Scrubbed and at most 200 characters. */
  message: string;
  count: number;
}

export interface StateChange {
  id: number;
  /** Gap-free per (instance, boot). */
  seq: number;
  t: number;
  from: State;
  to: State;
  /** In force after the change; `modeFrom` differs from `mode` where a person changed the mode. */
  mode: Mode;
  modeFrom: Mode;
  why: Why;
  /** When the next probe may go, where `to` is open. */
  retryAt?: number;
  configRevision: number;
  /** Who and why, for a change made by a person. */
  by?: string;
  note?: string;
  /** See `ControlAnswer.version`: as it is after the change. */
  version?: number;
  /** When the mode ends by itself. */
  modeUntil?: number;
  /** One character a call, oldest first: o ok, e error, t timeout, s slow but ok, x ignored. At most 100. */
  outcomes?: string;
  /** Moment of the first failure since the circuit was last sound. */
  firstFailureAt?: number;
  errors?: TopError[];
}

/**
 * Counter deltas since the last rollup, as columns of equal length. A breaker with nothing to say is left out; a column
 * that would be all zero is left out. `hist` holds one sparse latency histogram a row, as [bucket, count, bucket, count…].
 */
export interface Rollup {
  t: number;
  /** Length of the interval. */
  ms: number;
  id: number[];
  ok?: number[];
  fail?: number[];
  slow?: number[];
  ignored?: number[];
  rejected?: number[];
  stale?: number[];
  /** Calls running at `t`: a gauge, not a delta. */
  inFlight?: number[];
  /** Share the window showed at `t`, 0..1: the value that the limit is compared with. */
  failureRatio?: number[];
  hist?: number[][];
}

export interface Heartbeat {
  now: number;
  /** State changes waiting to be sent, and messages dropped since boot. */
  queued: number;
  lost: number;
}

/**
 * One policy of this process at one moment: a retry, a timeout, a bulkhead and so on. Its numbers are totals, so that a
 * report that is lost costs nothing: the server makes rates of them. All are told after connecting, and then once per
 * rollup those whose numbers changed.
 */
export interface PolicyReport {
  /** The producer's own id of the policy: a small integer, unique among the policies of one boot. */
  id: number;
  /** `retry`, `timeout`, `bulkhead`, `rate-limit`, `fallback`, `coalesce`, `hedge`, or one that came later. */
  kind: string;
  /** Unique among the policies of its kind in this process. */
  name: string;
  /** Whole totals since the policy was made, at most 32, by names of at most 40 characters. */
  counts: Record<string, number>;
  /** What is so just now, likewise. Names say the unit: `…Ms`, `…Ratio`. */
  gauges: Record<string, number>;
  /** Its configuration as plain data: in the first report after connecting, and again when it is another one. */
  config?: unknown;
  /** No longer reported: this is its last report. */
  gone?: true;
}

export interface IngestClientEvents {
  hello: (hello: Hello, ack: (answer: HelloAck) => void) => void;
  reg: (breakers: Registration[], ack: (answer: { ok: boolean }) => void) => void;
  /** A batch, in order of seq. The ack names the largest seq the server has; everything up to it may be forgotten. */
  st: (changes: StateChange[], ack: (answer: { seq: number }) => void) => void;
  ro: (rollup: Rollup) => void;
  hb: (heartbeat: Heartbeat) => void;
  /** May be lost. A server that is older than policies ignores it. */
  pol: (policies: PolicyReport[]) => void;
  /** Single calls, where the reporter traces them. May be lost: the parts are numbered. */
  tr: (parts: TracePart[]) => void;
  /** Breakers that are gone (evicted from a group). */
  rm: (ids: number[], ack: (answer: { ok: boolean }) => void) => void;
}
/** The only thing that the server says unasked, and only to services whose hello had `control` among its `caps`. */
export interface IngestServerEvents {
  ctl: (command: ControlCommand, ack: (answer: ControlAnswer) => void) => void;
}

// ---------------------------------------------------------------------------------------------------------------
// Server -> browser, namespace /ui. Auth: `{ token?: string }` in the handshake.
//
// One row of the fleet is one breaker of one service over all its instances: key = service + '\u001f' + name. The row
// has a small integer `row`; an instance of it has its own small integer `lane`. Both are valid within one `epoch`
// (one life of the server) only.
// ---------------------------------------------------------------------------------------------------------------

/** One breaker on one instance: what the machine computes and what a person laid over it, both always. */
export interface InstanceEntry extends Overlay {
  lane: number;
  instance: string;
  /** What the lane shows now; `LANE.noData` when the instance's heartbeat was lost. */
  code: Lane;
  since: number;
}

/** How many instances show each code, in order of code: [noData, closed, halfOpen, isolated, open]. */
export type LaneCounts = readonly [number, number, number, number, number];

/** One row of the fleet page. */
export interface RowSummary {
  row: number;
  service: string;
  name: string;
  tags: Record<string, string>;
  /** Worst of its instances that have data; no data if none has. */
  code: Lane;
  /** When `code` began. */
  since: number;
  counts: LaneCounts;
  /** The name of its instance, where it has only one. */
  instance?: string;
  /** Its instances on which people laid a mode over what the machine computes, at most 500; absent where there is none. */
  laid?: InstanceEntry[];
  /** The limit of its failure-ratio rule, where it has one. */
  failureLimit?: number;
  slowMs?: number;
  /** Latest change of state of any instance, in words' raw material. */
  last?: EventRecord;
  /** The latest change from closed to open: where the present trouble, or the last one, began. */
  opened?: EventRecord;
  /** How often the instance that opened most went from closed to open in the last hour; failed probes do not count. */
  opens: number;
}
/** A row with each of its instances. */
export interface DirectoryRow extends RowSummary {
  instances: InstanceEntry[];
}
/** GET /api/v1/directory ; with `instances=0` the `DirectoryColumns`, a hundredth of the size. */
export interface Directory<Row extends RowSummary = DirectoryRow> {
  epoch: string;
  /** Sequence number of the state deltas that this answer includes. */
  seq: number;
  now: number;
  /** How far back the server can answer at most, where it keeps more than memory holds. */
  keptMs?: number;
  rows: Row[];
}

/** A state change as the server keeps it. `event` is its id within the epoch, and for good where the past is kept. */
export interface EventRecord extends Omit<StateChange, 'id' | 'seq'> {
  event: number;
  row: number;
  lane: number;
  instance: string;
}
/** GET /api/v1/events?row=…&from=…&to=…&limit=… : newest first. */
export interface EventPage {
  events: EventRecord[];
  /** True where older events exist in the range. */
  more: boolean;
}

/** GET /api/v1/window/:eventId : one change with its outcomes and errors. The number outlives restarts where the past is kept. */
export interface WindowOfEvent {
  epoch: string;
  service: string;
  name: string;
  /** Its `row` is 0 where the breaker is not there any more. */
  event: EventRecord;
}

/** Exact runs of one lane: `start[i]` is when `code[i]` began; it lasts until `start[i+1]`, or `to`. */
export interface Segments {
  start: number[];
  code: Lane[];
}
/** Older, folded minutes: share of each minute per lane code, and how many changes happened in it. */
export interface Minutes {
  /** Start of the first minute. */
  from: number;
  /** Length of each, where it is not a minute. */
  stepMs?: number;
  /** Five shares of 0..255 a minute, in order of lane code: [noData, closed, halfOpen, isolated, open] */
  shares: number[];
  changes: number[];
}
export interface LaneHistory {
  row: number;
  /** -1 for the row's "worst of" lane. */
  lane: number;
  segments: Segments;
  /** Only for the part of the range that is no longer exact. */
  minutes?: Minutes;
}
/** GET /api/v1/timeline?rows=1,2&from=…&to=…[&lanes=1] : the segment in force at `from` is always included. */
export interface Timeline {
  epoch: string;
  from: number;
  to: number;
  lanes: LaneHistory[];
}

/**
 * Charts of one row: columns per step, summed over instances (`instance` asks for one).
 * GET /api/v1/series?row=…&from=…&to=…[&lane=…][&detail=1]. Steps without any data have null in `t`'s place left out entirely.
 */
export interface Series {
  row: number;
  stepMs: number;
  t: number[];
  ok: number[];
  fail: number[];
  slow: number[];
  rejected: number[];
  inFlight: number[];
  /** null while nothing ran: lines break, they do not drop to zero. */
  failureRatio: (number | null)[];
  p50: (number | null)[];
  p95: (number | null)[];
  p99: (number | null)[];
  /** With `detail=1`: neutral calls, and one sparse latency histogram a step, as in `Rollup`. */
  ignored?: number[];
  hist?: number[][];
}

/** Settings in force. GET /api/v1/breaker?row=…[&at=…] */
export interface BreakerDetail {
  /** `config`, `configRevision` and `opened` are those of this moment, as far as they are kept; left out: of now. */
  at?: number;
  row: DirectoryRow;
  config: unknown;
  configRevision: number;
  /** The newest change to open, with its window: the "why did it open" of the page. */
  opened?: EventRecord;
}

/** Numbers of a policy, on one instance or over all of them. */
export interface PolicyNumbers {
  /** Totals since the processes that run now began. */
  counts: Record<string, number>;
  /** How much of each was added a second, over about the last ten seconds. */
  perSecond: Record<string, number>;
  /** Over several instances: the sum, and the largest of what is no amount (`…Ms`, `…Ratio`). */
  gauges: Record<string, number>;
  /** null where none was said. */
  config: unknown;
}
export interface PolicyOnInstance extends PolicyNumbers {
  instance: string;
}
/** One policy of one service over all instances that are heard: key = service, kind and name. */
export interface PolicyRow extends PolicyNumbers {
  service: string;
  kind: string;
  name: string;
  /** Number of its instances. */
  instances: number;
  /** Instances run it with different settings; `config` is that of the first, by name. */
  mixed?: true;
  /** The first hundred of them, by name, where they were asked for. */
  each?: PolicyOnInstance[];
}
/**
 * GET /api/v1/policies[?service=…][&instances=1] : in order of service, name and kind, at most 1,000.
 * `instances=1` adds what each instance says.
 */
export interface PolicyList {
  epoch: string;
  now: number;
  /** Every service with policies, whatever was asked for. */
  services: string[];
  policies: PolicyRow[];
  /** How many were left out. */
  more: number;
}

export interface Watch {
  rows: number[];
  /** Frames a second, 1..10. */
  hz: number;
  /** These rows are wanted with each of their instances, now and whenever those change. */
  instances?: boolean;
}
export interface WatchAck {
  ok: boolean;
  epoch: string;
  seq: number;
  error?: string;
}

/** Numbers of the watched rows that changed since the last frame: columns. The newest values win. */
export interface Frame {
  epoch: string;
  /** Grows by one a frame; the browser returns it with `ok` (two unreturned frames at most). */
  frame: number;
  /** Server's clock. */
  t: number;
  row: number[];
  callsPerSecond: number[];
  rejectedPerSecond: number[];
  /** Share of failures the worst instance's window shows, -1 for none. */
  failureRatio: number[];
  /** Milliseconds, -1 for none. */
  p95: number[];
  inFlight: number[];
}
/** Fleet totals, once a second. */
export interface Totals {
  t: number;
  callsPerSecond: number;
  rejectedPerSecond: number;
  failureRatio: number;
}

/** State deltas of the whole permitted fleet, in order; `seq` grows by one per delta, without gaps. */
export interface Delta {
  seq: number;
  row: number;
  lane: number;
  /** What this instance's lane shows from `t` on. */
  code: Lane;
  t: number;
  /** The row's worst code afterwards, and since when. */
  rowCode: Lane;
  rowSince: number;
  /** The row's instances by code afterwards. */
  counts: LaneCounts;
  /** Present for a real state change; absent where heartbeat loss or return caused the delta. Outcomes only of watched rows. */
  event?: EventRecord;
  /** `opens` of the row afterwards, where the event is an opening. */
  opens?: number;
}

/**
 * Who a browser is by its token. A viewer reads; an operator has the hand on the switch as well; an administrator may also
 * change settings. What a role may not do is refused by the server and absent from the page.
 */
export type Role = 'viewer' | 'operator' | 'admin';

export interface UiClientEvents {
  watch: (watch: Watch, ack: (answer: WatchAck) => void) => void;
  /** Credit return. */
  ok: (frame: number) => void;
  /**
   * The browser knows everything up to this delta, by a directory or from before its line broke: it is told all that came
   * later. Not ok where that is no longer held, or another life of the server: then it reads the directory.
   */
  follow: (from: { epoch: string; seq: number }, ack: (answer: { ok: boolean }) => void) => void;
}
export interface UiServerEvents {
  /**
   * After connecting: who and where the server is. `control`: whether anybody may have the hand on the switch at all; `alerts`:
   * whether some are configured.
   */
  welcome: (welcome: {
    epoch: string;
    seq: number;
    now: number;
    role: Role;
    control: boolean;
    alerts?: boolean;
  }) => void;
  f: (frame: Frame) => void;
  s: (deltas: Delta[]) => void;
  /** Rows that appeared or changed in more than their state (tags, limits); with instances where those were asked for. */
  rows: (rows: (RowSummary | DirectoryRow)[], seq: number) => void;
  /** Rows that are gone. */
  gone: (rows: number[]) => void;
  totals: (totals: Totals) => void;
  /** Somebody posted one. */
  marker: (marker: Marker) => void;
  /** The browser has missed something: read the directory again. */
  resync: (reason: { epoch: string; seq: number }) => void;
}
