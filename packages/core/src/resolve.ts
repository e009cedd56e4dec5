/** Fills in a configuration's defaults and refuses what cannot work. */
import { checkCount, checkKeys, checkMs, checkRatio, show } from './check.ts';
import type {
  BreakerConfig,
  CloseRule,
  ConfigInput,
  Counting,
  LastMs,
  OpenRule,
  Probing,
  RampUp,
  StayOpen,
  WindowConfig,
} from './config.ts';
import {
  backoff,
  belowLimits,
  chosen,
  consecutiveFailures,
  custom,
  failureRatio,
  failures,
  fixed,
  flag,
  lastCalls,
  lastMs,
  sinceClosed,
  slowRatio,
  successes,
  successesInARow,
  successRatio,
  tumblingMs,
} from './vocabulary.ts';

/** Resolved configurations by their text, newest last: ten thousand breakers of a group hold one object, not one each. */
const KNOWN = new Map<string, BreakerConfig>();
const KEPT = 64;

/** The result is frozen and may be shared. */
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
  const window = resolveWindow(input.window ?? lastMs(10_000));
  const rules = input.openWhen ?? [failureRatio(0.5), slowRatio(0.8)];
  const openWhen = (Array.isArray(rules) ? rules : [rules]).map((rule) => resolveRule(rule, window, input));
  checkOneSlowLimit(openWhen);
  const stayOpen = resolveStayOpen(input.stayOpen ?? backoff({ firstMs: 5_000, maxMs: 60_000 }));
  const probing = resolveProbing(input.probing ?? {});
  checkDecidable(probing.closeWhen, openWhen);
  const { rampUp, failAfterMs, warmUpMs } = input;
  const counting = input.counting === undefined ? {} : resolveCounting(input.counting, window);
  return {
    window,
    openWhen,
    stayOpen,
    probing,
    ...(rampUp === undefined ? {} : { rampUp: resolveRampUp(rampUp) }),
    ...counting,
    ...(failAfterMs === undefined ? {} : { failAfterMs: checkMs('failAfterMs', failAfterMs) }),
    ...(warmUpMs === undefined ? {} : { warmUpMs: checkMs('warmUpMs', warmUpMs, 0) }),
  };
}

function resolveWindow(window: WindowConfig): WindowConfig {
  switch (window.kind) {
    case 'last-calls':
      return lastCalls(window.calls);
    case 'last-ms': {
      const { kind: _, ms, ...options } = window;
      return lastMs(ms, options);
    }
    case 'tumbling': {
      const { kind: _, ms, ...options } = window;
      return tumblingMs(ms, options);
    }
    case 'since-closed':
      return sinceClosed();
    default:
      throw new TypeError(
        `window must be lastCalls(n), lastMs(ms), tumblingMs(ms) or sinceClosed(), got ${show(window)}`,
      );
  }
}

function resolveRule(rule: OpenRule, window: WindowConfig, input: ConfigInput): OpenRule {
  switch (rule?.kind) {
    case 'consecutive-failures':
      return consecutiveFailures(rule.failures);
    case 'custom':
      return custom(rule.name);
    case 'failures': {
      const { kind: _, failures: count, ...options } = fitted(rule, window, input);
      if (window.kind === 'last-calls' && count > window.calls) {
        throw new RangeError(
          `failures asks for ${count} failures, but lastCalls(${window.calls}) never holds so many: it could never open`,
        );
      }
      return failures(count, options);
    }
    case 'failure-ratio': {
      const { kind: _, ratio, ...options } = fitted(rule, window, input);
      return failureRatio(ratio, options);
    }
    case 'slow-ratio': {
      const { kind: _, ratio, ...options } = fitted(rule, window, input);
      return slowRatio(ratio, options);
    }
    default:
      throw new TypeError(
        `openWhen must hold failureRatio(…), slowRatio(…), failures(…), consecutiveFailures(…) or custom(…), got ${show(rule)}${typeof rule === 'number' ? `; did you mean failureRatio(${show(rule)})?` : ''}`,
      );
  }
}

