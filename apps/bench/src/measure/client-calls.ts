import type { Recipe } from '../subjects/subject.ts';
import { callOf, warmUp } from './calls.ts';
import { medianChunk, timeCalls } from './chunks.ts';
import type { Effort } from './effort.ts';
import type { Switch } from './work.ts';

/** CPU time rather than wall time: beside a client a breaker is small, and a busy machine would hide it. */
export async function measureClientCalls(recipe: Recipe, work: Switch, effort: Effort): Promise<number> {
  const call = callOf(recipe);
  await warmUp((calls) => timeCalls(call, calls), effort);
  const ranBefore = work.ran;
  let calls = 0;
  const ns = await medianChunk(effort, async () => {
    calls += effort.chunkCalls;
    const before = process.cpuUsage();
    await timeCalls(call, effort.chunkCalls);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1_000) / effort.chunkCalls;
  });
  if (work.ran - ranBefore !== calls) throw new Error('the circuit opened: not every call ran');
  return ns;
}
