/** Probes: who may go, and what their results amount to. */
import type { BreakerConfig } from '../../../src/config.ts';
import { reaches } from './exact.ts';

interface Lease {
  readonly id: number;
  readonly until: number;
}
interface Shown {
  readonly passed: boolean;
  readonly slow: boolean;
}
/** One half-open phase, or one time open with `whileOpen`. */
export interface Trial {
  readonly begunAt: number;
  /** When each probe was let through. */
  readonly admittedAt: readonly number[];
  readonly leases: readonly Lease[];
  readonly shown: readonly Shown[];
}

export function trial(begunAt: number): Trial {
  return { begunAt, admittedAt: [], leases: [], shown: [] };
}

export function failed({ shown }: Trial): number {
  return shown.filter(({ passed }) => !passed).length;
}
export function passed({ shown }: Trial): number {
  return shown.filter(({ passed }) => passed).length;
}

/** Probes whose lease ran out give their place to another. */
export function withoutExpired(t: Trial, now: number): Trial {
  return { ...t, leases: t.leases.filter(({ until }) => until > now) };
}

export function mayProbe(t: Trial, { probing }: BreakerConfig, now: number): boolean {
  if (t.leases.length >= probing.atOnce) return false;
  if (!isUnlimited(probing) && t.shown.length + t.leases.length >= probing.probes) return false;
  return tokensLeft(t, probing.tokens, now) >= 1;
}

/** A rule that starts its count again must be able to go on. */
function isUnlimited({ unlimited, closeWhen }: BreakerConfig['probing']): boolean {
  return unlimited === true || closeWhen.kind === 'successes-in-a-row';
}

/** A bucket that is full when half-open begins, and fills again all the time. */
function tokensLeft(t: Trial, tokens: BreakerConfig['probing']['tokens'], now: number): number {
  if (tokens === undefined) return Number.POSITIVE_INFINITY;
  let left = tokens.capacity;
  let at = t.begunAt;
  for (const taken of [...t.admittedAt, now]) {
    left = Math.min(tokens.capacity, left + ((taken - at) * tokens.perSecond) / 1_000);
    at = taken;
    left -= 1;
  }
  return left + 1;
}

export function admitted(t: Trial, { probing }: BreakerConfig, now: number): [Trial, number] {
  const id = t.admittedAt.length + 1;
  const until = probing.leaseMs === null ? Number.POSITIVE_INFINITY : now + probing.leaseMs;
  const leases = [...t.leases, { id, until }];
  return [{ ...t, admittedAt: [...t.admittedAt, now], leases }, id];
}

export function holds(t: Trial, id: number): boolean {
  return t.leases.some((lease) => lease.id === id);
}
export function returned(t: Trial, id: number): Trial {
  return { ...t, leases: t.leases.filter((lease) => lease.id !== id) };
}
export function withResult(t: Trial, shown: Shown): Trial {
  return { ...t, shown: [...t.shown, shown] };
}

/** What the probes so far amount to. */
export function verdictOf(t: Trial, config: BreakerConfig): 'close' | 'open' | 'go on' {
  const { closeWhen, probes } = config.probing;
  const [good, bad] = [passed(t), failed(t)];
  switch (closeWhen.kind) {
    case 'success-ratio':
      if (reaches(closeWhen, good, probes)) return 'close';
      return reaches(closeWhen, Math.max(0, probes - bad), probes) ? 'go on' : 'open';
    case 'successes':
      if (good >= closeWhen.successes) return 'close';
      return bad > closeWhen.of - closeWhen.successes ? 'open' : 'go on';
    case 'successes-in-a-row': {
      const lastBad = t.shown.findLastIndex(({ passed }) => !passed);
      return t.shown.length - 1 - lastBad >= closeWhen.successes ? 'close' : 'go on';
    }
    case 'below-limits':
      if (t.shown.length < closeWhen.calls) return 'go on';
      if (closeWhen.allowedFailures !== undefined) return bad <= closeWhen.allowedFailures ? 'close' : 'open';
      return meetsARatio(t, config) ? 'open' : 'close';
  }
}

function meetsARatio(t: Trial, config: BreakerConfig): boolean {
  const slow = t.shown.filter((shown) => shown.slow).length;
  return config.openWhen.some((rule) => {
    if (rule.kind === 'failure-ratio') return reaches(rule, failed(t), t.shown.length);
    return rule.kind === 'slow-ratio' && reaches(rule, slow, t.shown.length);
  });
}
