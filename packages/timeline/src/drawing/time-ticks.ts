import { createTimes } from './times.ts';

const STEPS = [
  1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
  7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
];
const LONGEST = 172_800_000;

const { clock, clockShort, day } = createTimes();

export interface Tick {
  t: number;
  label: string;
}

/** Round moments of local time, far enough apart to be read. */
export function timeTicks(from: number, to: number, width: number, gap = 110): Tick[] {
  const wanted = ((to - from) / Math.max(1, width)) * gap;
  // Beyond days by doubling, so that there are never more than fit, however long the range.
  const step =
    STEPS.find((s) => s >= wanted) ?? LONGEST * 2 ** Math.max(0, Math.floor(Math.log2(wanted / LONGEST)));
  const zone = new Date(to).getTimezoneOffset() * 60_000;
  const ticks: Tick[] = [];
  for (let t = Math.ceil((from - zone) / step) * step + zone; t < to; t += step) {
    const midnight = (t - zone) % 86_400_000 === 0;
    ticks.push({ t, label: midnight ? day(t) : step < 60_000 ? clock(t) : clockShort(t) });
  }
  return ticks;
}
