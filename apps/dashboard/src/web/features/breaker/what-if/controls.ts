import type { CloseRule, Config, OpenRule } from '../../../lib/breaker-config.ts';
import { withProbing, withRule, withStayOpen, withWindow } from './edits.ts';

type Unit = '%' | 'ms' | 's' | '×' | 'calls' | '';

/** One number of a configuration, as it is moved on the screen: shares in percent, longer times in seconds. */
export interface Control {
  key: string;
  label: string;
  unit: Unit;
  value: number;
  /** Ends of the slider; a number field may go beyond. */
  min: number;
  max: number;
  /** Steps grow with the value. */
  log: boolean;
  whole: boolean;
  change: (value: number) => Config;
}

/** Controls that belong together. */
export interface ControlGroup {
  key: string;
  title: string;
  controls: Control[];
  /** Which rule it is, for those that can be taken out. */
  rule?: number;
  /** In place of controls. */
  note?: string;
}

interface Shape {
  unit?: Unit;
  min?: number;
  max: number;
  linear?: boolean;
  fraction?: boolean;
}

const PERCENT: Shape = { unit: '%', max: 100, linear: true, fraction: true };
/** No more than the window ever holds. */
function minimumIn({ window }: Config): Shape {
  return { unit: 'calls', max: window.kind === 'last-calls' ? window.calls : 500 };
}
/** No more probes than there are, unless they go on as long as it takes. */
function probesIn({ probing: { probes, unlimited, whileOpen } }: Config): Shape {
  return { max: unlimited || whileOpen ? 30 : probes, linear: true };
}
const OPEN_TIME: Shape = { unit: 's', min: 0.1, max: 300, fraction: true };

function control(
  key: string,
  label: string,
  shape: Shape,
  value: number,
  change: (value: number) => Config,
): Control {
  const { unit = '', min = 1, max, linear = false, fraction = false } = shape;
  // What is in force is always within reach.
  const reach = { min: Math.min(min, value), max: Math.max(max, value) };
  return { key, label, unit, value, ...reach, log: !linear, whole: !fraction, change };
}

export function groupsOf(config: Config): ControlGroup[] {
  const rules = config.openWhen.map((rule, i) => ruleGroup(config, rule, i));
  return [...rules, windowGroup(config), stayOpenGroup(config), probingGroup(config)];
}

function ruleGroup(config: Config, rule: OpenRule, at: number): ControlGroup {
  const of = (
    key: string,
    label: string,
    shape: Shape,
    value: number,
    changed: (value: number) => OpenRule,
  ): Control =>
    control(`${rule.kind}.${key}`, label, shape, value, (next) => withRule(config, at, changed(next)));
  const group = (title: string, controls: Control[]): ControlGroup => ({
    key: `${rule.kind}.${at}`,
    title,
    controls,
    rule: at,
  });
  switch (rule.kind) {
    case 'failure-ratio':
      return group('Failures', [
        of('ratio', 'opens at', PERCENT, percents(rule.ratio), (n) => ({ ...rule, ratio: n / 100 })),
        of('minimumCalls', 'of at least', minimumIn(config), rule.minimumCalls, (minimumCalls) => ({
          ...rule,
          minimumCalls,
        })),
      ]);
    case 'slow-ratio':
      return group('Slow calls', [
        of('ratio', 'opens at', PERCENT, percents(rule.ratio), (n) => ({ ...rule, ratio: n / 100 })),
        of('slowMs', 'slow over', { unit: 'ms', min: 10, max: 30_000 }, rule.slowMs, (slowMs) => ({
          ...rule,
          slowMs,
        })),
        of('minimumCalls', 'of at least', minimumIn(config), rule.minimumCalls, (minimumCalls) => ({
          ...rule,
          minimumCalls,
        })),
      ]);
    case 'failures':
      return group('Failed calls', [
        of('failures', 'opens at', { max: 200 }, rule.failures, (failures) => ({ ...rule, failures })),
        of('minimumCalls', 'of at least', minimumIn(config), rule.minimumCalls, (minimumCalls) => ({
          ...rule,
          minimumCalls,
        })),
      ]);
    case 'consecutive-failures':
      return group('Failures in a row', [
        of('failures', 'opens at', { max: 50 }, rule.failures, (failures) => ({ ...rule, failures })),
      ]);
    default:
      return { ...group(`Rule “${rule.name}”`, []), note: 'A function of the service: it is left out.' };
  }
}

