import {
  type Changes,
  type CloseRule,
  type Config,
  isSame,
  type OpenRule,
  type StayOpen,
  type Window,
} from './breaker-config.ts';
import {
  block,
  data,
  identifier,
  imports,
  LINE,
  number,
  type Options,
  object,
  others,
  quoted,
} from './code-text.ts';

/** Writes expressions in the words of core's helpers, and remembers which it used. */
class Writer {
  readonly used: Set<string> = new Set();
  /** Whether what is left out is the default; else it stays what it was. */
  readonly fresh: boolean;

  constructor(fresh: boolean) {
    this.fresh = fresh;
  }

  call(helper: string, first: string | undefined, options: Options = []): string {
    this.used.add(helper);
    const given = [...(first === undefined ? [] : [first]), ...(options.length > 0 ? [object(options)] : [])];
    return `${helper}(${given.join(', ')})`;
  }
}

/**
 * Code that makes a breaker with this configuration, in the words that its user would have written. What is a default is left
 * out.
 */
export function createCode(name: string, config: Config): string {
  const writer = new Writer(true);
  const own = Object.entries(config).filter(([part, value]) => !isSame(value, DEFAULTS[part]));
  const parts = partsOf(Object.fromEntries(own), writer);
  const body = [['name', quoted(name)] as const, ...parts];
  return `${imports(['createBreaker', ...writer.used])}const ${identifier(name)} = createBreaker(${block(body)});\n`;
}

/** Code that changes a running breaker. */
export function configureCode(name: string, changes: Changes): string {
  const writer = new Writer(false);
  const parts = partsOf(changes, writer);
  return `${imports([...writer.used])}${identifier(name)}.configure(${block(parts)});\n`;
}

function partsOf(config: Changes, writer: Writer): Options {
  const parts: Options = [];
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    switch (key) {
      case 'window':
        parts.push([key, windowCode(value as Window, writer)]);
        break;
      case 'openWhen':
        parts.push([key, rulesCode(value as readonly OpenRule[], writer)]);
        break;
      case 'stayOpen':
        parts.push([key, stayOpenCode(value as StayOpen, writer)]);
        break;
      case 'probing':
        parts.push([key, probingCode(value as Config['probing'], writer)]);
        break;
      default:
        parts.push([key, data(value)]);
    }
  }
  return parts;
}

function windowCode(window: Window, writer: Writer): string {
  switch (window.kind) {
    case 'last-calls':
      return writer.call('lastCalls', number(window.calls));
    case 'last-ms': {
      const { kind: _, ms, buckets, ...rest } = window;
      const options = others(rest);
      if (buckets !== 10) options.unshift(['buckets', number(buckets)]);
      return writer.call('lastMs', number(ms), options);
    }
    case 'tumbling': {
      const { kind: _, ms, ...rest } = window;
      return writer.call('tumblingMs', number(ms), others(rest));
    }
    default:
      return writer.call('sinceClosed', undefined);
  }
}

function rulesCode(rules: readonly OpenRule[], writer: Writer): string {
  const codes = rules.map((rule) => ruleCode(rule, writer));
  if (codes.length === 1) return codes[0] as string;
  const line = `[${codes.join(', ')}]`;
  return line.length <= LINE - 20 ? line : `[\n${codes.map((code) => `    ${code},`).join('\n')}\n  ]`;
}

function ruleCode(rule: OpenRule, writer: Writer): string {
  switch (rule.kind) {
    case 'failure-ratio': {
      const { kind: _, ratio, minimumCalls, adapt, ...rest } = rule;
      const options = [...least(minimumCalls, 20), ...others(rest)];
      if (adapt !== undefined) options.push(['adapt', adaptCode(adapt)]);
      return writer.call('failureRatio', number(ratio), options);
    }
    case 'slow-ratio': {
      const { kind: _, ratio, minimumCalls, slowMs, ...rest } = rule;
      const slow: Options = slowMs === 2_000 ? [] : [['slowMs', number(slowMs)]];
      return writer.call('slowRatio', number(ratio), [...slow, ...least(minimumCalls, 20), ...others(rest)]);
    }
    case 'failures':
      return writer.call('failures', number(rule.failures), least(rule.minimumCalls, 1));
    case 'consecutive-failures':
      return writer.call('consecutiveFailures', number(rule.failures));
    default:
      return writer.call('custom', quoted(rule.name));
  }
}

