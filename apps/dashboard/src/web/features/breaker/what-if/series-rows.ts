import type { TracedRow } from '@cb/core/simulate';
import type { Series } from '@cb/protocol';
import type { Range } from './decode-trace.ts';
import type { Recording } from './recording.ts';

/** What sums over steps say about a range. */
export function rowsOf(series: Series, { from }: Range): Recording | undefined {
  const { stepMs, t } = series;
  const [first] = t;
  const last = t.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const whole = {
    ok: new Whole(),
    fail: new Whole(),
    slow: new Whole(),
    ignored: new Whole(),
    rejected: new Whole(),
  };
  const rows = t.map((at, i): TracedRow => {
    const ok = whole.ok.next(series.ok[i]);
    const failures = whole.fail.next(series.fail[i]);
    const slow = Math.min(ok + failures, whole.slow.next(series.slow[i]));
    const ignored = whole.ignored.next(series.ignored?.[i]);
    const refused = whole.rejected.next(series.rejected[i]);
    const latency = series.hist?.[i] ?? [];
    const row = { at, calls: ok + failures, failures, slow, ignored, refused };
    return latency.length === 0 ? row : { ...row, latency };
  });
  const end = last + stepMs;
  return {
    trace: { rows, intervalMs: stepMs },
    from: Math.min(end, Math.max(first, from)),
    to: end,
    zeroAt: 0,
    changes: [],
    fresh: false,
    rowMs: stepMs,
  };
}

/** Makes whole numbers of shares: what one rounding leaves, the next one takes. */
class Whole {
  #owed = 0;

  next(amount: number | undefined): number {
    this.#owed += amount ?? 0;
    const whole = Math.max(0, Math.round(this.#owed));
    this.#owed -= whole;
    return whole;
  }
}
