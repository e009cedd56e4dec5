import { checkKeys, checkMs, show } from '@cb/core/kit';

/** How long to wait before the next attempt. Plain data: it can be stored, sent and compared. */
export type Backoff =
  | { readonly kind: 'constant'; readonly ms: number }
  | {
      readonly kind: 'linear';
      readonly firstMs: number;
      readonly stepMs: number;
      readonly maxMs: number;
      readonly jitterRatio: number;
    }
  | ({
      readonly kind: 'exponential';
      readonly firstMs: number;
      readonly factor: number;
      readonly maxMs: number;
    } & ({ readonly jitter: Jitter } | { readonly jitterRatio: number }))
  | { readonly kind: 'decorrelated-jitter'; readonly firstMs: number; readonly maxMs: number };

/** `'full'` draws from 0 to the delay, `'equal'` from half of it to all of it, `'none'` takes it as it is. */
export type Jitter = 'full' | 'equal' | 'none';

const JITTERS: readonly unknown[] = ['full', 'equal', 'none'] satisfies Jitter[];
const LONGEST_MS = 30_000;

/**
 * Always the same delay. Callers that failed together come back together: for one caller, or for tests.
 *
 * @param ms Milliseconds, 0 or more.
 * @throws RangeError for anything else.
 */
export function constant(ms: number): Backoff {
  return Object.freeze({ kind: 'constant', ms: checkMs('constant', ms, 0) });
}

/**
 * `firstMs`, and `stepMs` more with each further attempt, up to `maxMs` (before jitter).
 *
 * @param options.firstMs 0 or more.
 * @param options.stepMs 0 or more. Larger gives a slow other side more rest.
 * @param options.maxMs At least `firstMs`. Default: the larger of 30,000 and `firstMs`.
 * @param options.jitterRatio 0 to 1: 0.2 draws each time from ±20 %, so that callers do not come back in step. Default 0.2.
 * @throws RangeError or TypeError for a wrong option.
 */
export function linear(options: {
  firstMs: number;
  stepMs: number;
  maxMs?: number | undefined;
  jitterRatio?: number | undefined;
}): Backoff {
  checkKeys('linear', options, ['firstMs', 'stepMs', 'maxMs', 'jitterRatio']);
  const firstMs = checkMs('linear firstMs', options.firstMs, 0);
  return Object.freeze({
    kind: 'linear',
    firstMs,
    stepMs: checkMs('linear stepMs', options.stepMs, 0),
    maxMs: checkLongest('linear', options.maxMs, firstMs),
    jitterRatio: checkJitterRatio('linear jitterRatio', options.jitterRatio ?? 0.2),
  });
}

/**
 * `firstMs`, then `factor` times longer with each further attempt, up to `maxMs` (before `jitterRatio`).
 *
 * Source of the kinds of jitter, and of `'full'` as the one that costs the other side least: Marc Brooker, Exponential
 * Backoff And Jitter, AWS Architecture Blog, 2015.
 *
 * @param options.firstMs Above 0. Smaller hides short faults from callers; larger spares the other side.
 * @param options.factor 1 to 100. Default 2.
 * @param options.maxMs At least `firstMs`. Default: the larger of 30,000 and `firstMs`.
 * @param options.jitter Default `'full'`: anything from 0 to the delay.
 * @param options.jitterRatio Instead of `jitter`. 0 to 1: 0.2 draws from ±20 %.
 * @throws RangeError or TypeError for a wrong option.
 * @example
 * retry({ attempts: 4, backoff: exponential({ firstMs: 200, maxMs: 5_000, jitter: 'equal' }) });
 */
export function exponential(options: {
  firstMs: number;
  factor?: number | undefined;
  maxMs?: number | undefined;
  jitter?: Jitter | undefined;
  jitterRatio?: number | undefined;
}): Backoff {
  checkKeys('exponential', options, ['firstMs', 'factor', 'maxMs', 'jitter', 'jitterRatio']);
  const { factor = 2 } = options;
  const firstMs = checkMs('exponential firstMs', options.firstMs);
  if (!(typeof factor === 'number' && factor >= 1 && factor <= 100))
    throw new RangeError(`exponential factor must be from 1 to 100, got ${show(factor)}`);
  return Object.freeze({
    kind: 'exponential',
    firstMs,
    factor,
    maxMs: checkLongest('exponential', options.maxMs, firstMs),
    ...jitterOf(options),
  });
}