function adaptCode({ factor, history }: { readonly factor: number; readonly history: unknown }): string {
  const past = typeof history === 'number' ? `{ overMs: ${number(history)} }` : data(history);
  return object([
    ['factor', number(factor)],
    ['history', past],
  ]);
}

function least(minimumCalls: number, usual: number): Options {
  return minimumCalls === usual ? [] : [['minimumCalls', number(minimumCalls)]];
}

function stayOpenCode(stayOpen: StayOpen, writer: Writer): string {
  const { kind, firstMs, factor, maxMs, jitterRatio, hintMaxMs, quietMs, endsAfter } = stayOpen;
  const backsOff = kind === 'backoff';
  const options: Options = backsOff ? [['firstMs', number(firstMs)]] : [];
  if (backsOff && factor !== 2) options.push(['factor', number(factor)]);
  if (backsOff && maxMs !== firstMs * 12) options.push(['maxMs', number(maxMs)]);
  if (jitterRatio !== (backsOff ? 0.2 : 0)) options.push(['jitterRatio', number(jitterRatio)]);
  if (hintMaxMs !== Math.max(maxMs, 60_000)) options.push(['hintMaxMs', number(hintMaxMs)]);
  if (quietMs !== undefined && backsOff) options.push(['quietMs', number(quietMs)]);
  if (endsAfter) options.push(['endsAfter', 'true']);
  return backsOff ? writer.call('backoff', object(options)) : writer.call('fixed', number(firstMs), options);
}

function probingCode(probing: Config['probing'], writer: Writer): string {
  const { probes, atOnce, closeWhen, leaseMs, unlimited, ...rest } = probing;
  const { fresh } = writer;
  const options: Options = [];
  if (!fresh || probes !== 3) options.push(['probes', number(probes)]);
  if (!fresh || atOnce !== probes) options.push(['atOnce', number(atOnce)]);
  if (!fresh || !isSame(closeWhen, { kind: 'success-ratio', ratio: 1 }))
    options.push(['closeWhen', closeCode(closeWhen, writer)]);
  if (!fresh || leaseMs !== 10_000) options.push(['leaseMs', leaseMs === null ? 'null' : number(leaseMs)]);
  // What counts in a row goes on as long as it takes, whether it says so or not.
  if (unlimited && closeWhen.kind !== 'successes-in-a-row') options.push(['unlimited', 'true']);
  options.push(...others(rest));
  return object(options);
}

function closeCode(rule: CloseRule, writer: Writer): string {
  switch (rule.kind) {
    case 'success-ratio':
      return writer.call('successRatio', number(rule.ratio));
    case 'successes':
      return writer.call(
        'successes',
        number(rule.successes),
        rule.of === rule.successes ? [] : [['of', number(rule.of)]],
      );
    case 'successes-in-a-row':
      return writer.call('successesInARow', number(rule.successes));
    default: {
      const { kind: _, calls, ...rest } = rule;
      return writer.call('belowLimits', number(calls), others(rest));
    }
  }
}

/** What `createBreaker({ name })` has. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  window: { kind: 'last-ms', ms: 10_000, buckets: 10 },
  openWhen: [
    { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 },
    { kind: 'slow-ratio', ratio: 0.8, minimumCalls: 20, slowMs: 2_000 },
  ],
  stayOpen: {
    kind: 'backoff',
    firstMs: 5_000,
    factor: 2,
    maxMs: 60_000,
    jitterRatio: 0.2,
    hintMaxMs: 60_000,
  },
  probing: { probes: 3, atOnce: 3, closeWhen: { kind: 'success-ratio', ratio: 1 }, leaseMs: 10_000 },
};
