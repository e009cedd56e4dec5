// What another copy of core, of whatever version, looks like from here: nothing is shared with it but the brands.
import type { Breaker, CircuitOpenError } from '@cb/core';

const OPEN = Symbol.for('@cb/circuit-open');
const REJECTED = Symbol.for('@cb/rejected');

/** The open error of another copy: not an instance of ours. */
export class ForeignOpenError extends Error {
  readonly code = 'ERR_CIRCUIT_OPEN';
  readonly breaker: string;
  readonly state = 'open';
  readonly reason = 'open';
  readonly retryAfterMs = 7;
  readonly openedBecause: undefined;

  constructor(breaker: string) {
    super(`${breaker}: circuit is open, retry in 7 ms`);
    this.breaker = breaker;
  }
}
Object.defineProperty(ForeignOpenError.prototype, 'name', { value: 'CircuitOpenError' });
for (const brand of [OPEN, REJECTED])
  Object.defineProperty(ForeignOpenError.prototype, brand, { value: true });

/** What `isCircuitOpenError` of another copy sees: the brand, in the error or in its causes. */
export function foreignGuard(error: unknown, depth = 5): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { [OPEN]: brand, cause } = error as { [OPEN]?: unknown; cause?: unknown };
  return brand === true || (depth > 0 && foreignGuard(cause, depth - 1));
}

/** Makes a breaker turn calls away as if it came from another copy of core, by whichever way an adapter asks. */
export function turnAwayWith(foreign: ForeignOpenError, breaker: Breaker): void {
  const refusal = foreign as unknown as CircuitOpenError;
  breaker.tryAcquire = () => null;
  breaker.openError = () => refusal;
  breaker.acquire = () => {
    throw refusal;
  };
  breaker.execute = () => Promise.reject(refusal);
}
