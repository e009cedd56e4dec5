/** Polly's circuit breakers (v8 and v7) under their own option names. `docs/presets/polly.md` has every difference. */
import { checkCount, checkFunction, checkKeys, checkMs, checkRatio, show } from '../check.ts';
import type { Counting } from '../config.ts';
import type { BreakerOptions, CountsView } from '../types.ts';
import {
  backoff,
  consecutiveFailures,
  failureRatio,
  failures,
  fixed,
  lastMs,
  sinceClosed,
  successes,
} from '../vocabulary.ts';
import { isFaithful, type Mode } from './mode.ts';

/** What a predicate is asked about: the call's value, or what it threw. */
export interface PollyOutcome {
  readonly outcome: { readonly result?: unknown; readonly exception?: unknown };
}

/** `CircuitBreakerStrategyOptions`. Durations are milliseconds. */
export interface Polly8Options {
  version?: 8 | undefined;
  /** Opens at this share of failures, 0 to 1; with 0 any failure does, once there are enough calls. @default 0.1 */
  failureRatio?: number | undefined;
  /** No verdict on fewer calls, at least 2. @default 100 */
  minimumThroughput?: number | undefined;
  /** Calls of so long count, 500 to 86,400,000. @default 30_000 */
  samplingDuration?: number | undefined;
  /** Open time, 500 to 86,400,000. @default 5_000 */
  breakDuration?: number | undefined;
  /** Open time of this opening, instead; 0 or more, synchronous. `halfOpenAttempts` is 0 at the first since the last close. */
  breakDurationGenerator?:
    | ((args: { failureRate: number; failureCount: number; halfOpenAttempts: number }) => number)
    | undefined;
  /** Which outcomes are failures. @default every error but an `AbortError` */
  shouldHandle?: ((args: PollyOutcome) => boolean) | undefined;
}

interface Polly7Options {
  version: 7;
  /** Open time in milliseconds, 0 or more. A probe that hangs gives way to another after as long. */
  durationOfBreak: number;
  /** Which errors are failures; others count as nothing. @default every error */
  handle?: ((exception: unknown) => boolean) | undefined;
  /** Which values are failures. @default none */
  handleResult?: ((result: unknown) => boolean) | undefined;
}
/** v7 `CircuitBreaker`. */
export interface Polly7ConsecutiveOptions extends Polly7Options {
  /** Opens at so many failures in a row, 1 to 1,000,000. */
  exceptionsAllowedBeforeBreaking: number;
}
/** v7 `AdvancedCircuitBreaker`. */
export interface Polly7AdvancedOptions extends Polly7Options {
  /** Opens at this share of failures, above 0 and at most 1. */
  failureThreshold: number;
  /** Calls of so long count, in milliseconds, at least 20. */
  samplingDuration: number;
  /** No verdict on fewer calls, at least 2. */
  minimumThroughput: number;
}
export type PollyOptions = Polly8Options | Polly7ConsecutiveOptions | Polly7AdvancedOptions;

type Preset = Omit<BreakerOptions, 'name'>;
const SHORTEST_MS = 500;
const LONGEST_MS = 86_400_000;
/** Below it, v7's window has one slice instead of ten. */
const SLICED_FROM_MS = 200;

/**
 * A breaker that decides as Polly does. Default: without its late results, its probe that hangs for ever (v8) and its
 * cancelled probe that closes (v8).
 * @param mode.faithful True: with those too, to compare a migration call by call.
 * @example createBreaker({ name: 'payments', ...polly({ failureRatio: 0.5, minimumThroughput: 20 }) })
 * @example createBreaker({ name: 'stock', ...polly({ version: 7, exceptionsAllowedBeforeBreaking: 3, durationOfBreak: 30_000 }) })
 */
export function polly(options: PollyOptions = {}, mode: Mode = {}): Preset {
  const faithful = isFaithful('polly', mode);
  const { version = 8 } = options;
  if (version !== 7 && version !== 8)
    throw new RangeError(`polly version must be 7 or 8, got ${show(version)}`);
  return options.version === 7 ? polly7(options, faithful) : polly8(options, faithful);
}

function polly8(options: Polly8Options, faithful: boolean): Preset {
  checkKeys(
    'polly 8',
    options,
    [
      'version',
      'failureRatio',
      'minimumThroughput',
      'samplingDuration',
      'breakDuration',
      'breakDurationGenerator',
      'shouldHandle',
    ],
    SLIPS8,
  );
  const { failureRatio: ratio = 0.1, breakDuration = 5_000, breakDurationGenerator, shouldHandle } = options;
  checkFunctions({ breakDurationGenerator, shouldHandle });
  const breakMs = checkSpan('breakDuration', breakDuration);
  const minimumCalls = checkCount('minimumThroughput', options.minimumThroughput ?? 100, 2);
  const sampling = checkSpan('samplingDuration', options.samplingDuration ?? 30_000);
  return {
    window: lastMs(sampling, { buckets: 10, anchor: 'first-call' }),
    openWhen:
      ratio === 0
        ? failures(1, { minimumCalls })
        : failureRatio(checkRatio('failureRatio', ratio), { minimumCalls }),
    // Not `fixed`: the half-open attempts start again with every close.
    stayOpen: backoff({
      firstMs: breakMs,
      factor: 1,
      maxMs: breakMs,
      jitterRatio: 0,
      quietMs: 0,
      ...hints(faithful),
    }),
    probing: { probes: 1, closeWhen: successes(1), leaseMs: faithful ? null : breakMs },
    counting: countingOf(faithful, { ignored: faithful ? 'successes' : 'nothing' }),
    ...(breakDurationGenerator === undefined
      ? {}
      : {
          openMs: ({ window, openings }) =>
            duration(
              breakDurationGenerator({
                failureRate: share(window.failures, window.calls),
                failureCount: window.failures,
                halfOpenAttempts: Math.max(0, openings - 1),
              }),
            ),
        }),
    classify(outcome) {
      if (outcome.ok) return shouldHandle?.({ outcome: { result: outcome.value } }) ? 'failure' : undefined;
      const { error: exception } = outcome;
      if (shouldHandle !== undefined) return shouldHandle({ outcome: { exception } }) ? 'failure' : 'ignored';
      if ((exception as { name?: unknown } | null | undefined)?.name === 'AbortError') return 'ignored';
      return faithful ? 'failure' : undefined;
    },
    counts: ({ state, window, openings, probing }) => ({
      throughput: window.calls,
      failureCount: window.failures,
      failureRate: share(window.failures, window.calls),
      halfOpenAttempts: state === 'closed' ? 0 : probing === undefined ? Math.max(0, openings - 1) : openings,
    }),
  };
}

