import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

/** Timers of a fault proxy: the host's, or a manual clock. */
export interface ProxyTimers {
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** What bytes meet on their way. It may change while they are on it. */
export interface Weather {
  latencyMs: number;
  jitterMs: number;
  bytesPerSecond: number;
  paused: boolean;
}

/** One direction of a connection. */
export interface Lane {
  /** Goes on where it was held up. */
  flush(): void;
  /** Ends this direction after what is under way; what comes later is dropped. */
  end(): void;
  /** Forgets what is under way. */
  stop(): void;
}

interface LaneOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly weather: Weather;
  readonly timers: ProxyTimers;
  readonly random: () => number;
  /** So many bytes have been handed to the other side. */
  readonly onPassed: (bytes: number) => void;
}

/** Bytes, or what else arrives in its turn: an end, a reset. */
interface Parcel {
  bytes?: Buffer;
  readonly arrive?: () => void;
  /** Its latency is over. */
  due: boolean;
}

/** Where a lane holds more than this, the sender waits, as for a full window. */
const HOLDS_BYTES = 256 * 1_024;
/** A limited lane sends as much at a time as fits into 50 ms. */
const SLICES_PER_SECOND = 20;

/** Carries what one socket says to another: late, slowly, or not at all, but in order. */
export function createLane({ from, to, weather, timers, random, onPassed }: LaneOptions): Lane {
  const parcels: Parcel[] = [];
  const waiting = new Set<unknown>();
  let heldBytes = 0;
  /** Bytes whose time on the wire is over, and which may be handed over. */
  let paidBytes = 0;
  let busy = false;
  let over = false;

  function after(ms: number, step: () => void): void {
    if (ms <= 0) {
      step();
      return;
    }
    const timer = timers.setTimeout(() => {
      waiting.delete(timer);
      step();
    }, ms);
    waiting.add(timer);
  }

  function send(parcel: Parcel): void {
    parcels.push(parcel);
    after(weather.latencyMs + random() * weather.jitterMs, () => {
      parcel.due = true;
      flush();
    });
  }

  function flush(): void {
    for (let next = parcels[0]; next?.due && !busy && !weather.paused && !to.destroyed; next = parcels[0]) {
      if (next.bytes === undefined) arrive(next);
      else if (paidBytes === 0) payFor(next.bytes.length);
      else handOver(next, next.bytes);
    }
  }

  function arrive(parcel: Parcel): void {
    parcels.shift();
    parcel.arrive?.();
  }

  /** Waits for as long as so many bytes, or a slice of them, take on a limited wire. */
  function payFor(length: number): void {
    const slice = Math.min(length, Math.ceil(weather.bytesPerSecond / SLICES_PER_SECOND));
    const ms = (slice / weather.bytesPerSecond) * 1_000;
    if (ms === 0) {
      paidBytes = slice;
      return;
    }
    busy = true;
    after(ms, () => {
      paidBytes = slice;
      free();
    });
  }

  function handOver(parcel: Parcel, bytes: Buffer): void {
    const slice = bytes.subarray(0, paidBytes);
    paidBytes = 0;
    if (slice.length < bytes.length) parcel.bytes = bytes.subarray(slice.length);
    else parcels.shift();
    heldBytes -= slice.length;
    if (heldBytes < HOLDS_BYTES) from.resume();
    onPassed(slice.length);
    busy = !to.write(slice);
    if (busy) to.once('drain', free);
  }

  function free(): void {
    busy = false;
    flush();
  }

  from.on('data', (bytes: Buffer) => {
    if (over) return;
    heldBytes += bytes.length;
    if (heldBytes >= HOLDS_BYTES) from.pause();
    send({ bytes, due: false });
  });
  from.on('end', () => over || send({ arrive: () => to.end(), due: false }));
  // Also where this direction is over: the other one cannot go on without its socket.
  from.on('error', () => send({ arrive: () => to.resetAndDestroy(), due: false }));

  return {
    flush,
    end() {
      send({ arrive: () => to.end(), due: false });
      over = true;
      from.resume();
    },
    stop() {
      over = true;
      parcels.length = 0;
      for (const timer of waiting) timers.clearTimeout(timer);
    },
  };
}
