import type { Recipe } from '../subjects/subject.ts';
import { timeCalls } from './chunks.ts';
import type { Effort } from './effort.ts';

export interface MemoryFigures {
  readonly nsMedian: number;
  readonly bytesIdle: number;
  readonly bytesAfter100Calls: number;
  readonly breakers: number;
}

/** Bytes per breaker that stay after a collection; `nsMedian` is the mean time to make one. Names are not counted. */
export async function measureMemory(recipe: Recipe, { breakers }: Effort): Promise<MemoryFigures> {
  const names = Array.from({ length: breakers }, (_, i) => Buffer.from(`breaker-${i}`).toString());
  const held: object[] = new Array(breakers).fill(names); // the array's own slots are there before the first reading
  await timeCalls(() => recipe.call(recipe.make('warm-up')), 100); // and so is what is made once
  const before = usedBytes();
  const began = process.hrtime.bigint();
  for (const [i, name] of names.entries()) held[i] = recipe.make(name);
  const nsMedian = Number(process.hrtime.bigint() - began) / breakers;
  const bytesIdle = (usedBytes() - before) / breakers;
  for (const breaker of held) await timeCalls(() => recipe.call(breaker), 100);
  const bytesAfter100Calls = (usedBytes() - before) / breakers;
  return { nsMedian, bytesIdle, bytesAfter100Calls, breakers: held.length };
}

function usedBytes(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage(); // `external` holds the array buffers too
  return heapUsed + external;
}
