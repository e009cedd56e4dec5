import type { EventRecord, Series } from '@cb/protocol';
import type { Changes, Config } from '../../../lib/breaker-config.ts';

/** What one instance did in a range, and the settings it did it with. */
export interface Observed {
  config: Config;
  /** Of this instance alone, oldest first. */
  events: readonly EventRecord[];
  series: Series;
}

/** Something that the numbers say about a setting. */
export interface Advice {
  id: string;
  /** One or two sentences, with the numbers. */
  text: string;
  /** What could be tried instead. */
  tryThis?: { words: string; changes: Changes };
}

/** A value that half of them are at most, or at least; undefined of none. */
export function median(values: readonly number[], half: 'at most' | 'at least'): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return sorted[half === 'at most' ? Math.floor(middle) : Math.ceil(middle)];
}

/** Times that a person would say. */
const ROUND_MS = [
  50, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000,
  45_000, 60_000, 90_000, 120_000, 180_000, 300_000, 600_000,
];

/** The next round time that is no shorter; ten minutes for any that is longer. */
export function roundedUpMs(ms: number): number {
  return ROUND_MS.find((each) => each >= ms) ?? 600_000;
}
