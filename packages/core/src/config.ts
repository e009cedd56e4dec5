import { checkCount, checkKeys, checkMs, checkRatio, show } from './check.ts';

/** Which calls the rules look at. Plain data; build it with `lastCalls` or `lastMs`. */
export type WindowConfig =
  | { readonly kind: 'last-calls'; readonly calls: number }
  | { readonly kind: 'last-ms'; readonly ms: number; readonly buckets: number };

/** When to open. Plain data; build it with `failureRatio`, `slowRatio` or `consecutiveFailures`. */
export type OpenRule =
  | { readonly kind: 'failure-ratio'; readonly ratio: number; readonly minimumCalls: number }
  | {
      readonly kind: 'slow-ratio';
      readonly ratio: number;
      readonly slowMs: number;
      readonly minimumCalls: number;
    }
  | { readonly kind: 'consecutive-failures'; readonly failures: number };

/** How long to stay open. Plain data; build it with `fixed` or `backoff`. */
export interface StayOpen {
  readonly kind: 'fixed' | 'backoff';
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitterRatio: number;
  /** Longest time that an upstream's `Retry-After` may keep the circuit open. */
  readonly hintMaxMs: number;
}

/** When half-open becomes closed. Plain data; build it with `successRatio`. */
export interface CloseRule {
  readonly kind: 'success-ratio';
  readonly ratio: number;
}

/** How a half-open circuit tries whether the other side is back. */
export interface Probing {
  /** Calls let through in one half-open phase. @default 3 */
  readonly probes: number;
  /** How many of them may run at the same time. @default the number of probes */
  readonly atOnce: number;
  /** @default successRatio(1): every probe must succeed */
  readonly closeWhen: CloseRule;
  /** A probe that has not settled after this long gives its place to another; its late result is stale. @default 10_000 */
  readonly leaseMs: number;
}

/** The whole configuration of a breaker: JSON, shown on the dashboard, stored, replayed. */
export interface BreakerConfig {
  readonly window: WindowConfig;
  readonly openWhen: readonly OpenRule[];
  readonly stayOpen: StayOpen;
  readonly probing: Probing;
}

/** What a user may leave out of a `BreakerConfig`. */
export interface ConfigInput {
  /** Which calls count. @default lastMs(10_000, { buckets: 10 }) */
  window?: WindowConfig;
  /** Any one of them opens. An empty list never opens. @default failureRatio(0.5) and slowRatio(0.8), of at least 20 calls */
  openWhen?: OpenRule | readonly OpenRule[];
  /** @default backoff({ firstMs: 5_000, factor: 2, maxMs: 60_000, jitterRatio: 0.2 }) */
  stayOpen?: StayOpen;
  /** @default three probes, all of which must succeed, each with a lease of 10 s */
  probing?: Partial<Probing>;
}

/**
 * The last `calls` calls, however old they are: 1 to 1,000,000. Larger reacts later and is steadier. Costs a byte a call.
 * @example createBreaker({ name: 'payments', window: lastCalls(100) })
 */
export function lastCalls(calls: number): WindowConfig {
  return { kind: 'last-calls', calls: checkCount('lastCalls', calls) };
}

/**
 * The calls of the last `ms` milliseconds, kept in `buckets` equal parts (1 to 1,000): a call leaves with its bucket, so
 * more buckets forget more smoothly and cost 12 bytes each. A window that was idle is empty.
 * @example createBreaker({ name: 'payments', window: lastMs(10_000, { buckets: 10 }) })
 */
export function lastMs(ms: number, options: { buckets?: number } = {}): WindowConfig {
  checkKeys('lastMs', options, ['buckets']);
  return {
    kind: 'last-ms',
    ms: checkMs('lastMs', ms, 1),
    buckets: checkCount('lastMs buckets', options.buckets ?? 10, 1, 1_000),
  };
}

/**
 * Opens when failed calls ÷ calls in the window reaches `ratio` (above 0, at most 1; compared with `>=`), once the
 * window holds `minimumCalls`. Smaller opens sooner.
 * @param options.minimumCalls 1 to 1,000,000. Larger protects rarely used dependencies from a verdict on few calls. Default 20.
 */
export function failureRatio(ratio: number, options: { minimumCalls?: number } = {}): OpenRule {
  checkKeys('failureRatio', options, ['minimumCalls'], RULE_SLIPS);
  return {
    kind: 'failure-ratio',
    ratio: checkRatio('failureRatio', ratio),
    minimumCalls: checkCount('failureRatio minimumCalls', options.minimumCalls ?? 20),
  };
}

