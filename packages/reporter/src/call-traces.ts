import type { Breaker } from '@cb/core';
import type { TracePart } from '@cb/protocol';
import { CallTrace, type TraceHost } from './call-trace.ts';

/** Rough bytes of one message, of a call in it, and of what else a part holds: with room for numbers that are longer. */
const MESSAGE_BYTES = 48 * 1_024;
const CALL_BYTES = 22;
const PART_BYTES = 250;
const CHANGE_BYTES = 350;

/** How calls are traced. */
export interface TraceOptions {
  /** Calls a second of all breakers together. */
  readonly maxPerSecond: number;
  readonly clock: () => number;
  readonly monotonic: () => number;
}

/** The traces of all breakers of a process, within one bound. Nothing is written down until the server hears. */
export class CallTraces {
  readonly #traces: Map<Breaker, CallTrace> = new Map();
  readonly #maxPerSecond: number;
  readonly #host: TraceHost;
  #flushedAt: number;
  /** Whether the server hears: then a breaker that is new is traced from its first call on. */
  #heard = false;

  constructor({ maxPerSecond, clock, monotonic }: TraceOptions) {
    this.#maxPerSecond = maxPerSecond;
    this.#host = { left: maxPerSecond, clock, monotonic };
    this.#flushedAt = monotonic();
  }

  add(id: number, breaker: Breaker): void {
    const trace = new CallTrace(id, breaker, this.#host);
    this.#traces.set(breaker, trace);
    if (this.#heard) trace.begin();
  }

  remove(breaker: Breaker): void {
    this.#traces.get(breaker)?.stop();
    this.#traces.delete(breaker);
  }

  /** Nobody hears: what happens now is a gap. */
  pause(): void {
    this.#heard = false;
    for (const trace of this.#traces.values()) trace.pause();
  }

  close(): void {
    for (const trace of this.#traces.values()) trace.stop();
    this.#traces.clear();
  }

  /** What was written down since the last time, as messages that are small enough. */
  *flush(): Generator<TracePart[]> {
    this.#heard = true;
    this.#refill();
    let message: TracePart[] = [];
    let bytes = 0;
    for (const trace of this.#traces.values()) {
      for (const part of trace.flush()) {
        const size = sizeOf(part);
        if (bytes + size > MESSAGE_BYTES && message.length > 0) {
          yield message;
          message = [];
          bytes = 0;
        }
        message.push(part);
        bytes += size;
      }
    }
    if (message.length > 0) yield message;
  }

  /** Room for the time gone by, of two seconds at most. */
  #refill(): void {
    const now = this.#host.monotonic();
    const seconds = Math.min(2, (now - this.#flushedAt) / 1_000);
    this.#flushedAt = now;
    const most = 2 * this.#maxPerSecond;
    this.#host.left = Math.min(most, Math.max(0, this.#host.left) + Math.ceil(seconds * this.#maxPerSecond));
  }
}

function sizeOf({ calls, changes = [], start }: TracePart): number {
  const begins = start === undefined ? 0 : JSON.stringify(start).length;
  return PART_BYTES + calls.length * CALL_BYTES + changes.length * CHANGE_BYTES + begins;
}
