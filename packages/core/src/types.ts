/** What users of a breaker see. Everything here is an interface; `circuit.ts` is what stands behind it. */
import type { Clock } from './clock.ts';
import type { BreakerConfig, ConfigInput } from './config.ts';
import type { CircuitOpenError } from './errors.ts';
import type { BreakerEventName, BreakerEvents, Mode } from './events.ts';
import type { TopError } from './evidence.ts';
import type { BreakerExport } from './export.ts';
import type { MetricsCollector } from './history.ts';
import type { StateName } from './machine.ts';
import type { Why } from './rules.ts';

/**
 * What became of a result: `recorded`; `stale`, the circuit had moved on since the call began, it counts in the totals
 * and moves nothing; `settled`, this permit had been settled before, nothing happened.
 */
export type Settled = 'recorded' | 'stale' | 'settled';
/** What a call says about the other side. `'ignored'` says nothing, and gives a probe's place back. */
export type Verdict = 'success' | 'failure' | 'ignored';

/** The right to make one call. Settle it exactly once; a second time is harmless. */
export interface Permit {
  /** True for a trial call of a half-open circuit. */
  readonly probe: boolean;
  succeed(): Settled;
  /** @param hint.retryAfterMs What the other side asked for; it can lengthen the open time, up to `hintMaxMs`. 0 asks for nothing. */
  fail(error?: unknown, hint?: { retryAfterMs?: number | undefined }): Settled;
  /** Neutral: frees the place, counts as neither. For the caller's own abort and mistakes. */
  ignore(): Settled;
}

/** What `classify` is asked about. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

export interface BreakerOptions extends ConfigInput {
  /** Shown everywhere: in errors, events, on the dashboard. 1 to 200 characters. */
  name: string;
  /** Shown on the dashboard, for grouping: `{ kind: 'http', team: 'checkout' }`. */
  tags?: Readonly<Record<string, string>>;
  /**
   * Decides about a result of `execute`; undefined leaves it to the default (a thrown error is a failure). With `openForMs`
   * the result also opens a closed circuit at once, for so many milliseconds.
   */
  classify?: (
    outcome: Outcome,
  ) => Verdict | { readonly verdict: Verdict; readonly openForMs?: number | undefined } | undefined;
  /** The functions that `custom(name)` rules stand for. They get the window's totals, must be pure and quick. */
  rules?: Readonly<Record<string, (window: WindowView) => boolean>> | undefined;
  /**
   * How many milliseconds to stay open this time, 0 or more; undefined leaves it to `stayOpen`, and so does anything that is
   * no duration. A pure function of what is known at the opening.
   */
  openMs?: ((opening: Opening) => number | undefined) | undefined;
  /** More counters for `snapshot().counts`, under names of your own. */
  counts?: ((view: CountsView) => Readonly<Record<string, number>>) | undefined;
  /** The error rate of ordinary times, for rules whose `adapt.history` is 'supplied'. */
  history?: MetricsCollector | undefined;
  /** Told about errors of your own callbacks, which never reach the call. @default printed once per place */
  onError?: (error: unknown, where: string) => void;
  /** @default the host's monotonic clock */
  clock?: Clock;
  /**
   * What `export()` of an earlier life returned: the state, the rest of the open time, the window and the totals go on from
   * there. Of the window, what fits into the one that is configured now: another kind, or buckets of another width, begin empty.
   */
  restore?: BreakerExport | undefined;
  /** 0 to 1, for jitter. @default Math.random */
  random?: () => number;
}

/** Totals since construction. */
export interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  /** Slow calls, also counted as succeeded or failed. */
  readonly slow: number;
  readonly ignored: number;
  /** Turned away; these never enter a rate. */
  readonly rejected: number;
  /** Settled after the circuit had moved on, also counted as succeeded, failed or ignored. */
  readonly stale: number;
}

/** The window as a rule sees it. */
export interface WindowView {
  /** The denominator: what `counting` calls a call. */
  readonly calls: number;
  readonly succeeded: number;
  readonly failures: number;
  /** Failures that were timeouts, by their error or by `failAfterMs`. */
  readonly timeouts: number;
  /** Slow calls, also counted as succeeded or failed. */
  readonly slow: number;
  readonly slowFailures: number;
  /** Where `counting` gives them a meaning; else 0. */
  readonly ignored: number;
  readonly rejected: number;
  readonly failuresInARow: number;
  readonly successesInARow: number;
  /** Calls under way. */
  readonly inFlight: number;
}

/** What is known when the circuit opens. */
export interface Opening {
  /** The window at that moment. */
  readonly window: WindowView;
  /** Openings in a row, this one included: 1 for the first. */
  readonly openings: number;
  /** Error of the result that opened the circuit, where one did. */
  readonly error: unknown;
}

/** What `counts` may count from. */
export interface CountsView {
  readonly state: StateName;
  readonly window: WindowView;
  /** Since construction. */
  readonly totals: Counts & { readonly timeouts: number };
  readonly openings: number;
  /** While half-open (or open with `whileOpen`): probes let through in this phase, and what became of them. */
  readonly probing:
    | {
        readonly admitted: number;
        readonly succeeded: number;
        readonly failed: number;
        readonly slow: number;
        readonly slowFailed: number;
        readonly inFlight: number;
      }
    | undefined;
}

