import { RejectedError } from '@cb/core';

/** The time was over before the call was. Whether the call ran, or still runs, nobody knows: it was told to stop. */
export class TimeoutError extends Error {
  readonly code = 'ERR_TIMEOUT';
  /** How long was allowed. */
  readonly timeoutMs: number;

  constructor(message: string, timeoutMs: number) {
    super(message);
    this.timeoutMs = timeoutMs;
  }
}
named(TimeoutError, 'TimeoutError');

/** Every place is taken, and so is the queue: the call did not run. */
export class BulkheadFullError extends RejectedError {
  declare readonly code: 'ERR_BULKHEAD_FULL';

  constructor(name: string, limit: number, queue: number) {
    super(`${name}: ${limit} calls are under way and ${queue} are waiting`, 'ERR_BULKHEAD_FULL', undefined);
  }
}
named(BulkheadFullError, 'BulkheadFullError');

/** No place became free in time: the call did not run. */
export class BulkheadTimeoutError extends RejectedError {
  declare readonly code: 'ERR_BULKHEAD_TIMEOUT';

  constructor(name: string, waitedMs: number) {
    super(`${name}: no place became free within ${waitedMs} ms`, 'ERR_BULKHEAD_TIMEOUT', undefined);
  }
}
named(BulkheadTimeoutError, 'BulkheadTimeoutError');

/** No token is left: the call did not run. */
export class RateLimitedError extends RejectedError {
  declare readonly code: 'ERR_RATE_LIMITED';
  declare readonly retryAfterMs: number;

  constructor(name: string, retryAfterMs: number) {
    super(
      `${name}: rate limit reached, retry in ${Math.ceil(retryAfterMs)} ms`,
      'ERR_RATE_LIMITED',
      retryAfterMs,
    );
  }
}
named(RateLimitedError, 'RateLimitedError');

/** As of built-in errors: on the prototype, so that printing an error does not list its name twice. */
function named(errors: { prototype: Error }, name: string): void {
  Object.defineProperty(errors.prototype, 'name', { value: name, configurable: true, writable: true });
}
