import { checkFunction, checkKeys, checkMs, show } from './check.ts';
import type { BreakerConfig, ConfigInput } from './config.ts';
import type { Mode } from './events.ts';
import type { BreakerOptions } from './types.ts';

const CONFIG = ['window', 'openWhen', 'stayOpen', 'probing', 'rampUp', 'counting', 'failAfterMs', 'warmUpMs'];
const BESIDE = [
  'rules',
  'openMs',
  'counts',
  'history',
  'tags',
  'classify',
  'onError',
  'clock',
  'random',
  'restore',
];
const KNOWN = ['name', ...CONFIG, ...BESIDE];
/** Names that people bring from elsewhere, and where the thing is here. */
const SLIPS: Record<string, string> = {
  failureRatio: 'openWhen: failureRatio(…)',
  failureThreshold: 'openWhen: failureRatio(…) or consecutiveFailures(…)',
  errorThresholdPercentage: 'openWhen: failureRatio(0.5)',
  minimumCalls: 'openWhen: failureRatio(…, { minimumCalls })',
  slowMs: 'openWhen: slowRatio(…, { slowMs })',
  timeout: 'stayOpen: fixed(ms)',
  resetTimeout: 'stayOpen: fixed(ms)',
  probes: 'probing: { probes }',
  halfOpen: '"probing"',
};

const NOT_LATER = Object.fromEntries(['name', ...BESIDE].map((key) => [key, `createBreaker({ ${key} })`]));

/** Only the configuration changes: a function that came with it would silently not be used. */
export function checkChanges(changes: ConfigInput): void {
  checkKeys('configure', changes, CONFIG, { ...SLIPS, ...NOT_LATER });
}

/** Everything about the options that is not the configuration's own business. */
export function checkOptions(options: BreakerOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`createBreaker takes options, got ${show(options)}; at least { name: 'payments' }`);
  }
  if (typeof options.name !== 'string' || options.name === '' || options.name.length > 200) {
    throw new TypeError(`name must be a string of 1 to 200 characters, got ${show(options.name)}`);
  }
  checkKeys('createBreaker', options, KNOWN, SLIPS);
  for (const key of ['classify', 'onError', 'random', 'openMs', 'counts'] as const)
    checkFunction(key, options[key]);
  if (options.clock !== undefined && typeof options.clock?.now !== 'function') {
    throw new TypeError(
      `clock must have a function now() that returns milliseconds, got ${show(options.clock)}`,
    );
  }
  for (const [key, value] of Object.entries(options.tags ?? {})) {
    if (typeof value !== 'string')
      throw new TypeError(`tags must hold strings, got ${show(value)} for ${show(key)}`);
  }
}

const MODES: readonly Mode[] = ['auto', 'forced-open', 'forced-closed', 'observing'];

export function checkMode(mode: Mode, options: { forMs?: number }): void {
  if (!MODES.includes(mode)) throw new TypeError(`setMode takes ${MODES.join(', ')}, got ${show(mode)}`);
  checkKeys('setMode', options, ['reason', 'by', 'forMs']);
  if (options.forMs !== undefined) checkMs('setMode forMs', options.forMs);
}

/** Every custom rule needs its function. */
export function checkRules({ openWhen }: BreakerConfig, rules: BreakerOptions['rules']): void {
  for (const rule of openWhen) {
    if (rule.kind === 'custom' && typeof rules?.[rule.name] !== 'function')
      throw new TypeError(
        `openWhen asks custom(${show(rule.name)}): rules must hold a function of that name`,
      );
  }
}
