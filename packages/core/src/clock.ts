/**
 * Where a breaker gets its time from. Decisions use `now` only: monotonic milliseconds from any origin.
 * Inject one in tests; leave it out in a service.
 */
export interface Clock {
  /** Monotonic milliseconds; fractions are welcome. */
  now(): number;
  /** Epoch milliseconds, used as a label in events and snapshots and never in a decision. */
  wallNow?(): number;
  /** Used only to announce a change on time to those who listen; without it changes are announced with the next call. */
  setTimeout?(run: () => void, ms: number): unknown;
  clearTimeout?(handle: unknown): void;
}

// The two or three things every JavaScript host has; core is compiled without any host's types.
declare const performance: { now(): number };
declare function setTimeout(run: () => void, ms: number): unknown;
declare function clearTimeout(handle: unknown): void;

/** Longer delays wrap around to 1 ms in every host. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Required<Clock> = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (run, ms) => {
    const handle = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS));
    // An open breaker keeps no process alive.
    (handle as { unref?: () => void }).unref?.();
    return handle;
  },
  clearTimeout: (handle) => clearTimeout(handle),
};

/**
 * A clock that never goes back, whatever the given one does: a step back, or NaN, counts as no time at all. Without
 * this a clock set back by an hour would keep a circuit open for an hour.
 */
export function steady(clock: Clock): Required<Clock> {
  const known = STEADIED.get(clock) ?? steadied(clock);
  STEADIED.set(clock, known);
  return known;
}

/** One per clock, so that the breakers of a group share what is kept per clock. */
const STEADIED = new WeakMap<Clock, Required<Clock>>();

function steadied(clock: Clock): Required<Clock> {
  let last = finite(clock.now(), 0);
  // Moments are 0 or more everywhere: below it a number stands for a moment that nobody read.
  let offset = Math.max(0, -last);
  last += offset;
  return {
    now() {
      const raw = finite(clock.now(), last - offset);
      if (raw + offset < last) offset = last - raw;
      last = raw + offset;
      return last;
    },
    wallNow: () => clock.wallNow?.() ?? Date.now(),
    setTimeout: (run, ms) => clock.setTimeout?.(run, Math.min(ms, LONGEST_TIMER_MS)),
    clearTimeout: (handle) => clock.clearTimeout?.(handle),
  };
}

function finite(value: number, otherwise: number): number {
  return Number.isFinite(value) ? value : otherwise;
}
