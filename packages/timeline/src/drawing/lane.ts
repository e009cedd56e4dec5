/**
 * What a lane shows, as a small integer: 0 no data, 1 closed, 2 half-open, 3 isolated, 4 open. The numbers are those of the
 * dashboard's wire.
 */
export const LANE: {
  readonly noData: 0;
  readonly closed: 1;
  readonly halfOpen: 2;
  readonly isolated: 3;
  readonly open: 4;
} = { noData: 0, closed: 1, halfOpen: 2, isolated: 3, open: 4 };
export type Lane = 0 | 1 | 2 | 3 | 4;

/** `LANE_RANK[lane]`: larger is worse. closed < no data < half-open < isolated < open. */
export const LANE_RANK: readonly number[] = [1, 0, 2, 3, 4];
