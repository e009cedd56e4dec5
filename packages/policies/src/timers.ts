import type { Clock } from '@cb/core';
import type { Tools } from '@cb/core/kit';
import { offAbort, onAbort } from './abort-hearers.ts';

/** Longer delays wrap around to 1 ms in every host. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Ends a timer. Harmless when it has fired. */
export type Cancel = () => void;

/**
 * Runs `due` after `ms`, also where that is more than the host's 24.8 days. Somebody waits for what comes of it, so with
 * the host's own clock it keeps the process alive, unlike the timers of a breaker.
 */
export function after(ms: number, due: () => void, { clock }: Tools, given: Clock | undefined): Cancel {
  const set = given?.setTimeout === undefined ? setTimeout : clock.setTimeout;
  const clear = given?.setTimeout === undefined ? clearTimeout : clock.clearTimeout;
  let leftMs = ms;
  let handle: unknown;
  const arm = (): void => {
    const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
    leftMs -= stepMs;
    handle = set(leftMs > 0 ? arm : due, stepMs);
  };
  arm();
  return () => clear(handle as never);
}

/**
 * Waits, or ends early with the reason of an aborted signal. Leaves no listener and no timer behind.
 *
 * @throws the signal's reason, as it is.
 */
export function wait(
  ms: number,
  signal: AbortSignal | undefined,
  tools: Tools,
  given: Clock | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const hearer = {
      handleEvent: (): void => {
        cancel();
        reject(signal?.reason as Error);
      },
    };
    const cancel = after(
      ms,
      () => {
        offAbort(signal, hearer);
        resolve();
      },
      tools,
      given,
    );
    onAbort(signal, hearer);
  });
}
