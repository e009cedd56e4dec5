/** As many commands as one request of the dashboard may name breakers; then ten a second. */
const BURST = 500;
const PER_MS = 10 / 1_000;

/** Keeps a dashboard that has gone wrong, or was taken over, from keeping a service busy. */
export class CommandRate {
  #left = BURST;
  #at = performance.now();

  /** Takes one; false when there is none left. */
  take(): boolean {
    const now = performance.now();
    this.#left = Math.min(BURST, this.#left + (now - this.#at) * PER_MS);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
