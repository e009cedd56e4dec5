/** What the error rate is in ordinary times: the past that an adaptive limit leans on. */

/** Your own record of the error rate, from wherever you have it. Called while the circuit is closed, never awaited. */
export interface MetricsCollector {
  /** A counted failure. */
  recordError(): void;
  /** A counted success. */
  recordSuccess(): void;
  /** The rate to lean on, 0 to 1. Asked when a rule is; anything else leaves the limit as configured. */
  getErrorRate(): number;
}

/** Collectors beside the rules that were built with them: a rule itself stays plain data. */
const SUPPLIED = new WeakMap<object, MetricsCollector>();

export function supply(rule: object, collector: MetricsCollector): void {
  SUPPLIED.set(rule, collector);
}

export function suppliedWith(rules: unknown): MetricsCollector | undefined {
  for (const rule of Array.isArray(rules) ? rules : [rules]) {
    // A weak map answers for anything: what is no object is not in it.
    const collector = SUPPLIED.get(rule as object);
    if (collector !== undefined) return collector;
  }
  return undefined;
}

const SLICE_MS = 10_000;

/**
 * A breaker's own long memory: an average of ten-second slices that forgets over about `overMs`. It must not teach itself
 * an outage, so a slice is learned only once the next one began with the circuit still closed, and never one as bad as the
 * configured limit.
 */
export class OwnHistory {
  readonly #overMs: number;
  readonly #worst: number;
  readonly #minimumCalls: number;
  #rate = 0;
  #learned = 0;
  #sliceEnd: number;
  #calls = 0;
  #failures = 0;
  /** The rate of the slice before this one, not learned yet. Where there is none it is too bad to be learned. */
  #pending = Number.POSITIVE_INFINITY;

  constructor(overMs: number, worst: number, minimumCalls: number, now: number) {
    this.#overMs = overMs;
    this.#worst = worst;
    this.#minimumCalls = minimumCalls;
    this.#sliceEnd = now + SLICE_MS;
  }

  /** Undefined until it has learned anything. */
  get rate(): number | undefined {
    return this.#learned === 0 ? undefined : this.#rate;
  }

  record(failed: boolean, now: number): void {
    if (now >= this.#sliceEnd) {
      if (this.#calls === 0) this.#sliceEnd = now + SLICE_MS;
      // Too few calls make no rate: such a slice goes on.
      else if (this.#calls >= this.#minimumCalls) this.#turn(now);
    }
    this.#calls++;
    if (failed) this.#failures++;
  }

  /** The circuit opened: what led to it is not ordinary. */
  forgetRecent(now: number): void {
    this.#pending = Number.POSITIVE_INFINITY;
    this.#calls = this.#failures = 0;
    this.#sliceEnd = now + SLICE_MS;
  }

  #turn(now: number): void {
    if (this.#pending < this.#worst) {
      this.#learned++;
      const weight = Math.max(1 / this.#learned, Math.min(1, SLICE_MS / this.#overMs));
      this.#rate += (this.#pending - this.#rate) * weight;
    }
    this.#pending = this.#failures / this.#calls;
    this.#calls = this.#failures = 0;
    this.#sliceEnd = now + SLICE_MS;
  }
}
