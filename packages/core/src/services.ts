import { type Clock, steady, systemClock } from './clock.ts';
import { guarded, printOnce } from './events.ts';
import { type StallMeter, stallMeterOf } from './stall.ts';
import type { BreakerOptions, Outcome, Verdict } from './types.ts';

/** The functions beside the configuration, with their defaults; one object for all breakers that bring none of their own. */
export interface Services {
  readonly clock: Required<Clock>;
  readonly random: () => number;
  readonly classify: ((outcome: Outcome) => Verdict | undefined) | undefined;
  /** Never throws. */
  readonly report: (error: unknown, where: string) => void;
  readonly stall: StallMeter;
}

const DEFAULTS: Services = {
  clock: systemClock,
  random: Math.random,
  classify: undefined,
  report: guarded(printOnce()),
  stall: stallMeterOf(systemClock),
};

export function servicesOf({ clock, random, classify, onError }: BreakerOptions): Services {
  if (clock === undefined && random === undefined && classify === undefined && onError === undefined)
    return DEFAULTS;
  const time = clock === undefined ? systemClock : steady(clock);
  return {
    clock: time,
    random: random ?? Math.random,
    classify,
    report: onError === undefined ? DEFAULTS.report : guarded(onError),
    stall: stallMeterOf(time),
  };
}
