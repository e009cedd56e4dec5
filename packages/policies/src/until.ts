import type { Clock } from '@cb/core';
import type { Tools } from '@cb/core/kit';
import { offAbort, onAbort } from './abort-hearers.ts';
import { patientlyAfter } from './patient-timer.ts';

/** How long somebody waits, and what is said when that is over. */
export interface Limit {
  readonly ms: number;
  readonly error: () => Error;
  readonly tools: Tools;
  readonly given: Clock | undefined;
}

/**
 * Waits for a piece of work until the signal is aborted or the time is over, whichever is first. What the work still answers
 * goes nowhere. Leaves no listener and no timer behind.
 *
 * @throws what the work rejects with; the signal's reason; `limit.error()`.
 */
export function until<T>(
  work: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
  limit?: Limit,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let cancel = (): void => {};
    const leave = (): void => {
      cancel();
      offAbort(signal, hearer);
    };
    const fail = (error: unknown): void => {
      leave();
      reject(error as Error);
    };
    const hearer = { handleEvent: (): void => fail(signal?.reason) };
    if (signal?.aborted) {
      Promise.resolve(work).catch(() => {}); // it was begun; nobody waits for it
      reject(signal.reason as Error);
      return;
    }
    if (limit !== undefined)
      cancel = patientlyAfter(limit.ms, () => fail(limit.error()), limit.tools, limit.given);
    onAbort(signal, hearer);
    Promise.resolve(work).then((value) => {
      leave();
      resolve(value);
    }, fail);
  });
}
