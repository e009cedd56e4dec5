/** The functions that build a configuration's parts and read as a sentence. Each checks what it is given at the door. */
import { checkCount, checkKeys, checkMs, checkRatio, show } from './check.ts';
import type {
  Adapt,
  CloseRule,
  ConsecutiveFailures,
  CustomRule,
  FailureRatio,
  Failures,
  LastCalls,
  LastMs,
  Rounding,
  SinceClosed,
  SlowRatio,
  StayOpen,
  Tumbling,
} from './config.ts';
import { type MetricsCollector, supply } from './history.ts';

/**
 * The last `calls` calls, however old they are: 1 to 1,000,000. Larger reacts later and is steadier. Costs a byte a call.
 * @example createBreaker({ name: 'payments', window: lastCalls(100) })
 */
export function lastCalls(calls: number): LastCalls {
  return { kind: 'last-calls', calls: checkCount('lastCalls', calls) };
}

/**
 * The calls of the last `ms` milliseconds, kept in `buckets` equal parts (1 to 1,000): a call leaves with its bucket, so
 * more buckets forget more smoothly and cost 12 bytes each. A window that was idle is empty.
 * @param options.anchor Where buckets begin. Default: at the moment the circuit closed. `construction`: at the breaker's
 * construction. `epoch`: at multiples of a bucket's width on the clock. `first-call`: each with the first call after the last.
 * @param options.forgets How old buckets leave. Default: all that are too old at once. The others are for presets.
 * @example createBreaker({ name: 'payments', window: lastMs(10_000, { buckets: 10 }) })
 */
export function lastMs(
  ms: number,
  options: {
    buckets?: number;
    anchor?: LastMs['anchor'] | undefined;
    forgets?: LastMs['forgets'] | undefined;
  } = {},
): LastMs {
  checkKeys('lastMs', options, ['buckets', 'anchor', 'forgets']);
  if (options.anchor === 'first-call' && options.forgets === 'by-counter')
    throw new RangeError('lastMs forgets "by-counter" needs buckets on a grid, not anchor "first-call"');
  return {
    kind: 'last-ms',
    ms: checkMs('lastMs', ms, 1),
    buckets: checkCount('lastMs buckets', options.buckets ?? 10, 1, 1_000),
    ...chosen('lastMs', 'anchor', options.anchor, ['construction', 'epoch', 'first-call']),
    ...chosen('lastMs', 'forgets', options.forgets, ['in-turn', 'by-counter']),
  };
}

/**
 * The calls of the current interval of `ms` milliseconds; each interval begins empty. Cheap and abrupt: right after a new
 * one began, the minimum of calls protects what the last one knew.
 * @param options.restarts `when-touched`: an interval begins with the call that finds the last one over. Default: end to end.
 * @param options.endsAfter True: an interval still holds at its very end. Default false.
 * @param options.stalesCalls True: results of calls from the old interval are stale in the new one. Default false.
 */
export function tumblingMs(
  ms: number,
  options: {
    restarts?: Tumbling['restarts'] | undefined;
    endsAfter?: boolean | undefined;
    stalesCalls?: boolean | undefined;
  } = {},
): Tumbling {
  checkKeys('tumblingMs', options, ['restarts', 'endsAfter', 'stalesCalls']);
  return {
    kind: 'tumbling',
    ms: checkMs('tumblingMs', ms, 1),
    ...chosen('tumblingMs', 'restarts', options.restarts, ['when-touched']),
    ...flag('endsAfter', options.endsAfter),
    ...flag('stalesCalls', options.stalesCalls),
  };
}

/** Every call since the circuit last closed. Old successes weigh for ever: choose it only together with a rule on streaks. */
export function sinceClosed(): SinceClosed {
  return { kind: 'since-closed' };
}

interface ShareOptions {
  minimumCalls?: number | undefined;
  above?: boolean | undefined;
  rounding?: Rounding | undefined;
}
/** How a limit is asked to move; a resolved rule says `history` as data. */
interface Adapting {
  factor: number;
  history?: MetricsCollector | { overMs: number } | Adapt['history'] | undefined;
}
const SHARE = ['minimumCalls', 'above', 'rounding'];

