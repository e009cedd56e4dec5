import type { BreakerConfig } from './config.ts';

/** How many parts a window is looked at in. */
const PARTS = 16;

/**
 * When the failures began that a window holds, to a sixteenth of it: of each part the first one. In a window that is never
 * without a failure, the first failure since there were any says nothing about what opened the circuit.
 */
export class Onset {
  readonly #parts: number[] = [];
  readonly #wallAts: number[] = [];

  /** Epoch milliseconds of the oldest; undefined where there is none. */
  get wallAt(): number | undefined {
    return this.#wallAts[0];
  }

  /** Lets go of what has left the window. Whether a failure in that part is its first, and has to be added. */
  begins(part: number): boolean {
    // Parts that are ahead belong to a configuration before this one.
    while (this.#parts.length > 0 && !isHeld(this.#parts[0] as number, part)) {
      this.#parts.shift();
      this.#wallAts.shift();
    }
    return this.#parts.at(-1) !== part;
  }

  add(part: number, wallAt: number): void {
    this.#parts.push(part);
    this.#wallAts.push(wallAt);
  }

  clear(): void {
    this.#parts.length = 0;
    this.#wallAts.length = 0;
  }
}

function isHeld(part: number, newest: number): boolean {
  return part > newest - PARTS && part <= newest;
}

/** The part of the window that is now, counted up for ever. What a window forgets all at once is one part. */
export function partOf({ window }: BreakerConfig, now: number, calls: number): number {
  if (window.kind === 'last-ms') return Math.floor((now / window.ms) * PARTS);
  return window.kind === 'last-calls' ? Math.floor((calls / window.calls) * PARTS) : 0;
}
