import type { BreakerExport, TracedCall } from '@cb/core/simulate';
import { TICKS_PER_MS, type TraceAnswer } from '@cb/protocol';
import type { RecordedChange, Recording } from './recording.ts';

type Part = TraceAnswer['parts'][number];

/** A range in epoch milliseconds. */
export interface Range {
  from: number;
  to: number;
}

/** What the parts of a trace say about a range; undefined where they say nothing. */
export function decodeTrace(answer: TraceAnswer, range: Range): Recording | undefined {
  const { parts, zeroAt } = answer;
  const [first] = parts;
  const start = first?.start as (BreakerExport & { at: number }) | undefined;
  if (first === undefined || start === undefined) return undefined;
  const begin = typeof start.at === 'number' ? start.at : first.from / TICKS_PER_MS;
  const end = endOf(parts) / TICKS_PER_MS;
  const from = Math.max(begin, range.from - zeroAt);
  const to = Math.min(end, range.to - zeroAt);
  if (!(to > begin)) return undefined;
  const calls = callsOf(parts, begin, to);
  return {
    // What was under way at the end is known by now: its result comes after it.
    trace: {
      calls,
      from: begin,
      to: calls.reduce(laterResult, to),
      restore: { ...start, mode: 'auto', modeMs: null },
    },
    from: Math.min(from, to),
    to,
    zeroAt,
    changes: changesOf(parts).filter(({ at }) => at >= begin && at <= to),
    fresh: isFresh(start),
  };
}

/** The tick up to which nothing is missing: what comes later is only there for its late results. */
function endOf(parts: readonly Part[]): number {
  let last = parts[0] as Part;
  for (const part of parts.slice(1)) {
    if (part.part !== last.part + 1 || part.from !== last.to) break;
    last = part;
  }
  return last.to;
}

function callsOf(parts: readonly Part[], begin: number, to: number): TracedCall[] {
  const calls: TracedCall[] = [];
  for (const part of parts) {
    const counted = new Map<number, number>();
    for (let i = 0; i + 1 < (part.counted?.length ?? 0); i += 2)
      counted.set(part.counted?.[i] as number, part.counted?.[i + 1] as number);
    let came = part.from;
    for (let i = 0; i < part.calls.length; i++) {
      came += part.at[i] as number;
      const took = part.took[i] as number;
      const call = callOf(part.calls.charAt(i), came, took, counted.get(i) ?? took, begin);
      if (call !== undefined && call.at <= to) calls.push(call);
    }
  }
  return calls.sort((a, b) => a.at - b.at);
}

const OUTCOMES: Readonly<Record<string, TracedCall['outcome']>> = { o: 'ok', e: 'failed', x: 'ignored' };

/** Moments of a trace are whole ticks: divided they are exact, so that sums of them are, too. */
function callOf(
  letter: string,
  cameTick: number,
  tookTicks: number,
  countedTicks: number,
  begin: number,
): TracedCall | undefined {
  const came = cameTick / TICKS_PER_MS;
  if (letter === 'r') return came < begin ? undefined : { at: came, durationMs: null, outcome: 'unknown' };
  const at = (cameTick - tookTicks) / TICKS_PER_MS;
  const outcome = OUTCOMES[letter.toLowerCase()] ?? 'ignored';
  const countedMs = countedTicks / TICKS_PER_MS;
  if (at >= begin) {
    const call = { at, durationMs: tookTicks / TICKS_PER_MS, outcome };
    return countedTicks === tookTicks ? call : { ...call, countedMs };
  }
  // Under way when the trace begins. Where the circuit had moved on since, its result moves nothing.
  if (came < begin || letter !== letter.toLowerCase()) return undefined;
  return { at: begin, durationMs: came - begin, countedMs, outcome };
}

function laterResult(end: number, { at, durationMs, outcome }: TracedCall): number {
  return outcome === 'unknown' ? end : Math.max(end, at + (durationMs ?? 0));
}

function changesOf(parts: readonly Part[]): RecordedChange[] {
  return parts.flatMap(({ from, changes = [] }) =>
    changes.map((change) => ({ ...change, at: (from + change.at) / TICKS_PER_MS })),
  );
}

function isFresh({ stateMs, counts }: BreakerExport): boolean {
  return stateMs === null && Object.values(counts ?? {}).every((count) => count === 0);
}
