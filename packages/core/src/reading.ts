/** What a breaker shows of itself: pure functions over a look at its parts. */
import { moreCounts, wallNow } from './asked.ts';
import type { BreakerConfig } from './config.ts';
import type { BreakerEvents, Mode } from './events.ts';
import { REMEMBERED_CALLS } from './evidence.ts';
import type { BreakerExport } from './export.ts';
import type { MachineState, StateName } from './machine.ts';
import { NO_PAST, type Past } from './past.ts';
import type { Why } from './rules.ts';
import type { Services } from './services.ts';
import type { Trial } from './trial.ts';
import { NO_TROUBLE, type Trouble } from './trouble.ts';
import type { BreakerSnapshot, Counts, CountsView, WindowView } from './types.ts';
import type { Window } from './window.ts';

/** Everything there is to see at one moment. */
export interface Reading {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly now: number;
  readonly state: StateName;
  readonly mode: Mode;
  readonly generation: number;
  readonly succeeded: number;
  readonly machine: MachineState;
  readonly past: Past | null;
  readonly trouble: Trouble | null;
  readonly window: Window;
  readonly view: WindowView;
  /** The failure ratio that opens at this moment, where a rule adapts it. */
  readonly effectiveRatio: number | undefined;
  readonly config: BreakerConfig;
  readonly services: Services;
}

export interface Person {
  by?: string;
  reason?: string;
}

export function snapshotOf(reading: Reading): BreakerSnapshot {
  const { name, tags, now, state, mode, generation, machine, view, config } = reading;
  const past = reading.past ?? NO_PAST;
  const { evidence } = reading.trouble ?? NO_TROUBLE;
  const { calls, failures, slow, failuresInARow, inFlight } = view;
  return {
    name,
    tags,
    state,
    mode,
    generation,
    seq: past.seq,
    window: {
      calls,
      failures,
      slow,
      failureRatio: calls === 0 ? 0 : failures / calls,
      slowRatio: calls === 0 ? 0 : slow / calls,
      failuresInARow,
    },
    counts: countsOf(reading),
    inFlight,
    openings: machine.openings,
    outcomes: evidence?.outcomes() ?? 'o'.repeat(Math.min(calls, REMEMBERED_CALLS)),
    errors: evidence?.topErrors() ?? [],
    config,
    configRevision: past.configRevision,
    ...given({
      sinceWallAt: past.sinceWallAt,
      effectiveRatio: reading.effectiveRatio,
      openedBecause: past.openedBecause,
      retryAfterMs: machine.name === 'open' ? Math.max(0, machine.until - now) : undefined,
      probing:
        machine.name === 'half-open'
          ? { succeeded: machine.succeeded, failed: machine.failed, inFlight: machine.leases.length }
          : undefined,
    }),
  };
}

function countsOf(reading: Reading): BreakerSnapshot['counts'] {
  const { state, view, machine, config, services } = reading;
  const totals = totalsOf(reading);
  const trying = machine.name === 'half-open' || (machine.name === 'open' && config.probing.whileOpen);
  const probing = trying ? probesOf(machine as MachineState & Trial) : undefined;
  const { timeouts } = reading.trouble ?? NO_TROUBLE;
  const more = moreCounts(
    { state, window: view, totals: { ...totals, timeouts }, openings: machine.openings, probing },
    services,
  );
  return { ...totals, ...more };
}

function totalsOf({ succeeded, trouble }: Reading): Counts {
  const { failed, slow, ignored, rejected, stale } = trouble ?? NO_TROUBLE;
  return { succeeded, failed, slow, ignored, rejected, stale };
}

function probesOf({ nextLease, succeeded, failed, slow, slowFailed, leases }: Trial): CountsView['probing'] {
  return { admitted: nextLease, succeeded, failed, slow, slowFailed, inFlight: leases.length };
}

export function exportOf(reading: Reading): BreakerExport {
  const { now, machine, mode, services, window, view } = reading;
  const past = reading.past ?? NO_PAST;
  return {
    v: 1,
    wallAt: wallNow(services),
    at: now,
    state: machine.name,
    stateMs: machine.since === Number.NEGATIVE_INFINITY ? null : now - machine.since,
    openMs: machine.name === 'open' ? Math.max(0, machine.until - now) : 0,
    openings: machine.openings,
    failuresInARow: view.failuresInARow,
    successesInARow: view.successesInARow,
    ...given({ openedBecause: past.openedBecause }),
    mode,
    modeMs: mode === 'auto' || past.modeUntil === Number.POSITIVE_INFINITY ? null : past.modeUntil - now,
    window: window.contents(now),
    counts: totalsOf(reading),
  };
}

/** The event of a transition that has just been made. */
export function changeOf(
  reading: Reading,
  from: StateName,
  why: Why,
  person: Person | undefined,
): BreakerEvents['state-changed'] {
  const { now, machine, mode, view, config, effectiveRatio } = reading;
  const { evidence } = reading.trouble ?? NO_TROUBLE;
  const { calls, failures, slow } = view;
  const newest =
    config.window.kind === 'last-calls' ? Math.min(config.window.calls, REMEMBERED_CALLS) : REMEMBERED_CALLS;
  const wallAt = reading.past?.sinceWallAt ?? 0;
  const retryAfterMs = machine.name === 'open' ? machine.until - now : undefined;
  return {
    type: 'state-changed',
    ...stampOf(reading, wallAt),
    from,
    to: machine.name,
    mode,
    why,
    window: { calls, failures, slow },
    outcomes: evidence?.outcomes(newest) ?? 'o'.repeat(Math.min(calls, newest)),
    errors: evidence?.topErrors(newest) ?? [],
    ...given({
      effectiveRatio,
      firstFailureWallAt: evidence?.onset.wallAt,
      retryAfterMs,
      retryWallAt: retryAfterMs === undefined ? undefined : wallAt + retryAfterMs,
    }),
    ...signedBy(person),
  };
}

/** What every event of a change carries. */
export function stampOf(
  { name, past, now }: Pick<Reading, 'name' | 'past' | 'now'>,
  wallAt: number,
): { breaker: string; seq: number; at: number; wallAt: number; configRevision: number } {
  const { seq, configRevision } = past ?? NO_PAST;
  return { breaker: name, seq, at: now, wallAt, configRevision };
}

export function signedBy({ by, reason }: Person = {}): { by?: string; note?: string } {
  return given({ by, note: reason });
}

/** Only what is there. */
function given<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
