import { show } from './check.ts';
import type { BreakerConfig } from './config.ts';
import type { Mode } from './events.ts';
import type { MachineState, StateName } from './machine.ts';
import type { Why } from './rules.ts';
import { emptyTrial } from './trial.ts';
import type { Counts } from './types.ts';
import type { WindowContents } from './window.ts';

/**
 * A breaker as plain data, to be kept over a restart or handed to another process. It holds lengths of time and not
 * moments, so a wall clock that disagrees can end an open time early but never lengthen it.
 */
export interface BreakerExport {
  readonly v: 1;
  /** Epoch milliseconds of the export. */
  readonly wallAt: number;
  /** The same moment on the breaker's clock, whose events carry such moments too. `restore` does not look at it. */
  readonly at?: number;
  readonly state: StateName;
  /** How long the state had lasted; null for as long as anybody can tell. */
  readonly stateMs: number | null;
  /** What was left of the open time; 0 in other states. */
  readonly openMs: number;
  readonly openings: number;
  readonly failuresInARow: number;
  readonly successesInARow: number;
  readonly openedBecause?: Why;
  readonly mode: Mode;
  /** What was left of the mode's time; null for a mode that stays. */
  readonly modeMs: number | null;
  readonly window: WindowContents;
  readonly counts: Counts;
}

const STATES: readonly unknown[] = ['closed', 'open', 'half-open'];
const MODES: readonly unknown[] = ['auto', 'forced-open', 'forced-closed', 'observing'];
const COUNTS = ['succeeded', 'failed', 'slow', 'ignored', 'rejected', 'stale'] as const;

/** Refuses what no breaker exported: a store may hold anything. */
export function checkExport(given: BreakerExport): BreakerExport {
  if (given?.v !== 1) {
    throw new TypeError(`restore must be what breaker.export() returned, version 1, got ${show(given)}`);
  }
  const wrong = (part: string, value: unknown): never => {
    throw new TypeError(`restore.${part} is nothing that breaker.export() returns: ${show(value)}`);
  };
  if (!STATES.includes(given.state)) wrong('state', given.state);
  if (!MODES.includes(given.mode)) wrong('mode', given.mode);
  for (const part of ['wallAt', 'openMs', 'openings', 'failuresInARow', 'successesInARow'] as const)
    if (!isLength(given[part])) wrong(part, given[part]);
  for (const part of ['stateMs', 'modeMs'] as const) {
    if (given[part] !== null && !isLength(given[part])) wrong(part, given[part]);
  }
  if (!isContents(given.window)) wrong('window', given.window);
  for (const part of COUNTS) {
    const count = given.counts?.[part];
    if (!isLength(count)) wrong(`counts.${part}`, count);
  }
  return given;
}

function isLength(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}

function isContents(window: WindowContents | undefined): boolean {
  switch (window?.kind) {
    case 'last-calls':
      return areLengths(window.calls);
    case 'last-ms':
      return areTable(window.buckets) && areLengths([window.bucketMs, window.leftMs]);
    case 'spans':
      return (
        areTable(window.spans) &&
        areLengths(window.streaks) &&
        areLengths([window.beganMs, window.spanMs ?? 0])
      );
    default:
      return false;
  }
}

function areLengths(values: unknown): boolean {
  return Array.isArray(values) && values.every(isLength);
}

function areTable(rows: unknown): boolean {
  return Array.isArray(rows) && rows.every(areLengths);
}

/** The machine as it is `elapsedMs` after the export. Half-open begins again with its first probe: old leases are gone. */
export function restoreMachine(
  kept: BreakerExport,
  now: number,
  elapsedMs: number,
  { probing }: BreakerConfig,
): MachineState {
  const { openings } = kept;
  const since = kept.stateMs === null ? Number.NEGATIVE_INFINITY : now - kept.stateMs - elapsedMs;
  if (kept.state === 'closed') return { name: 'closed', since, openings };
  // What is over stays over, also for a time that still holds at its very end.
  const waits = kept.state === 'open' && kept.openMs > elapsedMs;
  const until = waits ? now + kept.openMs - elapsedMs : Number.NEGATIVE_INFINITY;
  return { name: 'open', since, openings, until, ...emptyTrial(now, probing) };
}
