/** When a circuit opens: pure functions over the window's totals. */
import type { OpenRule } from './config.ts';
import type { WindowTotals } from './window.ts';

/** Why a state changed, as data: which rule or cause, what it measured, against which limit. */
export interface Why {
  readonly rule:
    | OpenRule['kind']
    | 'open-time-over'
    | 'probes-passed'
    | 'probes-failed'
    | 'probe-now'
    | 'reset';
  /** Measured: a share for the ratio rules, a count for the others. */
  readonly value?: number;
  /** What `value` was compared with. */
  readonly limit?: number;
  /** Calls the rule looked at. */
  readonly calls?: number;
  readonly minimumCalls?: number;
  /** Failed (or, for slow-ratio, slow) calls among them. */
  readonly bad?: number;
  readonly slowMs?: number;
}

/** The first rule whose limit is reached, or null. Called on every result. */
export function crossedRule(
  rules: readonly OpenRule[],
  window: WindowTotals,
  failuresInARow: number,
): OpenRule | null {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as OpenRule;
    if (isCrossed(rule, window, failuresInARow)) return rule;
  }
  return null;
}

// Dividing, not multiplying: n / m is the double nearest to the fraction, as is the literal a person writes (0.07), so
// 7 of 100 reaches 0.07; 0.07 * 100 is a shade above 7.
function isCrossed(rule: OpenRule, window: WindowTotals, failuresInARow: number): boolean {
  switch (rule.kind) {
    case 'failure-ratio':
      return window.calls >= rule.minimumCalls && window.failures / window.calls >= rule.ratio;
    case 'slow-ratio':
      return window.calls >= rule.minimumCalls && window.slow / window.calls >= rule.ratio;
    case 'consecutive-failures':
      return failuresInARow >= rule.failures;
  }
}

/** What the rule saw, for the event. */
export function explain(rule: OpenRule, window: WindowTotals, failuresInARow: number): Why {
  const { calls } = window;
  if (rule.kind === 'consecutive-failures') {
    return { rule: rule.kind, value: failuresInARow, limit: rule.failures, calls, bad: failuresInARow };
  }
  const { ratio: limit, minimumCalls } = rule;
  if (rule.kind === 'failure-ratio') {
    return {
      rule: rule.kind,
      value: window.failures / calls,
      limit,
      calls,
      minimumCalls,
      bad: window.failures,
    };
  }
  return {
    rule: rule.kind,
    value: window.slow / calls,
    limit,
    calls,
    minimumCalls,
    bad: window.slow,
    slowMs: rule.slowMs,
  };
}

/** The shortest time that any rule calls slow; Infinity where none asks. */
export function slowestAllowedMs(rules: readonly OpenRule[]): number {
  let ms = Number.POSITIVE_INFINITY;
  for (const rule of rules) if (rule.kind === 'slow-ratio') ms = Math.min(ms, rule.slowMs);
  return ms;
}