/**
 * Opens when failed calls ÷ calls in the window reaches `ratio` (above 0, at most 1; compared with `>=`), once the
 * window holds `minimumCalls`. Smaller opens sooner.
 * @param options.minimumCalls 1 to 1,000,000. Larger protects rarely used dependencies from a verdict on few calls. Default 20.
 * @param options.above True: compared with `>`. Default false.
 * @param options.rounding How the share is rounded first. Default: not at all.
 * @param options.adapt Moves the limit with ordinary times: effective limit = ratio × (1 − factor) + historical ratio × factor.
 * `factor` is 0 to 1, larger trusts the past more. `history` is your `MetricsCollector`, or how long the breaker's own
 * memory is ({ overMs }, default an hour): it learns only while closed, and nothing that is as bad as `ratio`.
 */
export function failureRatio(
  ratio: number,
  options: ShareOptions & {
    adapt?: Adapting | undefined;
  } = {},
): FailureRatio {
  checkKeys('failureRatio', options, [...SHARE, 'adapt'], RULE_SLIPS);
  const rule: FailureRatio = {
    kind: 'failure-ratio',
    ...share('failureRatio', ratio, options),
    ...adaptation(options.adapt),
  };
  const history = options.adapt?.history;
  if (isCollector(history)) supply(rule, history);
  return rule;
}

/**
 * Opens when calls slower than `slowMs` ÷ calls in the window reaches `ratio` (above 0, at most 1; compared with `>=`).
 * A call can be slow and failed. With this rule every call reads the clock twice.
 * @param options.slowMs A call that took longer is slow. Default 2,000.
 * @param options.minimumCalls 1 to 1,000,000. Default 20.
 * @param options.inFlight True: calls under way that are slow already count too, at most a sixteenth of `slowMs` late, and
 * a call that arrives asks the rule as well. An upstream that hangs opens the circuit before its calls end. Default false.
 */
export function slowRatio(
  ratio: number,
  options: ShareOptions & { slowMs?: number; inFlight?: boolean | undefined } = {},
): SlowRatio {
  checkKeys('slowRatio', options, [...SHARE, 'slowMs', 'inFlight'], RULE_SLIPS);
  return {
    kind: 'slow-ratio',
    ...share('slowRatio', ratio, options),
    slowMs: checkMs('slowRatio slowMs', options.slowMs ?? 2_000, 0),
    ...flag('inFlight', options.inFlight),
  };
}

/**
 * Opens when the window holds `failures` failed calls (1 to 1,000,000, and no more than `lastCalls` holds), whatever share that is.
 * @param options.minimumCalls Asked only once the window holds so many calls. Default 1.
 */
export function failures(count: number, options: { minimumCalls?: number | undefined } = {}): Failures {
  checkKeys('failures', options, ['minimumCalls'], RULE_SLIPS);
  return {
    kind: 'failures',
    failures: checkCount('failures', count),
    minimumCalls: checkCount('failures minimumCalls', options.minimumCalls ?? 1),
  };
}

/**
 * Opens after `failures` failed calls in a row (1 to 1,000,000), however old they are; a success starts the count again,
 * an ignored call leaves it.
 */
export function consecutiveFailures(failures: number): ConsecutiveFailures {
  return { kind: 'consecutive-failures', failures: checkCount('consecutiveFailures', failures) };
}

/**
 * Opens when your function says so: the breaker's option `rules` holds it under this name (1 to 100 characters). It gets
 * the window's totals and must be pure; where it throws, the rule is not met and `onError` is told.
 * @example createBreaker({ name: 'payments', openWhen: custom('three bad'), rules: { 'three bad': (window) => window.failures >= 3 } })
 */
export function custom(name: string): CustomRule {
  if (typeof name !== 'string' || name === '' || name.length > 100)
    throw new TypeError(`custom takes the name of a rule, 1 to 100 characters, got ${show(name)}`);
  return { kind: 'custom', name };
}

