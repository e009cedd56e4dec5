import { LATENCY_BUCKETS, latencyBucket, latencyPercentile } from '@cb/core';

/** Durations in each of the two halves: enough for a 99th percentile, few enough to follow a change within minutes. */
const HALF = 1_000;
/** The percentile is worked out anew after this many durations, since it costs a walk over the buckets. */
const RENEW_AFTER = 20;

/** The latest durations: a half that is filled, and the full one before it. A fixed 1.7 kB, whatever comes. */
export class LatencyWindow {
  #filling: Uint32Array = new Uint32Array(LATENCY_BUCKETS);
  #full: Uint32Array = new Uint32Array(LATENCY_BUCKETS);
  #inFilling = 0;
  #inFull = 0;
  readonly #ratio: number;
  #percentileMs: number | undefined;

  /** @param ratio which percentile is asked for: 0.95. */
  constructor(ratio: number) {
    this.#ratio = ratio;
  }

  get samples(): number {
    return this.#inFull + this.#inFilling;
  }

  /** The upper bound of the bucket in which the percentile lies, in milliseconds; undefined without any duration. */
  get percentileMs(): number | undefined {
    return this.#percentileMs;
  }

  record(ms: number): void {
    if (this.#inFilling === HALF) this.#turn();
    const bucket = latencyBucket(ms);
    this.#filling[bucket] = (this.#filling[bucket] as number) + 1;
    this.#inFilling++;
    if (this.samples <= RENEW_AFTER || this.#inFilling % RENEW_AFTER === 0) this.#renew();
  }

  #renew(): void {
    const counts = this.#filling.map((count, bucket) => count + (this.#full[bucket] as number));
    const bounds = latencyPercentile(counts, this.#ratio);
    // The last bucket has no end.
    this.#percentileMs = Number.isFinite(bounds?.toMs) ? bounds?.toMs : bounds?.fromMs;
  }

  #turn(): void {
    const emptied = this.#full;
    this.#full = this.#filling;
    this.#inFull = this.#inFilling;
    this.#filling = emptied.fill(0);
    this.#inFilling = 0;
  }
}
