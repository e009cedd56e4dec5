import type { Breaker, BreakerEvents } from '@cb/core';
import { LIMITS, TICKS_PER_MS, type TraceChange, type TracePart } from '@cb/protocol';
import { CallColumns } from './call-columns.ts';
import { startOf, type TraceStart } from './trace-start.ts';

/** Calls of one part: with all that is in it, it fits into a message. */
const PART_CALLS = 2_000;
/** How often a replay may begin, and how often a breaker without calls says that there were none. */
const START_EVERY_MS = 10_000;
/** A call whose time the breaker counts otherwise by more than this says both. */
const NOTICED_TICKS = 4;
const LETTERS = { success: 'o'.charCodeAt(0), failure: 'e'.charCodeAt(0), ignored: 'x'.charCodeAt(0) };
const REFUSED = 'r'.charCodeAt(0);
const TO_CAPITAL = 'O'.charCodeAt(0) - 'o'.charCodeAt(0);
/** Causes of a change that a result brings: the event of the change comes before that of the call. */
const BY_RESULT: ReadonlySet<string> = new Set([
  'failure-ratio',
  'slow-ratio',
  'failures',
  'consecutive-failures',
  'custom',
  'probes-passed',
  'probes-failed',
]);
/** Causes that no traffic explains: a replay of what follows begins behind them. */
const BY_OTHERS: ReadonlySet<string> = new Set(['reset', 'probe-now', 'told-to-open']);

/** What all traces of a process share. */
export interface TraceHost {
  /** Calls that may still be written down until the next message, of all breakers together. */
  left: number;
  /** Epoch milliseconds, and monotonic ones. */
  readonly clock: () => number;
  readonly monotonic: () => number;
}

/** A stretch without gaps that is being written down. */
interface Stretch {
  /** The breaker's clock, beside ours: when they were last read together. */
  at: number;
  monotonic: number;
  /** Epoch milliseconds of the breaker's zero. */
  zeroAt: number;
  /** The tick up to which everything has been said. */
  from: number;
  /** The export at `from`, where it is yet to be said. */
  start: unknown;
  /** Calls for which there was no room: the stretch is over. */
  lost: number;
}

/** Writes down the calls of one breaker. What it has no room for is a gap, which whoever reads it can see. */
export class CallTrace {
  readonly #id: number;
  readonly #breaker: Breaker;
  readonly #host: TraceHost;
  readonly #columns: CallColumns = new CallColumns();
  #changes: TraceChange[] = [];
  #stretch: Stretch | undefined;
  #part = 0;
  #startDue = false;
  /** When a result made a change whose own event is still to come; -1 where there is none. */
  #decidedAt = -1;
  readonly #stops: readonly (() => void)[];

