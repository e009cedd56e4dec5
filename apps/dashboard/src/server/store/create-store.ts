import { join } from 'node:path';
import { FileStore } from './file/file-store.ts';
import type { HistoryStore } from './history-store.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';

/** Which of our stores on disk, and where. Plain data: it is sent to a worker. */
export interface StorePlace {
  readonly store: 'file' | 'sqlite';
  /** A folder that exists and belongs to this server alone. */
  readonly folder: string;
  readonly maxBytes: number;
}

/** Parts of files that make up what may stay: so much at most goes at once. */
const PARTS = 8;

/** @throws Error in a sentence where it cannot be opened. */
export function createStore({ store, folder, maxBytes }: StorePlace): HistoryStore {
  if (store === 'sqlite') return new SqliteStore(join(folder, 'history.sqlite'));
  return new FileStore(join(folder, 'files'), { partBytes: maxBytes / PARTS });
}
