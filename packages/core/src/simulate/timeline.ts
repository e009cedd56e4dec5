/** What would have happened, as plain data that a chart can draw. */
import type { BreakerConfig } from '../config.ts';
import type { StateName } from '../machine.ts';
import type { Why } from '../rules.ts';
import type { Spread } from './spread.ts';

/** A change of state: when, from what, to what, and which limit was crossed by what. */
export interface Transition {
  readonly at: number;
  readonly from: StateName;
  readonly to: StateName;
  readonly why: Why;
}

/** What became of the calls. */
export interface Tally {
  /** Calls that arrived. */
  readonly calls: number;
  readonly letThrough: number;
  readonly refused: number;
  /** Failing calls among those let through. */
  readonly failed: number;
  /** Failing calls that were refused; one that never ended is taken for failing. */
  readonly failuresAvoided: number;
  /** Good calls that were refused: the price. */
  readonly goodRefused: number;
  /** Calls let through to try whether the other side is back. */
  readonly probes: number;
  /** Calls of unknown outcome, for which one was assumed. They are in the other counts as if it were known. */
  readonly assumed: number;
}

/** A time in one state. Its counts are those of the calls that arrived in it. */
export interface Segment extends Tally {
  readonly from: number;
  readonly to: number;
  readonly state: StateName;
}

export interface Totals extends Tally {
  /** Changes to open, from closed and from half-open. */
  readonly openings: number;
  readonly closedMs: number;
  readonly openMs: number;
  readonly halfOpenMs: number;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  /** The configuration in full. */
  readonly config: BreakerConfig;
  readonly transitions: readonly Transition[];
  /** End to end from `from` to `to`; some are of no length. None where the trace has no length. */
  readonly segments: readonly Segment[];
  readonly totals: Totals;
}

export type Tallied = { -readonly [K in keyof Tally]: number };

/** Writes a timeline down while it happens. */
export class Recording {
  /** The counts of the segment that runs. */
  tally: Tallied = nothing();
  #from: number;
  #transitions: Transition[] = [];
  #segments: Segment[] = [];
  #since: number;
  #state: StateName;

  /** @param state Before anything happens. */
  constructor(from: number, state: StateName = 'closed') {
    this.#from = this.#since = from;
    this.#state = state;
  }

  /** Forgets what was before: what is told begins here, in the state that it has led to. */
  beginAt(at: number): void {
    this.#from = this.#since = at;
    this.#transitions = [];
    this.#segments = [];
    this.tally = nothing();
  }

  move(at: number, to: StateName, why: Why): void {
    this.#transitions.push({ at, from: this.#state, to, why });
    this.#end(at);
    this.#state = to;
  }

  /** A stretch of a row's calls arrives. */
  count(row: Spread, from: number, end: number, letThrough: boolean): void {
    const { tally } = this;
    const failures = row.failures === 0 ? 0 : row.failuresBefore(end) - row.failuresBefore(from);
    tally.calls += end - from;
    if (row.assumed > 0) tally.assumed += row.assumedBefore(end) - row.assumedBefore(from);
    if (letThrough) {
      tally.letThrough += end - from;
      tally.failed += failures;
    } else {
      tally.refused += end - from;
      tally.failuresAvoided += failures;
      tally.goodRefused += row.callsBefore(end) - row.callsBefore(from) - failures;
    }
  }

  finish(to: number, config: BreakerConfig): Timeline {
    if (to > this.#from) this.#end(to);
    const segments = this.#segments;
    const lasted = (state: StateName): number =>
      segments.reduce((ms, segment) => (segment.state === state ? ms + segment.to - segment.from : ms), 0);
    const sums = segments.reduce(added, this.tally);
    return {
      from: this.#from,
      to,
      config,
      transitions: this.#transitions,
      segments,
      totals: {
        ...sums,
        openings: this.#transitions.filter((transition) => transition.to === 'open').length,
        closedMs: lasted('closed'),
        openMs: lasted('open'),
        halfOpenMs: lasted('half-open'),
      },
    };
  }

  #end(at: number): void {
    this.#segments.push({ from: this.#since, to: at, state: this.#state, ...this.tally });
    this.#since = at;
    this.tally = nothing();
  }
}

function added(sums: Tallied, segment: Tally): Tallied {
  for (const key of Object.keys(sums) as (keyof Tally)[]) sums[key] += segment[key];
  return sums;
}

function nothing(): Tallied {
  return {
    calls: 0,
    letThrough: 0,
    refused: 0,
    failed: 0,
    failuresAvoided: 0,
    goodRefused: 0,
    probes: 0,
    assumed: 0,
  };
}
