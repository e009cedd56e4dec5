import type { TraceChange, TracePart, TraceStretch } from '@cb/protocol';
import { TICKS_PER_MS } from '@cb/protocol';

/** Rough cost of a part without its calls, of a call, and of a change, in bytes. */
const PART_BYTES = 400;
const CALL_BYTES = 9;
const CHANGE_BYTES = 300;
/** Of one number of an export. */
const NUMBER_BYTES = 10;

/** A wall clock that is further off than this was set, and not read imprecisely. */
const CLOCK_SET_MS = 20;

/** A part as it is kept: columns of bytes, and its place on the server's clock. */
interface KeptPart {
  readonly lane: LaneTrace;
  readonly part: number;
  readonly from: number;
  readonly to: number;
  /** Epoch milliseconds of tick 0, on the server's clock. */
  readonly zeroAt: number;
  readonly calls: string;
  readonly at: Int32Array;
  readonly took: Int32Array;
  readonly counted: readonly number[] | undefined;
  readonly changes: readonly TraceChange[] | undefined;
  readonly start: unknown;
  readonly inFlight: number;
  readonly lost: number | undefined;
  readonly bytes: number;
}

/** What one answer is made of. */
export interface FoundTrace {
  complete: TraceStretch[];
  parts: Omit<TracePart, 'id' | 'zeroAt'>[];
  zeroAt: number;
  more: boolean;
}

const NOTHING_TRACED: FoundTrace = { complete: [], parts: [], zeroAt: 0, more: false };

/** The parts of one lane, oldest first. */
class LaneTrace {
  parts: KeptPart[] = [];

  /** Runs of parts without a gap, each from its first start on. */
  *stretches(): Generator<readonly KeptPart[]> {
    let run: KeptPart[] = [];
    for (const part of this.parts) {
      if (run.length > 0 && !follows(run.at(-1) as KeptPart, part)) {
        yield run;
        run = [];
      }
      // Before its first start nobody knows what the window held.
      if (run.length > 0 || part.start !== undefined) run.push(part);
    }
    if (run.length > 0) yield run;
  }
}

function follows(before: KeptPart, after: KeptPart): boolean {
  return after.part === before.part + 1 && before.lost === undefined && after.from === before.to;
}

/** Single calls of all lanes within one bound; beyond it the oldest parts go first. */
export class TraceStore {
  readonly #mostBytes: number;
  readonly #lanes: Map<number, LaneTrace> = new Map();
  /** In order of arrival, from `#head` on. */
  #queue: KeptPart[] = [];
  #head = 0;
  #bytes = 0;

