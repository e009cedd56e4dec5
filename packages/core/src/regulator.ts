import { checkCount, checkKeys, checkMs } from './check.ts';
import { type Clock, steady, systemClock } from './clock.ts';
import type { Breaker, Permit } from './types.ts';

/**
 * A breaker for code that asks in one place and reports in another, without a permit to carry between them. Where calls overlap,
 * a result settles the oldest call that has none: right in number, not call by call. Prefer `execute` and permits.
 */
export interface Regulator {
  /** Whether a call may run; if so, it takes its place, and one result is expected. */
  allow(): boolean;
  /** A call succeeded. Without an outstanding `allow` it counts as a call of its own. */
  recordSuccess(): void;
  /** A call failed. Without an outstanding `allow` it counts as a call of its own. */
  recordFailure(error?: unknown): void;
  /** Makes the changes that time alone has brought, such as the end of the open time. Takes no place and needs no traffic. */
  renormalize(): void;
  /** Whether a call would be turned away at this moment. A pure read: it takes no place, however often it is asked. */
  limit(): boolean;
  /**
   * Outcomes that were measured elsewhere, each counted as a call of its own, failures evenly spread among the others: 0 to
   * 1,000,000 of each. What the circuit would have turned away is left out.
   */
  observe(outcomes: { succeeded: number; failed: number }): void;
}

export interface RegulatorOptions {
  /** An allowed call without a result gives its place back after so long. @default the breaker's `probing.leaseMs`, or 10_000 */
  leaseMs?: number;
  /** The breaker's clock. @default the host's monotonic clock */
  clock?: Clock;
}

/** An allowed call whose result is expected. */
interface Outstanding {
  readonly permit: Permit;
  readonly until: number;
  next: Outstanding | undefined;
}
/** Beyond so many the oldest gives its place back at once. */
const OUTSTANDING_AT_MOST = 10_000;
const LEASE_MS = 10_000;

/**
 * Lays a regulator over a breaker. Nothing leaks: what is allowed and never recorded is given back, as ignored, after its lease.
 * @example
 * const jobs = createRegulator(createBreaker({ name: 'jobs' }));
 * if (jobs.allow()) run(job).then(() => jobs.recordSuccess(), (error) => jobs.recordFailure(error));
 */
export function createRegulator(breaker: Breaker, options: RegulatorOptions = {}): Regulator {
  checkKeys('createRegulator', options, ['leaseMs', 'clock']);
  const leaseMs = checkMs(
    'createRegulator leaseMs',
    options.leaseMs ?? breaker.config.probing.leaseMs ?? LEASE_MS,
  );
  const clock = options.clock === undefined ? systemClock : steady(options.clock);
  let oldest: Outstanding | undefined;
  let newest: Outstanding | undefined;
  let size = 0;

  const take = (): Permit | undefined => {
    const taken = oldest;
    if (taken === undefined) return undefined;
    oldest = taken.next;
    if (oldest === undefined) newest = undefined;
    size--;
    return taken.permit;
  };
  const giveBackLate = (): void => {
    const now = clock.now();
    while (oldest !== undefined && oldest.until <= now) (take() as Permit).ignore();
  };
  /** The oldest call without a result, or a new one. */
  const next = (): Permit | null => {
    giveBackLate();
    return take() ?? alone();
  };
  const alone = (): Permit | null => (breaker.wouldAdmit() ? breaker.tryAcquire() : null);

  return {
    allow() {
      giveBackLate();
      const permit = breaker.tryAcquire();
      if (permit === null) return false;
      if (size === OUTSTANDING_AT_MOST) (take() as Permit).ignore();
      const added: Outstanding = { permit, until: clock.now() + leaseMs, next: undefined };
      if (newest === undefined) oldest = added;
      else newest.next = added;
      newest = added;
      size++;
      return true;
    },
    recordSuccess: () => void next()?.succeed(),
    recordFailure: (error) => void next()?.fail(error),
    renormalize() {
      giveBackLate();
      breaker.passTime();
    },
    limit: () => !breaker.wouldAdmit(),
    observe({ succeeded, failed }) {
      checkCount('observe succeeded', succeeded, 0);
      checkCount('observe failed', failed, 0);
      const all = succeeded + failed;
      for (let i = 1, told = 0; i <= all; i++) {
        const bad = Math.round((i * failed) / all) > told;
        if (bad) {
          told++;
          alone()?.fail();
        } else alone()?.succeed();
      }
    },
  };
}
