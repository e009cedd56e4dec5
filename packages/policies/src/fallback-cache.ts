import { checkFunction, checkKeys, checkMs, show } from '@cb/core/kit';
import type { CallContext } from './context.ts';
import { TimeoutError } from './errors.ts';
import type { Answer, FallbackContext, Host, Stand } from './stand.ts';
import { type Limit, until } from './until.ts';

/** What a cache found. */
export interface CacheHit<V = unknown> {
  readonly value: V;
  /**
   * Milliseconds since it was stored, by the cache's own clock. Another process's monotonic clock tells nothing: a shared
   * cache measures by one wall clock, best the store's own, and takes a negative age for 0.
   */
  readonly ageMs: number;
  /** Older than it should be, but good enough where there is nothing better. @default false */
  readonly stale?: boolean | undefined;
}

/** Where answers are kept. Both methods may answer at once or with a promise: a store in another process is as good. */
export interface Cache<V = unknown> {
  /** @returns undefined (or null) where there is none, or it is too old: what is too old is for the cache to say. */
  get(key: string): CacheHit<V> | null | undefined | PromiseLike<CacheHit<V> | null | undefined>;
  set(key: string, value: V): unknown;
}

export interface CachedOptions {
  /**
   * Under which key an answer is kept: a text, where there is only one question, or a function of the call's context.
   * It must tell apart all calls that have different answers.
   *
   * @default the call's own key
   */
  key?: string | ((context: CallContext) => string | undefined) | undefined;
  /** Milliseconds above 0 after which a cache that does not answer counts as empty. @default 250 */
  deadlineMs?: number | undefined;
  /**
   * Whether a call waits until its answer is stored, at most for `deadlineMs`. Never waits for a cache that answers at once.
   *
   * @default false
   */
  waitForWrite?: boolean | undefined;
  /** Shown in events. @default 'cache' */
  label?: string | undefined;
}

/** A cache as a replacement in `fallback`. */
export interface Cached {
  readonly cache: Cache;
  readonly options: CachedOptions;
  // A brand, not a class: taken for a mere value by another copy of this package, it would become the answer itself.
  readonly '~cached': true;
}

/**
 * The last good answer under the same key, as a replacement in `fallback`. What calls answer is stored; it is read when one
 * was refused or failed. A cache that throws, rejects or hangs breaks no call: it is reported and counts as empty.
 *
 * Answers are kept as the very objects: do not change them, and do not keep what can be read only once, such as a `Response`.
 *
 * @throws TypeError or RangeError for a wrong option or something that is no cache, at once.
 * @example
 * const rates = pipeline(
 *   fallback(cached(memoryCache({ maxAgeMs: 60_000 })), { eur: 1 }),
 *   createBreaker({ name: 'rates' }),
 * );
 * await rates.execute(({ signal }) => fetch(url, { signal }).then((r) => r.json()), { key: url });
 */
export function cached(cache: Cache, options: CachedOptions = {}): Cached {
  checkKeys('cached', options, ['key', 'deadlineMs', 'waitForWrite', 'label']);
  const { key, deadlineMs = 250, waitForWrite = false, label = 'cache' } = options;
  if (typeof cache?.get !== 'function' || typeof cache.set !== 'function')
    throw new TypeError(`cached takes a cache with get and set, got ${show(cache)}`);
  if (typeof key !== 'string') checkFunction('cached key, where it is no text,', key);
  checkMs('cached deadlineMs', deadlineMs);
  if (typeof waitForWrite !== 'boolean')
    throw new TypeError(`cached waitForWrite must be true or false, got ${show(waitForWrite)}`);
  if (typeof label !== 'string' || label === '') throw new TypeError('cached label must be a text');
  return Object.freeze({ cache, options: { key, deadlineMs, waitForWrite, label }, '~cached': true });
}

export function isCached(given: unknown): given is Cached {
  return typeof given === 'object' && given !== null && (given as Partial<Cached>)['~cached'] === true;
}

