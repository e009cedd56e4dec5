import { setImmediate as turn } from 'node:timers/promises';
import type { Effort } from './effort.ts';
import { median } from './median.ts';

/** Calls `chunk` until there are enough figures; each returns nanoseconds per call. Between two, the event loop turns. */
export async function medianChunk(
  { leastChunks, leastMs, mostChunks = Number.POSITIVE_INFINITY }: Effort,
  chunk: () => Promise<number> | number,
): Promise<number> {
  const figures: number[] = [];
  const began = performance.now();
  const isEnough = (): boolean => figures.length >= leastChunks && performance.now() - began >= leastMs;
  while (!isEnough() && figures.length < mostChunks) {
    figures.push(await chunk());
    await turn();
  }
  return median(figures);
}

/** Nanoseconds per call of so many sequential calls. The very same loop for every subject; an error is caught and ignored. */
export async function timeCalls(call: () => Promise<unknown>, calls: number): Promise<number> {
  const began = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) {
    try {
      await call();
    } catch {
      // A refusal or the failure that was asked for.
    }
  }
  return Number(process.hrtime.bigint() - began) / calls;
}
