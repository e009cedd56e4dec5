import type { Clock } from '@cb/core';
import type { ResponseLike } from './options.ts';

type Finished = (stream: unknown, done: (error?: unknown) => void) => void;
interface Host {
  process?: {
    versions?: { bun?: string };
    getBuiltinModule?(id: string): { finished: Finished } | undefined;
  };
}
interface Timers {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

const { process } = globalThis as Host;
/** Sees the end of a body without reading, locking or copying it. Bun has it too, and takes every death for an end. */
const finished = process?.versions?.bun ? undefined : process?.getBuiltinModule?.('node:stream')?.finished;

const READERS = ['text', 'json', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const;

/** How a body died. */
interface Death {
  readonly error: unknown;
}

/**
 * Calls `done` once: with nothing when the body has been read to its end, was cancelled, or nobody has finished reading
 * it after `maxWaitMs`; with the error when it died. The response stays the same object and is not touched where Node's
 * streams are at hand; elsewhere its readers (`text()`, `json()`, …) are wrapped. A response that is dropped unread can
 * be collected: nothing here holds it.
 */
export function onBodyEnd(
  response: ResponseLike,
  { maxWaitMs, clock }: { maxWaitMs: number; clock: Clock | undefined },
  done: (died?: Death) => void,
): void {
  const timers = clock?.setTimeout && clock.clearTimeout ? (clock as Timers) : systemTimers;
  const timer = timers.setTimeout(() => end(), maxWaitMs);
  let over = false;
  function end(died?: Death): void {
    if (over) return;
    over = true;
    timers.clearTimeout(timer);
    done(died);
  }
  if (finished) finished(response.body, (error) => end(error ? { error } : undefined));
  else wrapReaders(response as unknown as Record<string, unknown>, end);
}

/** For hosts whose streams cannot be watched: sees a body die when it is read by `text()` and the like. */
export function wrapReaders(response: Record<string, unknown>, end: (died?: Death) => void): void {
  for (const name of READERS) {
    const read = response[name];
    if (typeof read !== 'function') continue;
    const wrapped = async (): Promise<unknown> => {
      if (response.bodyUsed) return await read.call(response); // the caller's mistake: it was read before
      try {
        const value: unknown = await read.call(response);
        end();
        return value;
      } catch (error) {
        // Bad JSON has arrived whole.
        end((error as Error | null)?.name === 'SyntaxError' ? undefined : { error });
        throw error;
      }
    };
    Object.defineProperty(response, name, { value: wrapped, configurable: true, writable: true });
  }
}

const systemTimers: Timers = {
  setTimeout(run, ms) {
    const handle: unknown = setTimeout(run, ms);
    (handle as { unref?: () => void }).unref?.(); // a body nobody reads keeps no process alive
    return handle;
  },
  clearTimeout: (handle) => clearTimeout(handle as number),
};

/** @throws TypeError or RangeError for what can never work. */
export function checkBodyOptions(body: unknown, maxWaitMs: unknown): void {
  if (body !== 'headers' && body !== 'end') {
    throw new TypeError(`body must be 'headers' or 'end', got ${String(body)}`);
  }
  if (!(typeof maxWaitMs === 'number' && maxWaitMs > 0)) {
    throw new RangeError(`bodyMaxWaitMs must be above 0, got ${String(maxWaitMs)}`);
  }
}
