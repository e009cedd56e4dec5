import { checkCount, checkKeys, checkMs, checkRatio, show } from '@cb/core/kit';
import type { CallContext } from './context.ts';
import { Race, type Referee } from './hedge-race.ts';
import type { Journey } from './journey.ts';
import { LatencyWindow } from './latency-window.ts';
import { patientlyAfter } from './patient-timer.ts';
import {
  BasePolicy,
  type Policy,
  type PolicyEvent,
  type PolicyOptions,
  type PolicySnapshot,
} from './policy.ts';
import type { Budget } from './retry-budget.ts';
import type { Cancel } from './timers.ts';

export interface HedgeEvents {
  /** No answer in time: another attempt starts beside those that run. `attempt`: 2 for the first hedge. */
  hedged: PolicyEvent & {
    readonly attempt: number;
    readonly afterMs: number;
    readonly key: string | undefined;
  };
  /** Another attempt than the first answered first. */
  'hedge-won': PolicyEvent & { readonly attempt: number; readonly key: string | undefined };
  /** There was no answer in time, and no budget for another attempt. */
  'hedge-refused': PolicyEvent & { readonly key: string | undefined };
}

export interface HedgeOptions extends PolicyOptions {
  /**
   * Milliseconds above 0 without an answer after which another attempt starts. Smaller cuts more of the slow calls short and
   * costs more attempts.
   */
  afterMs?: number | undefined;
  /**
   * Instead, the percentile of the latest durations: at 0.95 about one call in twenty is hedged, however fast the other side
   * is. Above 0, at most 1; between 0.9 and 0.99 makes sense. Until `minimumCalls` are measured, `afterMs` is used; without
   * one nothing is hedged until then.
   */
  afterPercentile?: number | undefined;
  /** Durations that a percentile needs. 1 to 1,000. @default 100 */
  minimumCalls?: number | undefined;
  /** Attempts of one call in all, the first included; each starts as long after the one before. 2 to 10. @default 2 */
  attempts?: number | undefined;
  /** What hedges may add to the calls; share it with `retry`. Without one, a slow service gets `attempts` times the calls. */
  budget?: Pick<Budget, 'onCall' | 'take'> | undefined;
  /** Also hedges calls made with `idempotent: false`, which may then be done twice. @default false */
  hedgeNonIdempotent?: boolean | undefined;
}

const KEYS = [
  ...['afterMs', 'afterPercentile', 'minimumCalls', 'attempts', 'budget', 'hedgeNonIdempotent'],
  ...['name', 'clock', 'random', 'onError'],
];

/**
 * Starts another attempt beside a call that takes long. The first answer wins; the others are ended by their signals, which
 * breakers inside take for a caller's wish, so that a lost race counts for nothing. A failure is the result only when no other
 * attempt runs: hedging is against slowness, `retry` against failures.
 *
 * Both attempts may run to their end: what is not safe to do twice needs `execute(call, { idempotent: false })`.
 *
 * Source: Dean and Barroso, "The Tail at Scale" (2013): a second request after the 95th percentile adds about 5 % of load.
 *
 * @throws TypeError or RangeError for a wrong option, or without `afterMs` and `afterPercentile`, at once.
 * @throws from `execute`: the first error of an attempt that ran; the reason of an aborted signal.
 * @example
 * const budget = retryBudget({ ratio: 0.1 });
 * const search = pipeline(hedge({ afterPercentile: 0.95, afterMs: 200, budget }), createBreaker({ name: 'search' }));
 * const hits = await search.execute(({ signal }) => fetch(url, { signal }).then((r) => r.json()));
 */
export function hedge(options: HedgeOptions): Policy<never, HedgeEvents> {
  checkKeys('hedge', options, KEYS);
  return new Hedge(settingsOf(options), options);
}

interface Settings {
  readonly afterMs: number | undefined;
  readonly afterPercentile: number | undefined;
  readonly minimumCalls: number;
  readonly attempts: number;
  readonly hedgeNonIdempotent: boolean;
}

function settingsOf(options: HedgeOptions): Settings {
  const { afterMs, afterPercentile, minimumCalls = 100, attempts = 2 } = options;
  const { budget, hedgeNonIdempotent = false } = options;
  if (afterMs === undefined && afterPercentile === undefined)
    throw new TypeError('hedge needs afterMs or afterPercentile: when is a call slow?');
  if (afterMs !== undefined) checkMs('hedge afterMs', afterMs);
  if (afterPercentile !== undefined) checkRatio('hedge afterPercentile', afterPercentile);
  checkCount('hedge minimumCalls', minimumCalls, 1, 1_000);
  checkCount('hedge attempts', attempts, 2, 10);
  if (budget !== undefined && (typeof budget?.onCall !== 'function' || typeof budget.take !== 'function'))
    throw new TypeError(`hedge budget must have onCall and take, got ${show(budget)}`);
  if (typeof hedgeNonIdempotent !== 'boolean')
    throw new TypeError(`hedge hedgeNonIdempotent must be true or false, got ${show(hedgeNonIdempotent)}`);
  return { afterMs, afterPercentile, minimumCalls, attempts, hedgeNonIdempotent };
}