/** The default minimum bends to a smaller window; one that was asked for and can never be met is a mistake. */
function fitted<R extends { kind: string; minimumCalls: number }>(
  rule: R,
  window: WindowConfig,
  input: ConfigInput,
): R {
  if (window.kind !== 'last-calls' || !(rule.minimumCalls > window.calls)) return rule;
  if (input.openWhen !== undefined) {
    throw new RangeError(
      `${rule.kind} asks for minimumCalls ${rule.minimumCalls}, but lastCalls(${window.calls}) never holds so many: it could never open`,
    );
  }
  return { ...rule, minimumCalls: window.calls };
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
  if (stayOpen.kind === 'fixed') {
    const { jitterRatio, hintMaxMs, endsAfter } = stayOpen;
    return fixed(stayOpen.firstMs, { jitterRatio, hintMaxMs, endsAfter });
  }
  if (stayOpen.kind === 'backoff') {
    const { kind: _, ...options } = stayOpen;
    return backoff(options);
  }
  const slip = typeof stayOpen === 'number' ? `; did you mean fixed(${show(stayOpen)})?` : '';
  throw new TypeError(`stayOpen must be fixed(ms) or backoff({ … }), got ${show(stayOpen)}${slip}`);
}

const PROBING = [
  'probes',
  'atOnce',
  'closeWhen',
  'leaseMs',
  'unlimited',
  'tokens',
  'maxMs',
  'afterMaxMs',
  'whileOpen',
];

function resolveProbing(input: Partial<Probing>): Probing {
  if (typeof input !== 'object') throw new TypeError(`probing must be an object, got ${show(input)}`);
  checkKeys('probing', input, PROBING);
  const probes = checkCount('probing probes', input.probes ?? 3, 1, 10_000);
  const atOnce = checkCount('probing atOnce', input.atOnce ?? probes, 1, 10_000);
  const closeWhen = resolveCloseRule(input.closeWhen ?? successRatio(1));
  // What restarts its count must be able to go on; a rule that closes late must not run out of probes first.
  const unlimited = input.unlimited === true || closeWhen.kind === 'successes-in-a-row';
  checkReachable(closeWhen, probes, unlimited || input.whileOpen === true);
  return {
    probes,
    atOnce: unlimited ? atOnce : Math.min(atOnce, probes),
    closeWhen,
    leaseMs: input.leaseMs === null ? null : checkMs('probing leaseMs', input.leaseMs ?? 10_000),
    ...flag('unlimited', unlimited),
    ...(input.tokens === undefined ? {} : { tokens: resolveTokens(input.tokens) }),
    ...(input.maxMs === undefined ? {} : { maxMs: checkMs('probing maxMs', input.maxMs) }),
    ...chosen('probing', 'afterMaxMs', input.afterMaxMs, ['closed']),
    ...flag('whileOpen', input.whileOpen),
  };
}

/** A configuration with changes, still to be resolved: what they leave out stays, and what they have undefined is the default again. */
export function changedBy(changes: ConfigInput, before: BreakerConfig): ConfigInput {
  return { ...before, ...changes, probing: probingAfter(before.probing, changes.probing ?? {}) };
}

/** Probes without a bound that only the close rule before asked for go with that rule. */
function probingAfter({ unlimited, ...before }: Probing, changes: Partial<Probing>): Partial<Probing> {
  const goes = before.closeWhen.kind === 'successes-in-a-row' && changes.closeWhen !== undefined;
  return { ...before, ...(unlimited && !goes ? { unlimited } : {}), ...changes };
}

function resolveCloseRule(rule: CloseRule): CloseRule {
  switch (rule.kind) {
    case 'success-ratio':
      return successRatio(rule.ratio);
    case 'successes':
      return successes(rule.successes, { of: rule.of });
    case 'successes-in-a-row':
      return successesInARow(rule.successes);
    case 'below-limits':
      return belowLimits(rule.calls, { allowedFailures: rule.allowedFailures });
    default: {
      const slip = typeof rule === 'number' ? `; did you mean successRatio(${show(rule)})?` : '';
      throw new TypeError(
        `probing closeWhen must be successRatio(…), successes(…), successesInARow(…) or belowLimits(…), got ${show(rule)}${slip}`,
      );
    }
  }
}

function checkReachable(rule: CloseRule, probes: number, unlimited: boolean): void {
  const needed = rule.kind === 'successes' ? rule.of : rule.kind === 'below-limits' ? rule.calls : 0;
  if (unlimited || needed <= probes) return;
  throw new RangeError(
    `probing closeWhen ${rule.kind} looks at ${needed} probes, but there are only ${probes}; set probes: ${needed} or unlimited: true`,
  );
}

/** Probes that no rule looks at would close the circuit although every one of them failed. */
function checkDecidable(closeWhen: CloseRule, openWhen: readonly OpenRule[]): void {
  if (closeWhen.kind !== 'below-limits' || closeWhen.allowedFailures !== undefined) return;
  if (openWhen.length === 0 || openWhen.some((rule) => 'ratio' in rule)) return;
  throw new RangeError(
    'probing closeWhen below-limits asks the ratio rules of openWhen, and there are none: failed probes would close; set allowedFailures',
  );
}