interface StayOptions {
  jitterRatio?: number | undefined;
  hintMaxMs?: number | undefined;
  endsAfter?: boolean | undefined;
}
const STAY = ['jitterRatio', 'hintMaxMs', 'endsAfter'];

/**
 * Stays open for `ms` milliseconds each time.
 * @param options.jitterRatio 0 to 1: 0.2 draws each time from ±20 %, so that a fleet does not probe in step. Default 0.
 * @param options.hintMaxMs Longest time a `Retry-After` may ask for. Default: the larger of `ms` and 60,000.
 * @param options.endsAfter True: still open at the very end of the time. Default false.
 */
export function fixed(ms: number, options: StayOptions = {}): StayOpen {
  checkKeys('fixed', options, STAY);
  const firstMs = checkMs('fixed', ms, 0);
  return {
    kind: 'fixed',
    firstMs,
    factor: 1,
    maxMs: firstMs,
    jitterRatio: checkJitter('fixed jitterRatio', options.jitterRatio ?? 0),
    hintMaxMs: checkMs('fixed hintMaxMs', options.hintMaxMs ?? Math.max(firstMs, 60_000), 0),
    ...flag('endsAfter', options.endsAfter),
  };
}

/**
 * Stays open for `firstMs`, then `factor` times longer after each further opening, up to `maxMs` (before jitter). The
 * growth starts again once the circuit has stayed closed for `quietMs`.
 * @param options.factor 1 to 100. Default 2.
 * @param options.maxMs Default 12 × `firstMs`.
 * @param options.jitterRatio 0 to 1: 0.2 draws each time from ±20 %, so that a fleet does not probe in step. Default 0.2.
 * @param options.hintMaxMs Longest time a `Retry-After` may ask for. Default: the larger of `maxMs` and 60,000.
 * @param options.quietMs 0 or more; 0 forgets with every closing. Default: `maxMs`.
 * @param options.endsAfter True: still open at the very end of the time. Default false.
 */
export function backoff(
  options: StayOptions & { firstMs: number; factor?: number; maxMs?: number; quietMs?: number | undefined },
): StayOpen {
  checkKeys('backoff', options, [...STAY, 'firstMs', 'factor', 'maxMs', 'quietMs']);
  const firstMs = checkMs('backoff firstMs', options.firstMs);
  const factor = options.factor ?? 2;
  if (!(typeof factor === 'number' && factor >= 1 && factor <= 100)) {
    throw new RangeError(`backoff factor must be from 1 to 100, got ${show(factor)}`);
  }
  const maxMs = checkMs('backoff maxMs', options.maxMs ?? firstMs * 12);
  if (maxMs < firstMs)
    throw new RangeError(`backoff maxMs (${maxMs}) must not be below firstMs (${firstMs})`);
  return {
    kind: 'backoff',
    firstMs,
    factor,
    maxMs,
    jitterRatio: checkJitter('backoff jitterRatio', options.jitterRatio ?? 0.2),
    hintMaxMs: checkMs('backoff hintMaxMs', options.hintMaxMs ?? Math.max(maxMs, 60_000), 0),
    ...(options.quietMs === undefined ? {} : { quietMs: checkMs('backoff quietMs', options.quietMs, 0) }),
    ...flag('endsAfter', options.endsAfter),
  };
}

/**
 * Closes as soon as so many probes succeeded that the share of all `probes` cannot fall below `ratio` (above 0, at most
 * 1), and opens again as soon as it cannot be reached any more.
 */
export function successRatio(ratio: number): CloseRule {
  return { kind: 'success-ratio', ratio: checkRatio('successRatio', ratio) };
}

/**
 * Closes at `successes` successful probes; opens again once so many failed that `of` probes could not hold them any more.
 * @param options.of At least `successes`. Default: `successes`, so the first failure opens again.
 */