class Hedge extends BasePolicy<never, HedgeEvents> {
  readonly #settings: Settings;
  readonly #budget: HedgeOptions['budget'];
  readonly #given: PolicyOptions['clock'];
  readonly #latency: LatencyWindow | undefined;
  #succeeded = 0;
  #failed = 0;
  #aborted = 0;
  #hedged = 0;
  #hedgesWon = 0;
  #hedgesRefused = 0;
  #notHedged = 0;
  #inFlight = 0;

  constructor(settings: Settings, options: HedgeOptions) {
    super('hedge', options);
    this.#settings = settings;
    this.#budget = options.budget;
    this.#given = options.clock;
    const { afterPercentile } = settings;
    this.#latency = afterPercentile === undefined ? undefined : new LatencyWindow(afterPercentile);
  }

  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    const { caller } = context;
    if (caller?.aborted) return Promise.reject(caller.reason as Error);
    this.#pay();
    if (!context.idempotent && !this.#settings.hedgeNonIdempotent) {
      this.#notHedged++;
      return journey.proceed(at + 1, context);
    }
    const { signal } = context;
    // A policy outside has given up, without its caller having gone.
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    this.#inFlight++;
    return new Race(this.#referee(), journey, at, context).result();
  }

  #referee(): Referee {
    const startedAt = this.#latency === undefined ? 0 : this.tools.clock.now();
    const delayMs = this.#delayMs();
    return {
      attempts: this.#settings.attempts,
      whenDue: (due) => this.#whenDue(delayMs, due),
      admit: (attempt, { key }) => this.#admit(attempt, delayMs as number, key),
      won: (attempt, { key }, firstRan) => this.#won(attempt, key, firstRan, startedAt),
      failed: () => {
        this.#inFlight--;
        this.#failed++;
      },
      aborted: () => {
        this.#inFlight--;
        this.#aborted++;
      },
      lostReason: () => new HedgeLostError(this.name),
    };
  }

  /** A process that stood still hears first what was answered meanwhile, or it would hedge every call at once. */
  #whenDue(delayMs: number | undefined, due: () => void): Cancel | undefined {
    return delayMs === undefined ? undefined : patientlyAfter(delayMs, due, this.tools, this.#given);
  }

  /** After how long the next attempt starts; undefined where nobody can say yet. */
  #delayMs(): number | undefined {
    const { afterMs, minimumCalls } = this.#settings;
    if (this.#latency === undefined || this.#latency.samples < minimumCalls) return afterMs;
    return this.#latency.percentileMs;
  }

  #admit(attempt: number, afterMs: number, key: string | undefined): boolean {
    if (!this.#affords()) {
      this.#hedgesRefused++;
      this.tell('hedge-refused', { key });
      return false;
    }
    this.#hedged++;
    this.tell('hedged', { attempt, afterMs, key });
    return true;
  }

  #won(attempt: number, key: string | undefined, firstRan: boolean, startedAt: number): void {
    this.#inFlight--;
    this.#succeeded++;
    // Of a first attempt that lost it is known that it takes at least as long. Left out, the percentile would sink with
    // every hedge; second attempts, which are ended early, would pull it down.
    if (firstRan) this.#latency?.record(this.tools.clock.now() - startedAt);
    if (attempt === 1) return;
    this.#hedgesWon++;
    this.tell('hedge-won', { attempt, key });
  }

  #pay(): void {
    try {
      this.#budget?.onCall();
    } catch (error) {
      this.tools.report(error, 'budget');
    }
  }

  #affords(): boolean {
    try {
      return this.#budget === undefined || this.#budget.take();
    } catch (error) {
      this.tools.report(error, 'budget');
      return false;
    }
  }

  snapshot(): PolicySnapshot {
    const { afterMs, afterPercentile, minimumCalls, attempts, hedgeNonIdempotent } = this.#settings;
    const delayMs = this.#delayMs();
    return {
      kind: this.kind,
      name: this.name,
      counts: {
        succeeded: this.#succeeded,
        failed: this.#failed,
        aborted: this.#aborted,
        hedged: this.#hedged,
        hedgesWon: this.#hedgesWon,
        hedgesRefused: this.#hedgesRefused,
        notHedged: this.#notHedged,
      },
      gauges: {
        inFlight: this.#inFlight,
        ...(delayMs !== undefined && { afterMs: delayMs }),
        ...(this.#latency !== undefined && { measured: this.#latency.samples }),
      },
      config: {
        ...(afterMs !== undefined && { afterMs }),
        ...(afterPercentile !== undefined && { afterPercentile, minimumCalls }),
        attempts,
        hedgeNonIdempotent,
      },
    };
  }
}

/** Why a call was ended whose race another attempt won. Named as hosts name any abort that is no timeout. */
class HedgeLostError extends Error {
  readonly code = 'ERR_HEDGE_LOST';

  constructor(policy: string) {
    super(`${policy}: another attempt answered first`);
  }
}
Object.defineProperty(HedgeLostError.prototype, 'name', {
  value: 'AbortError',
  configurable: true,
  writable: true,
});
