import { circuitOpenIn } from '@cb/core';
import { checkKeys, checkMs, show, type ToolOptions, type Tools, toolsOf } from '@cb/core/kit';
import { openReason } from './circuit-health.ts';
import { type ErrorSummary, summaryOf } from './error-summary.ts';
import { TimeoutError } from './errors.ts';
import type { HealthResult } from './health-report.ts';
import type { Policy } from './policy.ts';
import { type TimeoutEvents, timeout } from './timeout.ts';

/** A question that tells whether something works: a query, a ping, a flag of your own. */
export interface Check {
  /** Shown in the report. 1 to 200 characters, no two the same. */
  name: string;
  /**
   * Healthy if it answers, unless with `false` or with something whose `ok` is false, such as a `Response`. Unhealthy if it
   * throws, rejects or takes too long: the signal is aborted then. Where a circuit refused it, the result says so.
   */
  check: (signal: AbortSignal) => unknown;
  /** Milliseconds above 0; smaller than what the prober allows, which is a second in Kubernetes. @default 800 */
  timeoutMs?: number | undefined;
  /**
   * Whether the instance is ready only while this is healthy. False for what a service can do without, and for what all
   * instances share and can bridge: else its outage takes all of them out of service together.
   *
   * @default true
   */
  critical?: boolean | undefined;
}

/** A check that ignores its signal and never ends is begun again after so long: lost answers must not be for ever. */
const FORGET_AFTER_MS = 60_000;
const LONGEST_TEXT = 80;

type Finding = Pick<HealthResult, 'status' | 'reason' | 'error' | 'retryAfterMs' | 'openedBecause'>;

/** A check at work: one run at a time, each within its limit, none of which throws. */
export class HealthCheck {
  readonly name: string;
  readonly #ask: Check['check'];
  readonly #critical: boolean;
  readonly #limitMs: number;
  readonly #limit: Policy<never, TimeoutEvents>;
  readonly #tools: Tools;
  /** The run that has not ended, given up or not. */
  #run: { readonly begunAt: number } | undefined;

  /** @throws TypeError or RangeError for a wrong option. */
  constructor(given: Check, options: ToolOptions) {
    const { name, check, timeoutMs = 800, critical = true } = given;
    if (typeof name !== 'string' || name === '' || name.length > 200)
      throw new TypeError(`a check's name must be a text of 1 to 200 characters, got ${show(name)}`);
    const where = `check ${name}`;
    checkKeys(where, given, ['name', 'check', 'timeoutMs', 'critical']);
    if (typeof check !== 'function')
      throw new TypeError(`${where}: check must be a function, got ${show(check)}`);
    if (typeof critical !== 'boolean')
      throw new TypeError(`${where}: critical must be true or false, got ${show(critical)}`);
    this.name = name;
    this.#ask = (signal) => given.check(signal);
    this.#critical = critical;
    this.#limitMs = checkMs(`${where}: timeoutMs`, timeoutMs);
    this.#limit = timeout(timeoutMs, { name, clock: options.clock });
    this.#tools = toolsOf(options);
  }

  async run(): Promise<HealthResult> {
    const { clock } = this.#tools;
    const begunAt = clock.now();
    const finding = this.#hangs(begunAt)
      ? this.#tooLong('an earlier look has not ended')
      : await this.#look();
    const { name } = this;
    return { kind: 'check', name, critical: this.#critical, durationMs: clock.now() - begunAt, ...finding };
  }

  #hangs(now: number): boolean {
    return this.#run !== undefined && now - this.#run.begunAt < FORGET_AFTER_MS;
  }

  async #look(): Promise<Finding> {
    try {
      return judge(await this.#limit.execute(({ signal }) => this.#begin(signal as AbortSignal)));
    } catch (error) {
      return this.#explain(error);
    }
  }

  async #begin(signal: AbortSignal): Promise<unknown> {
    const run = { begunAt: this.#tools.clock.now() };
    this.#run = run;
    try {
      return await this.#ask(signal);
    } finally {
      if (this.#run === run) this.#run = undefined;
    }
  }

  #explain(error: unknown): Finding {
    const open = circuitOpenIn(error);
    if (open !== undefined) {
      const { breaker, retryAfterMs, openedBecause } = open;
      return {
        status: 'circuit-open',
        reason: `${breaker}: ${openReason(open)}`,
        retryAfterMs,
        openedBecause,
      };
    }
    // Its own, not one of the call's that looks alike: only here the check may still run.
    if (error instanceof TimeoutError && this.#run !== undefined)
      return this.#tooLong(`no answer within ${this.#limitMs} ms`);
    // The message stays here: it may hold a password, and the report goes out.
    this.#tools.report(error, `check ${this.name}`);
    return { status: 'unhealthy', reason: 'failed', error: clipped(summaryOf(error)) };
  }

  #tooLong(reason: string): Finding {
    return { status: 'unhealthy', reason, error: { name: 'TimeoutError', code: 'ERR_TIMEOUT' } };
  }
}

function judge(answer: unknown): Finding {
  if (answer === false) return { status: 'unhealthy', reason: 'answered false' };
  const bad = typeof answer === 'object' && answer !== null && (answer as { ok?: unknown }).ok === false;
  return bad ? { status: 'unhealthy', reason: 'answered with ok: false' } : { status: 'healthy' };
}

function clipped({ name, code }: ErrorSummary): ErrorSummary {
  return { name: name.slice(0, LONGEST_TEXT), code: code?.slice(0, LONGEST_TEXT) };
}
