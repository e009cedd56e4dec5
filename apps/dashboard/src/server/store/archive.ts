import type { Awaitable, HistoryStore, Page, PageQuery } from './history-store.ts';
import type { HistoryRecord } from './records.ts';
import { within } from './within.ts';

/** Records that may wait for a slow or full disk; beyond it new ones are dropped. */
const MOST_WAITING = 50_000;
/** Records of one batch. */
const BATCH = 5_000;
const FLUSH_MS = 500;
const BEAT_MS = 5_000;
const PRUNE_MS = 60_000;
const RETRY_MS = 2_000;
/** How long a page waits for the store before it is answered without. */
const READ_WITHIN_MS = 5_000;
/** Of closing, for each of its two steps: the program leaves after five seconds. */
const CLOSE_WITHIN_MS = 2_000;

export interface ArchiveOptions {
  /** Whether there is anything to keep at all. */
  readonly keeps: boolean;
  readonly retentionMs: number;
  readonly maxBytes: number;
  /** Wall clock, and a monotonic one for patience. */
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly log: (line: string) => void;
}

/** How keeping goes, for `/healthz`. */
export interface HistoryStats {
  store: string;
  /** How far back it keeps. */
  keptMs: number;
  bytes: number;
  /** Records that were written, that wait to be, and that were dropped because too many waited. */
  written: number;
  waiting: number;
  dropped: number;
  /** Writes and reads that failed, and the reason of the last one that has not worked since. */
  failures: number;
  problem?: string;
}

type Doing = 'read' | 'write';

/**
 * The server's line to a store. Records wait here for at most a second and go out in batches, one at a time. Nobody waits
 * for the store: where it is slow or fails, records wait, then new ones are dropped and counted, and writing is tried
 * again.
 */
export class Archive {
  readonly #options: ArchiveOptions;
  /** Records wait until it is open. */
  #store: HistoryStore | undefined;
  #waiting: HistoryRecord[] = [];
  #batch: readonly HistoryRecord[] = [];
  #drain: Promise<void> | undefined;
  #retryAt = 0;
  #beatAt = Number.NEGATIVE_INFINITY;
  #prunedAt: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #stats: HistoryStats;
  readonly #problems: Map<Doing, string> = new Map();
  #missed = 0;
  #retold: Iterator<HistoryRecord> | undefined;

  /** Tells everything that is in force, after records were dropped. Set by whoever knows. */
  inForce: () => Iterable<HistoryRecord> = () => [];

  constructor(options: ArchiveOptions) {
    this.#options = options;
    this.#prunedAt = options.monotonic();
    const counts = { written: 0, waiting: 0, dropped: 0, failures: 0 };
    this.#stats = { store: 'memory', keptMs: options.retentionMs, bytes: 0, ...counts };
  }

  open(store: HistoryStore): void {
    this.#store = store;
    this.#stats.store = store.name;
  }

