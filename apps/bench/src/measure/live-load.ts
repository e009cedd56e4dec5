import { performance } from 'node:perf_hooks';
import type { Recipe } from '../subjects/subject.ts';
import { timeCalls } from './chunks.ts';
import type { Effort } from './effort.ts';
import type { LiveWork } from './live-work.ts';
import { median } from './median.ts';

export interface LiveFigures {
  readonly eluPercent: number;
  readonly cpuPercent: number;
  readonly lateMsP99: number;
  readonly callsPerSecond: number;
}

const CALLS_PER_MS = 5;
const TICK_MS = 1;
/** Of so many slices the median is taken: a moment in which the machine was busy with others does not count. */
const SLICE_MS = 200;

interface Stream {
  readonly started: number;
  readonly lateMs: number[];
  /** Share of time in which the event loop was busy, slice by slice. */
  readonly busyShares: number[];
}

/**
 * A steady stream of calls that a timer starts, a few in flight at any moment, one in fifty failing. The window is filled
 * before: what a failure costs with ten seconds of traffic in the window is what is looked for.
 */
export async function measureLiveLoad(
  recipe: Recipe,
  work: LiveWork,
  { liveMs, liveFill }: Effort,
): Promise<LiveFigures> {
  const breaker = recipe.make('live');
  const call = (): Promise<unknown> => recipe.call(breaker);
  await timeCalls(call, liveFill);
  await stream(call, work, liveMs / 2);

  const ranBefore = work.ran;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const { started, lateMs, busyShares } = await stream(call, work, liveMs);
  const tookMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (work.ran - ranBefore !== started) throw new Error('the circuit opened: not every call ran');
  return {
    eluPercent: median(busyShares) * 100,
    cpuPercent: ((user + system) / 1_000 / tookMs) * 100,
    lateMsP99: lateMs.sort((a, b) => a - b)[Math.floor(lateMs.length * 0.99)] ?? 0,
    callsPerSecond: (started / tookMs) * 1_000,
  };
}

/** Starts what is due each millisecond; a loop that comes late makes up for it. Ends when all are answered. */
function stream(call: () => Promise<unknown>, work: LiveWork, forMs: number): Promise<Stream> {
  const began = performance.now();
  const lateMs: number[] = [];
  const busyShares: number[] = [];
  let slice = performance.eventLoopUtilization();
  let sliceEnd = began + SLICE_MS;
  let started = 0;
  let settled = 0;
  const settle = (): void => {
    settled++;
  };
  return new Promise((resolve) => {
    let due = began;
    const tick = (): void => {
      const now = performance.now();
      lateMs.push(now - due);
      if (now >= sliceEnd) {
        busyShares.push(performance.eventLoopUtilization(slice).utilization);
        slice = performance.eventLoopUtilization();
        sliceEnd = now + SLICE_MS;
      }
      work.answer();
      const passedMs = Math.min(now - began, forMs);
      for (const calls = Math.floor(passedMs * CALLS_PER_MS); started < calls; started++)
        call().then(settle, settle);
      if (passedMs === forMs && settled === started) {
        resolve({ started, lateMs, busyShares });
        return;
      }
      due = now + TICK_MS;
      setTimeout(tick, TICK_MS);
    };
    tick();
  });
}
