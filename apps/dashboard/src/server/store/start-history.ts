import { Fleet } from '../fleet.ts';
import { KEEPS_NOTHING } from '../keeper.ts';
import type { Limits } from '../limits.ts';
import { Archive } from './archive.ts';
import { HistoryKeeper, recordsInForce } from './history-keeper.ts';
import type { CheckedHistory } from './history-options.ts';
import { MinuteKeeper } from './minute-keeper.ts';
import { openStore } from './open-store.ts';
import { Past } from './past.ts';
import type { HistoryRecord } from './records.ts';
import { resume } from './resume.ts';

export interface Clocks {
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly log: (line: string) => void;
}

/** A fleet with its past, and what keeps it. */
export interface History {
  readonly fleet: Fleet;
  readonly archive: Archive;
  readonly past: Past;
  /** To be called every second. */
  turn(now: number): void;
  close(): Promise<void>;
}

/** What the fleet itself has in memory need not be kept there twice. */
const NOTES: ReadonlySet<HistoryRecord['kind']> = new Set(['marker', 'audit']);

/** Opens the store and brings back what an earlier life of the server left there. */
export async function startHistory(
  history: CheckedHistory,
  limits: Partial<Limits> | undefined,
  clocks: Clocks,
): Promise<History> {
  const { retentionMs, maxBytes } = history;
  const inMemory = history.store === 'memory';
  const { store, release } = openStore(history);
  const archive = new Archive({ store, retentionMs, maxBytes, ...clocks, ...(inMemory && { kinds: NOTES }) });
  const now = clocks.now();
  let fleet: Fleet;
  try {
    const keeper = new HistoryKeeper(archive);
    fleet = new Fleet(limits, inMemory ? KEEPS_NOTHING : keeper);
    if (history.mode === 'resume') await resume({ store, fleet, keeper, archive }, now);
    if (!inMemory) await archive.prune();
  } catch (error) {
    await Promise.resolve(store.close()).catch(() => {});
    release();
    throw error;
  }
  archive.inForce = () => recordsInForce(fleet, clocks.now());
  archive.start();
  const minutes = new MinuteKeeper(fleet, archive, now);
  return {
    fleet,
    archive,
    past: new Past(fleet, archive, now),
    turn: (at) => {
      if (!inMemory) minutes.turn(at);
    },
    close: async () => {
      if (!inMemory) minutes.finish(clocks.now());
      await archive.close();
      release();
    },
  };
}