/** A cache at work in one fallback. */
export class CacheReplacement implements Stand {
  readonly kind = 'cache';
  readonly label: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly #cache: Cache;
  readonly #key: CachedOptions['key'];
  readonly #waitForWrite: boolean;
  readonly #host: Host;
  readonly #limit: Limit;
  #toldOfKey = false;

  constructor({ cache, options }: Cached, host: Host) {
    const { key, deadlineMs, waitForWrite, label } = options as Required<CachedOptions>;
    this.label = label as string;
    this.config = { deadlineMs, waitForWrite };
    this.#cache = cache;
    this.#key = key;
    this.#waitForWrite = waitForWrite as boolean;
    this.#host = host;
    const error = (): Error =>
      new TimeoutError(`${host.name}: no answer from ${label} within ${deadlineMs} ms`, deadlineMs as number);
    this.#limit = { ms: deadlineMs as number, error, tools: host.tools, given: host.given };
  }

  ask(_error: unknown, context: FallbackContext): Answer | undefined | Promise<Answer | undefined> {
    const key = this.#keyOf(context);
    if (key === undefined) return undefined;
    try {
      const found = this.#cache.get(key);
      return isPromise(found) ? this.#askLater(found, context.signal) : answerOf(found);
    } catch (error) {
      this.#host.tools.report(error, 'cache get');
      return undefined;
    }
  }

  async #askLater(found: PromiseLike<unknown>, signal: AbortSignal | undefined): Promise<Answer | undefined> {
    try {
      return answerOf(await until(found, signal, this.#limit));
    } catch (error) {
      if (!signal?.aborted) this.#host.tools.report(error, 'cache get');
      return undefined;
    }
  }

  keep(value: unknown, context: CallContext): Promise<void> | undefined {
    const key = this.#keyOf(context);
    if (key === undefined) return undefined;
    try {
      const stored: unknown = this.#cache.set(key, value);
      return isPromise(stored) ? this.#keepLater(stored, context) : undefined;
    } catch (error) {
      this.#host.tools.report(error, 'cache set');
      return undefined;
    }
  }

  #keepLater(stored: PromiseLike<unknown>, context: CallContext): Promise<void> | undefined {
    const report = (error: unknown): void => this.#host.tools.report(error, 'cache set');
    if (!this.#waitForWrite) {
      // No timer: nothing here waits for it, and nothing is kept for one that hangs.
      Promise.resolve(stored).catch(report);
      return undefined;
    }
    const { signal } = context;
    return until(stored, signal, this.#limit).then(
      () => {},
      (error: unknown) => {
        if (!signal?.aborted) report(error);
      },
    );
  }

  #keyOf(context: CallContext): string | undefined {
    try {
      const key = typeof this.#key === 'function' ? this.#key(context) : (this.#key ?? context.key);
      if (typeof key === 'string') return key;
    } catch (error) {
      this.#host.tools.report(error, 'cache key');
      return undefined;
    }
    this.#tellOfKey();
    return undefined;
  }

  /** A good call does not fail for want of a key, but a cache that is never used should not go unnoticed. */
  #tellOfKey(): void {
    if (this.#toldOfKey) return;
    this.#toldOfKey = true;
    const say = "a cache needs a key: execute(call, { key: '…' }) or cached(cache, { key })";
    this.#host.tools.report(
      new TypeError(`${this.#host.name}: ${say}; calls without one are not cached`),
      'cache key',
    );
  }
}

function answerOf(found: unknown): Answer | undefined {
  if (found === undefined || found === null) return undefined;
  const { value, ageMs, stale = false } = found as CacheHit;
  if (typeof ageMs !== 'number')
    throw new TypeError(`a cache's get must answer with { value, ageMs } or undefined, got ${show(found)}`);
  return { value, ageMs: Math.max(0, ageMs), stale };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
