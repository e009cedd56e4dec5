/** What one worker hands back. Everything but `nsMedian` is there only in the cases that measure it. */
export interface Figures {
  /** Nanoseconds per call; for memory cases, to make one breaker. */
  readonly nsMedian: number | null;
  /** Failing calls: to the same call of a breaker with an empty window, in the same process. */
  readonly ratioToEmpty?: number;
  /** Live load: share of time in which the event loop was busy, and how late its timers came. */
  readonly eluPercent?: number;
  readonly lateMsP99?: number;
  readonly callsPerSecond?: number;
  readonly bytesPerCall?: number;
  readonly bytesIdle?: number;
  readonly bytesAfter100Calls?: number;
  /** Percent of one core. */
  readonly cpuPercent?: number;
  readonly breakers?: number;
}

/** One line of the JSON file. */
export interface Row extends Figures {
  readonly case: string;
  readonly subject: string;
  /** Of the bare call of the same case in the same run: of its time, of its busy event loop, of its bytes. */
  readonly ratioToBare: number | null;
  /** Smallest and largest of the rounds. */
  readonly nsMin?: number;
  readonly nsMax?: number;
}
