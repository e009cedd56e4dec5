import type { Breaker, BreakerEvents, BreakerSnapshot } from '@cb/core';
import { BUCKETS, cleanTags, cleanText, LIMITS, type Registration, type StateChange } from '@cb/protocol';
import { Overlay } from './overlay.ts';

type Counts = BreakerSnapshot['counts'];

/** What one breaker has to say in one rollup. */
export interface RollupRow {
  id: number;
  ok: number;
  fail: number;
  slow: number;
  ignored: number;
  rejected: number;
  stale: number;
  inFlight: number;
  failureRatio: number;
  hist: number[];
}

/** One breaker, and what was last said about it. */
export class Tracked {
  readonly id: number;
  readonly name: string;
  readonly breaker: Breaker;
  /** Stops listening. */
  stop: () => void = () => {};
  readonly #latency: Uint32Array | undefined;
  readonly #latencyBefore: Uint32Array = new Uint32Array(BUCKETS);
  readonly #seenAt: number;
  #before: Counts;
  #inFlight = 0;
  #failureRatio = 0;
  #saidNonzero = false;
  readonly #overlay: Overlay;

  constructor(id: number, name: string, breaker: Breaker, options: { latency: boolean; seenAt: number }) {
    this.id = id;
    this.name = name;
    this.breaker = breaker;
    this.#seenAt = options.seenAt;
    this.#latency = options.latency ? breaker.measureLatency() : undefined;
    this.#before = breaker.snapshot().counts;
    this.#overlay = new Overlay(breaker, options.seenAt);
  }

  /** How often mode or settings were changed since the breaker was first seen, by anybody. */
  get version(): number {
    return this.#overlay.version;
  }

  /** What a change of state says of the mode beside it. */
  get modeEnd(): Pick<StateChange, 'version' | 'modeUntil'> {
    return this.#overlay.end;
  }

  modeChanged(event: BreakerEvents['mode-changed']): void {
    this.#overlay.changed(event);
  }

  configured(): void {
    this.#overlay.version++;
  }

  /** Announces the end of a mode that nobody else has announced: the breaker's own clock may have no timers. */
  endMode(): void {
    if (this.#overlay.isOver(this.breaker)) this.breaker.passTime();
  }

  registration(): Registration {
    const { state, mode, sinceWallAt, config, configRevision, tags } = this.breaker.snapshot();
    return {
      id: this.id,
      name: this.name,
      state,
      mode,
      // One that never changed its state is in it since it was first seen.
      since: sinceWallAt ?? this.#seenAt,
      config,
      configRevision,
      tags: cleanTags(tags),
      ...(mode === 'auto' ? { version: this.version } : this.#overlay.whole),
    };
  }

  /** Starts counting from here: what happened while nobody could be told is no burst. */
  rebase(): void {
    this.#before = this.breaker.snapshot().counts;
    if (this.#latency) this.#latencyBefore.set(this.#latency);
    this.#inFlight = 0;
    this.#failureRatio = 0;
  }

  /** What changed since the last time; undefined when there is nothing to say. */
  sample(): RollupRow | undefined {
    const { counts, inFlight, window } = this.breaker.snapshot();
    const before = this.#before;
    const row: RollupRow = {
      id: this.id,
      ok: counts.succeeded - before.succeeded,
      fail: counts.failed - before.failed,
      slow: counts.slow - before.slow,
      ignored: counts.ignored - before.ignored,
      rejected: counts.rejected - before.rejected,
      stale: counts.stale - before.stale,
      inFlight,
      failureRatio: Math.round(window.failureRatio * 10_000) / 10_000,
      hist: [],
    };
    const counted = row.ok + row.fail + row.ignored + row.rejected > 0;
    const gauges = row.inFlight !== this.#inFlight || row.failureRatio !== this.#failureRatio;
    // One row of zeros after the last call: charts end where the traffic did.
    if (!counted && !gauges && !this.#saidNonzero && inFlight === 0) return undefined;
    if (counted) row.hist = this.#takeLatency();
    this.#before = counts;
    this.#inFlight = row.inFlight;
    this.#failureRatio = row.failureRatio;
    this.#saidNonzero = counted || inFlight > 0;
    return row;
  }

  #takeLatency(): number[] {
    const now = this.#latency;
    const pairs: number[] = [];
    if (now === undefined) return pairs;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      // Unsigned: the counts wrap around together.
      const count = ((now[bucket] ?? 0) - (this.#latencyBefore[bucket] as number)) >>> 0;
      if (count > 0) pairs.push(bucket, count);
    }
    this.#latencyBefore.set(now);
    return pairs;
  }
}

/** A name that no other breaker of this process has: the second `payments` becomes `payments (2)`. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const name = cleanText(wanted, LIMITS.nameChars * 2) || '(unnamed)';
  if (!taken.has(name)) return name;
  for (let n = 2; ; n++) {
    const next = `${name} (${n})`;
    if (!taken.has(next)) return next;
  }
}
