import type { Permit, Settled } from './types.ts';

/** What a permit needs of the circuit it came from. */
export interface Settling {
  settle(permit: CallPermit, verdict: Verb, error: unknown, hintMs: number): Settled;
}
/** What became of a call. */
export type Verb = 0 | 1 | 2;
export const SUCCESS = 0;
export const FAILURE = 1;
export const IGNORED = 2;

export class CallPermit implements Permit {
  settled = false;
  readonly circuit: Settling;
  /** The era the call began in. */
  readonly generation: number;
  /** Id of the probe's lease, -1 for an ordinary call. */
  readonly lease: number;
  /** Monotonic milliseconds, negative where nothing asks for time; and how long the event loop had stood still by then. */
  readonly startedAt: number;
  readonly stalledMs: number;

  constructor(circuit: Settling, generation: number, lease: number, startedAt: number, stalledMs: number) {
    this.circuit = circuit;
    this.generation = generation;
    this.lease = lease;
    this.startedAt = startedAt;
    this.stalledMs = stalledMs;
  }

  get probe(): boolean {
    return this.lease !== -1;
  }
  succeed(): Settled {
    return this.circuit.settle(this, SUCCESS, undefined, 0);
  }
  fail(error?: unknown, hint?: { retryAfterMs?: number | undefined }): Settled {
    const hintMs = hint?.retryAfterMs;
    return this.circuit.settle(this, FAILURE, error, typeof hintMs === 'number' && hintMs > 0 ? hintMs : 0);
  }
  ignore(): Settled {
    return this.circuit.settle(this, IGNORED, undefined, 0);
  }
}
