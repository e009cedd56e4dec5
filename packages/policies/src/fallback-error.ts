/** How far causes are followed. */
const DEPTH = 10;

/**
 * Every replacement failed, and the last error could not carry the first one as its `cause`. The call's own error is the
 * `cause`; whether the call ran is for that one to say.
 */
export class FallbackError extends Error {
  readonly code = 'ERR_FALLBACK_FAILED';
  declare readonly cause: unknown;
  /** The call's own error, then those of the replacements in their order. */
  readonly errors: readonly unknown[];

  constructor(name: string, errors: readonly [unknown, ...unknown[]]) {
    super(`${name}: the call failed, and so did all that was to replace it`, { cause: errors[0] });
    this.errors = errors;
  }
}
Object.defineProperty(FallbackError.prototype, 'name', {
  value: 'FallbackError',
  configurable: true,
  writable: true,
});

/**
 * The error of a call whose replacements failed: that of the last one, with the call's own error as its `cause`. One that
 * cannot carry it (it is no `Error`, is frozen, or has another cause already) is wrapped together with it.
 */
export function withCause(name: string, original: unknown, failures: readonly unknown[]): unknown {
  const last = failures.at(-1);
  if (failures.length === 0 || leadsTo(last, original)) return failures.length === 0 ? original : last;
  return carries(last, original) ? last : new FallbackError(name, [original, ...failures]);
}

/** Sets the cause where there is none, and where that makes no circle. */
function carries(error: unknown, cause: unknown): boolean {
  if (!(error instanceof Error) || causeOf(error) !== undefined || leadsTo(cause, error)) return false;
  return Reflect.defineProperty(error, 'cause', {
    value: cause,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

function leadsTo(error: unknown, wanted: unknown): boolean {
  let at = error;
  for (let depth = 0; depth < DEPTH; depth++) {
    if (at === wanted) return true;
    at = causeOf(at);
    if (at === undefined) return false;
  }
  return false;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
