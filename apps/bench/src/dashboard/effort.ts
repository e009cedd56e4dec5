/** How long each part takes, in milliseconds, and how much is done. */
export interface Effort {
  /** Until the optimiser has settled. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly frozenMs: number;
  /** State changes, and as many counters, while the dashboard is gone. */
  readonly deadEvents: number;
}

export const FULL: Effort = { warmUpMs: 8_000, measureMs: 10_000, frozenMs: 12_000, deadEvents: 200_000 };
export const QUICK: Effort = { warmUpMs: 3_000, measureMs: 4_000, frozenMs: 6_000, deadEvents: 50_000 };
