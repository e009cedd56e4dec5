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
    id: pick(ids, kept, (id) => (id as number) + 0),
  };
  let skipped = ids.length - rollup.id.length;
  const column = <T>(key: string, read: (entry: unknown) => T): T[] | undefined => {
    const list = value[key];
    if (list === undefined) return undefined;
    if (Array.isArray(list) && list.length === ids.length) return pick(list, kept, read);
    skipped++;
    return undefined;
  };
  for (const key of COUNTS) {
    const counts = column(key, readCount);
    if (counts) rollup[key] = counts;
  }
  const ratios = column('failureRatio', readRatio);
  if (ratios) rollup.failureRatio = ratios;
  const hist = column('hist', readHistogram);
  if (hist) rollup.hist = hist;
  return { rollup, skipped };
}

function readCount(entry: unknown): number {
  return cleanInteger(entry) ?? 0;
}

function readRatio(entry: unknown): number {
  return cleanNumber(entry, 0, 1) ?? 0;
}

/** The entries at these positions, or all of them, each read. */
function pick<T>(
  list: readonly unknown[],
  kept: readonly number[] | 'all',
  read: (entry: unknown) => T,
): T[] {
  const picked: T[] = [];
  if (kept === 'all') for (let i = 0; i < list.length; i++) picked.push(read(list[i]));
  else for (const row of kept) picked.push(read(list[row]));
  return picked;
}

/** Positions of the first use of each good id. A service sends them in order: that is seen without remembering them. */
function usableRows(ids: readonly unknown[]): number[] | 'all' {
  if (ids.length <= LIMITS.breakers && inOrder(ids)) return 'all';
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

function inOrder(ids: readonly unknown[]): boolean {
  let before = -1;
  for (const entry of ids) {
    const id = readId(entry);
    if (id === undefined || id <= before) return false;
    before = id;
  }
  return true;
}

/** Most calls of one bucket. */
const MOST_CALLS = 2 ** 32 - 1;

/** Pairs of bucket and count in order of bucket, each bucket once; a bad pair is left out. */
function readHistogram(value: unknown): number[] {
  if (!Array.isArray(value)) return [];
  return readTidyPairs(value) ?? readPairs(value);
}

/** What a service sends: nothing to be left out, added up or put in order. Undefined for anything else. */
function readTidyPairs(value: readonly unknown[]): number[] | undefined {
  let before = -1;
  for (let i = 0; i < value.length; i += 2) {
    const bucket = value[i];
    const count = value[i + 1];
    // JSON can say -0, which is no bucket that anybody sends.
    if (!Number.isInteger(bucket) || !Number.isInteger(count) || Object.is(bucket, -0)) return undefined;
    if ((bucket as number) <= before || (bucket as number) >= BUCKETS) return undefined;
    if ((count as number) < 1 || (count as number) > MOST_CALLS) return undefined;
    before = bucket as number;
  }
  return value.slice() as number[];
}

function readPairs(value: readonly unknown[]): number[] {
  const counts = new Map<number, number>();
  const end = Math.min(value.length - 1, 2 * BUCKETS);
  for (let i = 0; i < end; i += 2) {
    const bucket = readId(value[i]);
    const count = cleanInteger(value[i + 1], MOST_CALLS) ?? 0;
    if (bucket === undefined || bucket >= BUCKETS || count === 0) continue;
    counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  return [...counts].sort((a, b) => a[0] - b[0]).flat();
}
