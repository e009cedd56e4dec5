import type { Clock } from './clock.ts';

const BEAT_MS = 250;
/** Beats without a new call after which the heart rests; the next call starts it again. */
const BEATS_AT_REST = 40;

/**
 * Measures how long the event loop stood still, so that a process that was blocked does not take a healthy dependency
 * for a slow one. A timer that comes late was held up; timers run before the results that waited behind the same stall.
 * Runs only while timed calls come in, keeps no process alive, one for all breakers of a clock.
 */
export class StallMeter {
  /** Milliseconds stood still since the beginning. */
  stalledMs = 0;
  readonly #clock: Required<Clock>;
  #beating = false;
  #idleBeats = 0;
  #due = 0;

  constructor(clock: Required<Clock>) {
    this.#clock = clock;
  }

  /** A timed call begins. */
  touch(now: number): void {
    this.#idleBeats = 0;
    if (!this.#beating) this.#beat(now);
  }

  #beat(now: number): void {
    this.#beating = true;
    this.#due = now + BEAT_MS;
    this.#clock.setTimeout(() => {
      const late = this.#clock.now() - this.#due;
      // One beat of lateness is what a busy process shows; only what is beyond counts.
      if (late > BEAT_MS) this.stalledMs += late;
      if (++this.#idleBeats < BEATS_AT_REST) this.#beat(this.#clock.now());
      else this.#beating = false;
    }, BEAT_MS);
  }
}

const METERS = new WeakMap<Clock, StallMeter>();

export function stallMeterOf(clock: Required<Clock>): StallMeter {
  const known = METERS.get(clock);
  if (known !== undefined) return known;
  const meter = new StallMeter(clock);
  METERS.set(clock, meter);
  return meter;
}
