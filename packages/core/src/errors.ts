import type { StateName } from './machine.ts';
import { peek } from './peek.ts';
import type { Why } from './rules.ts';

// Brands, not instanceof: two copies of this package in one process must recognise each other's errors.
const REJECTED = Symbol.for('@cb/rejected');
const CIRCUIT_OPEN = Symbol.for('@cb/circuit-open');

/** A call that was turned away before it ran. `code` says by what; `retryAfterMs` when to come again, where known. */
export class RejectedError extends Error {
  // A field of our own: handed up to Error, it costs as much as all the other fields together.
  override message: string;
  readonly code: string;
  /** Milliseconds from now after which another try makes sense; undefined where nobody knows. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, code: string, retryAfterMs: number | undefined) {
    super();
    this.message = message;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
Object.defineProperty(RejectedError.prototype, 'name', {
  value: 'RejectedError',
  configurable: true,
  writable: true,
});
Object.defineProperty(RejectedError.prototype, REJECTED, { value: true });

/** Why a circuit turned a call away: it is open, its probes are all out, its traffic comes back step by step, or a person forced it open. */
export type RefusalReason = 'open' | 'probing' | 'ramping' | 'forced';

/** What an open circuit says to a call. */
export interface Refusal {
  readonly breaker: string;
  readonly state: StateName;
  readonly reason: RefusalReason;
  readonly retryAfterMs: number | undefined;
  readonly openedBecause: Why | undefined;
}

/**
 * The circuit is open: the call did not run. Has no stack, because it is made often and its place is known: the call.
 * Recognise it with `isCircuitOpenError`, which also works across copies of the package and through wrapping errors.
 */
export class CircuitOpenError extends RejectedError {
  declare readonly code: 'ERR_CIRCUIT_OPEN';
  /** Name of the breaker. */
  readonly breaker: string;
  readonly state: StateName;
  readonly reason: RefusalReason;
  /** What opened it: rule, measured value, limit. Undefined where a person forced it open. */
  readonly openedBecause: Why | undefined;

  constructor(refusal: Refusal) {
    super(sentence(refusal), 'ERR_CIRCUIT_OPEN', refusal.retryAfterMs);
    this.breaker = refusal.breaker;
    this.state = refusal.state;
    this.reason = refusal.reason;
    this.openedBecause = refusal.openedBecause;
    // Loggers print `stack`: without frames it still says what happened.
    this.stack = `CircuitOpenError: ${this.message}`;
  }
}
Object.defineProperty(CircuitOpenError.prototype, 'name', {
  value: 'CircuitOpenError',
  configurable: true,
  writable: true,
});
Object.defineProperty(CircuitOpenError.prototype, CIRCUIT_OPEN, { value: true });

const SITUATION: Record<RefusalReason, string> = {
  open: 'circuit is open',
  probing: 'circuit is half-open and its probes are out',
  ramping: 'circuit has just closed and lets its calls back in step by step',
  forced: 'circuit is forced open',
};

function sentence({ breaker, reason, retryAfterMs }: Refusal): string {
  return `${breaker}: ${SITUATION[reason]}${retryAfterMs === undefined ? '' : `, retry in ${Math.ceil(retryAfterMs)} ms`}`;
}

const host: { stackTraceLimit?: number | undefined } = Error as never;

/**
 * Makes the error without its stack, which costs ten times the rest, and an outage makes many. With a limit of 0 V8 still
 * begins to walk the stack, and that costs as much as the error; with none it does not.
 */
export function openError(refusal: Refusal): CircuitOpenError {
  const limit = host.stackTraceLimit;
  try {
    host.stackTraceLimit = undefined;
  } catch {
    return new CircuitOpenError(refusal); // a hardened realm has frozen Error
  }
  try {
    return new CircuitOpenError(refusal);
  } finally {
    // Where the host has no such property, none is left behind.
    if (limit === undefined) delete host.stackTraceLimit;
    else host.stackTraceLimit = limit;
  }
}

/** How far `isCircuitOpenError` follows `cause`. */
const DEPTH = 5;

/**
 * True for the error of an open circuit, also where a client wrapped it (`fetch failed` and the like carry it as `cause`).
 * The call did not run.
 * @example try { await guarded(url) } catch (e) { if (isCircuitOpenError(e)) return cached }
 */
export function isCircuitOpenError(error: unknown): error is CircuitOpenError | (Error & { cause: unknown }) {
  return circuitOpenIn(error) !== undefined;
}

/** The open-circuit error itself, found in `error` or in its causes; undefined where there is none. */
export function circuitOpenIn(error: unknown): CircuitOpenError | undefined {
  let at = error;
  for (let depth = 0; depth <= DEPTH && isObject(at); depth++) {
    if (branded(at, CIRCUIT_OPEN)) return at as CircuitOpenError;
    at = peek(at, 'cause');
  }
  return undefined;
}

/** True where a policy (a breaker, a bulkhead, a rate limit) turned the call away: it did not run. Looks at no cause. */
export function isRejectedError(error: unknown): error is RejectedError {
  return isObject(error) && branded(error, REJECTED);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function branded(error: object, brand: symbol): boolean {
  return peek(error, brand) === true;
}
