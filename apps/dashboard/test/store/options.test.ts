import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderLock } from '../../src/server/store/folder-lock.ts';
import { checkHistory } from '../../src/server/store/history-options.ts';
import { MemoryStore } from '../../src/server/store/memory-store.ts';
import { folder } from './folder.ts';

describe('options of history', () => {
  it('have defaults: memory keeps nothing, what is on disk goes on after a restart', () => {
    expect(checkHistory()).toMatchObject({ store: 'memory', mode: 'none', retentionMs: 604_800_000 });
    expect(checkHistory({ store: 'file' })).toMatchObject({ mode: 'resume', path: 'cb-history' });
    const store = new MemoryStore();
    expect(checkHistory({ store })).toMatchObject({ store, mode: 'resume' });
  });

  it.each([
    [{ stores: 'file' }, 'history has no "stores"; it knows store, mode, path, retentionMs, maxBytes'],
    [{ store: 'postgres' }, 'history.store must be memory, file, sqlite or a HistoryStore, got "postgres"'],
    [{ store: { name: 'x', append() {} } }, 'history.store has no rows, lanes, events'],
    [{ store: 'file', mode: 'always' }, 'history.mode must be one of none, run, resume, got "always"'],
    [{ mode: 'resume' }, 'needs a store that lasts: set history.store to file or sqlite'],
    [{ store: 'sqlite', mode: 'none' }, 'so leave history.store out, or choose run or resume'],
    [{ path: 'x' }, 'set history.store to one of them'],
    [{ store: 'file', path: '' }, 'history.path must be a folder, got ""'],
    [{ retentionMs: 604_800 }, 'got 604800; 604800 s are 604800000'],
    [{ retentionMs: 1e15 }, 'history.retentionMs must be 3600000 (an hour) to 34560000000 (400 days)'],
    [{ maxBytes: 500 }, 'history.maxBytes must be at least 1048576 (1 MiB), got 500'],
    ['file', `history must be an object like { store: 'file' }, got "file"`],
  ])('%j is refused in a sentence', (options, sentence) => {
    expect(() => checkHistory(options as never)).toThrow(sentence);
  });
});

describe('the lock of a folder', () => {
  it('keeps a second one out until it is released', () => {
    const dir = folder();
    const first = FolderLock.take(dir);
    expect(() => FolderLock.take(dir)).toThrow(`${dir} is in use by process ${process.pid}`);
    first.release();
    FolderLock.take(dir).release();
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1 }, true],
    ['an earlier process of this number', { pid: process.pid }, true],
    ['a process that lives', { pid: process.ppid }, false],
    ['another machine that has just been alive', { pid: 1, host: 'elsewhere' }, false],
  ])('of %s', (_what, owner, free) => {
    const dir = folder();
    writeFileSync(join(dir, 'lock'), JSON.stringify({ host: hostname(), ...owner }));
    if (free) FolderLock.take(dir).release();
    else expect(() => FolderLock.take(dir)).toThrow('is in use');
  });

  it('that is no lock any more is taken', () => {
    const dir = folder();
    writeFileSync(join(dir, 'lock'), '{"pid":');
    FolderLock.take(dir).release();
  });
});
