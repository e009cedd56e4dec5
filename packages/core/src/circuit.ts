/**
 * The shell around the machine: clock, window, generation, listeners. It decides nothing by itself; `machine.ts` says what
 * follows what, `rules.ts` when a limit is crossed.
 */
import { customRule, draw, openMsOf, wallNow } from './asked.ts';
import { Audience } from './audience.ts';
import { FAILED, IGNORED_CALL, REJECTED_CALL, SLOW, TIMEOUT, UNCOUNTED } from './bits.ts';
import {
  causeOfTime,
  OPEN_TIME_OVER,
  PROBE_NOW,
  PROBING_TOO_LONG,
  probeResult,
  RESET,
  TOLD_TO_OPEN,
} from './causes.ts';
import { show } from './check.ts';
import type { BreakerConfig, ConfigInput, FailureRatio } from './config.ts';
import { type CircuitOpenError, isRejectedError, openError, type RefusalReason } from './errors.ts';
import type { BreakerEventName, BreakerEvents, Mode } from './events.ts';
import { Evidence, isTimeout } from './evidence.ts';
import { type BreakerExport, checkExport, restoreMachine } from './export.ts';
import { type Extras, extrasFor } from './extras.ts';
import { takeOff } from './flight.ts';
import { classified, openForMs, TOO_LONG, verbOf } from './judge.ts';
import { LATENCY_BUCKETS, latencyBucket } from './latency.ts';
import { Ledger } from './ledger.ts';
import {
  BEGINNING,
  isOver,
  isTooLong,
  leaseGiven,
  type MachineEvent,
  type MachineState,
  type Open,
  quietMs,
  type StateName,
  stateAt,
  step,
  turnsAt,
  underRulesOf,
} from './machine.ts';
import { type Onset, partOf } from './onset.ts';
import { checkChanges, checkMode, checkOptions, checkRules } from './options.ts';
import { NO_PAST, type Past } from './past.ts';
import { CallPermit, FAILURE, IGNORED, SUCCESS, type Verb } from './permit.ts';
import { type Plan, planOf } from './plan.ts';
import { changeOf, exportOf, type Person, type Reading, signedBy, snapshotOf, stampOf } from './reading.ts';
import { REASONS, rejectSoon, SOON } from './refusal.ts';
import { changedBy, resolveConfig } from './resolve.ts';
import { type Beside, crossedRule, explain, type Why } from './rules.ts';
import { type Services, servicesOf } from './services.ts';
import { admit, freeAt, freed, holdsLease, type Trial } from './trial.ts';
import { NO_TROUBLE, Trouble } from './trouble.ts';
import type {
  AbortSignalLike,
  Breaker,
  BreakerOptions,
  BreakerSnapshot,
  Outcome,
  Permit,
  Settled,
  WindowView,
} from './types.ts';
import { createWindow, emptied, type Window, windowAfter } from './window.ts';

/** Of a window that has just begun. */
const NOTHING_SEEN: Omit<WindowView, 'inFlight'> = Object.freeze({
  calls: 0,
  succeeded: 0,
  failures: 0,
  timeouts: 0,
  slow: 0,
  slowFailures: 0,
  ignored: 0,
  rejected: 0,
  failuresInARow: 0,
  successesInARow: 0,
});
/** In place of a moment or a duration that nobody asked for. */
const UNREAD = -1;
const NO_CONTEXT: { signal?: never } = Object.freeze({});
const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

export class Circuit implements Breaker, Beside {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  config: BreakerConfig;
  #plan: Plan;
  readonly #services: Services;

  #machine: MachineState = BEGINNING;
  #generation = 1;
  #window: Window;
  #mode: Mode = 'auto';
  #succeeded = 0;
  #inFlight = 0;

  // Made when first needed: most breakers of a large group never need them.
  #trouble: Trouble | null = null;
  #past: Past | null = null;
  #audience: Audience | null = null;
  #extras: Extras | null = null;

