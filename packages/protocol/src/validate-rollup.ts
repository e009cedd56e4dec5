import { cleanInteger, cleanMoment, cleanNumber, isFields, LIMITS } from './clean.ts';
import { BUCKETS } from './histogram.ts';
import { readId } from './validate.ts';
import type { Rollup } from './wire.ts';

/** A rollup with fresh columns, all of the same length. */
export interface ReadRollup {
  rollup: Rollup;
  /** Rows and columns that were left out. */
  skipped: number;
}

const COUNTS = ['ok', 'fail', 'slow', 'ignored', 'rejected', 'stale', 'inFlight'] as const;
/** Longest interval one rollup may speak of: ten minutes. */
const LONGEST_MS = 600_000;

/** Reads `ro`. A row with a bad id, and a column that is no list of the right length, are skipped; a bad number is 0. */
export function readRollup(value: unknown): ReadRollup | string {
  if (!isFields(value)) return 'ro must be an object';
  const ids = value.id;
  const t = cleanMoment(value.t);
  if (!Array.isArray(ids)) return 'ro.id must be a list of ids';
  if (t === undefined) return 'ro.t must be epoch milliseconds';
  const kept = usableRows(ids);
  const rollup: Rollup = {
    t,
    ms: cleanNumber(value.ms, 1, LONGEST_MS) ?? 1_000,
    id: kept.map((row) => (ids[row] as number) + 0),
  };
  let skipped = ids.length - kept.length;
  const column = <T>(key: string, read: (entry: unknown) => T): T[] | undefined => {
    const list = value[key];
    if (list === undefined) return undefined;
    if (Array.isArray(list) && list.length === ids.length) return kept.map((row) => read(list[row]));
    skipped++;
    return undefined;
  };
  for (const key of COUNTS) {
    const counts = column(key, (entry) => cleanInteger(entry) ?? 0);
    if (counts) rollup[key] = counts;
  }
  const ratios = column('failureRatio', (entry) => cleanNumber(entry, 0, 1) ?? 0);
  if (ratios) rollup.failureRatio = ratios;
  const hist = column('hist', readHistogram);
  if (hist) rollup.hist = hist;
  return { rollup, skipped };
}

/** Positions of the first use of each good id. */
function usableRows(ids: readonly unknown[]): number[] {
  const seen = new Set<number>();
  const kept: number[] = [];
  for (let row = 0; row < ids.length && kept.length < LIMITS.breakers; row++) {
    const id = readId(ids[row]);
    if (id === undefined || seen.has(id)) continue;
    seen.add(id);
    kept.push(row);
  }
  return kept;
}

/** Pairs of bucket and count in order of bucket, each bucket once; a bad pair is left out. */
function readHistogram(value: unknown): number[] {
  if (!Array.isArray(value)) return [];
  const counts = new Map<number, number>();
  let ordered = true;
  let before = -1;
  const end = Math.min(value.length - 1, 2 * BUCKETS);
  for (let i = 0; i < end; i += 2) {
    const bucket = readId(value[i]);
    const count = cleanInteger(value[i + 1], 2 ** 32 - 1) ?? 0;
    if (bucket === undefined || bucket >= BUCKETS || count === 0) continue;
    ordered &&= bucket > before;
    before = bucket;
    counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  const pairs = [...counts];
  if (!ordered) pairs.sort((a, b) => a[0] - b[0]);
  return pairs.flat();
}
