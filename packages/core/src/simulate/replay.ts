/**
 * Plays rows to the machine, the rules and a window that takes many calls at once: stretches of calls in which nothing can be
 * decided are counted as a whole. Only for configurations of plain data that count in the usual way; it does to the last
 * call what a circuit does, where every result comes at once.
 */
import { draw } from '../asked.ts';
import { FAILED } from '../bits.ts';
import { causeOfTime, OPEN_TIME_OVER, PROBING_TOO_LONG, probeResult } from '../causes.ts';
import type { BreakerConfig, FailureRatio } from '../config.ts';
import {
  BEGINNING,
  isOver,
  isTooLong,
  leaseGiven,
  type MachineEvent,
  type MachineState,
  step,
  turnsAt,
} from '../machine.ts';
import { Ramp } from '../ramp.ts';
import { type Beside, crossedRule, explain, type Why } from '../rules.ts';
import { type Services, servicesOf } from '../services.ts';
import { freeAt, type Trial } from '../trial.ts';
import type { BulkBook } from './bulk-window.ts';
import type { Spread } from './spread.ts';
import { Recording, type Timeline } from './timeline.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A token may be there a hair before the moment that is computed for it: from here on every call asks for itself. */
const TOLERANCE_MS = 0.01;
const REFUSED = -2;
const ORDINARY = -1;

