/** What calls of unknown outcome are taken for. A guess: no trace knows what was never asked. */
import type { TracedCall, TracedRow } from './trace.ts';

/**
 * `neighbours`: failing at the rate of the nearest twenty known calls (or of the nearest rows that hold so many), one by one
 * and without chance, each as long as the nearest known call of its kind. `ok`, `failed`: all of them, at once.
 */
export type Assumption = 'neighbours' | 'ok' | 'failed';

const ENOUGH = 20;
const FAILED_AT_ONCE: TracedCall = Object.freeze({ at: 0, durationMs: 0, outcome: 'failed' });
const OK_AT_ONCE: TracedCall = Object.freeze({ at: 0, durationMs: 0, outcome: 'ok' });

/** For each call the one whose outcome and duration it has: itself, where they are known. */
export function answers(calls: readonly TracedCall[], assume: Assumption): readonly TracedCall[] {
  if (calls.every(({ outcome }) => outcome !== 'unknown')) return calls;
  const known = calls.filter(({ outcome }) => outcome === 'ok' || outcome === 'failed');
  const moments = known.map(({ at }) => at);
  const owed = new Owed();
  return calls.map((call) => {
    if (call.outcome !== 'unknown') return call;
    if (assume !== 'neighbours') return assume === 'failed' ? FAILED_AT_ONCE : OK_AT_ONCE;
    let [seen, failures] = [0, 0];
    const nearest: { ok?: TracedCall; failed?: TracedCall } = {};
    outwards(moments, call.at, (i) => {
      const neighbour = known[i] as TracedCall;
      nearest[neighbour.outcome as 'ok' | 'failed'] ??= neighbour;
      if (neighbour.outcome === 'failed') failures++;
      return ++seen < ENOUGH;
    });
    return (owed.next(failures / Math.max(seen, 1), 1) === 1 ? nearest.failed : nearest.ok) ?? OK_AT_ONCE;
  });
}

/** What refused calls of a row are taken for. */
export interface Guessed {
  readonly failures: number;
  readonly slow: number;
  readonly timeouts: number;
}

export function guessing(
  rows: readonly TracedRow[],
  assume: Assumption,
  slowOf: (row: TracedRow) => number,
  failedOf: (row: TracedRow) => number,
): (at: number, refused: number) => Guessed {
  if (assume !== 'neighbours')
    return (_, refused) => ({ failures: assume === 'failed' ? refused : 0, slow: 0, timeouts: 0 });
  let known: readonly TracedRow[] | undefined;
  let moments: readonly number[] | undefined;
  const [failed, slowed, timedOut] = [new Owed(), new Owed(), new Owed()];
  return (at, refused) => {
    known ??= rows.filter(({ calls }) => calls > 0);
    moments ??= known.map((row) => row.at);
    let [calls, failures, slow, timeouts] = [0, 0, 0, 0];
    outwards(moments, at, (i) => {
      const row = (known as readonly TracedRow[])[i] as TracedRow;
      calls += row.calls;
      failures += failedOf(row);
      slow += slowOf(row);
      timeouts += (row.timeouts ?? 0) + failedOf(row) - row.failures;
      return calls < ENOUGH;
    });
    const part = refused / Math.max(calls, 1);
    const failing = failed.next(failures * part, refused);
    return {
      failures: failing,
      slow: slowed.next(slow * part, refused),
      timeouts: timedOut.next(timeouts * part, failing),
    };
  };
}

/** Turns shares into whole numbers that keep the share over time: what one rounding leaves, the next one takes. */
class Owed {
  #owed = 0;

  next(amount: number, most: number): number {
    this.#owed += amount;
    const whole = Math.min(most, Math.max(0, Math.round(this.#owed)));
    this.#owed -= whole;
    return whole;
  }
}

/** Visits the sorted moments nearest to `at` first, the earlier of two, until `visit` has had enough. */
function outwards(moments: readonly number[], at: number, visit: (i: number) => boolean): void {
  let after = firstAfter(moments, at);
  let before = after - 1;
  for (;;) {
    const back = before >= 0 ? at - (moments[before] as number) : Number.POSITIVE_INFINITY;
    const ahead = after < moments.length ? (moments[after] as number) - at : Number.POSITIVE_INFINITY;
    if (back === Number.POSITIVE_INFINITY && ahead === Number.POSITIVE_INFINITY) return;
    if (!visit(back <= ahead ? before-- : after++)) return;
  }
}

function firstAfter(moments: readonly number[], at: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
