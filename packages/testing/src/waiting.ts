/**
 * Gives a promise a deadline of real time, so that a test which waits for something that never happens says for what.
 *
 * @param ms real milliseconds. @default 5_000
 * @throws Error `never happened: …` after the deadline. What was waited for may still happen later.
 */
export async function within<T>(what: string, promise: PromiseLike<T>, ms: number = 5_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`never happened: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** A number that only grows, and promises for when it has grown enough. */
export interface Tally {
  readonly count: number;
  add(): void;
  /** Settles as soon as `count` is `n` or more; at once if it is already. */
  reaches(n: number): Promise<void>;
}

/** Makes a tally at 0. */
export function createTally(): Tally {
  let count = 0;
  const waiting = new Set<{ n: number; resolve: () => void }>();
  return {
    get count() {
      return count;
    },
    add() {
      count++;
      for (const waiter of waiting) {
        if (count < waiter.n) continue;
        waiting.delete(waiter);
        waiter.resolve();
      }
    },
    reaches(n) {
      if (count >= n) return Promise.resolve();
      return new Promise((resolve) => waiting.add({ n, resolve }));
    },
  };
}

/**
 * Waits, turn by turn of the event loop and without a timer, until something is so.
 *
 * @throws Error `never happened: …` after 5 s of real time.
 */
export async function eventually(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
