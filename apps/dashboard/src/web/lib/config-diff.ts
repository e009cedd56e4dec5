import { isRecord } from './config-words.ts';

/** One value that differs between two configurations. */
export interface ConfigChange {
  /** As code has it: `openWhen[0].ratio`. */
  path: string;
  /** Undefined where it was not there. */
  before: unknown;
  /** Undefined where it is there no more. */
  after: unknown;
}

/** Deeper than any configuration is. */
const DEEPEST = 12;

/** What differs, value by value, in the order of the first. Lists are compared by place. */
export function diffConfig(before: unknown, after: unknown, path = '', depth = 0): ConfigChange[] {
  if (Object.is(before, after)) return [];
  if (depth < DEEPEST) {
    if (isRecord(before) && isRecord(after)) {
      const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
      return [...keys].flatMap((key) =>
        diffConfig(own(before, key), own(after, key), path === '' ? key : `${path}.${key}`, depth + 1),
      );
    }
    if (Array.isArray(before) && Array.isArray(after)) {
      const places = Array.from({ length: Math.max(before.length, after.length) }, (_, i) => i);
      return places.flatMap((i) => diffConfig(before[i], after[i], `${path}[${i}]`, depth + 1));
    }
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

/** What `breaker.configure` is to be given: the parts that differ, each whole, since each takes the place of its own. */
export function changedParts(before: unknown, after: unknown): Record<string, unknown> {
  if (!isRecord(after)) return {};
  const parts: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after)) {
    if (value !== undefined && diffConfig(own(before, key), value).length > 0) parts[key] = value;
  }
  return parts;
}

/**
 * What was taken away. `configure` lays new settings over the old ones, so that nothing is taken away by leaving it out;
 * within one part it is, except in `probing`, which is laid over too.
 */
export function takenAway(before: unknown, after: unknown): string[] {
  if (!isRecord(before)) return [];
  const kept = isRecord(after) ? after : {};
  const gone = Object.keys(before).filter((key) => own(kept, key) === undefined);
  const { probing } = before;
  if (!isRecord(probing) || !isRecord(kept.probing)) return gone;
  const { probing: left } = kept;
  return [
    ...gone,
    ...Object.keys(probing)
      .filter((key) => own(left, key) === undefined)
      .map((key) => `probing.${key}`),
  ];
}

/** `proposed` laid over `base`, part by part, as `configure` does it. */
export function laidOver(base: unknown, proposed: unknown): Record<string, unknown> {
  const under = isRecord(base) ? base : {};
  if (!isRecord(proposed)) return { ...under };
  const over = { ...under, ...proposed };
  if (isRecord(under.probing) && isRecord(proposed.probing)) {
    over.probing = { ...under.probing, ...proposed.probing };
  }
  return over;
}

function own(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
