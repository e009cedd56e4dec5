import type { AuditRecord, Marker } from '@cb/protocol';
import type { AuditLog, AuditSink } from '../audit.ts';
import { Fleet } from '../fleet.ts';
import { KEEPS_NOTHING } from '../keeper.ts';
import type { Resource } from '../lifecycle.ts';
import type { Limits } from '../limits.ts';
import { Archive } from './archive.ts';
import { HistoryKeeper, recordsInForce } from './history-keeper.ts';
import type { CheckedHistory } from './history-options.ts';
import type { HistoryStore } from './history-store.ts';
import { MinuteKeeper } from './minute-keeper.ts';
import { openStore } from './open-store.ts';
import { Past } from './past.ts';
import { resume } from './resume.ts';

export interface Clocks {
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly log: (line: string) => void;
}

/** Markers and acts that are read back into memory. */
const MOST_MARKERS = 1_000;
const MOST_ACTS = 2_000;

/** A fleet with its past, and what keeps it. Opened before the server takes anybody in, closed after everybody is out. */
export class History implements Resource {
  readonly name: string = 'history';
  readonly fleet: Fleet;
  readonly archive: Archive;
  readonly past: Past;
  readonly #history: CheckedHistory;
  readonly #clocks: Clocks;
  readonly #keeper: HistoryKeeper;
  readonly #minutes: MinuteKeeper;
  #release: (() => void) | undefined;

  constructor(history: CheckedHistory, limits: Partial<Limits> | undefined, clocks: Clocks) {
    const { retentionMs, maxBytes } = history;
    const keeps = history.store !== 'memory';
    this.#history = history;
    this.#clocks = clocks;
    this.archive = new Archive({ keeps, retentionMs, maxBytes, ...clocks });
    this.#keeper = new HistoryKeeper(this.archive);
    this.fleet = new Fleet(limits, keeps ? this.#keeper : KEEPS_NOTHING);
    const now = clocks.now();
    this.#minutes = new MinuteKeeper(this.fleet, this.archive, now);
    this.past = new Past(this.fleet, this.archive, now);
    this.archive.inForce = () => recordsInForce(this.fleet, clocks.now());
  }

  /** Where acts of people are kept; what an earlier life kept of them is read back when it is opened. */
  readonly auditSink: AuditSink = { write: (record) => this.archive.appendAudit(record.t, record) };
  audit: AuditLog | undefined;

  /** Opens the store and brings back what an earlier life of the server left there. */
  async open(): Promise<void> {
    const opened = openStore(this.#history);
    if (opened === undefined) return;
    const { store, release } = opened;
    try {
      if (this.#history.mode === 'resume') await this.#resume(store);
      this.archive.open(store);
      await this.archive.prune();
    } catch (error) {
      await Promise.resolve(store.close()).catch(() => {});
      release();
      throw error;
    }
    this.#release = release;
    this.archive.start();
  }

  async #resume(store: HistoryStore): Promise<void> {
    const now = this.#clocks.now();
    const { fleet, archive } = this;
    await resume({ store, fleet, keeper: this.#keeper, archive }, now);
    const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const markers = await store.markers({ ...all, limit: MOST_MARKERS });
    for (const marker of [...markers.entries].reverse()) fleet.markers.restore(marker as Marker);
    const acts = await store.audit({ ...all, limit: MOST_ACTS });
    for (const record of [...acts.entries].reverse()) this.audit?.restore(record as AuditRecord);
  }

  /** To be called every second. */
  turn(now: number): void {
    if (this.#release === undefined) return;
    this.#minutes.turn(now);
    void this.archive.flush();
  }

  async close(): Promise<void> {
    if (this.#release === undefined) return;
    this.#minutes.finish(this.#clocks.now());
    try {
      await this.archive.close();
    } finally {
      this.#release();
      this.#release = undefined;
    }
  }
}
