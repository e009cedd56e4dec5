import type { BreakerConfig } from './config.ts';
import type { RefusalReason } from './errors.ts';
import type { TopError } from './evidence.ts';
import type { StateName } from './machine.ts';
import type { Why } from './rules.ts';
import type { WindowTotals } from './window.ts';

/** An overlay set by people; the machine below keeps living. */
export type Mode = 'auto' | 'forced-open' | 'forced-closed' | 'observing';

interface Stamped {
  /** Name of the breaker. */
  readonly breaker: string;
  /** Grows by one with every change of state, mode or configuration: a gap means a missed event. */
  readonly seq: number;
  /** Monotonic milliseconds of the breaker's clock. */
  readonly at: number;
  /** Epoch milliseconds: a label, not to be computed with. */
  readonly wallAt: number;
  readonly configRevision: number;
}

/** The state changed, and everything that is needed to say why. */
export interface StateChanged extends Stamped {
  readonly type: 'state-changed';
  readonly from: StateName;
  /** Equal to `from` only for a reset of a closed circuit. */
  readonly to: StateName;
  readonly mode: Mode;
  readonly why: Why;
  /** The window as the decision saw it. */
  readonly window: WindowTotals;
  /** One letter a call, oldest first, at most 100: o ok, e error, t timeout, s slow but ok, x ignored. */
  readonly outcomes: string;
  /** Errors among those calls, most frequent first, at most five. */
  readonly errors: readonly TopError[];
  /** The failure ratio that opened, or would open, at this moment, where a rule adapts it. */
  readonly effectiveRatio?: number;
  /** Epoch milliseconds of the first failure of the window that opened the circuit. */
  readonly firstFailureWallAt?: number;
  /** When the next probe may go, where `to` is open: milliseconds from `at`, and as epoch milliseconds. */
  readonly retryAfterMs?: number;
  readonly retryWallAt?: number;
  /** Who, and why in their words, for a change made by a person. */
  readonly by?: string;
  readonly note?: string;
}

export interface ModeChanged extends Stamped {
  readonly type: 'mode-changed';
  readonly from: Mode;
  readonly to: Mode;
  /** What the machine below computes. */
  readonly state: StateName;
  readonly by?: string;
  readonly note?: string;
  /** When the mode ends by itself, as milliseconds from `at`. */
  readonly forMs?: number;
}

export interface Configured extends Stamped {
  readonly type: 'configured';
  readonly config: BreakerConfig;
}

export interface CallRejected {
  readonly type: 'call-rejected';
  readonly breaker: string;
  readonly at: number;
  readonly state: StateName;
  readonly reason: RefusalReason;
  /** False where the mode let the call through all the same (observing). */
  readonly enforced: boolean;
}

export interface CallSettled {
  readonly type: 'call-settled';
  readonly breaker: string;
  readonly at: number;
  readonly outcome: 'success' | 'failure' | 'ignored';
  /** True where the circuit had moved on: counted in the totals, moved nothing. */
  readonly stale: boolean;
  readonly probe: boolean;
  /** When the call began, on the breaker's clock; undefined where `durationMs` is. */
  readonly startedAt: number | undefined;
  /**
   * How long it took, without the time in which this process stood still. Undefined where nothing asks for time (no slow
   * rule, no latency measured when the call began).
   */
  readonly durationMs: number | undefined;
}

export interface BreakerEvents {
  'state-changed': StateChanged;
  'mode-changed': ModeChanged;
  configured: Configured;
  'call-rejected': CallRejected;
  'call-settled': CallSettled;
}
export type BreakerEventName = keyof BreakerEvents;
type Listener = (event: never) => unknown;
/** Events that listeners may cause from inside listeners before it is taken for a loop. */
const LONGEST_CHAIN = 1_000;

/**
 * Listeners, one ordered queue. A listener that throws is reported and changes nothing; one that calls the breaker from
 * inside sees its event after the ones that are already under way.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener>>();
  readonly #queue: (readonly [keyof Events, unknown])[] = [];
  /** Above 0 while events wait: a listener is running, or the shell has not finished what it is doing. */
  #held = 0;
  readonly #onError: (error: unknown, where: string) => void;

  constructor(onError: (error: unknown, where: string) => void) {
    this.#onError = onError;
  }

  on<E extends keyof Events>(name: E, listener: (event: Events[E]) => void): () => void {
    if (typeof listener !== 'function')
      throw new TypeError(`a listener of ${String(name)} must be a function`);
    // A wrapper of its own: the same function registered twice is two registrations, each removed by its own return.
    const registered: Listener = (event) => (listener as (event: unknown) => unknown)(event);
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(registered));
    return () => {
      set.delete(registered);
    };
  }

  hears(name: keyof Events): boolean {
    const set = this.#listeners.get(name);
    return set !== undefined && set.size > 0;
  }

  emit<E extends keyof Events>(name: E, event: Events[E]): void {
    this.#queue.push([name, event]);
    if (this.#held === 0) this.#drain();
  }

  /** Events wait until `release`, so that no listener runs while the shell is half way through. */
  hold(): void {
    this.#held++;
  }

  release(): void {
    this.#held--;
    if (this.#held === 0) this.#drain();
  }

  #drain(): void {
    this.#held++;
    for (let left = LONGEST_CHAIN; left > 0; left--) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      this.#deliver(...next);
    }
    this.#held--;
    if (this.#queue.length === 0) return;
    this.#queue.length = 0;
    this.#onError(
      new Error('listeners answer each other without end; the rest of the chain is dropped'),
      'chain of listeners',
    );
  }

  #deliver(name: keyof Events, event: unknown): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        // An async listener returns a promise: its rejection is a listener's error too, not the process's.
        const returned: unknown = (listener as (event: unknown) => unknown)(event);
        unrejected(returned, (error) => this.#onError(error, `listener of ${String(name)}`));
      } catch (error) {
        this.#onError(error, `listener of ${String(name)}`);
      }
    }
  }
}

/** Of a user's function that nobody waits for: where it is async, its rejection is its own error, not the process's. */
export function unrejected(returned: unknown, onError: (error: unknown) => void): void {
  if (returned instanceof Promise) returned.catch(onError);
}

declare const console: { error(...texts: unknown[]): void } | undefined;

/** Places that are remembered as told. */
const TOLD_AT_MOST = 1_000;

/** What happens to errors of user callbacks without `onError`: printed once per place, so that a hot path cannot flood. */
export function printOnce(who = '@cb'): (error: unknown, where: string) => void {
  const told = new Set<string>();
  return (error, where) => {
    if (told.has(where) || told.size === TOLD_AT_MOST) return;
    told.add(where);
    if (typeof console !== 'undefined') console.error(`${who}: ${where} threw (told once):`, error);
  };
}

/** Runs user code that must not change anything by throwing, not even `onError` itself. */
export function guarded(
  onError: (error: unknown, where: string) => void,
): (error: unknown, where: string) => void {
  return (error, where) => {
    try {
      unrejected(onError(error, where), () => {});
    } catch {
      // Nobody is left to tell.
    }
  };
}
