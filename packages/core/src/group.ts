import { checkCount, checkEvent, show } from './check.ts';
import { Circuit } from './circuit.ts';
import { Emitter, guarded, printOnce } from './events.ts';
import type { Breaker, BreakerOptions } from './types.ts';

export interface GroupEvents {
  'breaker-added': Breaker;
  'breaker-removed': Breaker;
}

export interface GroupOptions<K extends string> {
  /** Breakers kept at most, 1 to 1,000,000. @default 1,000 */
  max?: number;
  /**
   * What keys that mean the same have in common, such as `(host) => host.toLowerCase()`: they share a breaker, which is named and
   * configured by it. Pure and quick; asked at every `get`. Where it throws or returns no string, the key itself is used and
   * `onError` is told, once. @default the key itself
   */
  normalizeKey?: (key: K) => K;
  /** Options of the breaker for a key; `name` defaults to the key. Must not throw for any key that can occur. */
  configure?: (key: K) => Omit<BreakerOptions, 'name'> & { name?: string };
  /** Told about errors of `configure`, of `normalizeKey` and of listeners. @default printed once per place */
  onError?: (error: unknown, where: string) => void;
}

/** One breaker per key: per host, shard, tenant. */
export interface Group<K extends string = string> extends Iterable<Breaker> {
  /** The key's breaker, made on first use; the shared overflow breaker where the group is full and none can go. */
  get(key: K): Breaker;
  has(key: K): boolean;
  /** Forgets the key's breaker; calls under way settle with it all the same. */
  delete(key: K): boolean;
  readonly size: number;
  on<E extends keyof GroupEvents>(event: E, listener: (breaker: GroupEvents[E]) => void): () => void;
}

/** Name of the breaker that serves the keys for which there was no room. */
export const OVERFLOW_KEY = '__overflow__';
const CANDIDATES = 32;

interface Entry {
  readonly breaker: Circuit;
  usedSince: boolean;
}

/**
 * Makes a bounded group of breakers. When it is full, the one that was unused longest makes room, but only if it is
 * idle, closed and without failures in its window: what is open, forced or busy is never forgotten.
 * @example
 * const hosts = createGroup({ max: 500, configure: () => ({ openWhen: failureRatio(0.5) }) });
 * await hosts.get(new URL(url).host).execute(() => fetch(url));
 */
export function createGroup<K extends string = string>(options: GroupOptions<K> = {}): Group<K> {
  return new BoundedGroup(options);
}

class BoundedGroup<K extends string> implements Group<K> {
  readonly #entries = new Map<K, Entry>();
  readonly #max: number;
  readonly #normalizeKey: ((key: K) => K) | undefined;
  readonly #configure: NonNullable<GroupOptions<K>['configure']>;
  readonly #report: (error: unknown, where: string) => void;
  readonly #emitter: Emitter<GroupEvents>;
  #overflow: Circuit | undefined;
  #toldOfKeys = false;

  constructor({ max, normalizeKey, configure, onError }: GroupOptions<K>) {
    this.#max = checkCount('createGroup max', max ?? 1_000);
    for (const [name, given] of Object.entries({ normalizeKey, configure })) {
      if (given !== undefined && typeof given !== 'function')
        throw new TypeError(`createGroup ${name} must be a function of the key, got ${show(given)}`);
    }
    this.#normalizeKey = normalizeKey;
    this.#configure = configure ?? (() => ({}));
    this.#report = guarded(onError ?? printOnce());
    this.#emitter = new Emitter<GroupEvents>(this.#report);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(given: K): Breaker {
    const key = this.#keyOf(given);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.usedSince = true;
      return known.breaker;
    }
    if (typeof key !== 'string') throw new TypeError(`a group's key must be a string, got ${show(key)}`);
    if (this.#entries.size >= this.#max && !this.#makeRoom()) return this.#overflowBreaker();
    const breaker = this.#make(key);
    this.#entries.set(key, { breaker, usedSince: false });
    this.#emitter.emit('breaker-added', breaker);
    return breaker;
  }

  has(key: K): boolean {
    return this.#entries.has(this.#keyOf(key));
  }

  delete(key: K): boolean {
    return this.#forget(this.#keyOf(key));
  }

  #forget(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    this.#emitter.emit('breaker-removed', entry.breaker);
    return true;
  }

  on<E extends keyof GroupEvents>(event: E, listener: (breaker: GroupEvents[E]) => void): () => void {
    checkEvent(event, ['breaker-added', 'breaker-removed'], {
      added: '"breaker-added"',
      removed: '"breaker-removed"',
    });
    return this.#emitter.on(event, listener);
  }

  *[Symbol.iterator](): Iterator<Breaker> {
    for (const { breaker } of this.#entries.values()) yield breaker;
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  #keyOf(given: K): K {
    if (this.#normalizeKey === undefined) return given;
    try {
      const key: unknown = this.#normalizeKey(given);
      if (typeof key === 'string') return key as K;
      this.#tellOfKeys(new TypeError(`normalizeKey returned ${show(key)}, not a string`));
    } catch (error) {
      this.#tellOfKeys(error);
    }
    return given;
  }

  #tellOfKeys(error: unknown): void {
    if (this.#toldOfKeys) return;
    this.#toldOfKeys = true;
    this.#report(error, 'normalizeKey');
  }

  /** Second chance: what was used since it was last looked at goes to the back of the line. */
  #makeRoom(): boolean {
    let looks = CANDIDATES;
    for (const [key, entry] of this.#entries) {
      if (looks-- === 0) break;
      if (!entry.usedSince && entry.breaker.idle) return this.#forget(key);
      entry.usedSince = false;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return false;
  }

  #make(key: K): Circuit {
    const name = key === '' ? '(empty)' : key.slice(0, 200);
    try {
      return new Circuit({ name, ...this.#configure(key) });
    } catch (error) {
      // A breaker with the defaults guards the call better than an error thrown into it.
      this.#report(error, 'configure');
      return new Circuit({ name });
    }
  }

  #overflowBreaker(): Breaker {
    if (this.#overflow === undefined) {
      this.#overflow = this.#make(OVERFLOW_KEY as K);
      this.#emitter.emit('breaker-added', this.#overflow);
    }
    return this.#overflow;
  }
}
