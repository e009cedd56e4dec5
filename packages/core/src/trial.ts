/** The probes of one trial: who may go, who is under way, what they showed. Pure, like the machine it belongs to. */
import type { BreakerConfig, Probing } from './config.ts';
import { shareCrossed } from './rules.ts';

/** A probe's place: held until the probe settles or `until` passes. */
interface Lease {
  readonly id: number;
  readonly until: number;
}

export interface Trial {
  readonly succeeded: number;
  readonly failed: number;
  /** Slow ones among both. */
  readonly slow: number;
  readonly slowFailed: number;
  readonly successesInARow: number;
  readonly leases: readonly Lease[];
  /** Id of the next lease; grows when, and only when, a probe is admitted. */
  readonly nextLease: number;
  /** Tokens as they were at `tokensAt`; 0 where none are asked for. */
  readonly tokens: number;
  readonly tokensAt: number;
}

/** Before the first result. */
export const NOTHING_SHOWN: Readonly<
  Pick<Trial, 'succeeded' | 'failed' | 'slow' | 'slowFailed' | 'successesInARow'>
> = Object.freeze({
  succeeded: 0,
  failed: 0,
  slow: 0,
  slowFailed: 0,
  successesInARow: 0,
});

export function emptyTrial(now: number, probing: Probing): Trial {
  return {
    ...NOTHING_SHOWN,
    leases: [],
    nextLease: 0,
    tokens: probing.tokens?.capacity ?? 0,
    tokensAt: now,
  };
}

/** One more probe, where a probe, a place and a token are left; else the same object. */
export function admit<T extends Trial>(trial: T, now: number, probing: Probing): T {
  const { leases, succeeded, failed, nextLease } = trial;
  if (leases.length >= probing.atOnce) return trial;
  // Half-open with `whileOpen`: configured since. There `probes` bounds a round, and a close rule may ask for more.
  const bounded = !probing.unlimited && !probing.whileOpen;
  if (bounded && succeeded + failed + leases.length >= probing.probes) return trial;
  const tokens = tokensLeft(trial, now, probing);
  if (tokens < 1) return trial;
  const until = probing.leaseMs === null ? Number.POSITIVE_INFINITY : now + probing.leaseMs;
  return {
    ...trial,
    leases: [...leases, { id: nextLease, until }],
    nextLease: nextLease + 1,
    tokens: tokens - 1,
    tokensAt: now,
  };
}

/** Without a bucket there is always one. */
function tokensLeft(trial: Trial, now: number, { tokens }: Probing): number {
  if (tokens === undefined) return 1;
  return Math.min(tokens.capacity, trial.tokens + ((now - trial.tokensAt) * tokens.perSecond) / 1_000);
}

/** When a place, and a token for it, may be free again; NaN where time alone frees none. */
export function freeAt(trial: Trial, now: number, probing: Probing): number {
  const place = Math.min(...trial.leases.map(({ until }) => until));
  const missing = 1 - tokensLeft(trial, now, probing);
  const token =
    probing.tokens === undefined || missing <= 0 ? now : now + (missing * 1_000) / probing.tokens.perSecond;
  return trial.leases.length < probing.atOnce && token > now ? token : Math.max(place, token);
}

/** Without the leases that ran out; the same object where none did. */
export function freed<T extends Trial>(trial: T, now: number): T {
  const leases = trial.leases.filter((lease) => now < lease.until);
  return leases.length === trial.leases.length ? trial : { ...trial, leases };
}

/** False for a probe whose lease ran out: its result is stale. */
export function holdsLease(trial: Trial, lease: number): boolean {
  return trial.leases.some(({ id }) => id === lease);
}

/** After a result. One that came late frees a place that it never took: the oldest. */
export function settled<T extends Trial>(trial: T, lease: number, passed: boolean, slow: boolean): T {
  return {
    ...trial,
    succeeded: trial.succeeded + (passed ? 1 : 0),
    failed: trial.failed + (passed ? 0 : 1),
    slow: trial.slow + (slow ? 1 : 0),
    slowFailed: trial.slowFailed + (slow && !passed ? 1 : 0),
    successesInARow: passed ? trial.successesInARow + 1 : 0,
    leases: lease === -1 ? trial.leases.slice(1) : trial.leases.filter(({ id }) => id !== lease),
  };
}

/** What the probes so far amount to: enough, too few to ever be enough, or neither yet. */
export function verdictOf(trial: Trial, config: BreakerConfig): 'close' | 'open' | 'wait' {
  const { succeeded, failed } = trial;
  const { closeWhen } = config.probing;
  switch (closeWhen.kind) {
    case 'success-ratio':
    case 'successes': {
      const { needed, of } = successesNeeded(config);
      if (succeeded >= needed) return 'close';
      return failed > of - needed ? 'open' : 'wait';
    }
    case 'successes-in-a-row':
      return trial.successesInARow >= closeWhen.successes ? 'close' : 'wait';
    case 'below-limits': {
      const calls = succeeded + failed;
      if (calls < closeWhen.calls) return 'wait';
      if (closeWhen.allowedFailures !== undefined)
        return failed > closeWhen.allowedFailures ? 'open' : 'close';
      const seen = { calls, failures: failed, slow: trial.slow };
      return config.openWhen.some((rule) => shareCrossed(rule, seen)) ? 'open' : 'close';
    }
  }
}

/** How many successes close, of how many probes; the smallest number whose share reaches the close rule's ratio. */
export function successesNeeded(config: BreakerConfig): { needed: number; of: number } {
  const { probes, closeWhen } = config.probing;
  switch (closeWhen.kind) {
    case 'successes':
      return { needed: closeWhen.successes, of: closeWhen.of };
    case 'success-ratio': {
      let needed = 1;
      while (needed / probes < closeWhen.ratio) needed++;
      return { needed, of: probes };
    }
    case 'successes-in-a-row':
      return { needed: closeWhen.successes, of: Number.POSITIVE_INFINITY };
    case 'below-limits':
      return { needed: closeWhen.calls, of: closeWhen.calls };
  }
}
