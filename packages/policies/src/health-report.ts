import type { Mode, StateName, Why } from '@cb/core';
import type { ErrorSummary } from './error-summary.ts';

/** `circuit-open`: nobody asks the other side just now, because it did not answer well before. */
export type HealthStatus = 'healthy' | 'unhealthy' | 'circuit-open';

/** One circuit or one check. Plain data, without messages of errors: it may be shown to strangers. */
export interface HealthResult {
  readonly kind: 'circuit' | 'check';
  readonly name: string;
  readonly status: HealthStatus;
  /** Whether the instance is ready only while this is healthy. */
  readonly critical: boolean;
  /** In words, where it is not healthy. */
  readonly reason?: string | undefined;
  /** When an open circuit lets a call try again: milliseconds from now. Left out where nobody knows. */
  readonly retryAfterMs?: number | undefined;
  /** What opened the circuit: rule, measured value, limit. */
  readonly openedBecause?: Why | undefined;
  /** Of a circuit. Half-open is healthy: calls are let through to find out. */
  readonly state?: StateName | undefined;
  /** Of a circuit: what people have laid over it. */
  readonly mode?: Mode | undefined;
  /** How long a check took. */
  readonly durationMs?: number | undefined;
  /** Name and code of what a check failed with. */
  readonly error?: ErrorSummary | undefined;
}

/** What `check()` of a health answers. Plain data of bounded size. */
export interface HealthReport {
  /** The worst of all results, critical or not: unhealthy, then circuit-open, then healthy. */
  readonly status: HealthStatus;
  /** Whether all that is critical is healthy. */
  readonly ready: boolean;
  /** When it may be ready again: where only circuits are in the way, and all of them know. Milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** All checks, then circuits, open ones first, at most `maxCircuits`. */
  readonly results: readonly HealthResult[];
  /** Of all circuits, also those that are not listed. */
  readonly circuits: { readonly total: number; readonly open: number; readonly halfOpen: number };
  /** Circuits that are not listed. */
  readonly omitted: number;
}
