/** failsafe-go's circuit breaker (0.9) under its builder's argument names. `docs/presets/failsafe.md` has every difference. */
import { checkCount, checkFunction, checkKeys, checkMs, checkRatio, show } from '../check.ts';
import type { CloseRule, OpenRule, WindowConfig } from '../config.ts';
import type { BreakerOptions, CountsView } from '../types.ts';
import { belowLimits, failureRatio, failures, fixed, lastCalls, lastMs, successes } from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';

type ErrorClass = abstract new (...args: never[]) => unknown;

/**
 * Durations are milliseconds, counts are calls from 1 to 10,000. The arguments of the builder's methods, side by side:
 * `WithFailureThresholdRatio(2, 3)` is `{ failureThreshold: 2, failureThresholdingCapacity: 3 }`.
 */
export interface FailsafeOptions {
  /** Opens at so many failures. @default 1 */
  failureThreshold?: number | undefined;
  /** … among so many last calls. Not together with a period. @default failureThreshold */
  failureThresholdingCapacity?: number | undefined;
  /** … or among the calls of so long, at least 1; replaces the capacity. @default counted by calls */
  failureThresholdingPeriod?: number | undefined;
  /** Opens at this share of failures in the period instead, 0 to 1, rounded to hundredths; 0 leaves the failures to decide. */
  failureRateThreshold?: number | undefined;
  /** No verdict on fewer calls in the period; 0 is 1. Needed for a rate. @default failureThreshold */
  failureExecutionThreshold?: number | undefined;
  /** Closes at so many successful probes; 0 is not set. @default decided by the failure rule, mirrored */
  successThreshold?: number | undefined;
  /** … of so many; opens once they are out of reach. @default successThreshold */
  successThresholdingCapacity?: number | undefined;
  /** Open time, 0 or more. @default 60_000 */
  delay?: number | undefined;
  /** Open time of this opening, instead; below 0: `delay`. Gets the error that opened the circuit, where one did. */
  delayFunc?: ((error: unknown) => number) | undefined;
  /** Errors that are failures, themselves or as a `cause`. Any of the three handlers makes other errors successes. */
  handleErrors?: readonly unknown[] | undefined;
  /** Classes of errors that are failures, themselves or as a `cause`. */
  handleErrorTypes?: readonly ErrorClass[] | undefined;
  /** Results and errors that are failures; the one that there is none of is undefined. */
  handleIf?: ((result: unknown, error: unknown) => boolean) | undefined;
  /** A value that is a failure too (`Object.is`). */
  handleResult?: unknown;
}

const KNOWN = [
  'failureThreshold',
  'failureThresholdingCapacity',
  'failureThresholdingPeriod',
  'failureRateThreshold',
  'failureExecutionThreshold',
  'successThreshold',
  'successThresholdingCapacity',
  'delay',
  'delayFunc',
  'handleErrors',
  'handleErrorTypes',
  'handleIf',
  'handleResult',
];
const SLIPS = {
  onOpen: 'breaker.on("state-changed", …)',
  onClose: 'breaker.on("state-changed", …)',
  onHalfOpen: 'breaker.on("state-changed", …)',
  onStateChanged: 'breaker.on("state-changed", …)',
};
const MOST = 10_000;

/**
 * A breaker that decides as failsafe-go does. Default: without its late results, its probes that hang for ever and its
 * half-open limit of `1 - rate`, which floating point moves.
 * @param mode.faithful True: with those too, to compare a migration call by call.
 * @example createBreaker({ name: 'payments', ...failsafe({ failureThreshold: 3, failureThresholdingCapacity: 5, delay: 10_000 }) })
 */
export function failsafe(options: FailsafeOptions = {}, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  checkKeys('failsafe', options, KNOWN, SLIPS);
  const faithful = isFaithful('failsafe', mode);
  const { delay = 60_000, delayFunc, handleIf } = options;
  checkFunctions({ delayFunc, handleIf });
  checkMs('delay', delay, 0);
  const { window, rule, capacity, closeWhen } = rulesOf(options, faithful);
  return {
    window,
    openWhen: rule,
    stayOpen: fixed(delay, faithful ? { hintMaxMs: 0 } : {}),
    ...(delayFunc === undefined ? {} : { openMs: ({ error }) => belowZeroIsNone(delayFunc(error)) }),
    probing: {
      unlimited: true,
      atOnce: capacity,
      probes: capacity,
      closeWhen,
      leaseMs: faithful ? null : delay === 0 ? LEASE_MS : delay,
    },
    ...(faithful ? { counting: { late: 'counted' as const } } : {}),
    ...classifierOf(options, faithful),
    counts: countsOf,
  };
}

/** Where there is no open time to measure a probe by. */
const LEASE_MS = 10_000;

interface Rules {
  window: WindowConfig;
  rule: OpenRule;
  /** Probes at the same time. */
  capacity: number;
  closeWhen: CloseRule;
}

