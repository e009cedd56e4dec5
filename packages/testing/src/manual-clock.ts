import type { Clock } from '@cb/core';

/** A clock that moves only when a test says so. Give it to a breaker as `clock`. */
export interface ManualClock extends Clock {
  /** Monotonic milliseconds. Starts at 1,000, never at 0, so that a forgotten `if (time)` shows. */
  now(): number;
  /** Milliseconds since 1970. Starts at 2030-01-01T00:00:00Z. Follows `advance` and `stall`, and can be stepped by itself. */
  wallNow(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
  /**
   * Moves time forward and fires every timer that becomes due, each at its own moment and in order,
   * also those which a fired timer sets on the way.
   *
   * @param ms milliseconds, 0 or more.
   * @throws RangeError when `ms` is negative or not finite.
   * @example
   * clock.advance(30_000); // the breaker may probe now
   */
  advance(ms: number): void;
  /**
   * Moves time forward the way a blocked event loop does: nothing fires on the way, all that is due fires late, at the end.
   *
   * @param ms milliseconds, 0 or more.
   * @throws RangeError when `ms` is negative or not finite.
   */
  stall(ms: number): void;
  /** Steps only the wall clock, as NTP or an operator does. `ms` may be negative. Monotonic time stays where it is. */
  stepWall(ms: number): void;
  /** How many timers wait to fire. */
  readonly pendingTimers: number;
}

interface Timer {
  readonly id: number;
  readonly dueAt: number;
  readonly fn: () => void;
}

/**
 * Makes a clock for tests: `now`, `wallNow`, `setTimeout` and `clearTimeout` move only by `advance` and `stall`.
 *
 * @example
 * const clock = manualClock();
 * const breaker = createBreaker({ name: 'payments', clock, stayOpen: fixed(1_000) });
 * // … open it …
 * clock.advance(1_000);
 */
export function manualClock(): ManualClock {
  let now = 1_000;
  let wall = Date.UTC(2030, 0, 1);
  let lastId = 0;
  const timers = new Map<number, Timer>();

  function move(to: number): void {
    wall += to - now;
    now = to;
  }
  function nextDue(by: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers.values()) {
      if (timer.dueAt <= by && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
  function run(end: number, onTheWay: boolean): void {
    if (!onTheWay) move(end);
    for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) {
      timers.delete(timer.id);
      if (onTheWay && timer.dueAt > now) move(timer.dueAt);
      timer.fn();
    }
    if (end > now) move(end);
  }
  function endOf(ms: number): number {
    if (!(ms >= 0 && Number.isFinite(ms)))
      throw new RangeError(`time moves forward by 0 ms or more, got ${ms}`);
    return now + ms;
  }

  return {
    now: () => now,
    wallNow: () => wall,
    setTimeout(fn, ms) {
      const id = ++lastId;
      timers.set(id, { id, dueAt: now + Math.max(0, ms), fn });
      return id;
    },
    clearTimeout(handle) {
      timers.delete(handle as number);
    },
    advance: (ms) => run(endOf(ms), true),
    stall: (ms) => run(endOf(ms), false),
    stepWall(ms) {
      wall += ms;
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}
