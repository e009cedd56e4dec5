/** What one process has used so far, as it says itself. */
export interface Usage {
  /** User and system, of all its threads. */
  readonly cpuMs: number;
  /** Monotonic. */
  readonly atMs: number;
  readonly rssMb: number;
  /** JavaScript heap and what it holds outside: buffers that wait for a socket are there. */
  readonly heldMb: number;
}

const MB = 2 ** 20;

/** @param collect Collects garbage first, so that `heldMb` is what is really held. */
export function readUsage(collect = false): Usage {
  if (collect) for (let i = 0; i < 2; i++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    cpuMs: (user + system) / 1_000,
    atMs: performance.now(),
    rssMb: rss / MB,
    heldMb: (heapUsed + external) / MB,
  };
}

/** Percent of one core between two readings. */
export function cpuPercent(before: Usage, after: Usage): number {
  return (100 * (after.cpuMs - before.cpuMs)) / (after.atMs - before.atMs);
}
