import type { Clock } from '../../src/index.ts';

export interface TestClock extends Required<Clock> {
  time: number;
  advance(ms: number): void;
  /** Time passes without any timer running until its end: a blocked event loop. */
  stall(ms: number): void;
  readonly timers: number;
}

/** Time that moves only when told. Core cannot use the published kit: that kit depends on core. */
export function testClock(start = 0): TestClock {
  let timers: { id: number; due: number; run: () => void }[] = [];
  let ids = 0;
  const clock: TestClock = {
    time: start,
    now: () => clock.time,
    wallNow: () => 1_700_000_000_000 + clock.time,
    setTimeout(run, ms) {
      timers.push({ id: ++ids, due: clock.time + ms, run });
      return ids;
    },
    clearTimeout(id) {
      timers = timers.filter((timer) => timer.id !== id);
    },
    advance(ms) {
      const end = clock.time + ms;
      for (;;) {
        const next = timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
        if (next === undefined) break;
        clock.time = Math.max(clock.time, next.due);
        timers = timers.filter((timer) => timer !== next);
        next.run();
      }
      clock.time = end;
    },
    stall(ms) {
      clock.time += ms;
      clock.advance(0);
    },
    get timers() {
      return timers.length;
    },
  };
  return clock;
}
