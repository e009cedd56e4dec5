import type { Breaker, Group } from '@cb/core';

/** A policy by its shape: what `@cb/policies` makes, and anything else that can say the same of itself. */
export interface PolicyLike {
  /** What it is: `retry`, `timeout`, `bulkhead`, … */
  readonly kind: string;
  readonly name: string;
  /** A pure look: totals since it was made, what is so just now, and its settings as plain data. */
  snapshot(): {
    readonly counts: Readonly<Record<string, number>>;
    readonly gauges: Readonly<Record<string, number>>;
    readonly config: unknown;
  };
}

/** A pipeline by its shape. */
export interface PipelineLike {
  readonly members: readonly (PolicyLike | Breaker | Group)[];
}

/** What can be reported. */
export type Source = Breaker | Group | PolicyLike | PipelineLike;

export function isPipeline(source: Source): source is PipelineLike {
  return 'members' in source && Array.isArray(source.members);
}

export function isPolicy(source: Source): source is PolicyLike {
  return 'kind' in source && typeof source.snapshot === 'function';
}

export function isGroup(source: Source | Iterable<unknown>): source is Group {
  return Symbol.iterator in source && 'on' in source;
}

/** @throws TypeError for what nobody can listen to. */
export function checkBreaker(source: Breaker | Group): void {
  if (typeof source.on === 'function') return;
  throw new TypeError('a breaker, a group, a policy or a pipeline is needed, got another object');
}

/** @throws TypeError for what is no object. */
export function checkObject(source: unknown): void {
  if (typeof source === 'object' && source !== null) return;
  const given = source === null ? 'null' : typeof source;
  throw new TypeError(`a breaker, a group, a policy or a pipeline is needed, got ${given}`);
}
