import type { RampUp } from './config.ts';

/**
 * Which calls go through while a circuit that has just closed gets its traffic back. The share is kept exactly, without
 * chance: every call adds its share of one, and whoever completes a whole one goes.
 */
export class Ramp {
  readonly #config: RampUp;
  readonly #since: number;
  #credit = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(config: RampUp, since: number) {
    this.#config = config;
    this.#since = since;
  }

  isOver(now: number): boolean {
    return now - this.#since >= this.#config.overMs;
  }

  /** Whether a call that arrives now goes through. */
  admits(now: number): boolean {
    this.#credit += this.#share(now);
    if (this.#credit >= 1) this.#credit -= 1;
    else if (now < this.freeAt()) return false;
    this.#lastAt = now;
    return true;
  }

  /** The same, without a call. */
  wouldAdmit(now: number): boolean {
    return this.#credit + this.#share(now) >= 1 || now >= this.freeAt();
  }

  #share(now: number): number {
    const { fromRatio, overMs } = this.#config;
    return fromRatio + ((1 - fromRatio) * (now - this.#since)) / overMs;
  }

  /** From then on a call goes through whatever the share: sparse traffic is no load. */
  freeAt(): number {
    return this.#lastAt + 1_000 / this.#config.alwaysPerSecond;
  }
}