function windowGroup(config: Config): ControlGroup {
  const { window } = config;
  const controls: Control[] = [];
  if (window.kind === 'last-calls') {
    controls.push(
      control('window.calls', 'the last', { unit: 'calls', max: 1_000 }, window.calls, (calls) =>
        withWindow(config, { ...window, calls }),
      ),
    );
  } else if (window.kind !== 'since-closed') {
    const shape: Shape = { unit: 's', min: 1, max: 600, fraction: true };
    controls.push(
      control('window.ms', 'the last', shape, window.ms / 1_000, (s) =>
        withWindow(config, { ...window, ms: s * 1_000 }),
      ),
    );
  }
  return { key: 'window', title: 'Window', controls };
}

function stayOpenGroup(config: Config): ControlGroup {
  const { kind, firstMs, factor, maxMs } = config.stayOpen;
  const controls = [
    control('stayOpen.firstMs', kind === 'fixed' ? 'each time' : 'first', OPEN_TIME, firstMs / 1_000, (s) =>
      withStayOpen(config, { firstMs: s * 1_000 }),
    ),
  ];
  if (kind === 'backoff') {
    controls.push(
      control(
        'stayOpen.factor',
        'then',
        { unit: '×', max: 5, linear: true, fraction: true },
        factor,
        (next) => withStayOpen(config, { factor: next }),
      ),
      control('stayOpen.maxMs', 'at most', { ...OPEN_TIME, max: 1_800 }, maxMs / 1_000, (s) =>
        withStayOpen(config, { maxMs: s * 1_000 }),
      ),
    );
  }
  return { key: 'stayOpen', title: 'Open time', controls };
}

function probingGroup(config: Config): ControlGroup {
  const { probes, atOnce, closeWhen } = config.probing;
  const controls = [
    control('probing.probes', 'probes', { max: 30, linear: true }, probes, (next) =>
      withProbing(config, { probes: next }),
    ),
    control(
      'probing.atOnce',
      'at once',
      config.probing.unlimited ? { max: 30, linear: true } : { max: probes, linear: true },
      atOnce,
      (next) => withProbing(config, { atOnce: next }),
    ),
    ...closeControls(config, closeWhen),
  ];
  return { key: 'probing', title: 'Probing', controls };
}

function closeControls(config: Config, rule: CloseRule): Control[] {
  const of = (
    key: string,
    label: string,
    shape: Shape,
    value: number,
    changed: (value: number) => CloseRule,
  ): Control =>
    control(`close.${key}`, label, shape, value, (next) => withProbing(config, { closeWhen: changed(next) }));
  const few = probesIn(config);
  switch (rule.kind) {
    case 'success-ratio':
      return [of('ratio', 'closes at', PERCENT, percents(rule.ratio), (n) => ({ ...rule, ratio: n / 100 }))];
    case 'successes':
      return [
        of('successes', 'closes at', few, rule.successes, (n) => ({
          ...rule,
          successes: n,
          of: Math.max(n, rule.of),
        })),
        of('of', 'of', few, rule.of, (n) => ({ ...rule, of: n, successes: Math.min(n, rule.successes) })),
      ];
    case 'successes-in-a-row':
      return [of('successes', 'closes at', few, rule.successes, (successes) => ({ ...rule, successes }))];
    default:
      return [of('calls', 'looks at', few, rule.calls, (calls) => ({ ...rule, calls }))];
  }
}

/** 0.07 * 100 is 7.000000000000001. */
function percents(ratio: number): number {
  return Math.round(ratio * 1e6) / 1e4;
}
