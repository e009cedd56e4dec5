import { setTimeout as wait } from 'node:timers/promises';
import type { Recipe } from '../subjects/subject.ts';
import type { Effort } from './effort.ts';

export interface IdleFigures {
  /** Percent of one core. */
  readonly cpuPercent: number;
  readonly breakers: number;
}

/** CPU time of a process that holds so many breakers and calls none of them. */
export async function measureIdleCpu(recipe: Recipe, { breakers, idleMs }: Effort): Promise<IdleFigures> {
  const held = Array.from({ length: breakers }, (_, i) => recipe.make(`breaker-${i}`));
  globalThis.gc?.();
  await wait(200);
  const before = process.cpuUsage();
  const began = performance.now();
  await wait(idleMs);
  const { user, system } = process.cpuUsage(before);
  const cpuPercent = ((user + system) / 1_000 / (performance.now() - began)) * 100;
  return { cpuPercent, breakers: held.length };
}
