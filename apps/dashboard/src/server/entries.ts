import type { Socket } from 'socket.io';
import type { Refusals } from './refusals.ts';
import { TokenBucket } from './token-bucket.ts';

/** A connection of socket.io, below its namespaces. */
type Line = Socket['conn'];

/** Packets of any kind on one connection: far above what messages are allowed, since these have a rate of their own. */
const PACKETS = { burst: 5_000, perSecond: 500 };
/** How often a connection may ask to enter a namespace before it is closed. */
const MOST_TRIES = 5;

/**
 * What one connection does below its messages. socket.io looks at neither: a hundred requests to enter a namespace, sent
 * at once, would make a hundred sockets of it, each with limits of its own.
 */
export class Entries {
  readonly #refusals: Refusals;
  readonly #monotonic: () => number;
  readonly #tries: WeakMap<Line, number> = new WeakMap();
  readonly #inside: WeakSet<Line> = new WeakSet();

  constructor({ refusals, monotonic }: { refusals: Refusals; monotonic: () => number }) {
    this.#refusals = refusals;
    this.#monotonic = monotonic;
  }

  /** Counts the packets of a new connection. */
  watch(line: Line): void {
    const bucket = new TokenBucket(PACKETS.burst, PACKETS.perSecond, this.#monotonic());
    line.on('packet', () => {
      if (!bucket.take(this.#monotonic())) this.#close(line, 'strikes');
    });
  }

  /** Whether the connection may try to enter a namespace; one that may not is closed. */
  mayTry(line: Line): boolean {
    const tries = (this.#tries.get(line) ?? 0) + 1;
    this.#tries.set(line, tries);
    if (tries <= MOST_TRIES && !this.#inside.has(line)) return true;
    this.#close(line, 'namespace');
    return false;
  }

  /** It is inside one: it may enter no other. */
  enter(line: Line): void {
    this.#inside.add(line);
  }

  #close(line: Line, kind: 'strikes' | 'namespace'): void {
    if (line.readyState === 'open') this.#refusals.count(kind);
    line.close();
  }
}