  constructor(options: BreakerOptions) {
    checkOptions(options);
    this.name = options.name;
    this.tags = options.tags === undefined ? NO_TAGS : Object.freeze({ ...options.tags });
    this.#services = servicesOf(options);
    this.config = resolveConfig(options);
    this.#plan = planOf(this.config, null);
    this.#window = createWindow(this.config, this.#now());
    checkRules(this.config, this.#services.rules);
    this.#extras = extrasFor(this.config, this.#plan, this.#services, this.#now(), null);
    if (options.restore !== undefined) this.#restore(checkExport(options.restore));
  }

  // ------------------------------------------------------------------------------------------------ calls

  execute<T, S extends AbortSignalLike = AbortSignalLike>(
    call: (context: { signal?: S }) => T | PromiseLike<T>,
    options?: { signal?: S | undefined },
  ): Promise<T> {
    if (typeof call !== 'function')
      return rejectSoon(new TypeError(`execute takes a function, got ${show(call)}`));
    if (options === undefined && this.#sound() && !this.#plan.timed && this.#services.classify === undefined)
      return this.#executePlain(call);
    const signal = options?.signal;
    if (signal?.aborted) return rejectSoon(signal.reason);
    const now = this.#sound() ? UNREAD : this.#now();
    const permit = this.#admit(now);
    return permit === null
      ? rejectSoon(this.#openErrorAt(now))
      : this.#executePermitted(permit, call, signal);
  }

  /** Closed and untimed: no permit, no closure, one promise. */
  #executePlain<T>(call: (context: { signal?: never }) => T | PromiseLike<T>): Promise<T> {
    const { ok, failed } = takeOff(this, this.#generation);
    this.#inFlight++;
    let result: Promise<T>;
    try {
      // A promise of the host comes back as it is; whatever else can be awaited is made one, which settles only once.
      result = Promise.resolve(call(NO_CONTEXT));
    } catch (error) {
      return SOON.then(() => failed(error));
    }
    return result.then(ok, failed);
  }

  /** Called by flights. */
  succeeded(generation: number): void {
    const plan = this.#plan;
    if (generation !== this.#generation || plan.tumbles || this.#audience?.perCall) {
      this.#settleCall(generation, -1, SUCCESS, UNREAD, UNREAD, undefined, 0);
      return;
    }
    this.#inFlight--;
    this.#succeeded++;
    this.#count(0, plan.datesResults ? this.#now() : UNREAD, UNREAD, undefined, 0);
  }

  /** Called by flights. */
  failed(generation: number, error: unknown): void {
    const verdict = isRejectedError(error) ? IGNORED : FAILURE;
    this.#settleCall(generation, -1, verdict, UNREAD, UNREAD, error, 0);
  }

  async #executePermitted<T, S extends AbortSignalLike>(
    permit: CallPermit,
    call: (context: { signal?: S }) => T | PromiseLike<T>,
    signal: S | undefined,
  ): Promise<T> {
    try {
      const value = await call(signal === undefined ? NO_CONTEXT : { signal });
      this.#settleAs(permit, { ok: true, value }, signal);
      return value;
    } catch (error) {
      this.#settleAs(permit, { ok: false, error }, signal);
      throw error;
    }
  }

  #settleAs(permit: CallPermit, outcome: Outcome, signal: AbortSignalLike | undefined): void {
    const said = classified(outcome, this.#services);
    const settled = this.settle(
      permit,
      verbOf(said, outcome, signal),
      outcome.ok ? undefined : outcome.error,
      0,
    );
    const forMs = openForMs(said);
    const now = forMs > 0 ? this.#now() : UNREAD;
    if (settled === 'recorded' && forMs > 0 && !this.#extras?.isWarmingUp(now))
      this.#step({ type: 'told-to-open', now, forMs }, TOLD_TO_OPEN);
  }

  tryAcquire(): Permit | null {
    return this.#admit(this.#sound() ? UNREAD : this.#now());
  }

  acquire(): Permit {
    const now = this.#sound() ? UNREAD : this.#now();
    const permit = this.#admit(now);
    if (permit === null) throw this.#openErrorAt(now);
    return permit;
  }

  /** Nothing stands between a call and its permit, and no clock needs to be read to know it. */
  #sound(): boolean {
    if (this.#machine.name !== 'closed' || this.#mode !== 'auto') return false;
    return this.#plan.plainArrivals && (this.#extras === null || this.#extras.ramp === null);
  }

  #admit(now: number): CallPermit | null {
    if (now === UNREAD) return this.#permit(-1, UNREAD);
    // A listener of what follows may call again: it must find this call's place taken already.
    const audience = this.#audience;
    audience?.emitter.hold();
    const permit = this.#admitCarefully(now);
    audience?.emitter.release();
    return permit;
  }

  #admitCarefully(now: number): CallPermit | null {
    this.#endModeIfDue(now);
    this.#endByTime(now);
    if (this.#mode === 'forced-open') return this.#refuse('forced', now);
    if (this.#machine.name === 'closed' && this.#admitClosed(now)) return this.#permit(-1, now);
    const before = this.#machine;
    if (before.name === 'closed') return this.#refuse('ramping', now);
    // Once a call is open and before its time, the table has nothing to add: most refusals end here.
    if (before.name === 'open' && !isOver(before, now, this.config)) return this.#refuse('open', now);
    this.#step(this.#timely('call-arrived', now), OPEN_TIME_OVER);
    const lease = leaseGiven(before, this.#machine);
    if (lease !== -1) return this.#permit(lease, now);
    return this.#refuse('probing', now);
  }

  #endProbingIfDue(now: number): void {
    const machine = this.#machine;
    if (machine.name !== 'half-open' || !isTooLong(machine, now, this.config)) return;
    this.#step(this.#timely('time-passed', now), PROBING_TOO_LONG);
  }

  /** Whether a closed circuit lets a call through; the rules may open it now. */
  #admitClosed(now: number): boolean {
    if (this.#plan.asksOnArrival) {
      this.#askOnArrival(now);
      if (this.#machine.name !== 'closed') return false;
    }
    const ramp = this.#extras?.ramp;
    if (ramp?.isOver(now)) (this.#extras as Extras).ramp = null;
    else if (ramp?.admits(now) === false) return false;
    return true;
  }

  #askOnArrival(now: number): void {
    this.#window.turn(now);
    this.#ask(now, undefined, 0);
  }

  /** A new interval may make everything from the old one stale. */
  #tumble(now: number): void {
    if (!this.#plan.tumbles) return;
    const window = this.#window as Ledger;
    if (!window.rolls(now)) return;
    this.#extras?.startOver(now);
    window.countsFrom = ++this.#generation;
  }

  #permit(lease: number, now: number): CallPermit {
    this.#inFlight++;
    if (!this.#plan.plainArrivals) this.#begin(now);
    if (!this.#plan.timed) return new CallPermit(this, this.#generation, lease, UNREAD, 0);
    const startedAt = now === UNREAD ? this.#now() : now;
    const { stall } = this.#services;
    stall.touch(startedAt);
    return new CallPermit(this, this.#generation, lease, startedAt, stall.stalledMs);
  }

  /** A call begins, where that matters. */
  #begin(now: number): void {
    if (this.#machine.name !== 'closed' && !this.#plan.windowLivesOn) return;
    if (this.#window instanceof Ledger) this.#window.arrive(now);
    this.#extras?.begin(now - this.#services.stall.stalledMs);
  }

  #refuse(reason: RefusalReason, now: number): CallPermit | null {
    const enforced = this.#mode === 'auto' || this.#mode === 'forced-open';
    if (enforced) this.#troubled().rejected++;
    if (enforced && this.#plan.countsRejected) this.#window.record(REJECTED_CALL, now, now);
    if (this.#mode !== 'forced-closed' && this.#hears('call-rejected')) {
      const state = this.#machine.name;
      this.#audience?.emitter.emit('call-rejected', {
        type: 'call-rejected',
        breaker: this.name,
        at: now,
        state,
        reason,
        enforced,
      });
    }
    return enforced ? null : this.#permit(-1, now);
  }

  openError(): CircuitOpenError {
    return this.#openErrorAt(this.#now());
  }

  #openErrorAt(now: number): CircuitOpenError {
    const machine = this.#machine;
    const past = this.#past ?? NO_PAST;
    const forced = this.#mode === 'forced-open' && now < past.modeUntil;
    const state = this.#stateAt(now);
    const reason = forced ? 'forced' : REASONS[machine.name];
    const until = forced ? past.modeUntil : this.#freeAt(now);
    const retryAfterMs = Number.isFinite(until) ? Math.max(0, until - now) : undefined;
    const openedBecause = forced ? undefined : past.openedBecause;
    return openError({ breaker: this.name, state, reason, retryAfterMs, openedBecause });
  }

  /** When a call may be let through again; NaN or Infinity where nobody can tell. */
  #freeAt(now: number): number {
    const machine = this.#machine;
    if (machine.name === 'open') return machine.until;
    if (machine.name === 'closed') return this.#extras?.ramp?.freeAt() ?? Number.NaN;
    return Math.min(freeAt(machine, now, this.config.probing), turnsAt(machine, this.config));
  }

  // ---------------------------------------------------------------------------------------------- results

  /** Called by permits. */
  settle(permit: CallPermit, verdict: Verb, error: unknown, hintMs: number): Settled {
    if (permit.settled) return 'settled';
    permit.settled = true;
    let durationMs = UNREAD;
    if (permit.startedAt !== UNREAD) {
      // Time in which this process stood still is not the other side's.
      const stalledMs = this.#services.stall.stalledMs - permit.stalledMs;
      durationMs = Math.max(0, this.#now() - permit.startedAt - stalledMs);
    }
    const { generation, lease, startedAt } = permit;
    if (this.#plan.watchesSlow && generation === this.#generation)
      this.#extras?.end(startedAt - permit.stalledMs);
    return this.#settleCall(generation, lease, verdict, durationMs, startedAt, error, hintMs);
  }

  #settleCall(
    generation: number,
    lease: number,
    said: Verb,
    durationMs: number,
    startedAt: number,
    error: unknown,
    hintMs: number,
  ): Settled {
    const plan = this.#plan;
    if (plan.endsByTime) this.#endByTime(this.#now());
    const current = this.#machine;
    const stale =
      generation !== this.#generation ||
      (lease !== -1 && current.name === 'half-open' && !holdsLease(current, lease));
    const bits = this.#bitsOf(said, durationMs, error);
    const cause = said === SUCCESS && bits & FAILED ? TOO_LONG : error;
    this.#inFlight--;
    if (bits === 0) this.#succeeded++;
    else this.#total(bits);
    const { latency } = plan;
    if (latency !== null && durationMs >= 0 && said !== IGNORED) {
      const bucket = latencyBucket(durationMs);
      latency[bucket] = (latency[bucket] as number) + 1;
    }
    const recorded = stale
      ? this.#settleLate(generation, lease, bits, cause, startedAt, hintMs)
      : this.#settleTimely(lease, bits, cause, startedAt, hintMs);
    if (this.#audience?.perCall) this.#announceSettled(bits, !recorded, lease !== -1, startedAt, durationMs);
    return recorded ? 'recorded' : 'stale';
  }

  /** What the call was: its own verdict, and what its duration says. */
  #bitsOf(said: Verb, durationMs: number, error: unknown): number {
    if (said === IGNORED) return IGNORED_CALL;
    const { slowMs, failAfterMs } = this.#plan;
    const slow = durationMs > slowMs ? SLOW : 0;
    const tooLong = durationMs > failAfterMs;
    if (said === SUCCESS && !tooLong) return slow;
    return slow | FAILED | (tooLong || isTimeout(error) ? TIMEOUT : 0);
  }

  /** Counts a call that was not simply good. */
  #total(bits: number): void {
    const trouble = this.#troubled();
    if (bits & FAILED) trouble.failed++;
    else if (bits & IGNORED_CALL) trouble.ignored++;
    else this.#succeeded++;
    if (bits & SLOW) trouble.slow++;
    if (bits & TIMEOUT) trouble.timeouts++;
  }

  /** What time alone has ended, before anything that comes later is looked at. */
  #endByTime(now: number): void {
    this.#endProbingIfDue(now);
    if (this.#machine.name === 'closed') this.#tumble(now);
  }

  #settleTimely(lease: number, bits: number, error: unknown, startedAt: number, hintMs: number): true {
    if (lease !== -1) this.#settleProbe(lease, bits, error, startedAt, hintMs);
    else if (this.#machine.name === 'closed') this.#settleClosed(bits, error, startedAt, hintMs);
    else if (bits & IGNORED_CALL) this.#troubled().evidence?.add(bits);
    return true;
  }

  /** A result that comes after the circuit moved on: counted in the totals, moves nothing, unless it was asked to. */
  #settleLate(
    generation: number,
    lease: number,
    bits: number,
    error: unknown,
    startedAt: number,
    hintMs: number,
  ): boolean {
    if (!this.#plan.countsLate) {
      this.#troubled().stale++;
      return false;
    }
    const machine = this.#machine;
    const late = bits | this.#uncounted(generation, lease);
    // Before its first probe half-open is a name that listeners were told: without any it would be open still.
    const trying = machine.name === 'half-open' ? machine.nextLease > 0 : this.config.probing.whileOpen;
    if (machine.name === 'closed') this.#settleClosed(late, error, startedAt, hintMs);
    else if (trying) this.#settleProbe(-1, late, error, startedAt, hintMs);
    else if (!(bits & IGNORED_CALL) || this.#ignoredPasses())
      this.#record(late & ~IGNORED_CALL, this.#now(), startedAt, error);
    else this.#recordIgnored(late, startedAt);
    return true;
  }

  /** Whether the window, as it is now, has not counted this call when it began. */
  #uncounted(generation: number, lease: number): number {
    if (!(this.#window instanceof Ledger)) return 0;
    const probe = lease !== -1 && !this.#plan.windowLivesOn;
    const { countsFrom, countsTo } = this.#window;
    return probe || generation < countsFrom || generation > countsTo ? UNCOUNTED : 0;
  }

  #recordIgnored(bits: number, startedAt: number): void {
    this.#troubled().evidence?.add(bits);
    if (this.#plan.countsIgnored) this.#window.record(bits, this.#now(), startedAt);
  }

  #settleClosed(bits: number, error: unknown, startedAt: number, hintMs: number): void {
    const now = this.#plan.datesResults ? this.#now() : UNREAD;
    if (!(bits & IGNORED_CALL)) {
      this.#count(bits, now, startedAt, error, hintMs);
    } else if (this.#ignoredPasses()) {
      this.#count(bits & ~IGNORED_CALL, now, startedAt, error, hintMs);
    } else {
      this.#recordIgnored(bits, startedAt);
    }
  }

  #ignoredPasses(): boolean {
    return this.config.counting?.ignored === 'successes';
  }

  #settleProbe(lease: number, bits: number, error: unknown, startedAt: number, hintMs: number): void {
    const now = this.#now();
    const decides = !(bits & IGNORED_CALL) || this.#ignoredPasses();
    if (!this.#plan.windowLivesOn) this.#remember(bits, now, error);
    else if (decides) this.#record(bits & ~IGNORED_CALL, now, startedAt, error);
    else this.#recordIgnored(bits, startedAt);
    const trial = this.#machine as MachineState & Trial;
    if (!decides) {
      this.#step({ type: 'probe-ignored', lease }, RESET);
      return;
    }
    const { type, slow, why } = probeResult(trial, bits, this.config);
    this.#step({ type, lease, slow, now, random: draw(this.#services), hintMs }, why, undefined, error);
  }

  /** A result of a closed circuit: into the window, and does it cross a limit? */
  #count(bits: number, now: number, startedAt: number, error: unknown, hintMs: number): void {
    const plan = this.#plan;
    this.#extras?.learn((bits & FAILED) !== 0, now);
    if (this.#trouble === null) this.#window.record(bits, now, startedAt);
    else this.#record(bits, now, startedAt, error);
    if (!(bits & FAILED ? plan.asksOnFailure : plan.asksOnSuccess)) return;
    if (!plan.asksAlways && !this.#hasTrouble()) return;
    this.#ask(now, error, hintMs);
  }

  /** Whether there is anything in the window that a rule on failures or slow calls could be met by. */
  #hasTrouble(): boolean {
    const trouble = this.#trouble;
    if (trouble === null) return false;
    return trouble.failuresInARow > 0 || this.#window.failures > 0 || this.#window.slow > 0;
  }

  #record(bits: number, now: number, startedAt: number, error: unknown): void {
    const trouble = this.#troubled();
    if (bits !== 0 || trouble.evidence !== null) this.#remember(bits, now, error);
    this.#window.record(bits, now, startedAt);
    trouble.failuresInARow = bits & FAILED ? trouble.failuresInARow + 1 : 0;
    trouble.successesInARow = bits & FAILED ? 0 : trouble.successesInARow + 1;
  }

