import type { Clock } from '@cb/core';
import { checkCount, checkKeys, checkMs, toolsOf } from '@cb/core/kit';
import type { Cache, CacheHit } from './fallback-cache.ts';

export interface MemoryCacheOptions {
  /** How many are kept; the one that was not used for longest goes first. 1 to 10,000,000. @default 1_000 */
  maxEntries?: number | undefined;
  /** Milliseconds above 0 for which an entry counts as fresh. @default 60_000 */
  maxAgeMs?: number | undefined;
  /**
   * Milliseconds, 0 or more, for which an entry is still good enough after that: it is given out as `stale`.
   * Larger bridges longer outages with older answers. @default 3_600_000 (an hour)
   */
  staleIfErrorMs?: number | undefined;
  /** @default the host's monotonic clock */
  clock?: Clock | undefined;
}

/** A cache within this process. */
export interface MemoryCache<V = unknown> extends Cache<V> {
  get(key: string): CacheHit<V> | undefined;
  set(key: string, value: V): void;
  /** @returns whether there was one. */
  delete(key: string): boolean;
  clear(): void;
  /** How many are kept now, those that are too old but were not asked for since included. */
  readonly size: number;
}

/**
 * Keeps the last good answers, at most so many, each for so long. It gives out the very objects that it was given: whoever
 * changes one changes it for all. Ages are measured by a monotonic clock, so that a wall clock set back makes nothing young.
 *
 * @throws RangeError or TypeError for a wrong option, at once.
 * @example
 * const answers = memoryCache({ maxEntries: 500, maxAgeMs: 30_000, staleIfErrorMs: 600_000 });
 * const prices = pipeline(fallback(cached(answers)), createBreaker({ name: 'prices' }));
 */
export function memoryCache<V = unknown>(options: MemoryCacheOptions = {}): MemoryCache<V> {
  checkKeys('memoryCache', options, ['maxEntries', 'maxAgeMs', 'staleIfErrorMs', 'clock']);
  const { maxEntries = 1_000, maxAgeMs = 60_000, staleIfErrorMs = 3_600_000, clock } = options;
  return new LeastRecentlyUsed<V>(
    checkCount('memoryCache maxEntries', maxEntries, 1, 10_000_000),
    checkMs('memoryCache maxAgeMs', maxAgeMs),
    checkMs('memoryCache staleIfErrorMs', staleIfErrorMs, 0),
    toolsOf({ clock }).clock,
  );
}

class LeastRecentlyUsed<V> implements MemoryCache<V> {
  /** In the order of their last use: a Map keeps the order in which keys were put in. */
  readonly #entries = new Map<string, { readonly value: V; readonly storedAt: number }>();
  readonly #max: number;
  readonly #freshMs: number;
  readonly #goodMs: number;
  readonly #clock: Clock;

  constructor(max: number, freshMs: number, staleMs: number, clock: Clock) {
    this.#max = max;
    this.#freshMs = freshMs;
    this.#goodMs = freshMs + staleMs;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): CacheHit<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    const ageMs = this.#clock.now() - entry.storedAt;
    if (ageMs >= this.#goodMs) return undefined;
    this.#entries.set(key, entry);
    return { value: entry.value, ageMs, stale: ageMs >= this.#freshMs };
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, storedAt: this.#clock.now() });
    if (this.#entries.size <= this.#max) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