export class Replay implements Beside {
  readonly #config: BreakerConfig;
  readonly #book: BulkBook;
  readonly #services: Services;
  readonly #recording: Recording;
  readonly #minima: readonly number[];
  readonly #countsStreaks: boolean;
  /** Before it nothing opens the circuit. */
  readonly #opensFrom: number;
  #machine: MachineState = BEGINNING;
  #ramp: Ramp | null = null;
  /** When a circuit that somebody listens to announces what time alone brings. */
  #announcedAt = Number.POSITIVE_INFINITY;
  failuresInARow = 0;
  readonly slowInFlight = 0;
  /** The most failures in a row that a stretch can bring; kept, because every row asks. */
  readonly #worstBeside = {
    failuresInARow: 0,
    slowInFlight: 0,
    limitOf: (rule: FailureRatio) => this.limitOf(rule),
    custom: () => this.custom(),
  } satisfies Beside;

  constructor(config: BreakerConfig, book: BulkBook, random: (() => number) | undefined, from: number) {
    this.#config = config;
    this.#book = book;
    this.#services = servicesOf({
      name: 'simulated',
      clock: new VirtualClock(from),
      ...(random && { random }),
    });
    this.#recording = new Recording(from);
    const { openWhen } = config;
    this.#countsStreaks = openWhen.some(({ kind }) => kind === 'consecutive-failures');
    this.#minima = [...new Set(openWhen.map((rule) => ('minimumCalls' in rule ? rule.minimumCalls : 1)))];
    this.#opensFrom = from + (config.warmUpMs ?? 0);
  }

  limitOf({ ratio }: FailureRatio): number {
    return ratio;
  }
  custom(): boolean {
    return false;
  }

  row(row: Spread): void {
    let i = 0;
    while (i < row.size) {
      if (this.#machine.name !== 'closed') i = this.#whileNotClosed(row, i);
      else if (this.#ramp !== null) this.#call(row, i++);
      else i = this.#whileClosed(row, i);
    }
  }

  tellFrom(at: number): void {
    this.#announce(at);
    this.#recording.beginAt(at);
  }

  finish(to: number, config: BreakerConfig): Timeline {
    this.#announce(to);
    return this.#recording.finish(to, config);
  }

  // ---------------------------------------------------------------------------------------------- stretches

  #whileClosed(row: Spread, from: number): number {
    const book = this.#book;
    const end = book.reach(row, from);
    if (this.#mayOpen(row, from, end)) {
      let i = from;
      while (i < end && this.#machine.name === 'closed') this.#call(row, i++);
      return i;
    }
    this.#recording.count(row, from, end, true);
    if (this.#countsStreaks) this.#countStreak(row, from, end);
    else this.failuresInARow = 0;
    book.recordAll(row, from, end);
    return end;
  }

  /** Whether a limit may be crossed by one of these calls. Sure when it says no. */
  #mayOpen(row: Spread, i: number, end: number): boolean {
    const book = this.#book;
    if (book.failures === 0 && book.slow === 0 && row.failures === 0 && row.slow === 0) return false;
    if (row.time(i) < this.#opensFrom) return row.time(end - 1) >= this.#opensFrom;
    const ahead = row.callsBefore(end) - row.callsBefore(i);
    if (ahead === 0) return false;
    const good = row.calls - row.failures;
    const longest = row.failures === 0 ? 0 : Math.ceil((3 * row.calls) / good);
    this.#worstBeside.failuresInARow = this.failuresInARow + Math.min(ahead, longest);
    // Shares change along a line: if neither end crosses, nor the point from which there are enough calls, nothing does.
    if (this.#wouldCross(row, 1) || this.#wouldCross(row, ahead)) return true;
    for (const calls of this.#minima) {
      const missing = calls - book.calls;
      if (missing > 1 && missing < ahead && this.#wouldCross(row, missing)) return true;
    }
    return false;
  }

  #wouldCross(row: Spread, ahead: number): boolean {
    return crossedRule(this.#config.openWhen, this.#book.worst(row, ahead), this.#worstBeside) !== null;
  }

  #countStreak(row: Spread, i: number, end: number): void {
    const calls = row.callsBefore(end) - row.callsBefore(i);
    const failed = row.failedInARow(i, end);
    this.failuresInARow = failed === calls ? this.failuresInARow + failed : failed;
  }

  #whileNotClosed(row: Spread, i: number): number {
    const now = row.time(i);
    const free = this.#refusedUntil(now);
    if (free <= now) {
      this.#call(row, i);
      return i + 1;
    }
    const end = row.firstFrom(free);
    this.#recording.count(row, i, end, false);
    return end;
  }

  /** Until then nothing but refusals happens, whoever comes. */
  #refusedUntil(now: number): number {
    const machine = this.#machine;
    if (machine.name === 'open') return Math.min(machine.until, this.#announcedAt);
    const free = freeAt(machine as MachineState & Trial, now, this.#config.probing);
    // A call finds that half-open lasted too long before a timer of whole milliseconds does.
    const until = Math.min(free, turnsAt(machine, this.#config)) - TOLERANCE_MS;
    return free < Number.POSITIVE_INFINITY ? Math.min(until, this.#announcedAt) : now;
  }

  // ----------------------------------------------------------------------------------------------- one call

  #call(row: Spread, i: number): void {
    const now = row.time(i);
    this.#announce(now);
    const lease = this.#admit(now);
    this.#recording.count(row, i, i + 1, lease !== REFUSED);
    if (lease === REFUSED) return;
    if (lease !== ORDINARY) this.#recording.tally.probes++;
    if (row.isIgnored(i)) {
      this.#machine = step(this.#machine, { type: 'probe-ignored', lease }, this.#config);
    } else if (lease === ORDINARY) this.#settle(row.bits(i), now);
    else this.#settleProbe(lease, row.bits(i), now);
  }

  /** The lease of a probe, ORDINARY or REFUSED. */
  #admit(now: number): number {
    const ended = this.#machine;
    if (ended.name === 'half-open' && isTooLong(ended, now, this.#config))
      this.#step(this.#timely('time-passed', now), PROBING_TOO_LONG);
    const before = this.#machine;
    if (before.name === 'closed') return this.#comesBack(now) ? ORDINARY : REFUSED;
    if (before.name === 'open' && !isOver(before, now, this.#config)) return REFUSED;
    this.#step(this.#timely('call-arrived', now), OPEN_TIME_OVER);
    const lease = leaseGiven(before, this.#machine);
    return lease === -1 ? REFUSED : lease;
  }

  #comesBack(now: number): boolean {
    if (this.#ramp?.isOver(now)) this.#ramp = null;
    return this.#ramp === null || this.#ramp.admits(now);
  }

  #settle(bits: number, now: number): void {
    const book = this.#book;
    book.record(bits, now, now);
    this.failuresInARow = bits & FAILED ? this.failuresInARow + 1 : 0;
    if (now < this.#opensFrom) return;
    const rule = crossedRule(this.#config.openWhen, book, this);
    if (rule === null) return;
    const why = explain(rule, book, this);
    this.#step({ type: 'limit-crossed', now, random: draw(this.#services), hintMs: 0 }, why);
  }

  #settleProbe(lease: number, bits: number, now: number): void {
    const trial = this.#machine as MachineState & Trial;
    const { type, slow, why } = probeResult(trial, bits, this.#config);
    this.#step({ type, lease, slow, now, random: draw(this.#services), hintMs: 0 }, why);
  }

  // ---------------------------------------------------------------------------------------------- changes

  #step(event: MachineEvent & { readonly now: number }, why: Why): void {
    const from = this.#machine;
    const next = step(from, event, this.#config);
    this.#machine = next;
    const config = this.#config;
    if (next.name !== from.name || turnsAt(next, config) !== turnsAt(from, config)) this.#arm(event.now);
    if (next.name === from.name) return;
    this.#recording.move(event.now, next.name, why);
    if (next.name === 'closed') this.#closed(next.since);
  }

  #closed(since: number): void {
    this.#book.clear(since);
    this.failuresInARow = 0;
    const { rampUp } = this.#config;
    this.#ramp = rampUp === undefined ? null : new Ramp(rampUp, since);
  }

  /** A circuit that somebody listens to changes when the time has come, not with the next call. */
  #announce(now: number): void {
    while (this.#announcedAt <= now) {
      const at = this.#announcedAt;
      this.#arm(at);
      this.#step(this.#timely('time-passed', at), causeOfTime(this.#machine));
    }
  }

  #arm(now: number): void {
    const due = turnsAt(this.#machine, this.#config);
    // Timers count whole milliseconds.
    this.#announcedAt = now + Math.max(1, Math.ceil(due - now));
  }

  #timely(type: 'call-arrived' | 'time-passed', now: number): MachineEvent & { readonly now: number } {
    return { type, now, random: draw(this.#services), hintMs: 0 };
  }
}
