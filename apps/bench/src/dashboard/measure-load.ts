import { setTimeout as sleep } from 'node:timers/promises';
import type { Seen } from './browsers.ts';
import type { Effort } from './effort.ts';
import type { Load } from './load.ts';
import { Stage } from './stage.ts';
import { cpuPercent } from './usage.ts';

/** What one server did under one load. */
export interface LoadFigures {
  /** Rows of counters that came in, and state changes, a second. */
  readonly eventsPerSecond: number;
  readonly changesPerSecond: number;
  /** Of one core, of the server's process alone. */
  readonly cpuPercent: number;
  readonly usPerEvent: number;
  readonly rssMb: number;
  readonly kbPerBrowser: number;
  readonly changeP50Ms: number;
  readonly changeP99Ms: number;
  readonly counterP50Ms: number;
  readonly counterP99Ms: number;
}

export async function measureLoad(
  load: Omit<Load, 'url'>,
  { warmUpMs, measureMs }: Effort,
): Promise<LoadFigures> {
  const stage = new Stage(load.design);
  try {
    await stage.start(load);
    await sleep(warmUpMs);
    await stage.browsers.ask('forget');
    const [sentBefore, before] = [await stage.sent(), await stage.usage()];
    await sleep(measureMs);
    const [sentAfter, after, seen] = [await stage.sent(), await stage.usage(), await stage.seen()];
    await stage.check();
    const seconds = (after.atMs - before.atMs) / 1_000;
    const heard = (after.events ?? sentAfter.events) - (before.events ?? sentBefore.events);
    return {
      eventsPerSecond: heard / seconds,
      changesPerSecond: (sentAfter.changes - sentBefore.changes) / seconds,
      cpuPercent: cpuPercent(before, after),
      usPerEvent: (1_000 * (after.cpuMs - before.cpuMs)) / heard,
      rssMb: after.rssMb,
      ...perBrowser(seen, seconds),
    };
  } finally {
    await stage.end();
  }
}

function perBrowser(
  { bytesPerBrowser, changeMs, counterMs }: Seen,
  seconds: number,
): Pick<LoadFigures, 'kbPerBrowser' | 'changeP50Ms' | 'changeP99Ms' | 'counterP50Ms' | 'counterP99Ms'> {
  return {
    kbPerBrowser: bytesPerBrowser / 1_000 / seconds,
    changeP50Ms: changeMs.p50,
    changeP99Ms: changeMs.p99,
    counterP50Ms: counterMs.p50,
    counterP99Ms: counterMs.p99,
  };
}
