// A service with a reporter whose dashboard goes away, in a process of its own.
import { type Breaker, createBreaker } from '@cb/core';
import { connectDashboard, type Reporter } from '@cb/reporter';
import { serve } from './child.ts';
import { readUsage } from './usage.ts';

const BREAKERS = 50;
/** An event-loop turn after so many: the reporter's timers and its attempts to connect go on. */
const PER_TURN = 500;

let breakers: Breaker[] = [];
let reporter: Reporter | undefined;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function repeat(times: number, act: (breaker: Breaker, i: number) => void): Promise<void> {
  for (let i = 0; i < times; i++) {
    act(breakers[i % BREAKERS] as Breaker, i);
    if (i % PER_TURN === 0) await turn();
  }
}

serve({
  /** Without an address the same service without a reporter. */
  start: (url: string | undefined) => {
    breakers = Array.from({ length: BREAKERS }, (_, i) => createBreaker({ name: `breaker-${i}` }));
    if (url) reporter = connectDashboard({ url, service: 'checkout', breakers });
  },
  stats: () => reporter?.stats(),
  /** State changes: every second one of a breaker isolates it. */
  changeStates: (times: number) =>
    repeat(times, (breaker, i) =>
      breaker.setMode(Math.floor(i / BREAKERS) % 2 === 0 ? 'forced-open' : 'auto'),
    ),
  /** Calls that only count. */
  call: (times: number) => repeat(times, (breaker) => void breaker.acquire().succeed()),
  usage: (collect: boolean) => readUsage(collect),
});
