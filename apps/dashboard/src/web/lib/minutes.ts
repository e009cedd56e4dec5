import type { Minutes } from '@cb/protocol';
import type { TimeWindow } from './columns.ts';

const MINUTE = 60_000;

/** Adds to each bin the share of its time that folded minutes were in one state, before the exact part begins. */
export function addMinuteShares(
  minutes: Minutes,
  exactFrom: number,
  code: number,
  window: TimeWindow,
  bins: Float64Array,
): void {
  const stepMs = minutes.stepMs ?? MINUTE;
  const binMs = (window.to - window.from) / bins.length;
  for (let m = 0; m * 5 < minutes.shares.length; m++) {
    const share = (minutes.shares[m * 5 + code] ?? 0) / 255;
    const start = Math.max(window.from, minutes.from + m * stepMs);
    const stop = Math.min(window.to, exactFrom, minutes.from + (m + 1) * stepMs);
    if (share === 0) continue;
    for (let bin = Math.max(0, Math.floor((start - window.from) / binMs)); bin < bins.length; bin++) {
      const from = window.from + bin * binMs;
      if (from >= stop) break;
      const overlap = Math.min(stop, from + binMs) - Math.max(start, from);
      bins[bin] = (bins[bin] ?? 0) + (share * overlap) / binMs;
    }
  }
}
