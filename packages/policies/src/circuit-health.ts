import type { Breaker, CircuitOpenError, Why } from '@cb/core';
import type { HealthResult } from './health-report.ts';

/** Circuits at one moment. */
export interface CircuitsHealth {
  /** At most as many as may be listed, open ones first. */
  readonly results: readonly HealthResult[];
  readonly total: number;
  readonly open: number;
  readonly halfOpen: number;
  /** Whether a critical one is open, and when the last of them lets a call try; undefined where one does not know. */
  readonly inTheWay: boolean;
  readonly retryAfterMs: number | undefined;
}

/**
 * Looks at circuits without touching them.
 *
 * @param atMost how many are listed.
 * @param isCritical by name.
 */
export function circuitsHealth(
  breakers: Iterable<Breaker>,
  atMost: number,
  isCritical: (name: string) => boolean,
): CircuitsHealth {
  const bad: HealthResult[] = [];
  const good: HealthResult[] = [];
  const all = { total: 0, open: 0, halfOpen: 0, inTheWay: false };
  let retryAfterMs: number | undefined = 0;
  for (const breaker of breakers) {
    const result = circuitHealth(breaker, isCritical(breaker.name));
    const open = result.status === 'circuit-open';
    all.total++;
    if (result.state === 'half-open') all.halfOpen++;
    if (open) all.open++;
    if (open && result.critical) {
      all.inTheWay = true;
      retryAfterMs = later(retryAfterMs, result.retryAfterMs);
    }
    const list = open ? bad : good;
    if (list.length < atMost) list.push(result);
  }
  return { ...all, results: [...bad, ...good].slice(0, atMost), retryAfterMs };
}

/** The later of two moments, unknown where one is. */
export function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.max(one, other);
}

function circuitHealth(breaker: Breaker, critical: boolean): HealthResult {
  const { name, state, mode } = breaker;
  const head = { kind: 'circuit', name, critical, state, mode } as const;
  if (!turnsAway(breaker)) return { ...head, status: 'healthy' };
  const error = breaker.openError();
  const { retryAfterMs, openedBecause } = error;
  return { ...head, status: 'circuit-open', reason: openReason(error), retryAfterMs, openedBecause };
}

/**
 * Half-open does not count, nor does an open circuit whose next call may try: an instance that is out of service until its
 * circuits have closed gets no calls to close them with.
 */
function turnsAway(breaker: Breaker): boolean {
  const { mode } = breaker;
  return mode === 'auto' ? breaker.state === 'open' && !breaker.wouldAdmit() : mode === 'forced-open';
}

/** Why a circuit is open and when it tries again, in words. */
export function openReason({ reason, retryAfterMs, openedBecause }: CircuitOpenError): string {
  const because =
    reason === 'forced' ? 'forced open by hand' : `open${openedBecause ? `: ${inWords(openedBecause)}` : ''}`;
  return retryAfterMs === undefined ? because : `${because}; next try in ${Math.ceil(retryAfterMs)} ms`;
}

function inWords({ rule, value = 0, limit = 0, calls = 0, slowMs, name }: Why): string {
  switch (rule) {
    case 'failure-ratio':
      return `${percent(value)} of ${calls} calls failed, limit ${percent(limit)}`;
    case 'slow-ratio':
      return `${percent(value)} of ${calls} calls took longer than ${slowMs} ms, limit ${percent(limit)}`;
    case 'failures':
      return `${value} of ${calls} calls failed, limit ${limit}`;
    case 'consecutive-failures':
      return `${value} calls in a row failed`;
    case 'custom':
      return `rule "${name}" was met`;
    case 'probes-failed':
      return 'its probes failed';
    case 'probing-too-long':
      return 'its probes took too long';
    case 'told-to-open':
      return 'a result asked for it';
    default:
      return rule;
  }
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1_000) / 10} %`;
}
