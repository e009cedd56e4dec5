import type { HistoryStore } from './history-store.ts';

/** How the past is kept. */
export interface HistoryOptions {
  /**
   * `memory` (default): what fits into memory, gone with the process. `file`: in files, without any dependency; good for
   * some thousand breakers. `sqlite`: in a database; needs Node 22.13, or one of the packages `better-sqlite3` and `libsql`.
   * Or an object that does what `HistoryStore` asks.
   */
  store?: 'memory' | 'file' | 'sqlite' | HistoryStore;
  /**
   * `none` (default for memory): nothing on disk. `resume` (default for the others): goes on where the last start ended, so
   * that the pages show the past after a restart. `run`: every start keeps its own past, beside those of earlier ones.
   */
  mode?: 'none' | 'run' | 'resume';
  /** Folder for `file` and `sqlite`. Default `cb-history` in the working directory. */
  path?: string;
  /** How long the past is kept: one hour to 400 days. Default 604,800,000: seven days. */
  retentionMs?: number;
  /** Bytes on disk, at least 1,048,576; beyond it the oldest charts go first. Default 2 GiB. */
  maxBytes?: number;
}

export interface CheckedHistory {
  readonly store: 'memory' | 'file' | 'sqlite' | HistoryStore;
  readonly mode: 'none' | 'run' | 'resume';
  readonly path: string;
  readonly retentionMs: number;
  readonly maxBytes: number;
}

const KNOWN = ['store', 'mode', 'path', 'retentionMs', 'maxBytes'];
const STORES: readonly unknown[] = ['memory', 'file', 'sqlite'];
const MODES: readonly unknown[] = ['none', 'run', 'resume'];
const METHODS = [
  'append',
  'rows',
  'lanes',
  'events',
  'event',
  'latest',
  'samples',
  'markers',
  'audit',
  'summary',
  'prune',
  'close',
] as const;
const HOUR_MS = 3_600_000;
const LONGEST_MS = 400 * 24 * HOUR_MS;
const LEAST_BYTES = 2 ** 20;

/** Fills in defaults; refuses in a sentence what cannot work. */
export function checkHistory(options: HistoryOptions = {}): CheckedHistory {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`history must be an object like { store: 'file' }, got ${show(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key)) throw new TypeError(`history has no "${key}"; it knows ${KNOWN.join(', ')}`);
  }
  const { store = 'memory', retentionMs = 7 * 24 * HOUR_MS, maxBytes = 2 * 2 ** 30 } = options;
  checkStore(store);
  const { mode = store === 'memory' ? 'none' : 'resume', path = 'cb-history' } = options;
  if (!MODES.includes(mode)) {
    throw new TypeError(`history.mode must be one of ${MODES.join(', ')}, got ${show(mode)}`);
  }
  if (store === 'memory' && mode !== 'none') {
    throw new TypeError(`history.mode ${mode} needs a store that lasts: set history.store to file or sqlite`);
  }
  if (store !== 'memory' && mode === 'none') {
    throw new TypeError(
      'history.mode none keeps nothing, so leave history.store out, or choose run or resume',
    );
  }
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`history.path must be a folder, got ${show(path)}`);
  }
  if (options.path !== undefined && store !== 'file' && store !== 'sqlite') {
    throw new TypeError('history.path is for the stores file and sqlite: set history.store to one of them');
  }
  checkBounds(retentionMs, maxBytes);
  return { store, mode, path, retentionMs, maxBytes };
}

function checkStore(store: unknown): void {
  if (STORES.includes(store)) return;
  if (typeof store !== 'object' || store === null) {
    throw new TypeError(`history.store must be memory, file, sqlite or a HistoryStore, got ${show(store)}`);
  }
  const missing = METHODS.filter((name) => typeof (store as Record<string, unknown>)[name] !== 'function');
  if (missing.length > 0) throw new TypeError(`history.store has no ${missing.join(', ')}`);
  if (typeof (store as { name?: unknown }).name !== 'string')
    throw new TypeError('history.store has no name');
}

function checkBounds(retentionMs: unknown, maxBytes: unknown): void {
  if (typeof retentionMs !== 'number' || !(retentionMs >= HOUR_MS && retentionMs <= LONGEST_MS)) {
    const seconds = typeof retentionMs === 'number' && retentionMs * 1_000 >= HOUR_MS;
    const hint = seconds && retentionMs < HOUR_MS ? `; ${retentionMs} s are ${retentionMs * 1_000}` : '';
    throw new RangeError(
      `history.retentionMs must be ${HOUR_MS} (an hour) to ${LONGEST_MS} (400 days), got ${show(retentionMs)}${hint}`,
    );
  }
  if (typeof maxBytes !== 'number' || !(maxBytes >= LEAST_BYTES)) {
    throw new RangeError(`history.maxBytes must be at least ${LEAST_BYTES} (1 MiB), got ${show(maxBytes)}`);
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
