/** How much is done before a figure is believed. */
export interface Effort {
  readonly warmUpCalls: number;
  readonly chunkCalls: number;
  /** Chunks go on until both are reached. */
  readonly leastChunks: number;
  readonly leastMs: number;
  /** … or until there are so many. */
  readonly mostChunks?: number;
  readonly breakers: number;
  readonly idleMs: number;
  /** How long the live load lasts, and how many calls fill the window before it. */
  readonly liveMs: number;
  readonly liveFill: number;
}

export const FULL: Effort = {
  warmUpCalls: 50_000,
  chunkCalls: 5_000,
  leastChunks: 15,
  leastMs: 600,
  breakers: 10_000,
  idleMs: 3_000,
  liveMs: 4_000,
  liveFill: 50_000,
};
export const QUICK: Effort = {
  warmUpCalls: 10_000,
  chunkCalls: 2_000,
  leastChunks: 7,
  leastMs: 100,
  breakers: 1_000,
  idleMs: 1_000,
  liveMs: 1_000,
  liveFill: 10_000,
};
/** No warm-up takes longer: some subjects need a hundred microseconds a call. */
export const WARM_UP_MS = 1_000;
