import { type Clock, steady, systemClock } from './clock.ts';
import { guarded, printOnce } from './events.ts';
import { type MetricsCollector, suppliedWith } from './history.ts';
import { type StallMeter, stallMeterOf } from './stall.ts';
import type { BreakerOptions } from './types.ts';

/** The functions beside the configuration, with their defaults; one object for all breakers that bring none of their own. */
export interface Services {
  readonly clock: Required<Clock>;
  readonly random: () => number;
  readonly classify: BreakerOptions['classify'];
  readonly rules: BreakerOptions['rules'];
  readonly openMs: BreakerOptions['openMs'];
  readonly counts: BreakerOptions['counts'];
  readonly history: MetricsCollector | undefined;
  /** Never throws. */
  readonly report: (error: unknown, where: string) => void;
  readonly stall: StallMeter;
}

const NONE = {
  classify: undefined,
  rules: undefined,
  openMs: undefined,
  counts: undefined,
  history: undefined,
};
const DEFAULTS: Services = {
  ...NONE,
  clock: systemClock,
  random: Math.random,
  report: guarded(printOnce()),
  stall: stallMeterOf(systemClock),
};
const OWN = ['clock', 'random', 'onError', ...Object.keys(NONE)] as (keyof BreakerOptions)[];

export function servicesOf(options: BreakerOptions): Services {
  const history = options.history ?? suppliedWith(options.openWhen);
  if (history === undefined && OWN.every((key) => options[key] === undefined)) return DEFAULTS;
  const { clock, random, onError, classify, rules, openMs, counts } = options;
  const time = clock === undefined ? systemClock : steady(clock);
  return {
    classify,
    rules,
    openMs,
    counts,
    history,
    clock: time,
    random: random ?? Math.random,
    report: onError === undefined ? DEFAULTS.report : guarded(onError),
    stall: stallMeterOf(time),
  };
}
