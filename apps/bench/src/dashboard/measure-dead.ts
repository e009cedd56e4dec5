import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';
import type { Effort } from './effort.ts';
import type { Usage } from './usage.ts';

const SERVICE = new URL('./dead-service.js', import.meta.url);
const DASHBOARD = new URL('./our-dashboard.js', import.meta.url);

/** What a dashboard that is gone costs a service, beyond what the same service costs without a reporter. */
export interface DeadFigures {
  readonly events: number;
  /** Per state change, and per counted call, each CPU of the whole process. */
  readonly usPerChange: number;
  readonly usPerCall: number;
  /** Heap and buffers after a collection. */
  readonly grewMb: number;
  /** State changes that still wait, and those that were given up. */
  readonly queued: number;
  readonly lost: number;
}

interface Stats {
  readonly connected: boolean;
  readonly queued: number;
  readonly lost: number;
}
interface Costs {
  readonly usPerChange: number;
  readonly usPerCall: number;
  readonly grewMb: number;
}

export async function measureDead({ deadEvents }: Effort): Promise<DeadFigures> {
  const [service, bare, dashboard] = [
    new Child(SERVICE, ['--expose-gc']),
    new Child(SERVICE, ['--expose-gc']),
    new Child(DASHBOARD),
  ];
  try {
    await bare.ask('start');
    await service.ask('start', await dashboard.ask<string>('start'));
    while (!(await service.ask<Stats>('stats')).connected) await sleep(20);
    await dashboard.end();
    while ((await service.ask<Stats>('stats')).connected) await sleep(20);
    const without = await cost(bare, deadEvents);
    const withReporter = await cost(service, deadEvents);
    const { queued, lost } = await service.ask<Stats>('stats');
    return {
      events: deadEvents,
      usPerChange: withReporter.usPerChange - without.usPerChange,
      usPerCall: withReporter.usPerCall - without.usPerCall,
      grewMb: withReporter.grewMb - without.grewMb,
      queued,
      lost,
    };
  } finally {
    await Promise.all([service.end(), bare.end(), dashboard.end()]);
  }
}

/** A tenth of it beforehand, for the optimiser and to fill what has a bound. */
async function cost(service: Child, events: number): Promise<Costs> {
  await service.ask('changeStates', events / 10);
  await service.ask('call', events / 10);
  const spent = async (ask: string): Promise<number> => {
    const before = await service.ask<Usage>('usage');
    await service.ask(ask, events);
    return (1_000 * ((await service.ask<Usage>('usage')).cpuMs - before.cpuMs)) / events;
  };
  const before = (await service.ask<Usage>('usage', true)).heldMb;
  const usPerChange = await spent('changeStates');
  const usPerCall = await spent('call');
  const grewMb = (await service.ask<Usage>('usage', true)).heldMb - before;
  return { usPerChange, usPerCall, grewMb };
}
