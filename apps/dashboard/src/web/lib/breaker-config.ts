import type { Timeline } from '@cb/core/simulate';
import { isRecord } from './config-words.ts';

/** A configuration as core resolved it. */
export type Config = Timeline['config'];
export type Window = Config['window'];
export type OpenRule = Config['openWhen'][number];
export type StayOpen = Config['stayOpen'];
export type Probing = Config['probing'];
export type CloseRule = Probing['closeWhen'];

/** Numbers that each kind of a part must have. */
const WINDOWS: Readonly<Record<string, readonly string[]>> = {
  'last-calls': ['calls'],
  'last-ms': ['ms', 'buckets'],
  tumbling: ['ms'],
  'since-closed': [],
};
const RULES: Readonly<Record<string, readonly string[]>> = {
  'failure-ratio': ['ratio', 'minimumCalls'],
  'slow-ratio': ['ratio', 'minimumCalls', 'slowMs'],
  failures: ['failures', 'minimumCalls'],
  'consecutive-failures': ['failures'],
  custom: [],
};
const STAY_OPEN: Readonly<Record<string, readonly string[]>> = {
  fixed: ['firstMs', 'factor', 'maxMs', 'jitterRatio', 'hintMaxMs'],
  backoff: ['firstMs', 'factor', 'maxMs', 'jitterRatio', 'hintMaxMs'],
};
const CLOSE_RULES: Readonly<Record<string, readonly string[]>> = {
  'success-ratio': ['ratio'],
  successes: ['successes', 'of'],
  'successes-in-a-row': ['successes'],
  'below-limits': ['calls'],
};
/** More rules than anybody writes, and what a page has room for. */
const MOST_RULES = 12;

/**
 * A configuration from the wire or an address, where it has the parts that every configuration has; undefined where it has not.
 * What its numbers have to be is not looked at here: whoever makes a breaker of it says so in a sentence.
 */
export function readConfig(value: unknown): Config | undefined {
  if (!isRecord(value) || !isRecord(value.probing)) return undefined;
  const { window, openWhen, stayOpen, probing } = value;
  const rules = Array.isArray(openWhen) && openWhen.length <= MOST_RULES ? openWhen : undefined;
  const sound =
    isOneOf(window, WINDOWS) &&
    rules?.every((rule) => isOneOf(rule, RULES)) === true &&
    isOneOf(stayOpen, STAY_OPEN) &&
    isOneOf(probing.closeWhen, CLOSE_RULES) &&
    hasNumbers(probing, ['probes', 'atOnce']);
  return sound ? (value as unknown as Config) : undefined;
}

function isOneOf(value: unknown, kinds: Readonly<Record<string, readonly string[]>>): boolean {
  if (!isRecord(value) || typeof value.kind !== 'string' || !Object.hasOwn(kinds, value.kind)) return false;
  return hasNumbers(value, kinds[value.kind] ?? []);
}

function hasNumbers(value: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite(value[name]));
}

/** The parts of a configuration that another one has otherwise: what an address holds, and what `configure` takes. */
export type Changes = Partial<Config>;

export function changesOf(config: Config, inForce: Config): Changes {
  const changes: Record<string, unknown> = {};
  for (const key of Object.keys(config) as (keyof Config)[])
    if (!isSame(config[key], inForce[key])) changes[key] = config[key];
  return changes as Changes;
}

/** The same data, whatever order its keys are in. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((each, i) => isSame(each, b[i]))
    );
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => isSame(a[key], b[key]));
}
