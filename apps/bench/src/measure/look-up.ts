import type { Subject } from '../subjects/subject.ts';
import { medianChunk } from './chunks.ts';
import type { Effort } from './effort.ts';

const KEYS = 10_000;
/** A step that visits every key, far from the one before: in insertion order the cache would do the work. */
const STRIDE = 7_919;

/** Nanoseconds to find what belongs to a key. Keys are ready-made strings, already hashed. */
export async function measureLookUp(subject: Subject, effort: Effort): Promise<number | undefined> {
  const keys = Array.from({ length: KEYS }, (_, i) => `tenant-${(i * STRIDE) % KEYS}`);
  const lookUp = subject.lookUp?.(keys);
  if (lookUp === undefined) return undefined;
  const chunk = (): number => {
    let found = 0;
    const began = process.hrtime.bigint();
    for (const key of keys) if (lookUp(key) !== undefined) found++;
    const ns = Number(process.hrtime.bigint() - began) / KEYS;
    if (found !== KEYS) throw new Error('not every key was found');
    return ns;
  };
  for (let i = 0; i < 20; i++) chunk();
  return medianChunk(effort, chunk);
}