  /** From now on it writes by itself. */
  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), FLUSH_MS).unref();
  }

  get retentionMs(): number {
    return this.#options.retentionMs;
  }

  get stats(): HistoryStats {
    const stats = { ...this.#stats, waiting: this.#waiting.length + this.#batch.length };
    for (const problem of this.#problems.values()) stats.problem = problem;
    return stats;
  }

  get keeps(): boolean {
    return this.#options.keeps;
  }

  keep(record: HistoryRecord): void {
    if (!this.keeps) return;
    if (this.#waiting.length < MOST_WAITING) {
      this.#waiting.push(record);
      return;
    }
    if (this.#missed++ === 0) {
      this.#report('write', `more than ${MOST_WAITING} records wait, new ones are dropped`);
    }
    this.#stats.dropped++;
  }

  appendAudit(t: number, data: unknown): void {
    this.keep({ kind: 'audit', t, data });
  }

  async readAudit(query: PageQuery): Promise<Page<unknown> | undefined> {
    return await this.read((store) => store.audit(query));
  }

  /** Asks the store, which has seen by then all that was kept before. Undefined where it fails or takes too long. */
  async read<T>(ask: (store: HistoryStore) => Awaitable<T>): Promise<T | undefined> {
    try {
      const answer = await within(this.#ask(ask), READ_WITHIN_MS);
      this.#worked('read');
      return answer;
    } catch (error) {
      this.#fail('read', error);
      return undefined;
    }
  }

  async #ask<T>(ask: (store: HistoryStore) => Awaitable<T>): Promise<T> {
    await this.flush();
    if (this.#store === undefined) throw new Error('the store is not open');
    return await ask(this.#store);
  }

  #tick(): void {
    const at = this.#options.monotonic();
    if (at - this.#beatAt >= BEAT_MS) {
      this.#beatAt = at;
      this.keep({ kind: 'beat', t: this.#options.now() });
    }
    void this.flush();
  }

  /** Writes what waits. Never rejects: what could not be written goes on waiting. */
  flush(): Promise<void> {
    const store = this.#store;
    if (store === undefined || this.#options.monotonic() < this.#retryAt) return Promise.resolve();
    this.#drain ??= this.#write(store).finally(() => {
      this.#drain = undefined;
    });
    return this.#drain;
  }

  async #write(store: HistoryStore): Promise<void> {
    const { monotonic } = this.#options;
    try {
      for (;;) {
        if (this.#batch.length === 0) this.#batch = this.#next();
        if (this.#batch.length === 0) {
          if (this.#retell()) continue;
          break;
        }
        await store.append(this.#batch);
        this.#stats.written += this.#batch.length;
        this.#batch = [];
        if (this.#waiting.length === 0) this.#worked('write');
      }
      if (monotonic() - this.#prunedAt >= PRUNE_MS) await this.prune();
    } catch (error) {
      this.#retryAt = monotonic() + RETRY_MS;
      this.#fail('write', error);
    }
  }

  /** What waits; after records were dropped everything in force as well, so that the store is right again. */
  #next(): readonly HistoryRecord[] {
    if (this.#waiting.length > 0) return this.#waiting.splice(0, BATCH);
    const batch: HistoryRecord[] = [];
    while (this.#retold !== undefined && batch.length < BATCH) {
      const { done, value } = this.#retold.next();
      if (done === true) this.#retold = undefined;
      else batch.push(value);
    }
    return batch;
  }

  /** Lets go of what is older than the retention, and of what is beyond the bytes. */
  async prune(): Promise<void> {
    const { now, monotonic, retentionMs, maxBytes } = this.#options;
    this.#prunedAt = monotonic();
    await this.#store?.prune({ before: now() - retentionMs, maxBytes });
    this.#stats.bytes = (await this.#store?.summary())?.bytes ?? 0;
  }

  /** Nothing waits. Answers whether there is something to tell again, because records were dropped. */
  #retell(): boolean {
    if (this.#missed === 0) return false;
    this.#missed = 0;
    this.#retold = this.inForce()[Symbol.iterator]();
    return true;
  }

  #fail(what: Doing, error: unknown): void {
    this.#stats.failures++;
    this.#report(what, error instanceof Error ? error.message : String(error));
  }

  /** One line when it begins to fail, and one when it works again: a full disk must not fill a log. */
  #report(what: Doing, problem: string): void {
    if (!this.#problems.has(what)) {
      this.#options.log(`history: cannot ${what} (${this.#stats.store}): ${problem}; it is tried again`);
    }
    this.#problems.set(what, problem.slice(0, 300));
  }

  #worked(what: Doing): void {
    if (!this.#problems.delete(what)) return;
    const lost = this.#missed > 0 ? `; ${this.#missed} records were dropped meanwhile` : '';
    this.#options.log(`history: can ${what} again (${this.#stats.store})${lost}`);
  }

  /** Writes the rest and closes the store. @throws Error where that takes more than a few seconds. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#store === undefined) return;
    this.keep({ kind: 'beat', t: this.#options.now() });
    this.#retryAt = 0;
    await within(this.flush(), CLOSE_WITHIN_MS);
    await within(Promise.resolve(this.#store.close()), CLOSE_WITHIN_MS);
  }
}
