import { checkCount, checkKeys, checkMs, stackless } from '@cb/core/kit';
import type { CallContext } from './context.ts';
import { RateLimitedError } from './errors.ts';
import type { Journey } from './journey.ts';
import {
  BasePolicy,
  type Policy,
  type PolicyEvent,
  type PolicyOptions,
  type PolicySnapshot,
} from './policy.ts';
import { TokenLanes } from './token-lanes.ts';

export interface RateLimitOptions extends PolicyOptions {
  /** Calls per `perMs`: a whole number, 1 or more. For less than one a second, make `perMs` larger. */
  limit: number;
  /** Milliseconds, above 0; fractions and months are fine. */
  perMs: number;
  /**
   * Calls that may come at once after a rest: a whole number, 1 or more. Smaller spreads calls more evenly; larger lets
   * bursts through. In any span of time at most `burst + limit * span / perMs` calls begin.
   *
   * @default limit
   */
  burst?: number | undefined;
  /**
   * How long `execute` may wait for a token: milliseconds, 0 or more. Whoever would have to wait longer is refused at once.
   *
   * @default 0
   */
  waitMs?: number | undefined;
  /**
   * How many keys are remembered, from 1 to 1,000,000. Those that have all their tokens are forgotten first, since that
   * changes nothing; then the ones that were used longest ago, which begin again with a full bucket.
   *
   * @default 1_000
   */
  maxKeys?: number | undefined;
}

export interface RateLimitEvents {
  /** No token, or none within `waitMs`: the call did not run. */
  refused: PolicyEvent & { readonly key: string | undefined; readonly retryAfterMs: number };
  /** No token yet: the call waits for its own. */
  queued: PolicyEvent & { readonly key: string | undefined; readonly waitMs: number };
}

/** @see rateLimit */
export interface RateLimit extends Policy<never, RateLimitEvents> {
  /** Takes a token, if there is one and nobody waits for it. For one's own way of calling. */
  allow(key?: string): boolean;
  /**
   * Takes the next token, in the order of asking, however long that takes. Leaving before gives its place to the next.
   *
   * @throws the reason of the aborted signal; no token is taken.
   */
  wait(signal?: AbortSignal, key?: string): Promise<void>;
}

/**
 * So many calls in so much time: a token bucket for each key, and one for calls without a key.
 *
 * @throws RangeError or TypeError for a wrong option, at once.
 * @throws RateLimitedError (`code: 'ERR_RATE_LIMITED'`, `retryAfterMs`) from `execute`: the call did not run. The reason
 * of the signal where it is aborted before the call's turn.
 * @example
 * const quota = rateLimit({ limit: 100, perMs: 1_000, waitMs: 500 });
 * const body = await quota.execute(({ signal }) => fetch(url, { signal }), { key: tenant });
 */
export function rateLimit(options: RateLimitOptions): RateLimit {
  return new TokenRateLimit(options);
}

class TokenRateLimit extends BasePolicy<never, RateLimitEvents> implements RateLimit {
  readonly #config: { readonly [key in 'limit' | 'perMs' | 'burst' | 'waitMs' | 'maxKeys']: number };
  readonly #lanes: TokenLanes;
  readonly #counts = { allowed: 0, refused: 0, queued: 0, cancelled: 0 };

  constructor(options: RateLimitOptions) {
    checkKeys('rateLimit', options, KNOWN);
    super('rate-limit', options);
    const { limit, perMs, burst = limit, waitMs = 0, maxKeys = 1_000 } = options;
    this.#config = {
      limit: checkCount('rateLimit limit', limit, 1, MOST),
      perMs: checkMs('rateLimit perMs', perMs),
      burst: checkCount('rateLimit burst', burst, 1, MOST),
      waitMs: checkMs('rateLimit waitMs', waitMs, 0),
      maxKeys: checkCount('rateLimit maxKeys', maxKeys),
    };
    const rate = { intervalMs: perMs / limit, burst };
    this.#lanes = new TokenLanes(rate, maxKeys, this.tools, options.clock);
  }

  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    const { caller, key } = context;
    if (caller?.aborted) return Promise.reject(caller.reason as Error);
    if (this.#take(key)) return journey.proceed(at + 1, context);
    const waitMs = this.#lanes.waitMs(key);
    if (waitMs > this.#config.waitMs) return Promise.reject(this.#refusal(key, waitMs));
    return this.#queue(() => journey.proceed(at + 1, context), context.signal, key);
  }

  allow(key?: string): boolean {
    if (this.#take(key)) return true;
    this.#refuse(key, this.#lanes.waitMs(key));
    return false;
  }

  wait(signal?: AbortSignal, key?: string): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return this.#take(key) ? Promise.resolve() : this.#queue(() => undefined, signal, key);
  }

  #take(key: string | undefined): boolean {
    const taken = this.#lanes.take(key);
    if (taken) this.#counts.allowed++;
    return taken;
  }

  #refuse(key: string | undefined, retryAfterMs: number): void {
    this.#counts.refused++;
    this.tell('refused', { key, retryAfterMs });
  }

  #refusal(key: string | undefined, retryAfterMs: number): RateLimitedError {
    this.#refuse(key, retryAfterMs);
    return stackless(() => new RateLimitedError(this.name, retryAfterMs));
  }

  /** `start` runs inside the turn, so that nothing can come between a token and its use. */
  #queue<T>(
    start: () => T | Promise<T>,
    signal: AbortSignal | undefined,
    key: string | undefined,
  ): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    this.#counts.queued++;
    this.tell('queued', { key, waitMs: this.#lanes.waitMs(key) });
    return new Promise((resolve, reject) => {
      const come = (): void => {
        this.#counts.allowed++;
        resolve(start());
      };
      const gone = (reason: unknown): void => {
        this.#counts.cancelled++;
        reject(reason as Error);
      };
      this.#lanes.join(key, { come, gone }, signal);
    });
  }

  snapshot(): PolicySnapshot {
    return {
      kind: this.kind,
      name: this.name,
      counts: { ...this.#counts },
      gauges: {
        tokens: this.#lanes.tokens,
        queued: this.#lanes.queued,
        keys: this.#lanes.keys,
      },
      config: { ...this.#config },
    };
  }
}

const MOST = Number.MAX_SAFE_INTEGER;
const KNOWN = ['limit', 'perMs', 'burst', 'waitMs', 'maxKeys', 'name', 'clock', 'random', 'onError'];
