import {
  cleanInteger,
  cleanJson,
  cleanNumber,
  type Fields,
  isFields,
  type JsonBounds,
  LIMITS,
} from './clean.ts';
import { type Batch, readBatch, readId, readMode, readState } from './validate.ts';
import { readWhy } from './validate-change.ts';
import type { TraceChange, TracePart } from './wire-trace.ts';

/** An export holds at most the numbers of a thousand calls, or of a thousand spans of time. */
const START: JsonBounds = { depth: 6, values: 6_000, chars: 4_096 };
/** Longest time between two calls, or that one took, in ticks: 24 days. */
const MOST_TICKS = 2 ** 31 - 1;
/** Last tick of a clock: 278,000 years after its first. */
const LAST_TICK = Number.MAX_SAFE_INTEGER;
const LETTERS = /^[oexrOEX]*$/;

/** Reads `tr`: parts of traces, at most `LIMITS.breakers`. One that does not add up is left out: a gap, not a lie. */
export function readTraces(value: unknown): Batch<TracePart> | string {
  return readBatch(value, 'tr', readPart);
}

function readPart(value: Fields): TracePart | undefined {
  const id = readId(value.id);
  const part = cleanInteger(value.part);
  const from = readTick(value.from);
  const to = readTick(value.to);
  const zeroAt = cleanNumber(value.zeroAt, -LAST_TICK, LAST_TICK);
  const columns = readColumns(value);
  if (id === undefined || !part || from === undefined || to === undefined || to < from) return undefined;
  if (zeroAt === undefined || columns === undefined) return undefined;
  const read: TracePart = {
    id,
    part,
    from,
    to,
    zeroAt,
    ...columns,
    inFlight: cleanInteger(value.inFlight) ?? 0,
  };
  const changes = readChanges(value.changes);
  const lost = cleanInteger(value.lost);
  if (changes.length > 0) read.changes = changes;
  if (isFields(value.start)) read.start = cleanJson(value.start, START);
  if (lost) read.lost = lost;
  return read;
}

function readColumns(value: Fields): Pick<TracePart, 'calls' | 'at' | 'took' | 'counted'> | undefined {
  const { calls } = value;
  if (typeof calls !== 'string' || calls.length > LIMITS.tracedCalls || !LETTERS.test(calls))
    return undefined;
  const at = readTicks(value.at, calls.length, -MOST_TICKS);
  const took = readTicks(value.took, calls.length, 0);
  if (at === undefined || took === undefined) return undefined;
  if (value.counted === undefined) return { calls, at, took };
  const counted = readCounted(value.counted, calls.length);
  return counted && { calls, at, took, counted };
}

function readTick(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) + 0 : undefined;
}

function readTicks(value: unknown, length: number, least: number): number[] | undefined {
  if (!Array.isArray(value) || value.length !== length) return undefined;
  const ticks: number[] = [];
  for (const entry of value as unknown[]) {
    if (!Number.isInteger(entry)) return undefined;
    ticks.push(Math.min(MOST_TICKS, Math.max(least, entry as number)) + 0);
  }
  return ticks;
}

/** Pairs of an index, in order, and ticks. */
function readCounted(value: unknown, calls: number): number[] | undefined {
  if (!Array.isArray(value) || value.length % 2 !== 0 || value.length > 2 * calls) return undefined;
  const pairs = readTicks(value, value.length, 0);
  let before = -1;
  for (let i = 0; i < (pairs?.length ?? 0); i += 2) {
    const index = pairs?.[i] as number;
    if (index <= before || index >= calls) return undefined;
    before = index;
  }
  return pairs;
}

function readChanges(value: unknown): TraceChange[] {
  const changes: TraceChange[] = [];
  if (!Array.isArray(value)) return changes;
  for (const entry of value.slice(0, LIMITS.tracedChanges) as unknown[]) {
    const change = isFields(entry) ? readChange(entry) : undefined;
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

function readChange(value: Fields): TraceChange | undefined {
  const at = readTick(value.at);
  const to = readState(value.to);
  const { kind } = value;
  if (at === undefined || to === undefined) return undefined;
  if (kind !== 'state' && kind !== 'mode' && kind !== 'configured') return undefined;
  const change: TraceChange = {
    at,
    kind,
    from: readState(value.from) ?? to,
    to,
    mode: readMode(value.mode) ?? 'auto',
    why: readWhy(value.why),
  };
  const openMs = cleanNumber(value.openMs, 0, Number.MAX_SAFE_INTEGER);
  if (openMs !== undefined) change.openMs = openMs;
  return change;
}
