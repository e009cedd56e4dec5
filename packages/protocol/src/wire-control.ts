/**
 * The hand on the switch, wire version 1. A person asks the server over HTTP, with the token of an operator or an
 * administrator; the server asks each instance over its `/ingest` connection; the service itself decides, and may refuse.
 */
import type { Mode, Role, State } from './wire.ts';

/**
 * What can be asked of a breaker.
 *
 * - `isolate`: mode forced-open (force open). `force-closed`, `observe`: the modes of that name. `release`: back to auto.
 *   All but `release` may end by themselves (`forMs`).
 * - `reset`: closed, with an empty window. `probe`: ends the open time, so that the next call is a probe.
 * - `configure`: other settings (`config`), as `breaker.configure` takes them; only for administrators.
 */
export type ControlOp = 'isolate' | 'force-closed' | 'observe' | 'release' | 'reset' | 'probe' | 'configure';

/** Server -> service, event `ctl`; answered by a `ControlAnswer`. Only sent to services whose hello had `control` among its `caps`. */
export interface ControlCommand {
  /** Number of the command, for the service's own log. */
  command: number;
  /** The producer's own id of the breaker. */
  id: number;
  op: ControlOp;
  /** Who, as the audit log has it, and why in their words. */
  by: string;
  reason: string;
  /** The mode ends by itself after this long, 1,000 ms to 7 days. */
  forMs?: number;
  /** For `configure`: a part of a configuration, as plain data. */
  config?: unknown;
  /** Refused where the breaker's version is another one by now: compare-and-set. */
  expect?: number;
}

/** What a service answers to `ctl`. */
export interface ControlAnswer {
  ok: boolean;
  /**
   * How often mode or settings were changed since the process began, by anybody: before the command where it was refused,
   * after it where it was done.
   */
  version: number;
  /** Why not. `changed`: the version was another one. `refused`: the service does not allow it. `invalid`: settings that cannot work. */
  error?: 'changed' | 'refused' | 'gone' | 'invalid' | 'failed';
  /** In words. */
  message?: string;
}

/** POST /api/v1/control, for operators; `configure`, and more than one row, for administrators. */
export interface ControlRequest {
  /** Rows by number; the server has them from the directory of this epoch. */
  epoch: string;
  rows: number[];
  /** Lanes (instances) of the rows; left out: all instances that are heard. */
  lanes?: number[];
  op: ControlOp;
  /** 3 to 200 characters. */
  reason: string;
  forMs?: number;
  config?: unknown;
  /** Version that the person saw, by lane; a lane left out is not compared. */
  expect?: Record<string, number>;
  /** Who the person says they are, up to 64 characters: tokens are shared, so it is a note and no proof. */
  by?: string;
}

/** What became of it on one instance. */
export interface ControlResult {
  lane: number;
  service: string;
  name: string;
  instance: string;
  ok: boolean;
  /** As in `ControlAnswer`, and: `unreachable` no connection, `timeout` no answer in time (it may have been done), `unsupported` the service takes no commands. */
  error?: ControlAnswer['error'] | 'unreachable' | 'timeout' | 'unsupported';
  message?: string;
  version?: number;
}
export interface ControlReply {
  /** Number of the audit record. */
  audit: number;
  results: ControlResult[];
}

/** One act of a person, as it is kept. GET /api/v1/audit?from&to&limit : newest first, for operators. */
export interface AuditRecord {
  audit: number;
  t: number;
  /** `control` a command, `alert-test` a test of an alert, `marker` a marker that was posted, `denied` what a role may not do. */
  action: 'control' | 'alert-test' | 'marker' | 'denied';
  /** Mark of the token, never the token. */
  token: string;
  role: Role;
  address: string;
  by?: string;
  op?: ControlOp;
  reason?: string;
  forMs?: number;
  config?: unknown;
  /** Service, breaker and instances concerned, at most 100 results. */
  results?: (Omit<ControlResult, 'lane'> & { versionBefore?: number })[];
  /** In words, for what is no command. */
  note?: string;
}
export interface AuditPage {
  records: AuditRecord[];
  more: boolean;
}

/**
 * What a person laid over a breaker on one instance, and what the machine computes below: part of an `InstanceEntry`
 * wherever it is sent.
 */
export interface Overlay {
  state: State;
  mode: Mode;
  /** When the mode ends by itself. */
  modeUntil?: number;
  modeBy?: string;
  modeNote?: string;
  /** See `ControlAnswer.version`; absent where the service is too old to say. */
  version?: number;
  /** Whether the service takes commands. */
  control?: boolean;
}
