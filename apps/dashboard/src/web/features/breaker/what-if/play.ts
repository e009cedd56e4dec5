import {
  type Assumption,
  type Candidate,
  simulate,
  type Timeline,
  type Totals,
  type TracedRow,
} from '@cb/core/simulate';
import { type Config, isSame, type OpenRule } from '../../../lib/breaker-config.ts';
import { OpenTimes } from './open-times.ts';
import { isExact, type RecordedChange, type Recording } from './recording.ts';
import { isExplained } from './verdict.ts';

/** What one configuration would have done, in epoch milliseconds. */
export interface Run {
  transitions: Timeline['transitions'];
  segments: readonly { from: number; to: number; state: Timeline['segments'][number]['state'] }[];
  totals: Totals;
}

/** The configuration in force, played. */
export interface Baseline {
  from: number;
  to: number;
  exact: boolean;
  /** Length of a row, where it is no exact replay. */
  rowMs?: number;
  run: Run;
  /** What really happened, where it was recorded. */
  real?: readonly RecordedChange[];
  /** Whether the replay gives what really happened; undefined where nobody can tell. */
  explained?: boolean;
  /** In words, what is not as it was. */
  notes: string[];
}

/** Plays one recording to configurations, the one in force first. */
export class Player {
  readonly #recording: Recording;
  readonly #inForce: Config;
  readonly #openTimes: OpenTimes;
  readonly baseline: Baseline;

  /** @throws whatever `simulate` says of the configuration or the recording. */
  constructor(recording: Recording, inForce: Config) {
    this.#recording = recording;
    this.#inForce = inForce;
    this.#openTimes = new OpenTimes(inForce.stayOpen, recording.changes);
    this.baseline = this.#playBaseline();
  }

  #playBaseline(): Baseline {
    const { from, to, zeroAt, changes, rowMs } = this.#recording;
    const exact = isExact(this.#recording);
    const told = this.#simulate(this.#inForce, exact ? this.#openTimes.recorded() : undefined, 'neighbours');
    const baseline: Baseline = {
      from: from + zeroAt,
      to: to + zeroAt,
      exact,
      run: this.#run(told),
      notes: notesOf(this.#inForce, this.#recording),
      ...(rowMs !== undefined && { rowMs }),
    };
    if (!exact) return baseline;
    const recorded = changes.filter(({ at }) => at > from);
    const explained = isExplained(told.transitions, recorded, to);
    const real = recorded.map((change) => ({ ...change, at: change.at + zeroAt }));
    return { ...baseline, real, ...(explained !== undefined && { explained }) };
  }

  /** What another configuration would have done. */
  play(candidate: Config): Run {
    return this.#run(this.#playAs(candidate, 'neighbours'));
  }

  /** The same, under one of the two bounds. */
  bound(candidate: Config, assume: 'ok' | 'failed'): Totals {
    return this.#run(this.#playAs(candidate, assume)).totals;
  }

  #playAs(candidate: Config, assume: Assumption): Timeline {
    const exact = isExact(this.#recording);
    return this.#simulate(
      candidate,
      exact ? this.#openTimes.drawnLike(candidate.stayOpen) : undefined,
      assume,
    );
  }

  #simulate(config: Config, openMs: Candidate['openMs'], assume: Assumption): Timeline {
    const { trace, fresh, from } = this.#recording;
    const candidate = { ...playable(config, fresh), ...(openMs && { openMs }) };
    const played = 'rows' in trace ? { ...trace, rows: rowsFor(trace.rows, config, this.#inForce) } : trace;
    return simulate(candidate, played, { assume, tellFrom: from });
  }

  /** In epoch milliseconds, without what comes after the end only because late results do. */
  #run({ transitions, segments, totals }: Timeline): Run {
    const { to, zeroAt } = this.#recording;
    const within = transitions.filter(({ at }) => at <= to);
    const shown = segments
      .filter(({ from }) => from <= to)
      .map(({ from, to: end, state }) => ({ from: from + zeroAt, to: Math.min(end, to) + zeroAt, state }));
    const lasted = (wanted: string): number =>
      shown.reduce((ms, { from, to: end, state }) => (state === wanted ? ms + end - from : ms), 0);
    return {
      transitions: within.map((change) => ({ ...change, at: change.at + zeroAt })),
      segments: shown,
      totals: {
        ...totals,
        openings: within.filter(({ to: state }) => state === 'open').length,
        closedMs: lasted('closed'),
        openMs: lasted('open'),
        halfOpenMs: lasted('half-open'),
      },
    };
  }
}

/** Without what only the service can answer, and without what has no place in the middle of a life. */
function playable(config: Config, fresh: boolean): Config {
  const { warmUpMs, openWhen, ...rest } = config;
  const rules = openWhen.flatMap((rule): OpenRule[] => {
    if (rule.kind === 'custom') return [];
    if (rule.kind !== 'failure-ratio' || rule.adapt?.history !== 'supplied') return [rule];
    const { adapt: _, ...plain } = rule;
    return [plain];
  });
  return { ...rest, openWhen: rules, ...(fresh && warmUpMs !== undefined && { warmUpMs }) };
}

/** A row counts its slow calls under the limit in force; another limit asks its histogram. */
function rowsFor(rows: readonly TracedRow[], config: Config, inForce: Config): readonly TracedRow[] {
  if (isSame(slowMsOf(config), slowMsOf(inForce))) return rows;
  return rows.map((row) => {
    const { slow: _, ...without } = row;
    return without;
  });
}

function slowMsOf({ openWhen }: Config): number | undefined {
  return openWhen.find((rule) => rule.kind === 'slow-ratio')?.slowMs;
}

/** What a replay of this configuration leaves out, in words. */
function notesOf({ openWhen, rampUp }: Config, { fresh, changes, from }: Recording): string[] {
  const notes: string[] = [];
  for (const rule of openWhen) {
    if (rule.kind === 'custom') notes.push(`The rule “${rule.name}” is a function of the service: left out.`);
    if (rule.kind === 'failure-ratio' && rule.adapt?.history === 'supplied')
      notes.push('The limit adapts by a history that only the service has: taken as configured.');
    else if (rule.kind === 'failure-ratio' && rule.adapt !== undefined && !fresh)
      notes.push('The limit adapts by what the breaker learned earlier, which is not known here.');
  }
  if (rampUp !== undefined && !fresh) notes.push('A ramp that was under way at the beginning is not known.');
  const acts = changes.filter(
    ({ at, kind, why }) => at > from && (kind !== 'state' || BY_HAND.has(why.rule)),
  );
  if (acts.length > 0)
    notes.push(
      acts.length === 1
        ? 'Somebody intervened once in this range; the replay does not.'
        : `Somebody intervened ${acts.length} times in this range; the replay does not.`,
    );
  return notes;
}

const BY_HAND: ReadonlySet<string> = new Set(['reset', 'probe-now', 'told-to-open', 'restored']);
