import type { Subject } from '../subjects/subject.ts';
import { medianChunk } from './chunks.ts';
import type { Effort } from './effort.ts';

/** Ask and settle, without a promise. The set-up needs no clock, and it is an error to read one. */
export async function measureSettle(subject: Subject, effort: Effort): Promise<number | undefined> {
  const settle = subject.settle?.();
  if (settle === undefined) return undefined;
  const calls = effort.chunkCalls * 20;
  const chunk = (): number => {
    const began = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) settle();
    return Number(process.hrtime.bigint() - began) / calls;
  };
  chunk();
  const ns = await medianChunk(effort, chunk);
  if (clockReads(settle) > 0) throw new Error('the clock was read');
  return ns;
}

/** How often `run` asks for the time. Only after the measurement: a replaced clock is a slower one. */
function clockReads(run: () => void): number {
  let reads = 0;
  const now = (): number => ++reads;
  const owners = [performance, Date];
  const before = owners.map((owner) => Object.getOwnPropertyDescriptor(owner, 'now'));
  for (const owner of owners) Object.defineProperty(owner, 'now', { value: now, configurable: true });
  run();
  for (const [i, owner] of owners.entries()) {
    Reflect.deleteProperty(owner, 'now');
    const own = before[i];
    if (own !== undefined) Object.defineProperty(owner, 'now', own);
  }
  return reads;
}
