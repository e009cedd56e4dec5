import type { Recipe } from '../subjects/subject.ts';
import { callOf, openCircuit, warmUp } from './calls.ts';
import { timeCalls } from './chunks.ts';
import type { Effort } from './effort.ts';
import { median } from './median.ts';
import type { Switch } from './work.ts';

const CALLS = 2_000;
const CHUNKS = 21;

/**
 * Bytes allocated per call, the awaiting loop's own included. The young generation is large enough for a chunk, so nothing
 * is collected while it runs; a chunk that was interrupted all the same is an outlier, and the median leaves it out.
 */
export async function measureAllocation(
  recipe: Recipe,
  work: Switch,
  effort: Effort,
  open: boolean,
): Promise<{ bytesPerCall: number }> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  const call = callOf(recipe);
  if (open) await openCircuit(call, work);
  await warmUp((calls) => timeCalls(call, calls), effort);
  const figures: number[] = [];
  for (let i = 0; i < CHUNKS; i++) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    await timeCalls(call, CALLS);
    figures.push((process.memoryUsage().heapUsed - before) / CALLS);
  }
  return { bytesPerCall: median(figures) };
}
