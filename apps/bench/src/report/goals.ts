import { failingCase, POPULATIONS } from '../cases.ts';
import type { Row } from '../row.ts';
import { bytes, times } from './cell.ts';

interface Goal {
  readonly says: string;
  readonly limit: string;
  /** Undefined where the run did not measure it. */
  readonly measured: (find: Find) => Result | undefined;
}
type Find = (caseName: string, subject?: string) => Row | undefined;
interface Result {
  readonly text: string;
  readonly reached: boolean;
}

/** A goal, and what a run says about it. */
export interface Verdict {
  readonly says: string;
  readonly limit: string;
  readonly result: Result | undefined;
}

export function verdicts(rows: readonly Row[]): Verdict[] {
  const find: Find = (caseName, subject = '@cb/core') =>
    rows.find((row) => row.case === caseName && row.subject === subject);
  return GOALS.map(({ says, limit, measured }) => ({ says, limit, result: measured(find) }));
}

/** Goals of the design. */
const GOALS: readonly Goal[] = [
  ratioToBare('an async call through a closed breaker with a count window', 'closed-count', 1.8),
  ratioToCockatiel('the same, compared with cockatiel 4', 'closed-count', 0.6),
  ratioToBare('the same with a time window', 'closed-time', 3.5),
  ratioToCockatiel('a refusal, compared with cockatiel 4', 'open-refusal', 0.2),
  ratioToCockatiel('retry + breaker + timeout, compared with cockatiel 4', 'pipeline', 0.5),
  ratioToBare('a fallback while open', 'open-fallback', 2.5),
  {
    says: 'a failing call, the dearest with 1,000 to 100,000 calls in the window, compared with an empty one in the same process',
    limit: 'the same (within 1.5×)',
    measured: (find) => {
      const filled = POPULATIONS.slice(1).map((calls) => find(failingCase(calls))?.ratioToEmpty);
      const known = filled.flatMap((ratio) => ratio ?? []);
      return known.length < filled.length ? undefined : atMost(Math.max(...known), 1.5, times);
    },
  },
  {
    says: '`acquire` and `succeed`, no clock read',
    limit: '25 ns',
    measured: (find) => atMost(find('sync-settle')?.nsMedian, 25, (ns) => `${ns.toFixed(1)} ns`),
  },
  ratioToBare('busy event loop at 5,000 calls/s, 2 % failing, time window', 'live-time', 1.15),
  {
    says: 'a breaker with a window of ten buckets, idle',
    limit: '400 B',
    measured: (find) => atMost(find('memory-time')?.bytesIdle, 400, bytes),
  },
  {
    says: 'the same after 100 calls',
    limit: '400 B',
    measured: (find) => atMost(find('memory-time')?.bytesAfter100Calls, 400, bytes),
  },
  {
    says: 'CPU of 10,000 idle breakers',
    limit: '0 % (below 0.5)',
    measured: (find) => atMost(find('idle-cpu')?.cpuPercent, 0.5, (percent) => `${percent.toFixed(1)} %`),
  },
];

function ratioToBare(says: string, caseName: string, limit: number): Goal {
  return {
    says,
    limit: `${limit}× the bare call`,
    measured: (find) => atMost(find(caseName)?.ratioToBare, limit, times),
  };
}

function ratioToCockatiel(says: string, caseName: string, limit: number): Goal {
  return {
    says,
    limit: times(limit),
    measured: (find) => compare(find(caseName)?.nsMedian, find(caseName, 'cockatiel4')?.nsMedian, limit),
  };
}

function compare(
  ours: number | null | undefined,
  theirs: number | null | undefined,
  limit: number,
): Result | undefined {
  return ours && theirs ? atMost(ours / theirs, limit, times) : undefined;
}

function atMost(
  value: number | null | undefined,
  limit: number,
  show: (value: number) => string,
): Result | undefined {
  return value === null || value === undefined ? undefined : { text: show(value), reached: value <= limit };
}
