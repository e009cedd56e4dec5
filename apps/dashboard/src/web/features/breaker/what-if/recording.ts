import type { CallTrace, RowTrace } from '@cb/core/simulate';
import type { TraceChange } from '@cb/protocol';

/** A change that a breaker really made, on the trace's clock. */
export interface RecordedChange extends Omit<TraceChange, 'at'> {
  at: number;
}

/** What was recorded of one breaker on one instance, as a replay takes it. */
export interface Recording {
  trace: CallTrace | RowTrace;
  /** Where what is told begins and ends, on the trace's clock; before it the circuit only gets into its state. */
  from: number;
  to: number;
  /** Epoch milliseconds of the trace's 0. */
  zeroAt: number;
  /** What really happened within the trace, where calls were recorded; also before `from`. */
  changes: readonly RecordedChange[];
  /** Whether the breaker was as new when the trace begins: then a warm-up begins there as well. */
  fresh: boolean;
  /** Why the beginning of the trace is not known exactly, in words. */
  begins?: string;
  /** Length of a row, where it is one of sums. */
  rowMs?: number;
}

/** Whether every call is in it. */
export function isExact({ trace }: Recording): boolean {
  return 'calls' in trace;
}
