import type { CloseRule, Config, OpenRule, Probing, StayOpen, Window } from '../../../lib/breaker-config.ts';

/** Changes of a configuration that keep it one that can work, as far as one number decides that of another. */

export function withWindow(config: Config, window: Window): Config {
  const most = window.kind === 'last-calls' ? window.calls : Number.POSITIVE_INFINITY;
  const openWhen = config.openWhen.map(
    (rule): OpenRule =>
      'minimumCalls' in rule && rule.minimumCalls > most ? { ...rule, minimumCalls: most } : rule,
  );
  return { ...config, window, openWhen };
}

export type WindowKind = Window['kind'];

/** Another kind of window, of about the same length. */
export function withWindowKind(config: Config, kind: WindowKind): Config {
  const { window } = config;
  if (kind === window.kind) return config;
  const ms = 'ms' in window ? window.ms : 10_000;
  const windows: Record<WindowKind, Window> = {
    'last-calls': { kind: 'last-calls', calls: 100 },
    'last-ms': { kind: 'last-ms', ms, buckets: 10 },
    tumbling: { kind: 'tumbling', ms },
    'since-closed': { kind: 'since-closed' },
  };
  return withWindow(config, windows[kind]);
}

/** Rules of one kind share what is slow: a breaker has one such limit. */
export function withRule(config: Config, at: number, rule: OpenRule): Config {
  const openWhen = config.openWhen.map((each, i): OpenRule => {
    if (i === at) return rule;
    return rule.kind === 'slow-ratio' && each.kind === 'slow-ratio' ? { ...each, slowMs: rule.slowMs } : each;
  });
  return withWindow({ ...config, openWhen }, config.window);
}

export function withoutRule(config: Config, at: number): Config {
  return decidable({ ...config, openWhen: config.openWhen.filter((_, i) => i !== at) });
}

export type RuleKind = Exclude<OpenRule['kind'], 'custom'>;

const NEW_RULES: Readonly<Record<RuleKind, OpenRule>> = {
  'failure-ratio': { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 },
  'slow-ratio': { kind: 'slow-ratio', ratio: 0.8, minimumCalls: 20, slowMs: 2_000 },
  failures: { kind: 'failures', failures: 20, minimumCalls: 1 },
  'consecutive-failures': { kind: 'consecutive-failures', failures: 10 },
};

/** Kinds of rules that the configuration has none of. */
export function missingRules({ openWhen }: Config): RuleKind[] {
  return (Object.keys(NEW_RULES) as RuleKind[]).filter((kind) =>
    openWhen.every((rule) => rule.kind !== kind),
  );
}

export function withNewRule(config: Config, kind: RuleKind): Config {
  return decidable(withWindow({ ...config, openWhen: [...config.openWhen, NEW_RULES[kind]] }, config.window));
}

export function withStayOpen(config: Config, change: Partial<StayOpen>): Config {
  const stayOpen = { ...config.stayOpen, ...change };
  const { kind, firstMs, maxMs, hintMaxMs } = stayOpen;
  // The shorter of two follows the one that was moved beyond it.
  const first = change.maxMs === undefined ? firstMs : Math.min(firstMs, maxMs);
  const most = kind === 'fixed' ? first : Math.max(maxMs, first);
  return {
    ...config,
    stayOpen: { ...stayOpen, firstMs: first, maxMs: most, hintMaxMs: Math.max(hintMaxMs, most) },
  };
}

export function withStayOpenKind(config: Config, kind: StayOpen['kind']): Config {
  const { firstMs } = config.stayOpen;
  if (kind === config.stayOpen.kind) return config;
  if (kind === 'backoff') return withStayOpen(config, { kind, factor: 2, maxMs: firstMs * 12 });
  const { quietMs: _, ...stayOpen } = config.stayOpen;
  return { ...config, stayOpen: { ...stayOpen, kind, factor: 1, maxMs: firstMs } };
}

export function withProbing(config: Config, change: Partial<Probing>): Config {
  const before = config.probing;
  const probing = { ...before, ...change };
  const { probes, unlimited, whileOpen } = probing;
  const followed = change.probes !== undefined && before.atOnce === before.probes;
  const bounded = !unlimited && !whileOpen;
  const atOnce = followed ? probes : unlimited ? probing.atOnce : Math.min(probing.atOnce, probes);
  return {
    ...config,
    probing: {
      ...probing,
      atOnce,
      closeWhen: bounded ? within(probing.closeWhen, probes) : probing.closeWhen,
    },
  };
}

/** A rule that looks at no more probes than there are. */
function within(rule: CloseRule, probes: number): CloseRule {
  if (rule.kind === 'successes')
    return { ...rule, successes: Math.min(rule.successes, probes), of: Math.min(rule.of, probes) };
  return rule.kind === 'below-limits' ? { ...rule, calls: Math.min(rule.calls, probes) } : rule;
}

export function withCloseKind(config: Config, kind: CloseRule['kind']): Config {
  const { probes, unlimited: _, ...rest } = config.probing;
  if (kind === rest.closeWhen.kind) return config;
  const rules: Record<CloseRule['kind'], CloseRule> = {
    'success-ratio': { kind: 'success-ratio', ratio: 1 },
    successes: { kind: 'successes', successes: probes, of: probes },
    'successes-in-a-row': { kind: 'successes-in-a-row', successes: probes },
    'below-limits': { kind: 'below-limits', calls: probes },
  };
  const inARow = kind === 'successes-in-a-row' ? { unlimited: true as const } : {};
  return decidable({ ...config, probing: { ...rest, probes, closeWhen: rules[kind], ...inARow } });
}

/** By the limits of shares, where there is any; without one a number of failed probes has to decide. */
function decidable(config: Config): Config {
  const { openWhen, probing } = config;
  const { closeWhen } = probing;
  if (closeWhen.kind !== 'below-limits' || closeWhen.allowedFailures !== undefined) return config;
  if (openWhen.length === 0 || openWhen.some((rule) => 'ratio' in rule)) return config;
  return { ...config, probing: { ...probing, closeWhen: { ...closeWhen, allowedFailures: 0 } } };
}
