/** What one worker hands back. */
export interface Figures {
  /** Nanoseconds per call; for memory cases, to make one breaker. */
  readonly nsMedian: number | null;
  readonly bytesIdle?: number;
  readonly bytesAfter100Calls?: number;
  readonly cpuPercent?: number;
  readonly breakers?: number;
}

/** One line of the JSON file. */
export interface Row extends Figures {
  readonly case: string;
  readonly subject: string;
  /** Of the bare call of the same case in the same run. */
  readonly ratioToBare: number | null;
  /** Smallest and largest of the rounds. */
  readonly nsMin?: number;
  readonly nsMax?: number;
}