function polly7(options: Polly7ConsecutiveOptions | Polly7AdvancedOptions, faithful: boolean): Preset {
  const consecutive = 'exceptionsAllowedBeforeBreaking' in options;
  const own = consecutive ? CONSECUTIVE : ADVANCED;
  checkKeys('polly 7', options, ['version', ...own, 'durationOfBreak', 'handle', 'handleResult'], SLIPS7);
  const { handle, handleResult } = options;
  checkFunctions({ handle, handleResult });
  const breakMs = checkMs('durationOfBreak', options.durationOfBreak, 0);
  return {
    ...(consecutive ? consecutiveParts(options, faithful) : advancedParts(options, faithful)),
    stayOpen: fixed(breakMs, hints(faithful)),
    probing:
      breakMs === 0
        ? { probes: 10_000, closeWhen: successes(1), leaseMs: null }
        : { probes: 1, closeWhen: successes(1), leaseMs: breakMs },
    ...(handle === undefined && handleResult === undefined
      ? {}
      : {
          classify: (outcome) => {
            if (outcome.ok) return handleResult?.(outcome.value) ? 'failure' : undefined;
            if (handle === undefined) return undefined;
            return handle(outcome.error) ? 'failure' : 'ignored';
          },
        }),
  };
}

const CONSECUTIVE = ['exceptionsAllowedBeforeBreaking'];
function consecutiveParts(options: Polly7ConsecutiveOptions, faithful: boolean): Preset {
  const allowed = checkCount('exceptionsAllowedBeforeBreaking', options.exceptionsAllowedBeforeBreaking);
  return {
    window: sinceClosed(),
    openWhen: consecutiveFailures(allowed),
    counting: countingOf(faithful),
    counts: ({ window }) => ({ consecutiveFailures: window.failuresInARow }),
  };
}

const ADVANCED = ['failureThreshold', 'samplingDuration', 'minimumThroughput'];
function advancedParts(options: Polly7AdvancedOptions, faithful: boolean): Preset {
  const sampling = checkMs('samplingDuration', options.samplingDuration, 20);
  const minimumCalls = checkCount('minimumThroughput', options.minimumThroughput, 2);
  return {
    window: lastMs(sampling, { buckets: sampling < SLICED_FROM_MS ? 1 : 10, anchor: 'first-call' }),
    openWhen: failureRatio(checkRatio('failureThreshold', options.failureThreshold), { minimumCalls }),
    counting: countingOf(faithful, { closingSuccess: true }),
    counts: ({ window }: CountsView) => ({
      total: window.calls,
      successes: window.succeeded,
      failures: window.failures,
    }),
  };
}

function countingOf(faithful: boolean, more: Partial<Counting> = {}): Partial<Counting> {
  return { check: 'failures', late: faithful ? 'counted' : 'stale', ...more };
}

/** Polly knows no `Retry-After`. */
function hints(faithful: boolean): { hintMaxMs?: number } {
  return faithful ? { hintMaxMs: 0 } : {};
}

function share(part: number, calls: number): number {
  return calls === 0 ? 0 : part / calls;
}

/** Negative is over at once, endless the longest there is; what is no number is for the core to refuse. */
function duration(ms: number): number {
  return typeof ms === 'number' ? Math.min(Math.max(ms, 0), Number.MAX_SAFE_INTEGER) : ms;
}

function checkSpan(option: string, value: unknown): number {
  if (checkMs(option, value, SHORTEST_MS) <= LONGEST_MS) return value as number;
  throw new RangeError(
    `${option} must be from ${SHORTEST_MS} to ${LONGEST_MS} milliseconds, got ${show(value)}`,
  );
}

function checkFunctions(given: Record<string, unknown>): void {
  for (const [option, value] of Object.entries(given)) checkFunction(option, value);
}

const SEVEN = 'version: 7';
const SLIPS8 = {
  exceptionsAllowedBeforeBreaking: SEVEN,
  failureThreshold: `failureRatio, or ${SEVEN}`,
  durationOfBreak: `breakDuration, or ${SEVEN}`,
  onOpened: 'breaker.on("state-changed", …)',
  onClosed: 'breaker.on("state-changed", …)',
  onHalfOpened: 'breaker.on("state-changed", …)',
  manualControl: 'breaker.setMode("forced-open")',
  stateProvider: 'breaker.state',
};
const SLIPS7 = {
  handledEventsAllowedBeforeBreaking: 'exceptionsAllowedBeforeBreaking',
  failureRatio: 'failureThreshold',
  breakDuration: 'durationOfBreak',
  shouldHandle: 'handle or handleResult',
};
