import type { BreakerConfig, FailureRatio } from './config.ts';
import { unrejected } from './events.ts';
import { type MetricsCollector, OwnHistory } from './history.ts';
import type { Plan } from './plan.ts';
import { Ramp } from './ramp.ts';
import type { Services } from './services.ts';
import { Underway } from './underway.ts';

/** What only some configurations need; a breaker without them has none. */
export class Extras {
  /** While the traffic comes back. */
  ramp: Ramp | null = null;
  #underway: Underway | null = null;
  #history: OwnHistory | null = null;
  readonly #collector: MetricsCollector | undefined;
  readonly #madeAt: number;
  readonly #warmUpMs: number;
  readonly #services: Services;
  readonly #plan: Plan;

  /** @param before Of the configuration before this one: what still fits goes on. */
  constructor(config: BreakerConfig, plan: Plan, services: Services, now: number, before: Extras | null) {
    this.#plan = plan;
    this.#services = services;
    this.#collector = plan.adapting === null ? undefined : services.history;
    this.#warmUpMs = config.warmUpMs ?? 0;
    this.#madeAt = before === null || before.#warmUpMs === 0 ? now : before.#madeAt;
    if (config.rampUp !== undefined) this.ramp = before?.ramp ?? null;
    if (plan.watchesSlow) {
      const fits = before !== null && before.#plan.slowMs === plan.slowMs;
      this.#underway =
        (fits ? before.#underway : null) ?? new Underway(plan.slowMs, now - services.stall.stalledMs);
    }
    const adapt = plan.adapting?.adapt;
    if (typeof adapt?.history === 'number') {
      const fits = before !== null && before.#plan.adapting?.adapt?.history === adapt.history;
      this.#history = (fits ? before.#history : null) ?? this.#newHistory(adapt.history, now);
    }
  }

  #newHistory(overMs: number, now: number): OwnHistory {
    const { ratio, minimumCalls } = this.#plan.adapting as FailureRatio;
    return new OwnHistory(overMs, ratio, minimumCalls, now);
  }

  /** Whether nothing may open the circuit yet. */
  isWarmingUp(now: number): boolean {
    return this.#warmUpMs > 0 && now < this.#madeAt + this.#warmUpMs;
  }

  /** Whether the traffic that comes back leaves room for a call now. */
  wouldAdmit(now: number): boolean {
    return this.ramp === null || this.ramp.isOver(now) || this.ramp.wouldAdmit(now);
  }

  begin(at: number): void {
    this.#underway?.begin(at);
  }
  end(beganAt: number): void {
    this.#underway?.end(beganAt);
  }
  slowInFlight(now: number): number {
    return this.#underway?.slowAt(now) ?? 0;
  }
  /** Results of the calls under way are stale from now on. */
  startOver(now: number): void {
    const at = now - this.#services.stall.stalledMs;
    if (this.#underway !== null) this.#underway = new Underway(this.#plan.slowMs, at);
  }

  /** A result of ordinary times. */
  learn(failed: boolean, now: number): void {
    this.#history?.record(failed, now);
    if (this.#collector === undefined) return;
    try {
      const returned: unknown = failed ? this.#collector.recordError() : this.#collector.recordSuccess();
      unrejected(returned, (error) => this.#services.report(error, 'history'));
    } catch (error) {
      this.#services.report(error, 'history');
    }
  }

  /** The circuit opened: what led to it is not ordinary, and no traffic comes back. */
  opened(now: number): void {
    this.#history?.forgetRecent(now);
    this.ramp = null;
  }

  closed(rampUp: BreakerConfig['rampUp'], now: number): void {
    this.ramp = rampUp === undefined ? null : new Ramp(rampUp, now);
    this.startOver(now);
  }

  /** After a restart: traffic that was coming back since then goes on. */
  resume(rampUp: BreakerConfig['rampUp'], since: number, now: number): void {
    const ramp = rampUp === undefined ? null : new Ramp(rampUp, since);
    this.ramp = ramp?.isOver(now) ? null : ramp;
  }

  /** The limit of the rule at this moment. */
  limitOf({ ratio, adapt }: FailureRatio): number {
    if (adapt === undefined) return ratio;
    const past = adapt.history === 'supplied' ? this.#suppliedRate() : this.#history?.rate;
    return past === undefined ? ratio : ratio * (1 - adapt.factor) + past * adapt.factor;
  }

  #suppliedRate(): number | undefined {
    try {
      const rate = this.#collector?.getErrorRate();
      if (rate === undefined || (rate >= 0 && rate <= 1)) return rate;
      this.#services.report(new RangeError(`getErrorRate returned ${String(rate)}, not 0 to 1`), 'history');
    } catch (error) {
      this.#services.report(error, 'history');
    }
    return undefined;
  }
}

/** The extras of a configuration; null where it needs none. */
export function extrasFor(
  config: BreakerConfig,
  plan: Plan,
  services: Services,
  now: number,
  before: Extras | null,
): Extras | null {
  const needed =
    config.warmUpMs !== undefined ||
    config.rampUp !== undefined ||
    plan.watchesSlow ||
    plan.adapting !== null;
  return needed ? new Extras(config, plan, services, now, before) : null;
}
