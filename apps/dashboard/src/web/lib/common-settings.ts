import { isRecord } from './config-words.ts';

export type CommonName = 'failureLimit' | 'minimumCalls' | 'openTime' | 'probes';

/** A setting that most changes are about, as a number that a person types. */
export interface CommonSetting {
  name: CommonName;
  label: string;
  /** What stands behind the number. */
  unit: string;
  /** Smallest and largest number that can work. */
  least: number;
  most: number;
  whole: boolean;
  value: number;
}

type Rule = Record<string, unknown>;

/** The common settings that this configuration has; what it does not have is for the JSON. */
export function commonSettings(config: unknown): CommonSetting[] {
  const found: CommonSetting[] = [];
  const rule = failureRule(config);
  const say = (
    name: CommonName,
    label: string,
    unit: string,
    value: unknown,
    [least, most]: [number, number],
  ) => {
    if (typeof value === 'number' && Number.isFinite(value)) {
      found.push({ name, label, unit, least, most, whole: unit !== '%' && unit !== 's', value });
    }
  };
  if (rule?.kind === 'failure-ratio') {
    const percent = typeof rule.ratio === 'number' ? tidy(rule.ratio * 100) : undefined;
    say('failureLimit', 'Failure limit', '%', percent, [0.001, 100]);
  } else if (rule) {
    const unit = rule.kind === 'failures' ? 'failures' : 'failures in a row';
    say('failureLimit', 'Failure limit', unit, rule.failures, [1, 1_000_000]);
  }
  say('minimumCalls', 'Minimum calls', 'calls', rule?.minimumCalls, [1, 1_000_000]);
  const first = part(config, 'stayOpen').firstMs;
  const seconds = typeof first === 'number' ? first / 1000 : undefined;
  say('openTime', 'Open time', 's', seconds, [0.001, 86_400]);
  say('probes', 'Probes', 'calls', part(config, 'probing').probes, [1, 10_000]);
  return found;
}

/** Why a typed number cannot be used, in words; undefined where it can. */
export function refusalOf(
  { label, least, most, whole, unit }: CommonSetting,
  text: string,
): string | undefined {
  const value = Number(text.trim().replace(',', '.'));
  const ok = text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value));
  if (ok) return undefined;
  return `${label} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most} ${unit}`;
}

/** The configuration with one of them set to what was typed. The one given stays as it is. */
export function withCommon(config: unknown, name: CommonName, text: string): Record<string, unknown> {
  const value = Number(text.trim().replace(',', '.'));
  const base = isRecord(config) ? config : {};
  const stayOpen = part(config, 'stayOpen');
  const probing = part(config, 'probing');
  switch (name) {
    case 'failureLimit':
      return withRule(base, (rule) =>
        rule.kind === 'failure-ratio' ? { ratio: tidy(value / 100) } : { failures: value },
      );
    case 'minimumCalls':
      return withRule(base, () => ({ minimumCalls: value }));
    case 'openTime': {
      const firstMs = Math.round(value * 1000);
      // A fixed open time is its own longest.
      const longest = stayOpen.kind === 'fixed' ? { maxMs: firstMs } : {};
      return { ...base, stayOpen: { ...stayOpen, firstMs, ...longest } };
    }
    case 'probes': {
      // Where all probes may run at once, they still may.
      const atOnce = probing.atOnce === probing.probes ? { atOnce: value } : {};
      return { ...base, probing: { ...probing, probes: value, ...atOnce } };
    }
  }
}

/** The first rule that counts failures. */
function failureRule(config: unknown): Rule | undefined {
  return rulesOf(config).find(isFailureRule);
}

function isFailureRule(rule: unknown): rule is Rule {
  return (
    isRecord(rule) && ['failure-ratio', 'failures', 'consecutive-failures'].includes(rule.kind as string)
  );
}

function rulesOf(config: unknown): readonly unknown[] {
  const rules = isRecord(config) ? config.openWhen : undefined;
  return Array.isArray(rules) ? rules : isRecord(rules) ? [rules] : [];
}

function withRule(base: Record<string, unknown>, change: (rule: Rule) => Rule): Record<string, unknown> {
  const first = failureRule(base);
  return {
    ...base,
    openWhen: rulesOf(base).map((rule) => (rule === first && first ? { ...first, ...change(first) } : rule)),
  };
}

function part(config: unknown, key: string): Record<string, unknown> {
  const value = isRecord(config) ? config[key] : undefined;
  return isRecord(value) ? value : {};
}

/** 0.07 * 100 is a shade above 7: what was typed is what is meant. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
