/** When a circuit opens: pure functions over the window's totals. */
import type { FailureRatio, OpenRule, Rounding, SlowRatio } from './config.ts';
import type { WindowTotals } from './window.ts';

/** Why a state changed, as data: which rule or cause, what it measured, against which limit. */
export interface Why {
  readonly rule:
    | OpenRule['kind']
    | 'told-to-open'
    | 'open-time-over'
    | 'probes-passed'
    | 'probes-failed'
    | 'probing-too-long'
    | 'probe-now'
    | 'reset';
  /** Measured: a share for the ratio rules, a count for the others. */
  readonly value?: number;
  /** What `value` was compared with: the effective limit, where the rule adapts it. */
  readonly limit?: number;
  /** Calls the rule looked at. */
  readonly calls?: number;
  readonly minimumCalls?: number;
  /** Failed (or, for slow-ratio, slow) calls among them. */
  readonly bad?: number;
  readonly slowMs?: number;
  /** Slow calls that were still under way, where the rule counts them; they are in `calls` and `bad`. */
  readonly inFlight?: number;
  /** Name of a custom rule. */
  readonly name?: string;
}

/** What rules ask about beside the window; the shell answers. */
export interface Beside {
  readonly failuresInARow: number;
  /** Calls under way that are slow already. */
  readonly slowInFlight: number;
  /** The limit at this moment: the configured ratio, moved by ordinary times where the rule adapts. */
  limitOf(rule: FailureRatio): number;
  custom(name: string): boolean;
}

/** The first rule whose limit is reached, or null. Called on every result. */
export function crossedRule(
  rules: readonly OpenRule[],
  window: WindowTotals,
  beside: Beside,
): OpenRule | null {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as OpenRule;
    if (isCrossed(rule, window, beside)) return rule;
  }
  return null;
}

function isCrossed(rule: OpenRule, window: WindowTotals, beside: Beside): boolean {
  switch (rule.kind) {
    case 'failure-ratio':
      if (window.calls < rule.minimumCalls || window.failures === 0) return false;
      return isReached(rule, window.failures, window.calls, beside.limitOf(rule));
    case 'slow-ratio': {
      const waiting = rule.inFlight ? beside.slowInFlight : 0;
      const calls = window.calls + waiting;
      return calls >= rule.minimumCalls && isReached(rule, window.slow + waiting, calls, rule.ratio);
    }
    case 'failures':
      return window.failures >= rule.failures && window.calls >= rule.minimumCalls;
    case 'consecutive-failures':
      return beside.failuresInARow >= rule.failures;
    case 'custom':
      return beside.custom(rule.name);
  }
}

/** Whether these calls alone would meet a ratio rule, however few they are. */
export function shareCrossed(rule: OpenRule, { calls, failures, slow }: WindowTotals): boolean {
  if (rule.kind === 'failure-ratio') return isReached(rule, failures, calls, rule.ratio);
  return rule.kind === 'slow-ratio' && isReached(rule, slow, calls, rule.ratio);
}

// Dividing, not multiplying: n / m is the double nearest to the fraction, as is the literal a person writes (0.07), so
// 7 of 100 reaches 0.07; 0.07 * 100 is a shade above 7.
function isReached(rule: FailureRatio | SlowRatio, bad: number, calls: number, limit: number): boolean {
  const share = rule.rounding === undefined ? bad / calls : rounded(rule.rounding, bad, calls);
  return rule.above ? share > limit : share >= limit;
}

function rounded(rounding: Rounding, bad: number, calls: number): number {
  switch (rounding) {
    case 'percent':
      return Math.floor((100 * bad) / calls + 0.5) / 100;
    case 'percent-down':
      return Math.trunc((bad / calls) * 100) / 100;
    case 'two-digits':
      return Math.round((bad / calls) * 100) / 100;
  }
}

/** What the rule saw, for the event. */
export function explain(rule: OpenRule, window: WindowTotals, beside: Beside): Why {
  const { calls, failures } = window;
  switch (rule.kind) {
    case 'consecutive-failures': {
      const { failuresInARow } = beside;
      return { rule: rule.kind, value: failuresInARow, limit: rule.failures, calls, bad: failuresInARow };
    }
    case 'failures': {
      const { minimumCalls } = rule;
      return { rule: rule.kind, value: failures, limit: rule.failures, calls, minimumCalls, bad: failures };
    }
    case 'custom':
      return { rule: rule.kind, name: rule.name, calls, bad: failures };
    case 'failure-ratio': {
      const { minimumCalls } = rule;
      const limit = beside.limitOf(rule);
      return { rule: rule.kind, value: failures / calls, limit, calls, minimumCalls, bad: failures };
    }
    case 'slow-ratio': {
      const { ratio: limit, minimumCalls, slowMs } = rule;
      const inFlight = rule.inFlight ? beside.slowInFlight : 0;
      const seen = calls + inFlight;
      const bad = window.slow + inFlight;
      return {
        rule: rule.kind,
        value: bad / seen,
        limit,
        calls: seen,
        minimumCalls,
        bad,
        slowMs,
        ...(inFlight === 0 ? {} : { inFlight }),
      };
    }
  }
}

/** The shortest time that any rule calls slow; Infinity where none asks. */
export function slowestAllowedMs(rules: readonly OpenRule[]): number {
  let ms = Number.POSITIVE_INFINITY;
  for (const rule of rules) if (rule.kind === 'slow-ratio') ms = Math.min(ms, rule.slowMs);
  return ms;
}