/**
 * Opens when calls slower than `slowMs` ÷ calls in the window reaches `ratio` (above 0, at most 1; compared with `>=`).
 * A call can be slow and failed. With this rule every call reads the clock twice.
 * @param options.slowMs A call that took longer is slow. Default 2,000.
 * @param options.minimumCalls 1 to 1,000,000. Default 20.
 */
export function slowRatio(ratio: number, options: { slowMs?: number; minimumCalls?: number } = {}): OpenRule {
  checkKeys('slowRatio', options, ['slowMs', 'minimumCalls'], RULE_SLIPS);
  return {
    kind: 'slow-ratio',
    ratio: checkRatio('slowRatio', ratio),
    slowMs: checkMs('slowRatio slowMs', options.slowMs ?? 2_000, 0),
    minimumCalls: checkCount('slowRatio minimumCalls', options.minimumCalls ?? 20),
  };
}

/**
 * Opens after `failures` failed calls in a row (1 to 1,000,000), however old they are; a success starts the count again,
 * an ignored call leaves it.
 */
export function consecutiveFailures(failures: number): OpenRule {
  return { kind: 'consecutive-failures', failures: checkCount('consecutiveFailures', failures) };
}

/**
 * Stays open for `ms` milliseconds each time.
 * @param options.jitterRatio 0 to 1: 0.2 draws each time from ±20 %, so that a fleet does not probe in step. Default 0.
 * @param options.hintMaxMs Longest time a `Retry-After` may ask for. Default: the larger of `ms` and 60,000.
 */
export function fixed(ms: number, options: { jitterRatio?: number; hintMaxMs?: number } = {}): StayOpen {
  checkKeys('fixed', options, ['jitterRatio', 'hintMaxMs']);
  const firstMs = checkMs('fixed', ms, 0);
  return {
    kind: 'fixed',
    firstMs,
    factor: 1,
    maxMs: firstMs,
    jitterRatio: checkJitter('fixed jitterRatio', options.jitterRatio ?? 0),
    hintMaxMs: checkMs('fixed hintMaxMs', options.hintMaxMs ?? Math.max(firstMs, 60_000), 0),
  };
}

/**
 * Stays open for `firstMs`, then `factor` times longer after each further opening, up to `maxMs` (before jitter). The
 * count starts again once the circuit has stayed closed for `maxMs`.
 * @param options.factor 1 to 100. Default 2.
 * @param options.maxMs Default 12 × `firstMs`.
 * @param options.jitterRatio 0 to 1: 0.2 draws each time from ±20 %, so that a fleet does not probe in step. Default 0.2.
 * @param options.hintMaxMs Longest time a `Retry-After` may ask for. Default: the larger of `maxMs` and 60,000.
 */
export function backoff(options: {
  firstMs: number;
  factor?: number;
  maxMs?: number;
  jitterRatio?: number;
  hintMaxMs?: number;
}): StayOpen {
  checkKeys('backoff', options, ['firstMs', 'factor', 'maxMs', 'jitterRatio', 'hintMaxMs']);
  const firstMs = checkMs('backoff firstMs', options.firstMs);
  const factor = options.factor ?? 2;
  if (!(typeof factor === 'number' && factor >= 1 && factor <= 100)) {
    throw new RangeError(`backoff factor must be from 1 to 100, got ${show(factor)}`);
  }
  const maxMs = checkMs('backoff maxMs', options.maxMs ?? firstMs * 12);
  if (maxMs < firstMs)
    throw new RangeError(`backoff maxMs (${maxMs}) must not be below firstMs (${firstMs})`);
  return {
    kind: 'backoff',
    firstMs,
    factor,
    maxMs,
    jitterRatio: checkJitter('backoff jitterRatio', options.jitterRatio ?? 0.2),
    hintMaxMs: checkMs('backoff hintMaxMs', options.hintMaxMs ?? Math.max(maxMs, 60_000), 0),
  };
}

/**
 * Closes as soon as so many probes succeeded that the share of all `probes` cannot fall below `ratio` (above 0, at most
 * 1), and opens again as soon as it cannot be reached any more.
 */
export function successRatio(ratio: number): CloseRule {
  return { kind: 'success-ratio', ratio: checkRatio('successRatio', ratio) };
}

const RULE_SLIPS = {
  minimum: '"minimumCalls"',
  minCalls: '"minimumCalls"',
  volume: '"minimumCalls"',
  slowCallMs: '"slowMs"',
};

function checkJitter(option: string, value: unknown): number {
  return value === 0 ? 0 : checkRatio(option, value);
}

/** Resolved configurations by their text, newest last: ten thousand breakers of a group hold one object, not one each. */
const KNOWN = new Map<string, BreakerConfig>();
const KEPT = 64;