  /** Does the window cross a limit? Then open. The clock is read only where somebody must know. */
  #ask(now: number, error: unknown, hintMs: number): void {
    if (this.#extras?.isWarmingUp(now)) return;
    const rule = crossedRule(this.config.openWhen, this.#window, this);
    if (rule === null) return;
    const why = explain(rule, this.#window, this);
    const at = now === UNREAD ? this.#now() : now;
    const random = draw(this.#services);
    this.#step({ type: 'limit-crossed', now: at, random, hintMs }, why, undefined, error);
  }

  // ------------------------------------------------------------------------------- what rules ask about beside

  get failuresInARow(): number {
    return this.#plan.streaksExpire
      ? this.#streaks(this.#now()).failuresInARow
      : (this.#trouble ?? NO_TROUBLE).failuresInARow;
  }

  #streaks(now: number): { failuresInARow: number; successesInARow: number } {
    if (this.#plan.streaksExpire) return (this.#window as Ledger).streaks(now);
    const { failuresInARow, successesInARow } = this.#trouble ?? NO_TROUBLE;
    return { failuresInARow, successesInARow: this.#trouble === null ? this.#succeeded : successesInARow };
  }

  get slowInFlight(): number {
    // What began before the circuit closed belongs to another life, also where nobody has noticed yet that it did.
    if (this.#machine.name !== 'closed') return 0;
    const now = this.#now() - this.#services.stall.stalledMs;
    return this.#extras?.slowInFlight(now) ?? 0;
  }

  limitOf(rule: FailureRatio): number {
    return this.#extras === null ? rule.ratio : this.#extras.limitOf(rule);
  }

  custom(name: string): boolean {
    return customRule(name, this.#view(this.#now()), this.#services);
  }

  #view(now: number): WindowView {
    return {
      ...this.#window.peek(now),
      ...this.#streaks(now),
      inFlight: this.#inFlight,
    };
  }

  #remember(bits: number, now: number, error: unknown): void {
    const trouble = this.#troubled();
    trouble.evidence ??= new Evidence(this.#window.calls);
    if (bits & FAILED) this.#dateFailure(trouble.evidence.onset, now, this.#succeeded + trouble.failed);
    trouble.evidence.add(bits, error);
  }

  /** The trouble begins with the first failure of the window: one that has left it was a stray. Not closed, it goes on. */
  #dateFailure(onset: Onset, now: number, calls: number): void {
    if (onset.wallAt !== undefined) {
      if (this.#machine.name !== 'closed') return;
      this.#window.turn(now);
      if (this.#window.failures === 0) onset.clear();
    }
    const part = partOf(this.config, now, calls);
    if (onset.begins(part)) onset.add(part, wallNow(this.#services));
  }

  // ---------------------------------------------------------------------------------------------- changes

  /** Puts an event to the machine and commits what follows. */
  #step(event: MachineEvent, why: Why, person?: Person, error?: unknown): void {
    const from = this.#machine;
    let to = step(from, event, this.config);
    if (to === from) return;
    if (to.name === 'open' && waitsAnew(from, to, event, this.config)) {
      // The next round of an open circuit begins with its call; any other open time with the opening.
      to = this.#stayingAsAsked(to, event.type === 'call-arrived' ? event.now : to.since, error);
    }
    this.#machine = to;
    if (to.name !== from.name || event.type === 'reset') this.#entered(from.name, why, event, person);
    // The longest time half-open has begun.
    else if (turnsAt(to, this.config) !== turnsAt(from, this.config)) this.#announceLater();
  }

  /** With the user's own open time, where there is one. */
  #stayingAsAsked(to: Open, from: number, error: unknown): Open {
    if (this.#services.openMs === undefined) return to;
    const ms = openMsOf({ window: this.#view(from), openings: to.openings, error }, this.#services);
    return ms === undefined ? to : { ...to, until: from + ms };
  }

  #timely(type: 'call-arrived' | 'time-passed', now: number): MachineEvent {
    return { type, now, random: draw(this.#services), hintMs: 0 };
  }

  /** After a transition: a new generation, and everything that belongs to the old one put away. Then the listeners. */
  #entered(from: StateName, why: Why, event: MachineEvent, person: Person | undefined): void {
    const machine = this.#machine;
    const past = this.#changed();
    this.#troubled();
    this.#generation++;
    past.sinceWallAt = wallNow(this.#services);
    if (machine.name === 'open') past.openedBecause = why;
    const now = 'now' in event ? event.now : machine.since;
    const change = this.#hears('state-changed') ? changeOf(this.#reading(now), from, why, person) : undefined;
    // From when the state began, which may have been noticed late.
    if (machine.name === 'closed') this.#closed(machine.since, event);
    else if (machine.name === 'open') this.#opened(machine.since);
    this.#leaveUncounted();
    this.#announceLater();
    if (change !== undefined) this.#audience?.emitter.emit('state-changed', change);
  }

  #closed(now: number, event: MachineEvent): void {
    const { counting, rampUp } = this.config;
    const byPerson = event.type === 'reset';
    if (!this.#plan.windowLivesOn || byPerson) this.#clear(now);
    this.#troubled().evidence = null;
    if (counting?.closingSuccess && event.type === 'probe-succeeded' && !this.#plan.windowLivesOn) {
      this.#window.record((event.slow ? SLOW : 0) | UNCOUNTED, now, now);
      this.#troubled().successesInARow = 1;
    }
    this.#extras?.closed(byPerson ? undefined : rampUp, now);
  }

  #opened(now: number): void {
    if (this.config.counting?.clears === 'opening-and-closing') this.#clear(now);
    this.#extras?.opened(now);
  }

  /** Calls that begin while the circuit is not closed do not reach the window, unless it lives on. */
  #leaveUncounted(): void {
    if (this.#machine.name === 'closed' || this.#plan.windowLivesOn) return;
    if (this.#window instanceof Ledger)
      this.#window.countsTo = Math.min(this.#window.countsTo, this.#generation - 1);
  }

  #clear(now: number): void {
    this.#window.clear(now);
    if (this.#window instanceof Ledger) {
      this.#window.countsFrom = this.#generation;
      this.#window.countsTo = Number.POSITIVE_INFINITY;
    }
    const trouble = this.#troubled();
    trouble.failuresInARow = trouble.successesInARow = 0;
  }

  setMode(mode: Mode, options: Person & { forMs?: number } = {}): void {
    checkMode(mode, options);
    const now = this.#now();
    this.#endModeIfDue(now);
    // What a mode ends in has no end itself.
    this.#changeMode(mode, now, options, mode === 'auto' ? undefined : options.forMs);
  }

  #changeMode(to: Mode, now: number, person: Person, forMs?: number): void {
    const from = this.#mode;
    const until = forMs === undefined ? Number.POSITIVE_INFINITY : now + forMs;
    if (from === to && until === (this.#past ?? NO_PAST).modeUntil) return;
    this.#mode = to;
    this.#changed().modeUntil = until;
    this.#announceLater();
    this.#audience?.emitter.emit('mode-changed', {
      type: 'mode-changed',
      ...stampOf({ name: this.name, past: this.#past, now }, wallNow(this.#services)),
      from,
      to,
      state: this.state,
      ...(forMs === undefined ? {} : { forMs }),
      ...signedBy(person),
    });
  }

  #endModeIfDue(now: number): void {
    if (now < (this.#past ?? NO_PAST).modeUntil) return;
    this.#changeMode('auto', now, { reason: 'its time was over' });
  }

  reset(options: Person = {}): void {
    this.#step({ type: 'reset', now: this.#now() }, RESET, options);
  }

  probeNow(options: Person = {}): void {
    const now = this.#now();
    this.#endProbingIfDue(now);
    this.#step({ type: 'probe-now', now, random: draw(this.#services) }, PROBE_NOW, options);
  }

  configure(changes: ConfigInput): void {
    checkChanges(changes);
    const before = this.config;
    const after = resolveConfig(changedBy(changes, before));
    checkRules(after, this.#services.rules);
    this.config = after;
    this.#machine = underRulesOf(after, this.#machine);
    this.#changed().configRevision++;
    const now = this.#now();
    this.#window = windowAfter(this.#window, before, after, now);
    this.#plan = planOf(after, this.#plan.latency);
    this.#leaveUncounted();
    this.#extras = extrasFor(after, this.#plan, this.#services, now, this.#extras);
    this.#announceLater();
    this.#audience?.emitter.emit('configured', {
      type: 'configured',
      ...stampOf({ name: this.name, past: this.#past, now }, wallNow(this.#services)),
      config: this.config,
    });
  }

  // ------------------------------------------------------------------------------------------------ reads

  get configRevision(): number {
    return (this.#past ?? NO_PAST).configRevision;
  }

  get state(): StateName {
    const state = this.#machine.name === 'closed' ? 'closed' : this.#stateAt(this.#now());
    if (state !== 'closed' || !this.#plan.asksOnArrival) return state;
    // Closed by time alone, which nobody has noticed yet: the window is empty, unless it lives on.
    const knows = this.#machine.name === 'closed' || this.#plan.windowLivesOn;
    return knows && this.#wouldOpen() ? 'open' : 'closed';
  }

  #stateAt(now: number): StateName {
    return stateAt(this.#machineAt(now), now, this.config);
  }

  /** The machine as the next event would find it, half-open for too long already over. */
  #machineAt(now: number): MachineState {
    const machine = this.#machine;
    if (machine.name !== 'half-open' || !isTooLong(machine, now, this.config)) return machine;
    const over = step(machine, { type: 'time-passed', now, random: 0, hintMs: 0 }, this.config);
    return over.name === 'open' ? this.#stayingAsAsked(over, over.since, undefined) : over;
  }

  /** Whether the next arrival would find a limit crossed. */
  #wouldOpen(): boolean {
    const now = this.#now();
    if (this.#extras?.isWarmingUp(now)) return false;
    return crossedRule(this.config.openWhen, this.#window.peek(now), this) !== null;
  }

  get mode(): Mode {
    return this.#mode !== 'auto' && this.#now() >= (this.#past ?? NO_PAST).modeUntil ? 'auto' : this.#mode;
  }

  wouldAdmit(): boolean {
    const { mode, state } = this;
    if (mode !== 'auto') return mode !== 'forced-open';
    const machine = this.#machine;
    const now = this.#now();
    if (machine.name === 'closed') return state === 'closed' && (this.#extras?.wouldAdmit(now) ?? true);
    if (machine.name === 'open') return isOver(machine, now, this.config);
    if (isTooLong(machine, now, this.config)) return state !== 'open';
    const trial = freed(machine, now);
    return admit(trial, now, this.config.probing) !== trial;
  }

  passTime(): void {
    const now = this.#now();
    this.#passTime(now);
    if (this.#machine.name !== 'closed' || !this.#plan.asksOnArrival) return;
    // What hangs becomes slow by time alone. Who calls only where `wouldAdmit` says so would never find it out.
    this.#tumble(now);
    this.#askOnArrival(now);
  }

  /** As far as it decides nothing: a listener's timer does it, and must make no difference. */
  #passTime(now: number): void {
    this.#endModeIfDue(now);
    this.#step(this.#timely('time-passed', now), causeOfTime(this.#machine));
  }

  /** Sound and unused: forgetting it loses nothing. */
  get idle(): boolean {
    const now = this.#now();
    const machine = this.#machine;
    if (machine.name !== 'closed' || this.#mode !== 'auto' || this.#inFlight !== 0) return false;
    const forgotten = machine.openings === 0 || now - machine.since >= quietMs(this.config.stayOpen);
    return forgotten && this.#window.peek(now).failures === 0;
  }

  snapshot(): BreakerSnapshot {
    return snapshotOf(this.#reading(this.#now()));
  }

  export(): BreakerExport {
    return exportOf(this.#reading(this.#now()));
  }

  #reading(now: number): Reading {
    const { adapting, windowLivesOn } = this.#plan;
    const machine = this.#machineAt(now);
    // Closed or opened by time alone, which nobody has noticed yet: the window may begin afresh.
    const clears =
      machine.name === 'closed' ? !windowLivesOn : this.config.counting?.clears === 'opening-and-closing';
    const fresh = machine.name !== this.#machine.name && clears;
    const view = this.#view(now);
    return {
      name: this.name,
      tags: this.tags,
      now,
      state: this.state,
      mode: this.mode,
      generation: this.#generation,
      succeeded: this.#succeeded,
      machine,
      past: this.#past,
      trouble: this.#trouble,
      window: fresh ? emptied(this.#window, this.config, machine.since) : this.#window,
      view: fresh ? { ...NOTHING_SEEN, inFlight: view.inFlight } : view,
      effectiveRatio: adapting === null ? undefined : this.limitOf(adapting),
      config: this.config,
      services: this.#services,
    };
  }

  #restore(kept: BreakerExport): void {
    const now = this.#now();
    // A wall clock behind the exporter's says nothing about how much time has passed: then none has.
    const elapsedMs = Math.max(0, wallNow(this.#services) - kept.wallAt);
    this.#machine = restoreMachine(kept, now, elapsedMs, this.config);
    this.#window.restore(kept.window, now, elapsedMs);
    this.#leaveUncounted();
    // By name: an export of a later version may have more.
    const { succeeded, failed, slow, ignored, rejected, stale } = kept.counts;
    const trouble = { failed, slow, ignored, rejected, stale };
    this.#succeeded = succeeded;
    const { failuresInARow, successesInARow } = kept;
    // Without trouble every call since the beginning was a success.
    if (failuresInARow > 0 || successesInARow !== succeeded || Object.values(trouble).some((n) => n > 0)) {
      Object.assign(this.#troubled(), trouble, { failuresInARow, successesInARow });
    }
    const modeUntil = kept.modeMs === null ? Number.POSITIVE_INFINITY : now + kept.modeMs - elapsedMs;
    this.#past = { ...NO_PAST, openedBecause: kept.openedBecause, modeUntil };
    this.#mode = kept.mode;
    const machine = this.#machine;
    if (machine.name === 'closed' && machine.openings > 0)
      this.#extras?.resume(this.config.rampUp, machine.since, now);
  }

  measureLatency(): Uint32Array {
    const latency = this.#plan.latency ?? new Uint32Array(LATENCY_BUCKETS);
    this.#plan = planOf(this.config, latency);
    return latency;
  }

  // ------------------------------------------------------------------------------------------- listeners

  on<E extends BreakerEventName>(event: E, listener: (event: BreakerEvents[E]) => void): () => void {
    this.#audience ??= new Audience(this.#services.report);
    const off = this.#audience.on(event, listener);
    this.#announceLater();
    return off;
  }

  #hears(event: BreakerEventName): boolean {
    return this.#audience?.emitter.hears(event) ?? false;
  }

  /**
   * Tells listeners about the end of the open time, or of a mode, when it comes and not with the next call. Decides
   * nothing: a call that comes first makes the same change.
   */
  #announceLater(): void {
    const audience = this.#audience;
    if (audience === null) return;
    const { clock } = this.#services;
    if (audience.announcement !== undefined) clock.clearTimeout(audience.announcement);
    audience.announcement = undefined;
    if (!this.#hears('state-changed') && !this.#hears('mode-changed')) return;
    const due = Math.min(turnsAt(this.#machine, this.config), (this.#past ?? NO_PAST).modeUntil);
    if (due === Number.POSITIVE_INFINITY) return;
    const announce = (): void => {
      audience.announcement = undefined;
      this.#passTime(this.#now());
      // A timer may come early by a fraction, or be shorter than the time it stands for.
      if (audience.announcement === undefined) this.#announceLater();
    };
    audience.announcement = clock.setTimeout(announce, Math.max(1, Math.ceil(due - this.#now())));
  }

  #announceSettled(
    bits: number,
    stale: boolean,
    probe: boolean,
    startedAt: number,
    durationMs: number,
  ): void {
    this.#audience?.emitter.emit('call-settled', {
      type: 'call-settled',
      breaker: this.name,
      at: this.#now(),
      outcome: bits & FAILED ? 'failure' : bits & IGNORED_CALL ? 'ignored' : 'success',
      stale,
      probe,
      startedAt: durationMs < 0 ? undefined : startedAt,
      durationMs: durationMs < 0 ? undefined : durationMs,
    });
  }

  #troubled(): Trouble {
    this.#trouble ??= new Trouble(this.#succeeded);
    return this.#trouble;
  }

  /** One more change: the chain of events has no gaps, whoever listens. */
  #changed(): Past {
    this.#past ??= { ...NO_PAST };
    this.#past.seq++;
    return this.#past;
  }

  #now(): number {
    return this.#services.clock.now();
  }
}

/** Whether an open time begins with this event. */
function waitsAnew(from: MachineState, to: Open, event: MachineEvent, { probing }: BreakerConfig): boolean {
  if (event.type === 'told-to-open') return false;
  if (from.name !== 'open') return true;
  return event.type === 'call-arrived' && to.nextLease % probing.probes === 0;
}
