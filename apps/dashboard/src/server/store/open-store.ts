import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FileStore } from './file/file-store.ts';
import { FolderLock, lockedAt, ownerOf } from './folder-lock.ts';
import type { CheckedHistory } from './history-options.ts';
import type { HistoryStore } from './history-store.ts';
import { MemoryStore } from './memory-store.ts';

/** A store, and the folder that it has for itself. */
export interface OpenedStore {
  readonly store: HistoryStore;
  release(): void;
}

/** Bytes of one part of files: an eighth of what may stay, so that an eighth at most goes at once. */
const PARTS = 8;

/** @throws Error in a sentence where the folder cannot be used. */
export function openStore(history: CheckedHistory): OpenedStore {
  if (typeof history.store === 'object') return { store: history.store, release() {} };
  if (history.store === 'memory') return { store: new MemoryStore(), release() {} };
  if (history.mode === 'run') pruneRuns(history.path, Date.now() - history.retentionMs);
  const folder = history.mode === 'run' ? join(history.path, runName(new Date())) : history.path;
  mkdirSync(folder, { recursive: true });
  const lock = FolderLock.take(folder);
  try {
    const store = new FileStore(join(folder, 'files'), { partBytes: history.maxBytes / PARTS });
    return { store, release: () => lock.release() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function runName(now: Date): string {
  return `run-${now.toISOString().replaceAll(':', '-')}-${process.pid}`;
}

/** Deletes the runs whose server was last alive before a moment. */
function pruneRuns(path: string, before: number): void {
  mkdirSync(path, { recursive: true });
  for (const name of readdirSync(path)) {
    if (!/^run-\d{4}-/.test(name)) continue;
    const folder = join(path, name);
    if (ownerOf(folder) !== undefined) continue;
    // A folder changes when its lock is taken and released; after a crash the lock says how long the server lived.
    const aliveAt = Math.max(statSync(folder).mtimeMs, lockedAt(folder) ?? 0);
    if (aliveAt < before) rmSync(folder, { recursive: true, force: true });
  }
}
