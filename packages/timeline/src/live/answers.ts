import { LANE, LANE_RANK, type Lane } from '../drawing/lane.ts';
import { slugOf } from '../drawing/states.ts';
import type { TimelineSegment } from '../lanes.ts';

// What the dashboard answers, read by hand: nothing is taken for granted, and `undefined` means that it makes no sense.

/** Most that is read of one lane. */
const MOST_RUNS = 20_000;
const MINUTE_MS = 60_000;

export interface DirectoryAnswer {
  /** One life of the server; the numbers of rows hold within it. */
  epoch: string;
  now: number;
  /** Rows of the service, by the name of the breaker. */
  rows: Map<string, number>;
}

/** `directory?instances=0`: rows as columns. */
export function readDirectory(given: unknown, service: string): DirectoryAnswer | undefined {
  const { epoch, now, row, name, serviceOf, service: known } = fieldsOf(given);
  const services = listOf(known);
  const names = listOf(name);
  const of = listOf(serviceOf);
  const steps = listOf(row);
  if (typeof epoch !== 'string' || !isNumber(now) || names.length !== steps.length) return undefined;
  const place = services.indexOf(service);
  const rows = new Map<string, number>();
  let number = 0;
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at];
    if (!isNumber(step)) return undefined;
    number += step;
    if (of[at] === place && place !== -1) rows.set(String(names[at]), number);
  }
  return { epoch, now, rows };
}

/** `breaker?row`: the lane of one of its instances. */
export function readLaneNumber(given: unknown, instance: string): number | undefined {
  for (const entry of listOf(fieldsOf(fieldsOf(given).row).instances)) {
    const { lane, instance: name } = fieldsOf(entry);
    if (name === instance && isNumber(lane)) return lane;
  }
  return undefined;
}

export interface TimelineAnswer {
  epoch: string;
  /** The server's clock. */
  to: number;
  /** By `row:lane`; the lane of all instances is -1. */
  lanes: Map<string, TimelineSegment[]>;
}

/** `timeline?rows`. */
export function readTimeline(given: unknown): TimelineAnswer | undefined {
  const { epoch, to, lanes } = fieldsOf(given);
  if (typeof epoch !== 'string' || !isNumber(to)) return undefined;
  const read = new Map<string, TimelineSegment[]>();
  for (const each of listOf(lanes)) {
    const { row, lane, segments, minutes } = fieldsOf(each);
    const exact = readRuns(segments);
    if (!isNumber(row) || !isNumber(lane)) continue;
    read.set(`${row}:${lane}`, [...readMinutes(minutes, exact[0]?.fromMs ?? to), ...exact]);
  }
  return { epoch, to, lanes: read };
}

function readRuns(given: unknown): TimelineSegment[] {
  const { start, code } = fieldsOf(given);
  const codes = listOf(code).slice(-MOST_RUNS);
  return listOf(start)
    .slice(-MOST_RUNS)
    .flatMap((fromMs, at) => (isNumber(fromMs) ? { state: slugOf(Number(codes[at])), fromMs } : []));
}

/** Of a folded minute only shares are known: it shows the worst that it held, as a pixel does. */
function readMinutes(given: unknown, until: number): TimelineSegment[] {
  const { from, stepMs = MINUTE_MS, shares } = fieldsOf(given);
  if (!isNumber(from) || !isNumber(stepMs) || stepMs <= 0) return [];
  const held = listOf(shares).slice(0, MOST_RUNS * 5);
  const segments: TimelineSegment[] = [];
  for (let at = 0; at * 5 < held.length; at++) {
    const fromMs = from + at * stepMs;
    const toMs = Math.min(until, fromMs + stepMs);
    const state = slugOf(worstOf(held.slice(at * 5, at * 5 + 5)));
    if (toMs > fromMs) segments.push({ state, fromMs, toMs });
  }
  return segments;
}

function worstOf(shares: readonly unknown[]): Lane {
  const held = Object.values(LANE).filter((code) => Number(shares[code]) > 0);
  return held.sort((a, b) => (LANE_RANK[b] ?? 0) - (LANE_RANK[a] ?? 0))[0] ?? LANE.noData;
}

function fieldsOf(given: unknown): Record<string, unknown> {
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
}

function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [];
}

function isNumber(given: unknown): given is number {
  return typeof given === 'number' && Number.isFinite(given);
}
