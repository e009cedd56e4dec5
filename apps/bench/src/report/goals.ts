import type { Row } from '../row.ts';
import { bytes, times } from './cell.ts';

export interface Goal {
  readonly says: string;
  readonly limit: string;
  /** As text, and whether it is reached; undefined where the run did not measure it. */
  readonly measured: (find: Find) => { readonly text: string; readonly reached: boolean } | undefined;
}
type Find = (caseName: string, subject: string) => Row | undefined;

const OURS = '@cb/core';

/** Goals of the design, beside what a run says about them. */
export const GOALS: readonly Goal[] = [
  ratioToBare('an async call through a closed breaker with a count window', 'closed-count', 1.8),
  ratioToBare('the same with a time window', 'closed-time', 3.5),
  {
    says: 'a refusal, compared with cockatiel 4',
    limit: '0.2×',
    measured: (find) =>
      compare(find('open-refusal', OURS)?.nsMedian, find('open-refusal', 'cockatiel4')?.nsMedian, 0.2),
  },
  ratioToBare('a fallback while open', 'open-fallback', 2.5),
  {
    says: 'a failing call with 100,000 calls in the window, compared with an empty one',
    limit: 'the same (within 1.5×)',
    measured: (find) =>
      compare(find('failing-100000', OURS)?.nsMedian, find('failing-0', OURS)?.nsMedian, 1.5),
  },
  {
    says: '`tryAcquire` and `succeed`, no clock read',
    limit: '25 ns',
    measured: (find) => atMost(find('sync-settle', OURS)?.nsMedian, 25, (ns) => `${ns.toFixed(1)} ns`),
  },
  {
    says: 'a breaker with a window of ten buckets, idle',
    limit: '400 B',
    measured: (find) => atMost(find('memory-time', OURS)?.bytesIdle, 400, bytes),
  },
  {
    says: 'the same after 100 calls',
    limit: '400 B',
    measured: (find) => atMost(find('memory-time', OURS)?.bytesAfter100Calls, 400, bytes),
  },
  {
    says: 'CPU of 10,000 idle breakers',
    limit: '0 % (below 0.5)',
    measured: (find) =>
      atMost(find('idle-cpu', OURS)?.cpuPercent, 0.5, (percent) => `${percent.toFixed(1)} %`),
  },
];

function ratioToBare(says: string, caseName: string, limit: number): Goal {
  return {
    says,
    limit: `${limit}× the bare call`,
    measured: (find) => atMost(find(caseName, OURS)?.ratioToBare, limit, times),
  };
}

function compare(
  ours: number | null | undefined,
  theirs: number | null | undefined,
  limit: number,
): { text: string; reached: boolean } | undefined {
  return ours && theirs ? atMost(ours / theirs, limit, times) : undefined;
}

function atMost(
  value: number | null | undefined,
  limit: number,
  show: (value: number) => string,
): { text: string; reached: boolean } | undefined {
  return value === null || value === undefined ? undefined : { text: show(value), reached: value <= limit };
}
