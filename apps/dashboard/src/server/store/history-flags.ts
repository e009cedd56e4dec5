import type { HistoryOptions } from './history-options.ts';

/** Texts of the command line or the environment. */
export interface HistoryFlags {
  readonly store?: string | undefined;
  readonly mode?: string | undefined;
  readonly path?: string | undefined;
  /** A number and a unit: `7d`, `12h`. */
  readonly retention?: string | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** Options out of flags; undefined where none is set. What they mean is checked where all options are. */
export function historyFromFlags({ store, mode, path, retention }: HistoryFlags): HistoryOptions | undefined {
  const options: HistoryOptions = {};
  if (store) options.store = store as 'memory' | 'file' | 'sqlite';
  if (mode) options.mode = mode as 'none' | 'run' | 'resume';
  if (path) options.path = path;
  if (retention) options.retentionMs = readRetention(retention);
  return Object.keys(options).length === 0 ? undefined : options;
}

function readRetention(text: string): number {
  const [, amount, unit] = /^(\d{1,4}(?:\.\d+)?)\s*(h|d)$/.exec(text.trim()) ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * (UNIT_MS[unit] as number);
  throw new RangeError(`--retention must be a number of hours or days like 12h or 7d, got "${text}"`);
}
