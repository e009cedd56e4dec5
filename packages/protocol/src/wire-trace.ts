/**
 * Traces of single calls, wire version 1: what a service whose reporter traces calls says about each of them, in columns.
 * Moments are ticks on the breaker's own clock, so that a replay decides as the breaker did.
 */
import type { Mode, State, Why } from './wire.ts';

/** Parts of a millisecond that moments of a trace are counted in: close to a microsecond, and exact in binary. */
export const TICKS_PER_MS = 1_024;

/** What became of a call: `o` ok, `e` failed, `x` ignored, `r` refused. A capital: its result came after the circuit had moved on. */
export type TraceLetter = 'o' | 'e' | 'x' | 'r' | 'O' | 'E' | 'X';

/** A change that a trace ran into. */
export interface TraceChange {
  /** In ticks after the part's `from`. */
  at: number;
  /** `state`: of the machine. `mode`: by a person. `configured`: other settings from here on. */
  kind: 'state' | 'mode' | 'configured';
  from: State;
  to: State;
  /** In force afterwards. */
  mode: Mode;
  why: Why;
  /** How long the circuit was to stay open, where `to` is open: drawn with jitter, or as the other side asked. */
  openMs?: number;
}

/**
 * Every call of one breaker whose result, or refusal, came between `from` and `to`. A call under way at `to` is in the part
 * in which it ends.
 */
export interface TracePart {
  /** The producer's own id of the breaker. */
  id: number;
  /** 1, 2, 3, … for one breaker in one boot. A number that is missing is a gap; what comes after it begins with a `start`. */
  part: number;
  /** In ticks. */
  from: number;
  to: number;
  /** Epoch milliseconds of tick 0. */
  zeroAt: number;
  /** A letter a call, in the order in which results and refusals came. */
  calls: string;
  /** When the result or refusal came: ticks after the one before it in the list, the first after `from`. */
  at: number[];
  /** How long before that the call had arrived, in ticks; 0 for refused ones. */
  took: number[];
  /** Calls during which the process stood still: pairs of an index and how long the call took as the breaker counts it, in ticks. */
  counted?: number[];
  /** In order. */
  changes?: TraceChange[];
  /** What the breaker exported at `from`: a replay can begin here. */
  start?: unknown;
  /** Calls under way at `to`. */
  inFlight: number;
  /** Calls after `to` for which there was no room: the next part begins anew. */
  lost?: number;
}

/** Where a trace has no gaps, in epoch milliseconds. */
export type TraceStretch = [from: number, to: number];

/** GET /api/v1/trace?row=…&lane=…&from=…&to=… */
export interface TraceAnswer {
  row: number;
  lane: number;
  instance: string;
  /** What is known without gaps and touches the range, oldest first. */
  complete: TraceStretch[];
  /**
   * Parts of the stretch that covers most of the range, without gaps: the first one has a `start`, at or before `from` where
   * there is such a one. Empty where nothing was traced.
   */
  parts: Omit<TracePart, 'id' | 'zeroAt'>[];
  /** Epoch milliseconds of tick 0, for all of them. */
  zeroAt: number;
  /** The stretch goes on, or the range begins earlier, than one answer may hold calls. */
  more: boolean;
}