/** Fills in defaults and refuses what cannot work. The result is frozen and may be shared. */
export function resolveConfig(input: ConfigInput): BreakerConfig {
  const config = resolveAll(input);
  const text = JSON.stringify(config);
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  const oldest = KNOWN.keys().next();
  if (KNOWN.size >= KEPT && !oldest.done) KNOWN.delete(oldest.value);
  KNOWN.set(text, deepFreeze(config));
  return config;
}

function resolveAll(input: ConfigInput): BreakerConfig {
  const window = resolveWindow(input.window ?? lastMs(10_000, { buckets: 10 }));
  const rules = input.openWhen ?? [failureRatio(0.5), slowRatio(0.8)];
  const openWhen = (Array.isArray(rules) ? rules : [rules]).map((rule) => resolveRule(rule, window, input));
  checkOneSlowLimit(openWhen);
  const stayOpen = resolveStayOpen(input.stayOpen ?? backoff({ firstMs: 5_000, maxMs: 60_000 }));
  return { window, openWhen, stayOpen, probing: resolveProbing(input.probing ?? {}) };
}

function resolveWindow(window: WindowConfig): WindowConfig {
  if (window?.kind === 'last-calls') return lastCalls(window.calls);
  if (window?.kind === 'last-ms') return lastMs(window.ms, { buckets: window.buckets });
  throw new TypeError(`window must be lastCalls(n) or lastMs(ms), got ${show(window)}`);
}

function resolveRule(rule: OpenRule, window: WindowConfig, input: ConfigInput): OpenRule {
  switch (rule?.kind) {
    case 'consecutive-failures':
      return consecutiveFailures(rule.failures);
    case 'failure-ratio':
    case 'slow-ratio': {
      const { minimumCalls } = rule;
      // The default minimum bends to a smaller window; one that was asked for and can never be met is a mistake.
      if (window.kind === 'last-calls' && minimumCalls > window.calls && input.openWhen !== undefined) {
        throw new RangeError(
          `${rule.kind} asks for minimumCalls ${minimumCalls}, but lastCalls(${window.calls}) never holds so many: it could never open`,
        );
      }
      const least = window.kind === 'last-calls' ? Math.min(minimumCalls, window.calls) : minimumCalls;
      return rule.kind === 'failure-ratio'
        ? failureRatio(rule.ratio, { minimumCalls: least })
        : slowRatio(rule.ratio, { slowMs: rule.slowMs, minimumCalls: least });
    }
    default:
      throw new TypeError(
        `openWhen must hold failureRatio(…), slowRatio(…) or consecutiveFailures(…), got ${show(rule)}${typeof rule === 'number' ? `; did you mean failureRatio(${show(rule)})?` : ''}`,
      );
  }
}

function checkOneSlowLimit(rules: readonly OpenRule[]): void {
  const limits = new Set(rules.flatMap((rule) => (rule.kind === 'slow-ratio' ? [rule.slowMs] : [])));
  if (limits.size > 1) {
    throw new RangeError(
      `slowRatio rules of one breaker must share one slowMs, got ${[...limits].join(' and ')}`,
    );
  }
}

function resolveStayOpen(stayOpen: StayOpen): StayOpen {
  if (stayOpen?.kind === 'fixed')
    return fixed(stayOpen.firstMs, { jitterRatio: stayOpen.jitterRatio, hintMaxMs: stayOpen.hintMaxMs });
  if (stayOpen?.kind === 'backoff') {
    const { kind: _, ...options } = stayOpen;
    return backoff(options);
  }
  const slip = typeof stayOpen === 'number' ? `; did you mean fixed(${show(stayOpen)})?` : '';
  throw new TypeError(`stayOpen must be fixed(ms) or backoff({ … }), got ${show(stayOpen)}${slip}`);
}

function resolveProbing(input: Partial<Probing>): Probing {
  if (typeof input !== 'object' || input === null)
    throw new TypeError(`probing must be an object, got ${show(input)}`);
  checkKeys('probing', input, ['probes', 'atOnce', 'closeWhen', 'leaseMs']);
  const probes = checkCount('probing probes', input.probes ?? 3, 1, 10_000);
  const atOnce = checkCount('probing atOnce', input.atOnce ?? probes, 1, 10_000);
  const closeWhen = input.closeWhen ?? successRatio(1);
  if (closeWhen?.kind !== 'success-ratio') {
    const slip = typeof closeWhen === 'number' ? `; did you mean successRatio(${show(closeWhen)})?` : '';
    throw new TypeError(`probing closeWhen must be successRatio(…), got ${show(closeWhen)}${slip}`);
  }
  return {
    probes,
    atOnce: Math.min(atOnce, probes),
    closeWhen: successRatio(closeWhen.ratio),
    leaseMs: checkMs('probing leaseMs', input.leaseMs ?? 10_000),
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