function rulesOf(options: FailsafeOptions, faithful: boolean): Rules {
  const { failureThresholdingPeriod: period, failureRateThreshold: rate = 0 } = options;
  const failed = checkCount('failureThreshold', options.failureThreshold ?? 1, 1, MOST);
  const capacity = capacityOf(options, failed);
  const executions = executionsOf(options, failed);
  const probes = probesOf(options);
  const among = probes?.of ?? (executions || capacity);
  // The failure rule mirrored: as many successes as make so many failures impossible.
  const mirrored = (): CloseRule => successes(capacity - failed + 1, { of: capacity });
  if (period === undefined) {
    const window = lastCalls(capacity);
    return { window, rule: failures(failed), capacity: among, closeWhen: probes?.rule ?? mirrored() };
  }
  const window = lastMs(checkMs('failureThresholdingPeriod', period, 1), { buckets: 10, anchor: 'epoch' });
  if (rate === 0) {
    const rule = failures(failed, { minimumCalls: executions });
    return { window, rule, capacity: among, closeWhen: probes?.rule ?? mirrored() };
  }
  const rule = failureRatio(checkRatio('failureRateThreshold', rate), {
    minimumCalls: executions,
    rounding: 'two-digits',
  });
  const belowRate = belowLimits(executions, { allowedFailures: allowedFailures(executions, rate, faithful) });
  return { window, rule, capacity: among, closeWhen: probes?.rule ?? belowRate };
}

/** Failed probes of so many with which the share of successes, in hundredths, is still above 1 - rate. */
function allowedFailures(calls: number, rate: number, faithful: boolean): number {
  // 1 - 0.8 is a shade below 0.2 in floating point: there, exactly 80 % failures close.
  const limit = faithful ? 1 - rate : Number((1 - rate).toPrecision(12));
  let failed = 0;
  while (hundredths(calls - failed - 1, calls) > limit) failed++;
  return failed;
}

function hundredths(part: number, calls: number): number {
  return calls === 0 ? 0 : Math.round((part / calls) * 100) / 100;
}

function capacityOf(
  { failureThresholdingCapacity, failureThresholdingPeriod }: FailsafeOptions,
  failed: number,
): number {
  if (failureThresholdingCapacity === undefined) return failed;
  if (failureThresholdingPeriod !== undefined)
    throw new TypeError(
      'failsafe counts in the last failureThresholdingCapacity calls or within failureThresholdingPeriod, not both',
    );
  return checkCount('failureThresholdingCapacity', failureThresholdingCapacity, failed, MOST);
}

/** The least calls that a period needs; 0 for a rule without a period, which needs none. */
function executionsOf(options: FailsafeOptions, failed: number): number {
  const { failureThresholdingPeriod, failureRateThreshold, failureExecutionThreshold } = options;
  if (failureThresholdingPeriod === undefined) {
    for (const key of ['failureRateThreshold', 'failureExecutionThreshold'] as const)
      if (options[key] !== undefined) throw new TypeError(`failsafe ${key} needs failureThresholdingPeriod`);
    return 0;
  }
  if (failureRateThreshold !== undefined && failureExecutionThreshold === undefined)
    throw new TypeError('failsafe failureRateThreshold needs failureExecutionThreshold');
  return Math.max(1, checkCount('failureExecutionThreshold', failureExecutionThreshold ?? failed, 0, MOST));
}

function probesOf(options: FailsafeOptions): { rule: CloseRule; of: number } | undefined {
  const { successThreshold = 0, successThresholdingCapacity } = options;
  const needed = checkCount('successThreshold', successThreshold, 0, MOST);
  if (needed === 0) {
    if (successThresholdingCapacity === undefined || successThresholdingCapacity === 0) return undefined;
    throw new TypeError('failsafe successThresholdingCapacity needs successThreshold');
  }
  const of = checkCount('successThresholdingCapacity', successThresholdingCapacity ?? needed, needed, MOST);
  return { rule: successes(needed, { of }), of };
}

function classifierOf(options: FailsafeOptions, faithful: boolean): Pick<BreakerOptions, 'classify'> {
  const { handleErrors, handleErrorTypes, handleIf } = options;
  checkList('handleErrors', handleErrors);
  checkList('handleErrorTypes', handleErrorTypes);
  const choosy = handleErrors !== undefined || handleErrorTypes !== undefined || handleIf !== undefined;
  const valued = 'handleResult' in options;
  if (!faithful && !choosy && !valued) return {};
  const isHandled = (error: unknown): boolean =>
    handleErrors?.includes(error) === true || handleErrorTypes?.some((one) => error instanceof one) === true;
  return {
    classify(outcome) {
      if (outcome.ok) {
        const handled =
          (valued && Object.is(outcome.value, options.handleResult)) || handleIf?.(outcome.value, undefined);
        return handled ? 'failure' : undefined;
      }
      const { error } = outcome;
      if (choosy)
        return chainOf(error).some(isHandled) || handleIf?.(undefined, error) ? 'failure' : 'success';
      // Nobody asked about this error: the caller's own abort stays neutral.
      return faithful ? 'failure' : undefined;
    },
  };
}

/** An error and what caused it, at most so far. */
function chainOf(error: unknown): unknown[] {
  const chain = [error];
  for (let next = error; chain.length < 10; chain.push(next)) {
    next = (next as { cause?: unknown } | null | undefined)?.cause;
    if (next === undefined) break;
  }
  return chain;
}

function countsOf({ window, probing }: CountsView): Record<string, number> {
  const failed = probing?.failed ?? window.failures;
  const { succeeded } = probing ?? window;
  const executions = failed + succeeded;
  return {
    executions,
    failures: failed,
    failureRate: hundredths(failed, executions),
    successes: succeeded,
    successRate: hundredths(succeeded, executions),
  };
}

function belowZeroIsNone(ms: number): number | undefined {
  return ms < 0 ? undefined : ms;
}

function checkList(option: string, value: unknown): void {
  if (value !== undefined && !Array.isArray(value))
    throw new TypeError(`${option} must be a list, got ${show(value)}`);
}

function checkFunctions(given: Record<string, unknown>): void {
  for (const [option, value] of Object.entries(given)) checkFunction(option, value);
}
