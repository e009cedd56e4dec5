import type { Clock } from '@cb/core';
import { checkCount, checkKeys, checkRatio, show, toolsOf } from '@cb/core/kit';

/** What keeps additional calls to a share of the calls. Shared by any number of policies. */
export interface Budget {
  /** A first attempt begins. */
  onCall(): void;
  /** Takes a token for an additional attempt. `false`: there is none, and none was taken. Never waits. */
  take(): boolean;
  /** A pure look. */
  snapshot(): BudgetSnapshot;
}

/** A budget at one moment. Plain data. */
export interface BudgetSnapshot {
  readonly name: string;
  /** Totals since construction. */
  readonly counts: { readonly calls: number; readonly taken: number; readonly refused: number };
  readonly gauges: { readonly tokens: number };
  readonly config: { readonly ratio: number; readonly capacity: number; readonly minPerSecond: number };
}

export interface RetryBudgetOptions {
  /** @default 'retry-budget' */
  name?: string | undefined;
  /**
   * What each call puts in: 0.2 allows one additional attempt for every five calls. Above 0, at most 1. Larger hides more
   * faults and multiplies the load on a failing service by up to 1 + `ratio`.
   *
   * @default 0.2
   */
  ratio?: number | undefined;
  /**
   * Most tokens that are kept, and how many there are at first. 1 to 1,000,000, whole. Larger lets a longer burst of
   * retries pass after a quiet time.
   *
   * @default 100
   */
  capacity?: number | undefined;
  /** Tokens that come by time alone, so that few calls can be retried too. 0 or more a second. @default 1 */
  minPerSecond?: number | undefined;
  /** @default the host's monotonic clock */
  clock?: Clock | undefined;
}

/** A token, in units that are whole numbers: ten deposits of 0.1 are a token, and not a hair less. */
const TOKEN = 1_000_000;

/**
 * A bucket of tokens that all retries of one service share. Each first attempt puts `ratio` tokens in, each retry takes
 * one; without one, a retry gives up with the call's own error. Attempts without it multiply the load on a service just
 * when it fails; with it they add at most a share.
 *
 * Source: the retry budget of Finagle (a deposit for each request, a withdrawal for each retry, a minimum by time); the
 * cap on what is saved is that of the retry quota in the AWS SDKs.
 *
 * @throws RangeError or TypeError for a wrong option, at once.
 * @example
 * const budget = retryBudget({ ratio: 0.1 });
 * const reads = retry({ budget });
 * const writes = retry({ ...conservative, budget });
 */
export function retryBudget(options: RetryBudgetOptions = {}): Budget {
  checkKeys('retryBudget', options, ['name', 'ratio', 'capacity', 'minPerSecond', 'clock']);
  const { name = 'retry-budget', ratio = 0.2, capacity = 100, minPerSecond = 1, clock } = options;
  if (typeof name !== 'string' || name === '' || name.length > 200)
    throw new TypeError('retryBudget name must be a text of 1 to 200 characters');
  if (!(typeof minPerSecond === 'number' && minPerSecond >= 0 && minPerSecond <= 1_000_000))
    throw new RangeError(`retryBudget minPerSecond must be from 0 to 1000000, got ${show(minPerSecond)}`);
  return new RetryBudget(
    name,
    {
      ratio: checkRatio('retryBudget ratio', ratio),
      capacity: checkCount('retryBudget capacity', capacity),
      minPerSecond,
    },
    toolsOf({ clock }).clock,
  );
}

class RetryBudget implements Budget {
  readonly #name: string;
  readonly #config: BudgetSnapshot['config'];
  readonly #clock: Required<Clock>;
  readonly #deposit: number;
  readonly #most: number;
  #units: number;
  #countedAt: number;
  #calls = 0;
  #taken = 0;
  #refused = 0;

  constructor(name: string, config: BudgetSnapshot['config'], clock: Required<Clock>) {
    this.#name = name;
    this.#config = Object.freeze(config);
    this.#clock = clock;
    this.#deposit = Math.round(config.ratio * TOKEN);
    this.#most = config.capacity * TOKEN;
    this.#units = this.#most;
    this.#countedAt = clock.now();
  }

  /** Reads no clock: most calls succeed, and for them this is all. */
  onCall(): void {
    this.#calls++;
    this.#units = Math.min(this.#most, this.#units + this.#deposit);
  }

  take(): boolean {
    const now = this.#clock.now();
    this.#units = this.#unitsAt(now);
    this.#countedAt = now;
    if (this.#units < TOKEN) {
      this.#refused++;
      return false;
    }
    this.#units -= TOKEN;
    this.#taken++;
    return true;
  }

  #unitsAt(now: number): number {
    const dripped = ((now - this.#countedAt) * this.#config.minPerSecond * TOKEN) / 1_000;
    return Math.min(this.#most, this.#units + dripped);
  }

  snapshot(): BudgetSnapshot {
    return {
      name: this.#name,
      counts: { calls: this.#calls, taken: this.#taken, refused: this.#refused },
      gauges: { tokens: this.#unitsAt(this.#clock.now()) / TOKEN },
      config: this.#config,
    };
  }
}
