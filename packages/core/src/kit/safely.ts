import { guarded, printOnce } from '../events.ts';

/** Runs user code, and code that meets foreign objects, so that it cannot break a call. */
export type Safely = <T>(where: string, run: () => T, otherwise: () => T) => T;

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
  const report = guarded(onError ?? printOnce(who));
  return (where, run, otherwise) => {
    try {
      return run();
    } catch (error) {
      report(error, where);
      return otherwise();
    }
  };
}
