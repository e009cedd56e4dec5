const DAY_MS = 86_400_000;

/**
 * Translates a producer's wall clock into the server's, which is the axis of everything that is stored. The offset
 * includes the time the message took, so the smallest one seen is the best; a larger one is believed only when it
 * differs by more than a second, because then a clock was set.
 */
export class ProducerClock {
  #offsetMs: number;

  constructor(producerNow: number, serverNow: number) {
    this.#offsetMs = serverNow - producerNow;
  }

  /** What to add to the producer's time. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** The producer has said its time again. */
  hear(producerNow: number, serverNow: number): void {
    const offsetMs = serverNow - producerNow;
    if (offsetMs < this.#offsetMs || offsetMs - this.#offsetMs > 1_000) this.#offsetMs = offsetMs;
  }

  /** A moment that has passed: never in the future, and at most `windowMs` ago (default one day). */
  past(producerTime: number, serverNow: number, windowMs: number = DAY_MS): number {
    const t = Math.round(producerTime + this.#offsetMs);
    return Math.min(serverNow, Math.max(serverNow - windowMs, t));
  }

  /** A moment to come: at most `windowMs` ahead (default one day), and not before `t`. */
  future(producerTime: number, t: number, serverNow: number, windowMs: number = DAY_MS): number {
    const moment = Math.round(producerTime + this.#offsetMs);
    return Math.max(t, Math.min(serverNow + windowMs, moment));
  }
}
