/** Which calls go through while the traffic comes back: the share is kept exactly, without chance. */
import type { RampUp } from '../../../src/config.ts';

export interface Ramp {
  readonly since: number;
  /** Every call so far since closing: when it came, and whether it went through. */
  readonly calls: readonly { readonly at: number; readonly through: boolean }[];
}

/** The next call's fate. Every call adds its share of one; whoever completes a whole one goes. */
export function goesThrough(ramp: Ramp, config: RampUp, now: number): boolean {
  let credit = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  const sparse = (at: number): boolean => at - lastAt >= 1_000 / config.alwaysPerSecond;
  for (const { at, through } of ramp.calls) {
    credit += shareAt(ramp, config, at);
    if (credit >= 1) credit -= 1;
    if (through) lastAt = at;
  }
  return credit + shareAt(ramp, config, now) >= 1 || sparse(now);
}

function shareAt(ramp: Ramp, { fromRatio, overMs }: RampUp, at: number): number {
  return fromRatio + (1 - fromRatio) * Math.min(1, (at - ramp.since) / overMs);
}

export function isOver(ramp: Ramp, { overMs }: RampUp, now: number): boolean {
  return now - ramp.since >= overMs;
}