/** A pure read: taking one changes nothing. */
export interface BreakerSnapshot {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly state: StateName;
  readonly mode: Mode;
  /** Grows with every transition; results of an older one are stale. */
  readonly generation: number;
  readonly seq: number;
  /** Epoch milliseconds of the last transition; left out where there was none yet. */
  readonly sinceWallAt?: number;
  readonly window: {
    readonly calls: number;
    readonly failures: number;
    readonly slow: number;
    /** 0 to 1; 0 for an empty window. */
    readonly failureRatio: number;
    readonly slowRatio: number;
    readonly failuresInARow: number;
  };
  /** Since construction; with the option `counts`, its counters too. */
  readonly counts: Counts & Readonly<Record<string, number>>;
  readonly inFlight: number;
  /** Openings in a row, which the backoff grows with. */
  readonly openings: number;
  /** While half-open. */
  readonly probing?: { readonly succeeded: number; readonly failed: number; readonly inFlight: number };
  /** The failure ratio that opens at this moment, where a rule adapts it. */
  readonly effectiveRatio?: number;
  /** Until the next probe may go, while open. */
  readonly retryAfterMs?: number;
  /** Why it opened last; undefined if it never did. */
  readonly openedBecause?: Why;
  readonly outcomes: string;
  readonly errors: readonly TopError[];
  readonly config: BreakerConfig;
  readonly configRevision: number;
}

export interface ExecuteOptions {
  /** The caller's: aborted before, the call does not run; aborted meanwhile, its failure is ignored. Passed on to the call. */
  signal?: AbortSignalLike | undefined;
}
/** The part of an AbortSignal that is needed; every AbortSignal is one. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** A circuit breaker. Make one with `createBreaker`. */
export interface Breaker {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What the machine computes, as it is at this moment. Reading it changes nothing. */
  readonly state: StateName;
  readonly mode: Mode;
  readonly config: BreakerConfig;
  /** Starts at 1 and grows with every `configure`. */
  readonly configRevision: number;
  /**
   * Runs the call if the circuit lets it. The result and the error are the call's own, the very same objects. A call that
   * throws at once or returns no promise is fine.
   * @throws CircuitOpenError (as a rejection): the call did not run.
   * @example await payments.execute(() => charge(order))
   */
  execute<T, S extends AbortSignalLike = AbortSignalLike>(
    call: (context: { signal?: S }) => T | PromiseLike<T>,
    options?: { signal?: S | undefined },
  ): Promise<T>;
  /**
   * Whether a call at this moment would be let through. A pure read: it takes no place, and opens nothing. Who calls only
   * where this says so lets `passTime` be called now and then, if the rules are asked by arriving calls.
   */
  wouldAdmit(): boolean;
  /**
   * Makes the changes that time alone has brought, without a call: the end of an open time, of a half-open phase, of a mode;
   * and where an arriving call would open the circuit, as with `inFlight`, its opening.
   */
  passTime(): void;
  /** The right to make a call, or null. Synchronous, never throws: the way for adapters. */
  tryAcquire(): Permit | null;
  /** @throws CircuitOpenError where the circuit turns the call away: it must not run. */
  acquire(): Permit;
  /** The error that a refusal at this moment would carry. */
  openError(): CircuitOpenError;
  /**
   * Lays a mode over the machine, which keeps living: `forced-open` turns every call away, `forced-closed` lets every
   * call through, `observing` lets every call through and announces those it would have turned away.
   * @param options.forMs The mode ends by itself after this long. Default: it stays.
   */
  setMode(mode: Mode, options?: { reason?: string; by?: string; forMs?: number }): void;
  /** Closes the circuit and empties its window; results of calls under way are stale. */
  reset(options?: { reason?: string; by?: string }): void;
  /** Ends the open time: the next call is a probe. Nothing happens unless open. */
  probeNow(options?: { reason?: string; by?: string }): void;
  /**
   * Changes settings at run time. State stays; so does what the window holds, as far as it fits into a new one: of the last
   * calls the newest, of buckets those of the same width. What is left out stays; what is given as undefined is the default
   * again. Probes that would decide at once by the new rules are counted
   * anew. Bumps the revision.
   */
  configure(changes: ConfigInput): void;
  snapshot(): BreakerSnapshot;
  /** Everything that is worth keeping over a restart, as plain data for `createBreaker({ restore })`. */
  export(): BreakerExport;
  /** Listens; the returned function stops. A listener that throws changes nothing. */
  on<E extends BreakerEventName>(event: E, listener: (event: BreakerEvents[E]) => void): () => void;
  /**
   * Starts measuring how long calls take, if that has not begun, and returns the live counts per bucket since then
   * (`latencyBucket` tells which). Costs two clock reads a call.
   */
  measureLatency(): Uint32Array;
}
