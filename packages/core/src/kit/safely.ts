/** Runs user code, and code that meets foreign objects, so that it cannot break a call. */
export type Safely = <T>(where: string, run: () => T, otherwise: () => T) => T;

declare const console: { error(...data: unknown[]): void };

/**
 * What throws goes to `onError`, or is printed once per place, and `otherwise` is used instead.
 *
 * @param who the adapter, for what is printed.
 * @example
 * const safely = createSafely('@cb/got', onError);
 * const name = safely('key', () => key(request), () => request.url.origin);
 */
export function createSafely(
  who: string,
  onError: ((error: unknown, where: string) => void) | undefined,
): Safely {
  const told = new Set<string>();
  const report = (error: unknown, where: string): void => {
    if (onError) onError(error, where);
    else if (!told.has(where)) console.error(`${who}: ${where} threw (told once):`, error);
    told.add(where);
  };
  return (where, run, otherwise) => {
    try {
      return run();
    } catch (error) {
      try {
        report(error, where);
      } catch {
        // Nobody is left to tell.
      }
      return otherwise();
    }
  };
}
