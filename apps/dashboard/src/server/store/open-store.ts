import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createStore, type StorePlace } from './create-store.ts';
import { FolderLock, lockedAt, ownerOf } from './folder-lock.ts';
import type { CheckedHistory } from './history-options.ts';
import type { HistoryStore } from './history-store.ts';
import { WorkerStore } from './worker/worker-store.ts';

/** A store, and the folder that it has for itself. */
export interface OpenedStore {
  readonly store: HistoryStore;
  readonly release: () => void;
}

/** Node 20 cannot run TypeScript in a worker: the sources, which only tests run, do without. */
const BUILT: boolean = import.meta.url.endsWith('.js');

/** Undefined where nothing is kept. @throws Error in a sentence where the folder cannot be used. */
export function openStore(history: CheckedHistory): OpenedStore | undefined {
  if (typeof history.store === 'object') return { store: history.store, release() {} };
  if (history.store === 'memory') return undefined;
  const run = history.mode === 'run';
  const folder = run ? join(history.path, runName(new Date())) : history.path;
  const lock = lockFolder(folder);
  try {
    if (run) pruneRuns(history.path, Date.now() - history.retentionMs);
    const place: StorePlace = { store: history.store, folder, maxBytes: history.maxBytes };
    return { store: BUILT ? new WorkerStore(place) : createStore(place), release: () => lock.release() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function lockFolder(folder: string): FolderLock {
  try {
    mkdirSync(folder, { recursive: true });
    return FolderLock.take(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : new Error(`history.path cannot be used: ${message}`, { cause: error });
  }
}

function runName(now: Date): string {
  return `run-${now.toISOString().replaceAll(':', '-')}-${process.pid}`;
}

/** Deletes the runs whose server was last alive before a moment. */
function pruneRuns(path: string, before: number): void {
  for (const name of readdirSync(path)) {
    if (!/^run-\d{4}-/.test(name)) continue;
    const folder = join(path, name);
    if (ownerOf(folder) !== undefined) continue;
    // A folder changes when its lock is taken and released; after a crash the lock says how long the server lived.
    const aliveAt = Math.max(statSync(folder).mtimeMs, lockedAt(folder) ?? 0);
    if (aliveAt < before) rmSync(folder, { recursive: true, force: true });
  }
}