  /** @param mostBytes Rough bound in bytes. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Rough bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param offsetMs What to add to the producer's wall clock. */
  add(lane: number, part: TracePart, offsetMs: number): void {
    const trace = this.#lanes.get(lane) ?? new LaneTrace();
    this.#lanes.set(lane, trace);
    const kept = keep(trace, part, offsetMs);
    trace.parts.push(kept);
    this.#queue.push(kept);
    this.#bytes += kept.bytes;
    while (this.#bytes > this.#mostBytes && this.#head < this.#queue.length) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#queue[this.#head++] as KeptPart;
    const { parts } = oldest.lane;
    // What was forgotten with its lane is no longer there.
    if (parts[0] === oldest) {
      parts.shift();
      this.#bytes -= oldest.bytes;
    }
    if (this.#head < 1_000 || this.#head * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  forget(lane: number): void {
    const trace = this.#lanes.get(lane);
    if (trace === undefined) return;
    for (const { bytes } of trace.parts) this.#bytes -= bytes;
    trace.parts = [];
    this.#lanes.delete(lane);
  }

  /**
   * What is known of a range, in epoch milliseconds. Parts are those of the stretch that covers most of it, from the last start before
   * it on, and up to the end of what was under way at its end.
   * @param mostCalls Calls of one answer: what is too much at its end is left out.
   */
  read(lane: number, from: number, to: number, mostCalls: number): FoundTrace {
    const complete: TraceStretch[] = [];
    let best: readonly KeptPart[] | undefined;
    let covered = -1;
    for (const stretch of this.#lanes.get(lane)?.stretches() ?? []) {
      const zeroAt = zeroOf(stretch);
      const begin = epoch(zeroAt, (stretch[0] as KeptPart).from);
      const end = epoch(zeroAt, (stretch.at(-1) as KeptPart).to);
      const overlap = Math.min(end, to) - Math.max(begin, from);
      if (overlap < 0) continue;
      complete.push([begin, end]);
      // Of two that cover as much the newer one is as good.
      if (overlap < covered) continue;
      covered = overlap;
      best = stretch;
    }
    return best === undefined ? NOTHING_TRACED : { complete, ...cut(best, from, to, mostCalls) };
  }
}

function keep(lane: LaneTrace, part: TracePart, offsetMs: number): KeptPart {
  const { calls, counted, changes, start } = part;
  const numbers = (counted?.length ?? 0) + (start === undefined ? 0 : JSON.stringify(start).length / 3);
  return {
    lane,
    part: part.part,
    from: part.from,
    to: part.to,
    zeroAt: part.zeroAt + offsetMs,
    calls,
    at: Int32Array.from(part.at),
    took: Int32Array.from(part.took),
    counted,
    changes,
    start,
    inFlight: part.inFlight,
    lost: part.lost,
    bytes: Math.ceil(
      PART_BYTES + calls.length * CALL_BYTES + (changes?.length ?? 0) * CHANGE_BYTES + numbers * NUMBER_BYTES,
    ),
  };
}

/** The parts of a stretch that a range is explained by. */
function cut(
  stretch: readonly KeptPart[],
  from: number,
  to: number,
  mostCalls: number,
): Pick<FoundTrace, 'parts' | 'zeroAt' | 'more'> {
  const zeroAt = zeroOf(stretch);
  let first = 0;
  stretch.forEach((part, i) => {
    if (part.start !== undefined && epoch(zeroAt, part.from) <= from) first = i;
  });
  const parts: FoundTrace['parts'] = [];
  let calls = 0;
  for (const part of stretch.slice(first)) {
    // What comes after the range is of use only for calls that had begun in it.
    if (epoch(zeroAt, part.from) > to && !beginsBefore(part, zeroAt, to)) continue;
    calls += part.calls.length;
    if (calls > mostCalls && parts.length > 0) return { parts, zeroAt, more: true };
    parts.push(answered(part));
  }
  return { parts, zeroAt, more: false };
}

function beginsBefore({ from, at, took }: KeptPart, zeroAt: number, to: number): boolean {
  let came = from;
  for (let i = 0; i < at.length; i++) {
    came += at[i] as number;
    if (epoch(zeroAt, came - (took[i] as number)) <= to) return true;
  }
  return false;
}

function answered({
  part,
  from,
  to,
  calls,
  at,
  took,
  counted,
  changes,
  start,
  inFlight,
  lost,
}: KeptPart): FoundTrace['parts'][number] {
  return {
    part,
    from,
    to,
    calls,
    at: Array.from(at),
    took: Array.from(took),
    inFlight,
    ...(counted && { counted: [...counted] }),
    ...(changes && { changes: [...changes] }),
    ...(start !== undefined && { start }),
    ...(lost !== undefined && { lost }),
  };
}

/**
 * Where a stretch lies on the server's clock. What its first part says, so that no moment of it moves from one answer to the next by
 * the millisecond that a wall clock is read in; once the clock was set, what its newest part says.
 */
function zeroOf(stretch: readonly KeptPart[]): number {
  const { zeroAt: first } = stretch[0] as KeptPart;
  const { zeroAt: newest } = stretch.at(-1) as KeptPart;
  return Math.abs(newest - first) > CLOCK_SET_MS ? newest : first;
}

function epoch(zeroAt: number, tick: number): number {
  return zeroAt + tick / TICKS_PER_MS;
}