function jitterOf({
  jitter,
  jitterRatio,
}: {
  jitter?: unknown;
  jitterRatio?: unknown;
}): { jitter: Jitter } | { jitterRatio: number } {
  if (jitterRatio === undefined) {
    if (jitter !== undefined && !JITTERS.includes(jitter))
      throw new TypeError(`exponential jitter must be 'full', 'equal' or 'none', got ${show(jitter)}`);
    return { jitter: (jitter as Jitter | undefined) ?? 'full' };
  }
  if (jitter !== undefined) throw new TypeError('exponential takes jitter or jitterRatio, not both');
  return { jitterRatio: checkJitterRatio('exponential jitterRatio', jitterRatio) };
}

/**
 * Each delay is drawn between `firstMs` and three times the one before, up to `maxMs`: it grows about as an exponential
 * one does, and two callers never walk in step.
 *
 * Source: as of `exponential`, there called decorrelated.
 *
 * @param options.firstMs Above 0: the shortest delay.
 * @param options.maxMs At least `firstMs`. Default: the larger of 30,000 and `firstMs`.
 * @throws RangeError or TypeError for a wrong option.
 */
export function decorrelatedJitter(options: { firstMs: number; maxMs?: number | undefined }): Backoff {
  checkKeys('decorrelatedJitter', options, ['firstMs', 'maxMs']);
  const firstMs = checkMs('decorrelatedJitter firstMs', options.firstMs);
  const maxMs = checkLongest('decorrelatedJitter', options.maxMs, firstMs);
  return Object.freeze({ kind: 'decorrelated-jitter', firstMs, maxMs });
}

/**
 * The delay after a failed attempt, in milliseconds: finite and 0 or more for every attempt, also the ten-thousandth.
 *
 * @param attempt The number of the attempt that failed, from 1.
 * @param previousMs What this gave the last time; `undefined` after the first attempt.
 * @param random Draws from 0 to 1.
 */
export function delayOf(
  backoff: Backoff,
  attempt: number,
  previousMs: number | undefined,
  random: () => number,
): number {
  switch (backoff.kind) {
    case 'constant':
      return backoff.ms;
    case 'linear': {
      const { firstMs, stepMs, maxMs, jitterRatio } = backoff;
      return around(Math.min(maxMs, firstMs + stepMs * (attempt - 1)), jitterRatio, random);
    }
    case 'exponential': {
      // The power may well be Infinity, which is more than the longest; firstMs is above 0, so it is never NaN.
      const ms = Math.min(backoff.maxMs, backoff.firstMs * backoff.factor ** (attempt - 1));
      return 'jitter' in backoff
        ? jittered(ms, backoff.jitter, random)
        : around(ms, backoff.jitterRatio, random);
    }
    case 'decorrelated-jitter': {
      const { firstMs, maxMs } = backoff;
      const upToMs = Math.max(firstMs, previousMs ?? firstMs) * 3;
      return Math.min(maxMs, firstMs + (upToMs - firstMs) * random());
    }
  }
}

function around(ms: number, jitterRatio: number, random: () => number): number {
  return ms * (1 - jitterRatio + 2 * jitterRatio * random());
}

function jittered(ms: number, jitter: Jitter, random: () => number): number {
  if (jitter === 'none') return ms;
  return jitter === 'full' ? ms * random() : (ms / 2) * (1 + random());
}

/** What was given as `backoff`: made by a helper, or the same data from a file or from another process. */
export function resolveBackoff(given: unknown): Backoff {
  const { kind, ...options } = (typeof given === 'object' && given !== null ? given : {}) as {
    kind?: unknown;
  };
  switch (kind) {
    case 'constant':
      checkKeys('constant', options, ['ms']);
      return constant((options as { ms: number }).ms);
    case 'linear':
      return linear(options as Parameters<typeof linear>[0]);
    case 'exponential':
      return exponential(options as Parameters<typeof exponential>[0]);
    case 'decorrelated-jitter':
      return decorrelatedJitter(options as Parameters<typeof decorrelatedJitter>[0]);
    default: {
      const slip = typeof given === 'number' ? `; did you mean constant(${given})?` : '';
      throw new TypeError(
        `retry backoff must be constant(ms), linear({ … }), exponential({ … }) or decorrelatedJitter({ … }), got ${show(given)}${slip}`,
      );
    }
  }
}

function checkLongest(of: string, given: number | undefined, firstMs: number): number {
  const maxMs = checkMs(`${of} maxMs`, given ?? Math.max(LONGEST_MS, firstMs), 0);
  if (maxMs < firstMs) throw new RangeError(`${of} maxMs (${maxMs}) must not be below firstMs (${firstMs})`);
  return maxMs;
}

function checkJitterRatio(option: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new RangeError(`${option} must be from 0 to 1, got ${show(value)}`);
}
