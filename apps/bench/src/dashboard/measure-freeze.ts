import { setTimeout as sleep } from 'node:timers/promises';
import type { Effort } from './effort.ts';
import type { Load } from './load.ts';
import { Stage } from './stage.ts';

/** What a browser that reads nothing for a while costs the server. */
export interface FreezeFigures {
  readonly frozenMs: number;
  /** Heap and buffers after a collection: by how much they grew while it was frozen, and in as long a time before. */
  readonly grewMb: number;
  readonly grewBeforeMb: number;
  /** From the thaw until the state change that was made in the middle of the freeze had arrived. */
  readonly caughtUpMs: number;
  /** How often a browser had to read the directory again because it had missed too much. */
  readonly resyncs: number;
}

/** Everything that is kept anyway has reached its bound by then, so that what grows is what waits for the browser. */
const SMALL = { seriesBytes: 8 * 2 ** 20, events: 500, eventsPerRow: 10 };
const MARK = 'made while it was frozen';
const PATIENCE_MS = 20_000;

export async function measureFreeze(
  load: Omit<Load, 'url'>,
  { warmUpMs, frozenMs }: Effort,
): Promise<FreezeFigures> {
  const stage = new Stage(load.design);
  try {
    await stage.start(load, load.design === 'ours' ? SMALL : undefined);
    await sleep(2 * warmUpMs);
    const calm = (await stage.usage(true)).heldMb;
    await sleep(frozenMs);
    const grewBeforeMb = (await stage.usage(true)).heldMb - calm;
    await stage.browsers.ask('freezeFirst', MARK);
    const before = (await stage.usage(true)).heldMb;
    await sleep(frozenMs / 2);
    await stage.producers.ask('mark', MARK);
    await sleep(frozenMs / 2);
    const grewMb = (await stage.usage(true)).heldMb - before;
    await stage.browsers.ask('forget');
    const thawedAt = await stage.browsers.ask<number>('thawFirst');
    const caughtUpMs = (await arrival(stage)) - thawedAt;
    await stage.check();
    return { frozenMs, grewMb, grewBeforeMb, caughtUpMs, resyncs: (await stage.seen()).resyncs };
  } finally {
    await stage.end();
  }
}

/** When the mark reached the browser that had been frozen; infinity where it did not. */
async function arrival(stage: Stage): Promise<number> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const at = await stage.browsers.ask<number | undefined>('markAt', MARK);
    if (at !== undefined) return at;
    await sleep(20);
  }
  return Number.POSITIVE_INFINITY;
}