function resolveTokens(tokens: NonNullable<Probing['tokens']>): NonNullable<Probing['tokens']> {
  if (typeof tokens !== 'object' || tokens === null)
    throw new TypeError(`probing tokens must be { capacity, perSecond }, got ${show(tokens)}`);
  checkKeys('probing tokens', tokens, ['capacity', 'perSecond']);
  const { perSecond } = tokens;
  if (!(typeof perSecond === 'number' && perSecond > 0 && perSecond <= 1_000_000))
    throw new RangeError(
      `probing tokens.perSecond must be above 0 and at most 1000000, got ${show(perSecond)}`,
    );
  return { capacity: checkCount('probing tokens.capacity', tokens.capacity), perSecond };
}

function resolveRampUp(rampUp: NonNullable<ConfigInput['rampUp']>): RampUp {
  if (typeof rampUp !== 'object' || rampUp === null)
    throw new TypeError(`rampUp must be { overMs, fromRatio }, got ${show(rampUp)}`);
  checkKeys('rampUp', rampUp, ['overMs', 'fromRatio', 'alwaysPerSecond']);
  const { overMs, fromRatio = 0.1, alwaysPerSecond = 1 } = rampUp;
  if (!(typeof alwaysPerSecond === 'number' && alwaysPerSecond > 0 && alwaysPerSecond <= 1_000_000))
    throw new RangeError(
      `rampUp alwaysPerSecond must be above 0 and at most 1000000, got ${show(alwaysPerSecond)}`,
    );
  return {
    overMs: checkMs('rampUp overMs', overMs),
    fromRatio: checkRatio('rampUp fromRatio', fromRatio),
    alwaysPerSecond,
  };
}

export const COUNTING: Counting = Object.freeze({
  dated: 'end',
  pending: false,
  rejected: 'nothing',
  ignored: 'nothing',
  late: 'stale',
  check: 'results',
  clears: 'closing',
  closingSuccess: false,
  streakExpires: false,
});
const WORDS = {
  dated: ['end', 'start'],
  rejected: ['nothing', 'calls', 'failures'],
  ignored: ['nothing', 'calls', 'successes'],
  late: ['stale', 'counted'],
  check: ['results', 'failures', 'arrivals'],
  clears: ['closing', 'opening-and-closing', 'never'],
} as const;

/** Written down only where it differs from the defaults, and then whole. */
function resolveCounting(input: Partial<Counting>, window: WindowConfig): { counting?: Counting } {
  if (typeof input !== 'object' || input === null)
    throw new TypeError(`counting must be an object, got ${show(input)}`);
  checkKeys('counting', input, Object.keys(COUNTING));
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const counting: Counting = { ...COUNTING, ...Object.fromEntries(given) };
  for (const [key, words] of Object.entries(WORDS))
    chosen('counting', key, counting[key as keyof typeof WORDS] as string, words);
  for (const key of ['pending', 'closingSuccess', 'streakExpires'] as const)
    flag(`counting ${key}`, counting[key]);
  if (window.kind === 'last-calls') checkCountable(counting);
  if (window.kind === 'last-ms') checkDated(counting, window);
  const plain = (Object.keys(COUNTING) as (keyof Counting)[]).every((key) => counting[key] === COUNTING[key]);
  return plain ? {} : { counting };
}

function checkDated({ dated, streakExpires }: Counting, { anchor, forgets }: LastMs): void {
  if (dated === 'start' && anchor === 'first-call')
    throw new RangeError(
      'counting dated "start" needs buckets on a grid: with anchor "first-call" a call may begin before its bucket does',
    );
  if (dated === 'start' && forgets !== undefined)
    throw new RangeError(
      `counting dated "start" needs buckets that leave together, not forgets ${show(forgets)}`,
    );
  if (streakExpires && forgets !== undefined)
    throw new RangeError(
      `counting streakExpires needs buckets that leave together, not forgets ${show(forgets)}`,
    );
}

function checkCountable(counting: Counting): void {
  for (const key of ['dated', 'pending', 'rejected', 'streakExpires'] as const) {
    if (counting[key] !== COUNTING[key])
      throw new RangeError(
        `counting ${key} ${show(counting[key])} needs a window of time, not lastCalls(…): a ring of results has no place for it`,
      );
  }
  if (counting.ignored === 'calls')
    throw new RangeError('counting ignored "calls" needs a window of time, not lastCalls(…)');
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
