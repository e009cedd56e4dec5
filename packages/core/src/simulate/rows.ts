/** Plays rows of sums: many calls at a time where the configuration lets it, else one by one. */
import type { BreakerConfig, Counting, OpenRule } from '../config.ts';
import { type MetricsCollector, suppliedWith } from '../history.ts';
import { checkOptions, checkRules } from '../options.ts';
import { resolveConfig } from '../resolve.ts';
import { slowestAllowedMs } from '../rules.ts';
import type { BreakerOptions } from '../types.ts';
import { type Assumption, guessing } from './assume.ts';
import { bulkBook } from './bulk-window.ts';
import { OneByOne } from './one-by-one.ts';
import { Replay } from './replay.ts';
import { failedCalls, slowCalls } from './slow.ts';
import { Spread } from './spread.ts';
import type { Timeline } from './timeline.ts';
import { checkRows, type RowTrace, type TracedRow } from './trace.ts';

type Options = Omit<BreakerOptions, 'clock'>;

export function simulateRows(
  options: Options,
  trace: RowTrace,
  assume: Assumption,
  tellFrom: number = Number.NEGATIVE_INFINITY,
): Timeline {
  const { from, to } = checkRows(trace);
  checkOptions(options);
  const config = resolveConfig(options);
  checkRules(config, options.rules);
  const played = atOnce(config);
  const book = isDataOnly(played, options) ? bulkBook(played, from) : null;
  const player =
    book === null
      ? new OneByOne({ ...options, ...played, history: collectorOf(options) }, played, from)
      : new Replay(played, book, options.random, from);
  const spread = spreading(trace, config, assume);
  const begin = Math.min(tellFrom, to);
  let told = begin <= from;
  for (const row of trace.rows) {
    if (!told && row.at >= begin) {
      told = true;
      player.tellFrom(begin);
    }
    player.row(spread(row));
  }
  if (!told) player.tellFrom(begin);
  return player.finish(to, config);
}

/** The configuration without what has no meaning where every result comes at once. */
function atOnce(config: BreakerConfig): BreakerConfig {
  const { failAfterMs: _, counting, openWhen, ...rest } = config;
  const rules = openWhen.map((rule): OpenRule => {
    if (rule.kind !== 'slow-ratio') return rule;
    const { inFlight: __, ...without } = rule;
    return without;
  });
  const dated: { counting?: Counting } =
    counting === undefined ? {} : { counting: { ...counting, dated: 'end', pending: false } };
  return resolveConfig({ ...rest, ...dated, openWhen: rules });
}

/** A collector may have come with a rule, which it is no part of once the rule is data. */
function collectorOf({ history, openWhen }: Options): MetricsCollector | undefined {
  return history ?? suppliedWith(openWhen);
}

/** Whether nothing has to be asked or told about every single call. */
function isDataOnly({ openWhen }: BreakerConfig, { openMs }: Options): boolean {
  return (
    openMs === undefined &&
    openWhen.every(
      (rule) => rule.kind !== 'custom' && !(rule.kind === 'failure-ratio' && rule.adapt !== undefined),
    )
  );
}

/** Rows as they are played: refused calls taken for something, slow and late ones by the candidate's own limits. */
function spreading(
  { rows, intervalMs = 1_000 }: RowTrace,
  { openWhen, failAfterMs }: BreakerConfig,
  assume: Assumption,
): (row: TracedRow) => Spread {
  const slowMs = slowestAllowedMs(openWhen);
  const slowOf = (row: TracedRow): number => slowCalls(row, slowMs);
  const failedOf = (row: TracedRow): number => failedCalls(row, failAfterMs, slowMs);
  const guess = guessing(rows, assume, slowOf, failedOf);
  return (row) => {
    const { at, ms = intervalMs, calls, timeouts = 0, ignored = 0, refused = 0 } = row;
    const slow = slowOf(row);
    const failures = failedOf(row);
    // What fails by its duration has timed out.
    const late = timeouts + failures - row.failures;
    if (refused === 0)
      return new Spread({ at, ms, calls, failures, slow, timeouts: late, ignored, assumed: 0 });
    const guessed = guess(at, refused);
    return new Spread({
      at,
      ms,
      calls: calls + refused,
      failures: failures + guessed.failures,
      slow: slow + guessed.slow,
      timeouts: late + guessed.timeouts,
      ignored,
      assumed: refused,
    });
  };
}
