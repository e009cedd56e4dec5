/** Where the script is; every process that acts by it is told. */
export interface ScriptTime {
  /** Epoch milliseconds when the script began. */
  readonly startedAt: number;
  /** How many times faster than written the script runs. */
  readonly speed: number;
}

/** Seconds of the script, as written, that have passed. */
export function scriptSeconds({ startedAt, speed }: ScriptTime): number {
  return ((Date.now() - startedAt) / 1_000) * speed;
}
