/** Recorded traffic, as plain data. Moments are milliseconds from any origin, the same for all of one trace. */
import { show } from '../check.ts';
import type { BreakerExport } from '../export.ts';
import { LATENCY_BUCKETS } from '../latency.ts';

/** One call, as it was recorded. */
export interface TracedCall {
  /** When it arrived. */
  readonly at: number;
  /** How long it took, 0 or more; null for one that never ended. For `unknown` it is not looked at. */
  readonly durationMs: number | null;
  /**
   * How long it took as the circuit counts it, where that is another time: without what the recorded process stood still.
   * @default durationMs
   */
  readonly countedMs?: number;
  /**
   * What it showed. `ignored`: counts as neither. `unknown`: the recorded circuit turned it away, so nobody knows what the
   * other side would have answered; `assume` says what is taken instead.
   */
  readonly outcome: 'ok' | 'failed' | 'ignored' | 'unknown';
  /** The failure was a timeout. */
  readonly timeout?: boolean;
  /** What the other side asked for with the failure. */
  readonly retryAfterMs?: number;
}

/** Traffic call by call, in order of arrival. */
export interface CallTrace {
  readonly calls: readonly TracedCall[];
  /** When the circuit was made. @default the first arrival */
  readonly from?: number;
  /**
   * What the recorded breaker exported at `from`: the replay goes on from there, with as much of the window as fits into the
   * candidate's. @default a circuit as new
   */
  readonly restore?: BreakerExport;
  /** How far to go on after the last call. @default the last arrival or result */
  readonly to?: number;
}

/** What happened within an interval. */
export interface TracedRow {
  /** When the interval began. */
  readonly at: number;
  /** Its length. @default the trace's `intervalMs` */
  readonly ms?: number;
  /** Calls that ended well or badly, at most 10,000,000. */
  readonly calls: number;
  /** Failed calls among them. */
  readonly failures: number;
  /** Slow calls among them, as the recorded circuit understood it. Left out: by `latency`, else none. */
  readonly slow?: number;
  /** Timeouts among the failures. @default 0 */
  readonly timeouts?: number;
  /** Further calls, which count as neither. @default 0 */
  readonly ignored?: number;
  /** Further calls, which the recorded circuit turned away: see `unknown` of a call. @default 0 */
  readonly refused?: number;
  /** How long the calls took: pairs of a `latencyBucket` and its count. With it, any `slowMs` can be tried. */
  readonly latency?: readonly number[];
}

/** Traffic as sums over intervals, in order. Where nothing happened a row may be left out. */
export interface RowTrace {
  readonly rows: readonly TracedRow[];
  /** Length of a row. @default 1_000 */
  readonly intervalMs?: number;
  /** When the circuit was made. @default the first row's beginning */
  readonly from?: number;
  /** How far to go on after the last row. @default the last row's end */
  readonly to?: number;
}

export type Trace = CallTrace | RowTrace;

const OUTCOMES: readonly unknown[] = ['ok', 'failed', 'ignored', 'unknown'];
const MOST_CALLS = 10_000_000;

/** @throws TypeError or RangeError with the place in the trace. */
export function checkCalls({ calls, from, to }: CallTrace): { from: number; to: number } {
  let earliest = bound('from', from) ?? calls[0]?.at ?? 0;
  const begin = earliest;
  let end = begin;
  calls.forEach((call, i) => {
    const where = `trace.calls[${i}]`;
    checkMoment(where, call, earliest);
    if (!OUTCOMES.includes(call.outcome))
      throw new TypeError(
        `${where}.outcome must be ok, failed, ignored or unknown, got ${show(call.outcome)}`,
      );
    const { durationMs } = call;
    if (call.outcome !== 'unknown' && durationMs !== null && !isLength(durationMs))
      throw new RangeError(
        `${where}.durationMs must be a number of milliseconds of 0 or more, or null for a call that never ended, got ${show(durationMs)}`,
      );
    const { countedMs = 0 } = call;
    if (!isLength(countedMs))
      throw new RangeError(
        `${where}.countedMs must be a number of milliseconds of 0 or more, got ${show(countedMs)}`,
      );
    earliest = call.at;
    end = Math.max(end, call.at + (call.outcome === 'unknown' ? 0 : (durationMs ?? 0)));
  });
  return { from: begin, to: checkEnd(to, end) };
}

/** @throws TypeError or RangeError with the place in the trace. */
export function checkRows({ rows, intervalMs = 1_000, from, to }: RowTrace): { from: number; to: number } {
  checkInterval('trace.intervalMs', intervalMs);
  const begin = bound('from', from) ?? rows[0]?.at ?? 0;
  let end = begin;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as TracedRow;
    checkMoment(`trace.rows[${i}]`, row, end);
    if (row.ms !== undefined) checkInterval(`trace.rows[${i}].ms`, row.ms);
    checkCounts(row, i);
    end = row.at + (row.ms ?? intervalMs);
  }
  return { from: begin, to: checkEnd(to, end) };
}

function checkCounts(row: TracedRow, i: number): void {
  const { calls, failures, slow = 0, timeouts = 0, ignored = 0, refused = 0, latency } = row;
  const sound =
    isCount(calls, MOST_CALLS) &&
    isCount(failures, calls) &&
    isCount(slow, calls) &&
    isCount(timeouts, failures) &&
    isCount(ignored, MOST_CALLS) &&
    isCount(refused, MOST_CALLS);
  if (!sound)
    throw new RangeError(
      `trace.rows[${i}] must hold whole numbers: calls, ignored and refused from 0 to ${MOST_CALLS}, failures and slow at most calls, timeouts at most failures; got ${show(JSON.stringify({ calls, failures, slow, timeouts, ignored, refused }))}`,
    );
  if (latency === undefined) return;
  const paired =
    Array.isArray(latency) &&
    latency.length % 2 === 0 &&
    latency.every((n, at) => isCount(n, at % 2 === 0 ? LATENCY_BUCKETS - 1 : MOST_CALLS));
  if (!paired)
    throw new RangeError(
      `trace.rows[${i}].latency must hold pairs of a bucket (0 to ${LATENCY_BUCKETS - 1}) and its count`,
    );
}

function checkMoment(
  where: string,
  entry: { readonly at: number } | null | undefined,
  earliest: number,
): void {
  const at = entry?.at;
  if (typeof at !== 'number' || !Number.isFinite(at))
    throw new TypeError(`${where}.at must be a finite number of milliseconds, got ${show(at)}`);
  if (at < earliest)
    throw new RangeError(
      `${where}.at (${at}) must not be before ${earliest}: a trace is sorted by time, and its rows do not overlap`,
    );
}

function checkInterval(where: string, ms: number): void {
  if (!isLength(ms) || ms === 0)
    throw new RangeError(`${where} must be a finite number of milliseconds above 0, got ${show(ms)}`);
}

function checkEnd(to: number | undefined, end: number): number {
  const given = bound('to', to) ?? end;
  if (given < end)
    throw new RangeError(`trace.to (${given}) must not be before the end of the trace (${end})`);
  return given;
}

function bound(name: string, moment: number | undefined): number | undefined {
  if (moment === undefined || Number.isFinite(moment)) return moment;
  throw new TypeError(`trace.${name} must be a finite number of milliseconds, got ${show(moment)}`);
}

function isLength(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}

function isCount(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
