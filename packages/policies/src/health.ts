import type { Breaker, Group } from '@cb/core';
import { checkCount, checkKeys, show, type ToolOptions } from '@cb/core/kit';
import { circuitsHealth, later } from './circuit-health.ts';
import { type Check, HealthCheck } from './health-check.ts';
import type { HealthReport, HealthResult } from './health-report.ts';

/** What a health is made of: a breaker, a group of them, or a check. */
export type HealthSource = Breaker | Group | Check;

export interface HealthOptions {
  /**
   * Circuits that the instance is ready only without: all of them, or those with these names. An open circuit is mostly a
   * detail: the other side is down for all instances, and taking them out of service helps nobody.
   *
   * @default false: none
   */
  criticalCircuits?: boolean | readonly string[] | undefined;
  /** How many circuits a report lists at most, open ones first: 1 to 10,000. @default 100 */
  maxCircuits?: number | undefined;
  /** @default the host's monotonic clock */
  clock?: ToolOptions['clock'];
  /** Told what checks fail with, message included, which the report leaves out. @default printed once per check */
  onError?: ToolOptions['onError'];
}

/** @see healthOf */
export interface Health {
  /**
   * Runs all checks at once and looks at all circuits. Asked while that is under way, it answers with the same report: a
   * health that is asked a thousand times a second asks its database one question at a time. Never rejects.
   */
  check(): Promise<HealthReport>;
}

/**
 * How this instance is: its circuits, and checks of your own. Looking changes nothing about a breaker.
 *
 * @throws TypeError or RangeError for what is no breaker, group or check, and for a wrong option of a check, at once.
 * @example
 * const health = healthOf(guarded.breakers, {
 *   name: 'database',
 *   check: () => db.$queryRaw`SELECT 1`,
 *   timeoutMs: 500,
 * });
 * const { ready, results } = await health.check();
 */
export function healthOf(...sources: readonly (HealthSource | readonly HealthSource[])[]): Health {
  return healthWith({}, ...sources);
}

/**
 * `healthOf` with options.
 *
 * @example const health = healthWith({ criticalCircuits: ['ledger'] }, createBreaker({ name: 'ledger' }));
 */
export function healthWith(
  options: HealthOptions,
  ...sources: readonly (HealthSource | readonly HealthSource[])[]
): Health {
  return new InstanceHealth(options, sources.flat() as readonly HealthSource[]);
}

class InstanceHealth implements Health {
  readonly #breakers: readonly (Breaker | Group)[];
  readonly #checks: readonly HealthCheck[];
  readonly #maxCircuits: number;
  readonly #isCritical: (name: string) => boolean;
  #running: Promise<HealthReport> | undefined;

  constructor(options: HealthOptions, sources: readonly HealthSource[]) {
    checkKeys('health', options, ['criticalCircuits', 'maxCircuits', 'clock', 'onError']);
    const { criticalCircuits = false, maxCircuits = 100 } = options;
    this.#maxCircuits = checkCount('health maxCircuits', maxCircuits, 1, 10_000);
    this.#isCritical = criticalBy(criticalCircuits);
    this.#breakers = sources.filter((source): source is Breaker | Group => !isCheck(source));
    this.#breakers.forEach(checkCircuits);
    this.#checks = sources.filter(isCheck).map((check) => new HealthCheck(check, options));
    const twice = this.#checks.find(({ name }, at) => this.#checks.findIndex((c) => c.name === name) < at);
    if (twice !== undefined) throw new TypeError(`health: two checks are called ${show(twice.name)}`);
  }

  check(): Promise<HealthReport> {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #look(): Promise<HealthReport> {
    const checks = await Promise.all(this.#checks.map((check) => check.run()));
    const circuits = circuitsHealth(this.#all(), this.#maxCircuits, this.#isCritical);
    const { total, open, halfOpen, inTheWay, results } = circuits;
    const failing = checks.filter(({ critical, status }) => critical && status !== 'healthy');
    const ready = failing.length === 0 && !inTheWay;
    const all = [...checks, ...results];
    return {
      status: worst(all),
      ready,
      retryAfterMs: ready
        ? undefined
        : failing.map(({ retryAfterMs }) => retryAfterMs).reduce(later, circuits.retryAfterMs),
      results: all,
      circuits: { total, open, halfOpen },
      omitted: total - results.length,
    };
  }

  /** Each once, however often it was given. */
  #all(): Set<Breaker> {
    return new Set(this.#breakers.flatMap((source) => (isGroup(source) ? [...source] : [source])));
  }
}

function isCheck(source: unknown): source is Check {
  return typeof source === 'object' && source !== null && 'check' in source;
}

function isGroup(source: Breaker | Group): source is Group {
  return Symbol.iterator in source;
}

function checkCircuits(source: unknown): void {
  const has = (name: PropertyKey): boolean =>
    typeof (source as Record<PropertyKey, unknown> | null | undefined)?.[name] === 'function';
  if (!has('tryAcquire') && !(has('on') && has(Symbol.iterator)))
    throw new TypeError(
      `health takes breakers, groups and checks such as { name: 'database', check: () => … }, got ${show(source)}`,
    );
}

function criticalBy(given: boolean | readonly string[]): (name: string) => boolean {
  if (typeof given === 'boolean') return () => given;
  if (!Array.isArray(given) || given.some((name) => typeof name !== 'string'))
    throw new TypeError(
      `health criticalCircuits must be true, false or names of circuits, got ${show(given)}`,
    );
  const names = new Set<string>(given);
  return (name) => names.has(name);
}

function worst(results: readonly HealthResult[]): HealthReport['status'] {
  const has = (status: HealthReport['status']): boolean => results.some((result) => result.status === status);
  return has('unhealthy') ? 'unhealthy' : has('circuit-open') ? 'circuit-open' : 'healthy';
}
