import { createTimes, elapsed, spoken } from '@cb/timeline/drawing';

export { elapsed, spoken };

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const times = createTimes();

/** What stands where there is no number: never a zero that nobody measured. */
export const NONE = '–';

export function count(n: number): string {
  return grouped.format(n);
}

export function rate(n: number | undefined): string {
  if (n === undefined || !Number.isFinite(n) || n < 0) return NONE;
  if (n > 0 && n < 10) return n.toFixed(1).replace(/\.0$/, '');
  return grouped.format(n);
}

/** 48,200 -> 48.2k: for totals, where the size matters and not the last digit. */
export function shortCount(n: number): string {
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)}M`;
  if (n >= 1e4) return `${(n / 1e3).toFixed(1)}k`;
  return rate(n);
}

/** Shares are 0..1 everywhere but on the screen. */
export function percent(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio) || ratio < 0) return NONE;
  const p = ratio * 100;
  return `${p > 0 && p < 9.95 ? p.toFixed(1).replace(/\.0$/, '') : Math.round(p)} %`;
}

/** A share of time over a whole fleet, where a hundredth of a percent is somebody's outage: 99.96 %. */
export function timeShare(ratio: number): string {
  const p = ratio * 100;
  if (p === 0 || p === 100) return `${p} %`;
  if (p < 0.01) return '<0.01 %';
  return `${p > 99.99 ? '>99.99' : Number(p.toFixed(2))} %`;
}

export function latency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms < 0) return NONE;
  if (ms >= 9_950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms < 9.5 && ms > 0 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** A configured duration, as short as it can be said: 2 s, 1.5 s, 250 ms, 5 min. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`;
  if (ms < 3_600_000) return `${Number((ms / 60_000).toFixed(1))} min`;
  return `${Number((ms / 3_600_000).toFixed(1))} h`;
}

/** How long something is kept: 24 hours, 7 days. */
export function keptWords(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} hours`;
}

/** Time left, to the second below an hour: 12 min 03 s. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

export function clock(t: number): string {
  return times.clock(t);
}

export function clockMs(t: number): string {
  return times.clockMs(t);
}

export function clockShort(t: number): string {
  return times.clockShort(t);
}

export function day(t: number): string {
  return times.day(t);
}

/** With date and zone. */
export function dated(t: number): string {
  return times.dated(t);
}

/** To the millisecond, with date and zone: for a title. */
export function exact(t: number): string {
  return times.exact(t);
}
