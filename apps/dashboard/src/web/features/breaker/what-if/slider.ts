import type { Control } from './controls.ts';

/** Where a value stands on its slider, 0 to 1,000. */
export function positionOf({ value, min, max, log }: Control): number {
  if (max <= min) return 0;
  const share = log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.round(Math.min(1, Math.max(0, share)) * SLIDER_STEPS);
}
export const SLIDER_STEPS = 1_000;

/** The value at a position, as round as a person would say it. */
export function valueAt({ min, max, log, whole }: Control, position: number): number {
  const share = position / SLIDER_STEPS;
  const value = log ? min * (max / min) ** share : min + (max - min) * share;
  const rounded = log
    ? Number(value.toPrecision(2))
    : whole
      ? Math.round(value)
      : Math.round(value * 10) / 10;
  const bounded = Math.min(max, Math.max(min, rounded));
  return whole ? Math.max(1, Math.round(bounded)) : bounded;
}

/** What a person typed, where it is a number that this can be. */
export function typedValue({ whole, unit }: Control, text: string): number | undefined {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) return undefined;
  if (unit === '%' && value > 100) return undefined;
  return whole ? Math.max(1, Math.round(value)) : value;
}
