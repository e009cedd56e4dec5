import { fork } from 'node:child_process';
import { once } from 'node:events';

const LOAD = new URL('./load.mjs', import.meta.url);

export interface LoadOptions {
  services: number;
  /** Of each service. */
  breakers: number;
  instances: number;
  /** Share of the breakers with calls in any one second. */
  busyRatio?: number;
  changesPerSecond?: number;
}

/** A fleet in a process of its own, every instance with a connection of its own. */
export interface FleetLoad {
  /** How long it took until all of it was registered, with the past of an hour. */
  readonly registeredMs: number;
  /** Whether there are calls and state changes, which every instance tells of every five seconds, or every second. */
  become(mood: 'quiet' | 'lively' | 'busy'): void;
  kill(): Promise<void>;
}

export async function startLoad(url: string, options: LoadOptions): Promise<FleetLoad> {
  const child = fork(LOAD, [JSON.stringify({ url, ...options })]);
  const gone = once(child, 'exit');
  const [told] = (await Promise.race([
    once(child, 'message'),
    gone.then(([code]) => {
      throw new Error(`the load ended with ${String(code)} before it had registered`);
    }),
  ])) as [{ registeredMs: number }];
  return {
    registeredMs: told.registeredMs,
    become: (mood) => void child.send(mood),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
