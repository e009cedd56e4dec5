/** What would a configuration have done with this traffic? The same machine, windows and rules, on a clock of their own. */
import { show } from '../check.ts';
import type { BreakerOptions } from '../types.ts';
import type { Assumption } from './assume.ts';
import { simulateCalls } from './calls.ts';
import { simulateRows } from './rows.ts';
import type { Timeline } from './timeline.ts';
import type { Trace } from './trace.ts';

export type { BreakerExport } from '../export.ts';
export type { Assumption } from './assume.ts';
export type { Segment, Tally, Timeline, Totals, Transition } from './timeline.ts';
export type { CallTrace, RowTrace, Trace, TracedCall, TracedRow } from './trace.ts';

/**
 * A configuration to try: the data of a `BreakerConfig`, whole or in part, and the functions that go with it. What a preset
 * returns, or `breaker.config`, is one. `random` is 0.5 unless given: open times have no jitter.
 */
export type Candidate = Omit<BreakerOptions, 'name' | 'clock' | 'restore'> & { name?: string };

export interface SimulateOptions {
  /** What calls are taken for that the recorded circuit turned away. @default 'neighbours' */
  readonly assume?: Assumption;
  /**
   * What comes back tells of this moment on: what is before only brings the circuit into its state. Of rows, those that begin
   * before it are before it. @default all of the trace
   */
  readonly tellFrom?: number;
}

/**
 * Plays recorded traffic to a breaker with this configuration and returns what it would have done: every transition and why,
 * what it would have turned away, and what of that was failing. Pure; changes nothing of any running breaker.
 *
 * With a trace of calls it is exact: a recording of a live breaker, with its own configuration, gives the live transitions.
 * With rows of sums, calls are taken to be evenly spread within their row, and their results to come at once.
 * @throws TypeError or RangeError for a wrong option, as `createBreaker` does, or with the place in the trace that is wrong.
 * @example
 * const timeline = simulate({ ...payments.config, openWhen: failureRatio(0.3) }, { rows: yesterday });
 * console.log(timeline.totals.failuresAvoided, timeline.totals.goodRefused);
 */
export function simulate(config: Candidate, trace: Trace, options: SimulateOptions = {}): Timeline {
  // Of another life or another clock there is nothing here, whatever else a preset or a user's options hold.
  const { clock: _, restore: __, ...given } = config as Partial<BreakerOptions>;
  const candidate = { name: 'simulated', random: () => 0.5, ...given };
  const { assume = 'neighbours', tellFrom = Number.NEGATIVE_INFINITY } = options;
  if (!['neighbours', 'ok', 'failed'].includes(assume))
    throw new TypeError(`assume must be neighbours, ok or failed, got ${show(assume)}`);
  if (typeof tellFrom !== 'number' || Number.isNaN(tellFrom))
    throw new TypeError(`tellFrom must be a moment of the trace, got ${show(tellFrom)}`);
  if (isTrace(trace, 'calls')) return simulateCalls(candidate, trace, assume, tellFrom);
  if (isTrace(trace, 'rows')) return simulateRows(candidate, trace, assume, tellFrom);
  throw new TypeError(`a trace is { calls: […] } or { rows: […] }, got ${show(trace)}`);
}

function isTrace<K extends string>(trace: Trace | null, key: K): trace is Extract<Trace, Record<K, unknown>> {
  return Array.isArray((trace as Partial<Record<K, unknown>> | null)?.[key]);
}
