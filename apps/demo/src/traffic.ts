/** A steady stream of calls, bounded in how many run at once. */
export interface Traffic {
  readonly callsPerSecond: number;
  readonly atOnce: number;
}

/** Starts it. A call that fails is the breaker's business, not the stream's. */
export function startTraffic({ callsPerSecond, atOnce }: Traffic, call: () => Promise<unknown>): void {
  let inFlight = 0;
  setInterval(() => {
    if (inFlight >= atOnce) return;
    inFlight++;
    call()
      .catch(() => {})
      .finally(() => inFlight--);
  }, 1_000 / callsPerSecond);
}

/** Many calls at the same moment. */
export interface Bursts {
  readonly calls: number;
  readonly everyMs: number;
}

/** Starts them, likewise. */
export function startBursts({ calls, everyMs }: Bursts, call: () => Promise<unknown>): void {
  setInterval(() => {
    for (let i = 0; i < calls; i++) call().catch(() => {});
  }, everyMs);
}
