const host: { stackTraceLimit?: number | undefined } = Error as never;

/**
 * Makes a refusal without its stack, which costs ten times the rest; overload makes many, and their place is known: the
 * call. With a limit of 0 V8 still begins to walk the stack; with none it does not.
 *
 * @example throw stackless(() => new RateLimitedError(name, retryAfterMs));
 */
export function stackless<E extends Error>(make: () => E): E {
  const limit = host.stackTraceLimit;
  try {
    host.stackTraceLimit = undefined;
  } catch {
    return make(); // a hardened realm has frozen Error
  }
  try {
    const error = make();
    // Loggers print `stack`: without frames it still says what happened.
    error.stack = `${error.name}: ${error.message}`;
    return error;
  } finally {
    // Where the host has no such property, none is left behind.
    if (limit === undefined) delete host.stackTraceLimit;
    else host.stackTraceLimit = limit;
  }
}
