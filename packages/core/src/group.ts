import { checkCount, show } from './check.ts';
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
  /** Options of the breaker for a key; `name` defaults to the key. Must not throw for any key that can occur. */
  configure?: (key: K) => Omit<BreakerOptions, 'name'> & { name?: string };
  /** Told about errors of `configure` and of listeners. @default printed once per place */
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
  readonly #configure: NonNullable<GroupOptions<K>['configure']>;
  readonly #report: (error: unknown, where: string) => void;
  readonly #emitter: Emitter<GroupEvents>;
  #overflow: Circuit | undefined;

  constructor({ max, configure, onError }: GroupOptions<K>) {
    this.#max = checkCount('createGroup max', max ?? 1_000);
    if (configure !== undefined && typeof configure !== 'function') {
      throw new TypeError(`createGroup configure must be a function of the key, got ${show(configure)}`);
    }
    this.#configure = configure ?? (() => ({}));
    this.#report = guarded(onError ?? printOnce());
    this.#emitter = new Emitter<GroupEvents>(this.#report);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): Breaker {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.usedSince = true;
      return known.breaker;
    }
    if (this.#entries.size >= this.#max && !this.#makeRoom()) return this.#overflowBreaker();
    const breaker = this.#make(key);
    this.#entries.set(key, { breaker, usedSince: false });
    this.#emitter.emit('breaker-added', breaker);
    return breaker;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    this.#emitter.emit('breaker-removed', entry.breaker);
    return true;
  }

  on<E extends keyof GroupEvents>(event: E, listener: (breaker: GroupEvents[E]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  *[Symbol.iterator](): Iterator<Breaker> {
    for (const { breaker } of this.#entries.values()) yield breaker;
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  /** Second chance: what was used since it was last looked at goes to the back of the line. */
  #makeRoom(): boolean {
    let looks = CANDIDATES;
    for (const [key, entry] of this.#entries) {
      if (looks-- === 0) return false;
      if (!entry.usedSince && entry.breaker.idle) return this.delete(key);
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