export function successes(count: number, options: { of?: number | undefined } = {}): CloseRule {
  checkKeys('successes', options, ['of']);
  const needed = checkCount('successes', count, 1, 10_000);
  return {
    kind: 'successes',
    successes: needed,
    of: checkCount('successes of', options.of ?? needed, needed, 10_000),
  };
}

/** Closes after `count` successful probes in a row (1 to 10,000). A failed one starts the count again and does not open. */
export function successesInARow(count: number): CloseRule {
  return { kind: 'successes-in-a-row', successes: checkCount('successesInARow', count, 1, 10_000) };
}

/**
 * After `calls` probes (1 to 10,000): opens again if a ratio rule of `openWhen` is met by them
 * at its configured ratio, closes if none is.
 * @param options.allowedFailures Instead of asking `openWhen`: closes if at most so many of them failed. Required where
 * `openWhen` has rules and none is a ratio.
 */
export function belowLimits(
  calls: number,
  options: { allowedFailures?: number | undefined } = {},
): CloseRule {
  checkKeys('belowLimits', options, ['allowedFailures']);
  const { allowedFailures } = options;
  return {
    kind: 'below-limits',
    calls: checkCount('belowLimits', calls, 1, 10_000),
    ...(allowedFailures === undefined
      ? {}
      : { allowedFailures: checkCount('belowLimits allowedFailures', allowedFailures, 0, 10_000) }),
  };
}

const RULE_SLIPS = {
  minimum: '"minimumCalls"',
  minCalls: '"minimumCalls"',
  volume: '"minimumCalls"',
  slowCallMs: '"slowMs"',
};

function share(
  where: string,
  ratio: number,
  { minimumCalls = 20, above, rounding }: ShareOptions,
): { ratio: number; minimumCalls: number; above?: true; rounding?: Rounding } {
  return {
    ratio: checkRatio(where, ratio),
    minimumCalls: checkCount(`${where} minimumCalls`, minimumCalls),
    ...flag('above', above),
    ...chosen(where, 'rounding', rounding, ['percent', 'percent-down', 'two-digits']),
  };
}

const HOUR_MS = 3_600_000;

function adaptation(adapt: Adapting = { factor: 0 }): { adapt?: Adapt } {
  checkKeys('failureRatio adapt', adapt, ['factor', 'history']);
  const { factor, history = HOUR_MS } = adapt;
  if (factor === 0) return {};
  checkRatio('failureRatio adapt.factor', factor);
  if (history === 'supplied' || isCollector(history)) return { adapt: { factor, history: 'supplied' } };
  const overMs = typeof history === 'number' ? history : (history as { overMs?: number } | null)?.overMs;
  if (overMs === undefined) {
    throw new TypeError(
      `failureRatio adapt.history must be a MetricsCollector (recordError, recordSuccess, getErrorRate) or { overMs }, got ${show(history)}`,
    );
  }
  return { adapt: { factor, history: checkMs('failureRatio adapt.history.overMs', overMs) } };
}

function isCollector(history: unknown): history is MetricsCollector {
  const given = history as Partial<MetricsCollector> | null | undefined;
  return (['recordError', 'recordSuccess', 'getErrorRate'] as const).every(
    (method) => typeof given?.[method] === 'function',
  );
}

/** An option that is written down only where it is true. */
export function flag<K extends string>(key: K, value: boolean | undefined): { [P in K]?: true } {
  if (value !== undefined && typeof value !== 'boolean')
    throw new TypeError(`${key} must be true or false, got ${show(value)}`);
  return (value === true ? { [key]: true } : {}) as { [P in K]?: true };
}

/** An option that is written down only where one of its words was chosen. */
export function chosen<K extends string, V extends string>(
  where: string,
  key: K,
  value: V | undefined,
  words: readonly NoInfer<V>[],
): { [P in K]?: V } {
  if (value === undefined) return {};
  if (!words.includes(value))
    throw new TypeError(`${where} ${key} must be ${words.map(show).join(' or ')}, got ${show(value)}`);
  return { [key]: value } as { [P in K]?: V };
}

function checkJitter(option: string, value: unknown): number {
  return value === 0 ? 0 : checkRatio(option, value);
}