  constructor(id: number, breaker: Breaker, host: TraceHost) {
    this.#id = id;
    this.#breaker = breaker;
    this.#host = host;
    this.#stops = [
      breaker.on('call-settled', (event) => this.#settled(event)),
      breaker.on('call-rejected', (event) => this.#rejected(event)),
      breaker.on('state-changed', (event) => this.#changed(event)),
      breaker.on('mode-changed', ({ at, to }) => this.#interfered(at, 'mode', to)),
      breaker.on('configured', ({ at }) => this.#interfered(at, 'configured', breaker.mode)),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.pause();
  }

  /** Writes nothing down until the next `flush`. */
  pause(): void {
    this.#stretch = undefined;
    this.#clear();
  }

  /** What was written down since the last time; then it goes on, anew where there was a gap. */
  flush(): TracePart[] {
    const parts = this.#stretch === undefined ? [] : this.#takeFrom(this.#stretch);
    this.begin();
    return parts;
  }

  /** Begins to write down, unless it does already, or nobody could replay what follows. */
  begin(): void {
    const start = this.#stretch === undefined ? startOf(this.#breaker) : undefined;
    if (start === undefined) return;
    // A number that is missing says that there is a gap.
    if (this.#part > 0) this.#part++;
    this.#stretch = this.#stretchFrom(start);
  }

  // --------------------------------------------------------------------------------------------- writing down

  #settled({ at, startedAt, durationMs, outcome, stale }: BreakerEvents['call-settled']): void {
    const decidedAt = this.#decidedAt;
    this.#decidedAt = -1;
    const stretch = this.#room();
    if (stretch === undefined) return;
    // Between a change and the event of the call that made it are the listeners of the change.
    const came = toTicks(decidedAt === -1 ? at : decidedAt);
    // One that began before anybody measured: it was there when the trace began, and nobody took it for slow.
    const took = Math.max(0, came - (startedAt === undefined ? stretch.from : toTicks(startedAt)));
    const counted = toTicks(durationMs ?? 0);
    const letter = LETTERS[outcome] + (stale ? TO_CAPITAL : 0);
    this.#columns.push(letter, came, took, Math.abs(took - counted) > NOTICED_TICKS ? counted : took);
  }

  #rejected({ at, enforced }: BreakerEvents['call-rejected']): void {
    // This very arrival has opened the circuit: no result did.
    if (at === this.#decidedAt) this.#decidedAt = -1;
    // One that went through all the same is written down with its result.
    if (enforced && this.#room() !== undefined) this.#columns.push(REFUSED, toTicks(at), 0, 0);
  }

  #changed({ at, from, to, mode, why, retryAfterMs }: BreakerEvents['state-changed']): void {
    this.#decidedAt = BY_RESULT.has(why.rule) ? at : -1;
    if (BY_OTHERS.has(why.rule)) this.#startDue = true;
    const openMs = retryAfterMs === undefined ? {} : { openMs: Math.max(0, retryAfterMs) };
    this.#change({ at: toTicks(at), kind: 'state', from, to, mode, why: { ...why }, ...openMs });
  }

  #interfered(at: number, kind: 'mode' | 'configured', mode: TraceChange['mode']): void {
    const { state } = this.#breaker;
    this.#startDue = true;
    this.#change({ at: toTicks(at), kind, from: state, to: state, mode, why: { rule: 'mode' } });
  }

  #change(change: TraceChange): void {
    const stretch = this.#stretch;
    if (stretch === undefined || stretch.lost > 0) return;
    if (this.#changes.length < LIMITS.tracedChanges) this.#changes.push(change);
    else stretch.lost++;
  }

  /** The stretch, where one more call has a place in it. */
  #room(): Stretch | undefined {
    const stretch = this.#stretch;
    if (stretch === undefined) return undefined;
    if (stretch.lost > 0 || this.#host.left <= 0 || this.#columns.full) {
      stretch.lost++;
      return undefined;
    }
    this.#host.left--;
    return stretch;
  }

  // ------------------------------------------------------------------------------------------------- telling

  #stretchFrom({ at, exported }: TraceStart): Stretch {
    const { clock, monotonic } = this.#host;
    this.#startDue = false;
    return { at, monotonic: monotonic(), zeroAt: clock() - at, from: toTicks(at), start: exported, lost: 0 };
  }

  #takeFrom(stretch: Stretch): TracePart[] {
    const ageMs = this.#host.monotonic() - stretch.monotonic;
    const idle = this.#columns.size === 0 && this.#changes.length === 0;
    const over = stretch.lost > 0;
    if (idle && !over && stretch.start === undefined && ageMs < START_EVERY_MS) return [];
    const next = over || idle || (ageMs < START_EVERY_MS && !this.#startDue) ? undefined : this.#calmStart();
    const newest = Math.max(stretch.from, this.#columns.newestAt ?? 0, this.#changes.at(-1)?.at ?? 0);
    const nowAt = next?.at ?? stretch.at + ageMs;
    const end = over ? newest : Math.max(newest, toTicks(nowAt));
    const parts = this.#parts(stretch, end);
    this.#clear();
    if (over) this.#stretch = undefined;
    else if (next !== undefined) this.#stretch = { ...this.#stretchFrom(next), from: end };
    else {
      Object.assign(stretch, { from: end, start: undefined });
      if (idle) Object.assign(stretch, { at: nowAt, monotonic: stretch.monotonic + ageMs });
    }
    return parts;
  }

  /** A moment from which another replay may begin, while nothing is going on. */
  #calmStart(): TraceStart | undefined {
    const { state, mode } = this.#breaker;
    return state === 'closed' && mode === 'auto' ? startOf(this.#breaker) : undefined;
  }

  #parts({ from: begin, zeroAt, start, lost }: Stretch, end: number): TracePart[] {
    const columns = this.#columns;
    const { inFlight } = this.#breaker.snapshot();
    const parts: TracePart[] = [];
    let changes: readonly TraceChange[] = this.#changes;
    let from = begin;
    for (let i = 0; i < columns.size || parts.length === 0; i += PART_CALLS) {
      const next = Math.min(i + PART_CALLS, columns.size);
      const last = next === columns.size;
      const to = last ? end : Math.max(from, columns.at(next - 1));
      const here = last ? changes : changes.filter(({ at }) => at <= to);
      changes = changes.slice(here.length);
      const part: TracePart = {
        id: this.#id,
        part: ++this.#part,
        from,
        to,
        zeroAt,
        ...columns.part(i, next, from),
        inFlight,
      };
      const base = from;
      if (here.length > 0) part.changes = here.map((change) => ({ ...change, at: change.at - base }));
      if (start !== undefined && parts.length === 0) part.start = start;
      if (last && lost > 0) part.lost = lost;
      parts.push(part);
      from = to;
    }
    return parts;
  }

  #clear(): void {
    this.#columns.clear();
    this.#changes = [];
  }
}

function toTicks(ms: number): number {
  return Math.round(ms * TICKS_PER_MS);
}
