import type { Clock } from '@cb/core';
import type { Tools } from '@cb/core/kit';
import type { CallContext } from './context.ts';

/**
 * What kind of failure it was: the circuit was open (also where a client wrapped that error), another policy turned the call
 * away (both: it did not run), the time was over, or the call itself failed.
 */
export type FallbackReason = 'open' | 'rejected' | 'timeout' | 'failed';

/** What a replacing function is given beside the error. */
export interface FallbackContext extends CallContext {
  readonly reason: FallbackReason;
}

/** An answer, and how old it is where it comes out of a cache. */
export interface Answer {
  readonly value: unknown;
  readonly ageMs?: number | undefined;
  readonly stale?: boolean | undefined;
}

/** A replacement as the policy uses it. */
export interface Stand {
  readonly kind: 'value' | 'function' | 'cache';
  /** For events: the function's name, or the kind. */
  readonly label: string;
  /** @returns undefined where it has nothing to say. */
  ask(error: unknown, context: FallbackContext): Answer | undefined | Promise<Answer | undefined>;
  /** Takes note of what the call itself answered. A promise: the call waits for it, which is never rejected. */
  keep?(value: unknown, context: CallContext): Promise<void> | undefined;
  /** Plain data, for the snapshot. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The policy that a replacement works for. */
export interface Host {
  readonly name: string;
  readonly tools: Tools;
  readonly given: Clock | undefined;
}
