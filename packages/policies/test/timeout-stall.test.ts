import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeout } from '../src/timeout.ts';

const CALLS = 100;
/** Answers every message at once, and counts its answers where a blocked thread can see them. */
const HEALTHY = `
  const { parentPort, workerData } = require('node:worker_threads');
  parentPort.on('message', (id) => {
    parentPort.postMessage(id);
    Atomics.add(workerData, 0, 1);
    Atomics.notify(workerData, 0);
  });
`;

describe('timeout, in a process that stands still', () => {
  const answered = new Int32Array(new SharedArrayBuffer(8));
  let other: Worker;
  beforeAll(async () => {
    other = new Worker(HEALTHY, { eval: true, workerData: answered });
    await once(other, 'online');
  });
  afterAll(() => other.terminate());

  /** Blocks until every call has its answer waiting at the door, and the time of all of them is long over. */
  const standStill = (ms: number): void => {
    for (let seen = 0; seen < CALLS; seen = Atomics.load(answered, 0)) Atomics.wait(answered, 0, seen);
    Atomics.wait(answered, 1, 0, ms);
  };

  it('gives none of a hundred answered calls up', async () => {
    const policy = timeout(100);
    const waiting = new Map<number, (id: number) => void>();
    other.on('message', (id: number) => waiting.get(id)?.(id));
    const ask = (id: number) => (): Promise<number> => {
      other.postMessage(id);
      return new Promise((resolve) => waiting.set(id, resolve));
    };
    // Timers come directly after immediates, before anything that has arrived is read.
    const calls = await new Promise<Promise<number>[]>((resolve) =>
      setImmediate(() => {
        const begun = Array.from({ length: CALLS }, (_, id) => policy.execute(ask(id)));
        standStill(300);
        resolve(begun);
      }),
    );
    expect(await Promise.all(calls)).toEqual(Array.from({ length: CALLS }, (_, id) => id));
    expect(policy.snapshot().counts).toEqual({ succeeded: CALLS, failed: 0, timedOut: 0, late: 0 });
  });
});
