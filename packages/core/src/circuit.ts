/**
 * The shell around the machine: clock, window, generation, listeners. It decides nothing by itself; `machine.ts` says what
 * follows what, `rules.ts` when a limit is crossed.
 */
import { Audience } from './audience.ts';
import { type BreakerConfig, type ConfigInput, resolveConfig } from './config.ts';
import { CircuitOpenError, isRejectedError, type RefusalReason, stackless } from './errors.ts';
import type { BreakerEventName, BreakerEvents, Mode } from './events.ts';
import { Evidence, isTimeout, type OutcomeLetter, REMEMBERED_CALLS } from './evidence.ts';
import { type BreakerExport, checkExport, restoreMachine } from './export.ts';
import { LATENCY_BUCKETS, latencyBucket } from './latency.ts';
import {
  BEGINNING,
  type HalfOpen,
  holdsLease,
  type MachineEvent,
  type MachineState,
  type StateName,
  step,
  successesNeeded,
} from './machine.ts';
import { checkMode, checkOptions } from './options.ts';
import { NO_PAST, type Past } from './past.ts';
import { CallPermit, FAILURE, IGNORED, SUCCESS } from './permit.ts';
import { type Plan, planOf } from './plan.ts';
import { crossedRule, explain, type Why } from './rules.ts';
import { type Services, servicesOf } from './services.ts';
import { NO_TROUBLE, Trouble } from './trouble.ts';
import type {
  AbortSignalLike,
  Breaker,
  BreakerOptions,
  BreakerSnapshot,
  Outcome,
  Permit,
  Settled,
  Verdict,
} from './types.ts';
import { createWindow, FAILED, SLOW, type Window } from './window.ts';

type Verb = 0 | 1 | 2;
interface Person {
  by?: string;
  reason?: string;
}
/** Handlers of `execute`'s shortest way, made once per generation so that a late result carries its era for free. */
interface Handlers {
  ok: <T>(value: T) => T;
  failed: (error: unknown) => never;
}

/** In place of a moment or a duration that nobody asked for. */
const UNREAD = -1;
const NO_CONTEXT: { signal?: never } = Object.freeze({});
const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});
const SOON: Promise<void> = Promise.resolve();

export class Circuit implements Breaker {
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
  #handlers: Handlers | null = null;
  #audience: Audience | null = null;

  constructor(options: BreakerOptions) {
    checkOptions(options);
    this.name = options.name;
    this.tags = options.tags === undefined ? NO_TAGS : Object.freeze({ ...options.tags });
    this.#services = servicesOf(options);
    this.config = resolveConfig(options);
    this.#plan = planOf(this.config, null);
    this.#window = createWindow(this.config.window, this.#now());
    if (options.restore !== undefined) this.#restore(checkExport(options.restore));
  }

  // ------------------------------------------------------------------------------------------------ calls

  execute<T, S extends AbortSignalLike = AbortSignalLike>(
    call: (context: { signal?: S }) => T | PromiseLike<T>,
    options?: { signal?: S | undefined },
  ): Promise<T> {
    if (
      options === undefined &&
      this.#sound() &&
      !this.#plan.timed &&
      this.#services.classify === undefined &&
      !this.#audience?.perCall
    )
      return this.#executePlain(call);
    const signal = options?.signal;
    if (signal?.aborted) return rejectSoon(signal.reason);
    const now = this.#sound() ? UNREAD : this.#now();
    const permit = this.#admit(now);
    return permit === null
      ? rejectSoon(this.#openErrorAt(now))
      : this.#executePermitted(permit, call, signal);
  }

  /** Closed, untimed, unheard: no permit, no closure, one promise. */
  #executePlain<T>(call: (context: { signal?: never }) => T | PromiseLike<T>): Promise<T> {
    this.#handlers ??= this.#makeHandlers(this.#generation);
    const { ok, failed } = this.#handlers;
    this.#inFlight++;
    let result: T | PromiseLike<T>;
    try {
      result = call(NO_CONTEXT);
    } catch (error) {
      return SOON.then(() => failed(error));
    }
    if (result instanceof Promise) return result.then(ok, failed);
    return Promise.resolve(result).then(ok, failed);
  }

  #makeHandlers(generation: number): Handlers {
    return {
      ok: (value) => {
        this.#inFlight--;
        this.#succeeded++;
        if (generation === this.#generation)
          this.#count(0, this.#plan.datesResults ? this.#now() : UNREAD, undefined, 0);
        else this.#troubled().stale++;
        return value;
      },
      failed: (error) => {
        this.#settleCall(generation, -1, isRejectedError(error) ? IGNORED : FAILURE, UNREAD, error, 0);
        throw error;
      },
    };
  }

  async #executePermitted<T, S extends AbortSignalLike>(
    permit: CallPermit,
    call: (context: { signal?: S }) => T | PromiseLike<T>,
    signal: S | undefined,
  ): Promise<T> {
    try {
      const value = await call(signal === undefined ? NO_CONTEXT : { signal });
      this.#settleAs(permit, this.#judge({ ok: true, value }, signal), undefined);
      return value;
    } catch (error) {
      this.#settleAs(permit, this.#judge({ ok: false, error }, signal), error);
      throw error;
    }
  }

  #settleAs(permit: CallPermit, verdict: Verdict, error: unknown): void {
    this.settle(
      permit,
      verdict === 'success' ? SUCCESS : verdict === 'failure' ? FAILURE : IGNORED,
      error,
      0,
    );
  }

  #judge(outcome: Outcome, signal: AbortSignalLike | undefined): Verdict {
    const { classify } = this.#services;
    if (classify !== undefined) {
      try {
        const verdict = classify(outcome);
        if (verdict === 'success' || verdict === 'failure' || verdict === 'ignored') return verdict;
      } catch (error) {
        this.#services.report(error, 'classify');
      }
    }
    if (outcome.ok) return 'success';
    // The caller's own abort says nothing about the other side; a time limit that ran out does.
    if (signal?.aborted && (signal.reason as { name?: unknown } | undefined)?.name !== 'TimeoutError')
      return 'ignored';
    return isRejectedError(outcome.error) ? 'ignored' : 'failure';
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
    return this.#machine.name === 'closed' && this.#mode === 'auto';
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
    if (this.#mode === 'forced-open') return this.#refuse('forced', now);
    const before = this.#machine;
    if (before.name === 'closed') return this.#permit(-1, now);
    // Once a call is open and before its time, the table has nothing to add: most refusals end here.
    if (before.name === 'open' && now < before.until) return this.#refuse('open', now);
    this.#step({ type: 'call-arrived', now }, OPEN_TIME_OVER);
    const after = this.#machine as HalfOpen;
    const admitted = after.nextLease !== (before.name === 'half-open' ? before.nextLease : 0);
    return admitted ? this.#permit(after.nextLease - 1, now) : this.#refuse('probing', now);
  }

  #permit(lease: number, now: number): CallPermit {
    this.#inFlight++;
    if (!this.#plan.timed) return new CallPermit(this, this.#generation, lease, UNREAD, 0);
    const startedAt = now === UNREAD ? this.#now() : now;
    const { stall } = this.#services;
    stall.touch(startedAt);
    return new CallPermit(this, this.#generation, lease, startedAt, stall.stalledMs);
  }

  #refuse(reason: RefusalReason, now: number): CallPermit | null {
    const enforced = this.#mode === 'auto' || this.#mode === 'forced-open';
    if (enforced) this.#troubled().rejected++;
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
    const state = stateAt(machine, now);
    const reason = forced ? 'forced' : machine.name === 'half-open' ? 'probing' : 'open';
    const until = forced ? past.modeUntil : freeAt(machine);
    const retryAfterMs = Number.isFinite(until) ? Math.max(0, until - now) : undefined;
    const openedBecause = forced ? undefined : past.openedBecause;
    return stackless(
      () => new CircuitOpenError({ breaker: this.name, state, reason, retryAfterMs, openedBecause }),
    );
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
    return this.#settleCall(permit.generation, permit.lease, verdict, durationMs, error, hintMs);
  }

  #settleCall(
    generation: number,
    lease: number,
    verdict: Verb,
    durationMs: number,
    error: unknown,
    hintMs: number,
  ): Settled {
    const stale = generation !== this.#generation || (lease !== -1 && !holdsLease(this.#machine, lease));
    const slow = verdict !== IGNORED && durationMs > this.#plan.slowMs;
    this.#inFlight--;
    if (verdict === SUCCESS) this.#succeeded++;
    else if (verdict === FAILURE) this.#troubled().failed++;
    else this.#troubled().ignored++;
    if (slow) this.#troubled().slow++;
    if (stale) this.#troubled().stale++;
    const { latency } = this.#plan;
    if (latency !== null && durationMs >= 0 && verdict !== IGNORED) {
      const bucket = latencyBucket(durationMs);
      latency[bucket] = (latency[bucket] as number) + 1;
    }
    if (!stale) {
      if (lease !== -1) this.#settleProbe(lease, verdict, slow, error, hintMs);
      else if (verdict === IGNORED) this.#trouble?.evidence?.add('x');
      else if (this.#machine.name === 'closed') {
        const bits = (verdict === FAILURE ? FAILED : 0) | (slow ? SLOW : 0);
        this.#count(bits, this.#plan.datesResults ? this.#now() : UNREAD, error, hintMs);
      }
    }
    if (this.#audience?.perCall) this.#announceSettled(verdict, stale, lease !== -1, durationMs);
    return stale ? 'stale' : 'recorded';
  }

  #settleProbe(lease: number, verdict: Verb, slow: boolean, error: unknown, hintMs: number): void {
    const now = this.#now();
    this.#remember(verdict, slow, error);
    const machine = this.#machine as HalfOpen;
    if (verdict === IGNORED) this.#step({ type: 'probe-ignored', lease }, RESET);
    // Where slow calls open the circuit, a slow probe has not shown that the other side is back.
    else if (verdict === SUCCESS && !slow) {
      this.#step({ type: 'probe-succeeded', lease, now }, probesPassed(machine, this.config));
    } else {
      this.#step(
        { type: 'probe-failed', lease, now, random: this.#draw(), hintMs },
        probesFailed(machine, this.config),
      );
    }
  }

  /** A result of a closed circuit: into the window, and does it cross a limit? */
  #count(bits: number, now: number, error: unknown, hintMs: number): void {
    const window = this.#window;
    const trouble = bits === 0 ? this.#trouble : this.#troubled();
    if (trouble === null) {
      window.record(0, now);
      return;
    }
    if (bits !== 0 || trouble.evidence !== null)
      this.#remember(bits & FAILED ? FAILURE : SUCCESS, (bits & SLOW) !== 0, error);
    window.record(bits, now);
    trouble.failuresInARow = bits & FAILED ? trouble.failuresInARow + 1 : 0;
    if (window.failures === 0 && window.slow === 0 && trouble.failuresInARow === 0) return;
    const rule = crossedRule(this.config.openWhen, window, trouble.failuresInARow);
    if (rule === null) return;
    const why = explain(rule, window, trouble.failuresInARow);
    this.#step(
      { type: 'limit-crossed', now: now === UNREAD ? this.#now() : now, random: this.#draw(), hintMs },
      why,
    );
  }

  #remember(verdict: Verb, slow: boolean, error: unknown): void {
    const trouble = this.#troubled();
    trouble.evidence ??= new Evidence(this.#window.calls);
    if (verdict === FAILURE) this.#dateFirstFailure(trouble.evidence);
    trouble.evidence.add(letterOf(verdict, slow, error), error);
  }

  /** The trouble begins with the first failure of the window: one that has left it was a stray. */
  #dateFirstFailure(evidence: Evidence): void {
    const earlier = this.#machine.name !== 'closed' || this.#window.peek(this.#now()).failures > 0;
    if (!earlier || evidence.firstFailureWallAt === undefined) evidence.firstFailureWallAt = this.#wallNow();
  }

  // ---------------------------------------------------------------------------------------------- changes

  /** Puts an event to the machine and commits what follows. */
  #step(event: MachineEvent, why: Why, person?: Person): void {
    const from = this.#machine;
    const to = step(from, event, this.config);
    if (to === from) return;
    this.#machine = to;
    if (to.name !== from.name || event.type === 'reset')
      this.#entered(from.name, why, 'now' in event ? event.now : to.since, person);
  }

  /** After a transition: a new generation, and everything that belongs to the old one put away. Then the listeners. */
  #entered(from: StateName, why: Why, now: number, person: Person | undefined): void {
    const machine = this.#machine;
    const past = this.#changed();
    this.#generation++;
    this.#handlers = null;
    past.sinceWallAt = this.#wallNow();
    if (machine.name === 'open') past.openedBecause = why;
    const event = this.#hears('state-changed') ? this.#describeChange(from, why, now, person) : undefined;
    if (machine.name === 'closed') {
      this.#window.clear(now);
      if (this.#trouble !== null) {
        this.#trouble.failuresInARow = 0;
        this.#trouble.evidence = null;
      }
    }
    this.#announceLater();
    if (event !== undefined) this.#audience?.emitter.emit('state-changed', event);
  }

  #describeChange(
    from: StateName,
    why: Why,
    now: number,
    person: Person | undefined,
  ): BreakerEvents['state-changed'] {
    const machine = this.#machine;
    const { calls, failures, slow } = this.#window.peek(now);
    const newest =
      this.config.window.kind === 'last-calls'
        ? Math.min(this.config.window.calls, REMEMBERED_CALLS)
        : REMEMBERED_CALLS;
    const wallAt = this.#past?.sinceWallAt ?? 0;
    const retryAfterMs = machine.name === 'open' ? machine.until - now : undefined;
    const evidence = this.#trouble?.evidence;
    const firstFailureWallAt = evidence?.firstFailureWallAt;
    return {
      type: 'state-changed',
      ...this.#stamp(now, wallAt),
      from,
      to: machine.name,
      mode: this.#mode,
      why,
      window: { calls, failures, slow },
      outcomes: evidence?.outcomes(newest) ?? 'o'.repeat(Math.min(calls, newest)),
      errors: evidence?.topErrors(newest) ?? [],
      ...(firstFailureWallAt === undefined ? {} : { firstFailureWallAt }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs, retryWallAt: wallAt + retryAfterMs }),
      ...signedBy(person),
    };
  }

  setMode(mode: Mode, options: Person & { forMs?: number } = {}): void {
    checkMode(mode, options);
    const now = this.#now();
    this.#endModeIfDue(now);
    this.#past ??= { ...NO_PAST };
    this.#past.modeUntil =
      options.forMs === undefined || mode === 'auto' ? Number.POSITIVE_INFINITY : now + options.forMs;
    this.#changeMode(mode, now, options);
  }

  #changeMode(to: Mode, now: number, person: Person & { forMs?: number }): void {
    const from = this.#mode;
    this.#mode = to;
    if (from === to && person.forMs === undefined) return;
    this.#changed();
    this.#announceLater();
    this.#audience?.emitter.emit('mode-changed', {
      type: 'mode-changed',
      ...this.#stamp(now, this.#wallNow()),
      from,
      to,
      state: this.state,
      ...(person.forMs === undefined ? {} : { forMs: person.forMs }),
      ...signedBy(person),
    });
  }

  #endModeIfDue(now: number): void {
    const past = this.#past;
    if (past === null || now < past.modeUntil) return;
    past.modeUntil = Number.POSITIVE_INFINITY;
    this.#changeMode('auto', now, { reason: 'its time was over' });
  }

  reset(options: Person = {}): void {
    this.#step({ type: 'reset', now: this.#now() }, RESET, options);
  }

  probeNow(options: Person = {}): void {
    this.#step({ type: 'probe-now', now: this.#now() }, PROBE_NOW, options);
  }

  configure(changes: ConfigInput): void {
    checkOptions({ name: this.name, ...changes });
    const before = this.config;
    this.config = resolveConfig({
      ...before,
      ...changes,
      probing: { ...before.probing, ...changes.probing },
    });
    this.#changed().configRevision++;
    const now = this.#now();
    if (JSON.stringify(before.window) !== JSON.stringify(this.config.window))
      this.#window = createWindow(this.config.window, now);
    this.#plan = planOf(this.config, this.#plan.latency);
    this.#audience?.emitter.emit('configured', {
      type: 'configured',
      ...this.#stamp(now, this.#wallNow()),
      config: this.config,
    });
  }

  // ------------------------------------------------------------------------------------------------ reads

  get configRevision(): number {
    return (this.#past ?? NO_PAST).configRevision;
  }

  get state(): StateName {
    const machine = this.#machine;
    return machine.name === 'open' ? stateAt(machine, this.#now()) : machine.name;
  }

  get mode(): Mode {
    return this.#mode !== 'auto' && this.#now() >= (this.#past ?? NO_PAST).modeUntil ? 'auto' : this.#mode;
  }

  /** Sound and unused: forgetting it loses nothing. */
  get idle(): boolean {
    const now = this.#now();
    const machine = this.#machine;
    if (machine.name !== 'closed' || this.#mode !== 'auto' || this.#inFlight !== 0) return false;
    const forgotten = machine.openings === 0 || now - machine.since >= this.config.stayOpen.maxMs;
    return forgotten && this.#window.peek(now).failures === 0;
  }

  snapshot(): BreakerSnapshot {
    const now = this.#now();
    const machine = this.#machine;
    const past = this.#past ?? NO_PAST;
    const trouble = this.#trouble ?? NO_TROUBLE;
    const { calls, failures, slow } = this.#window.peek(now);
    return {
      name: this.name,
      tags: this.tags,
      state: this.state,
      mode: this.mode,
      generation: this.#generation,
      seq: past.seq,
      ...(past.sinceWallAt === undefined ? {} : { sinceWallAt: past.sinceWallAt }),
      window: {
        calls,
        failures,
        slow,
        failureRatio: calls === 0 ? 0 : failures / calls,
        slowRatio: calls === 0 ? 0 : slow / calls,
        failuresInARow: trouble.failuresInARow,
      },
      counts: {
        succeeded: this.#succeeded,
        failed: trouble.failed,
        slow: trouble.slow,
        ignored: trouble.ignored,
        rejected: trouble.rejected,
        stale: trouble.stale,
      },
      inFlight: this.#inFlight,
      openings: machine.openings,
      ...(machine.name === 'half-open'
        ? {
            probing: {
              succeeded: machine.succeeded,
              failed: machine.failed,
              inFlight: machine.leases.length,
            },
          }
        : {}),
      ...(machine.name === 'open' ? { retryAfterMs: Math.max(0, machine.until - now) } : {}),
      ...(past.openedBecause === undefined ? {} : { openedBecause: past.openedBecause }),
      outcomes: trouble.evidence?.outcomes() ?? 'o'.repeat(Math.min(calls, REMEMBERED_CALLS)),
      errors: trouble.evidence?.topErrors() ?? [],
      config: this.config,
      configRevision: past.configRevision,
    };
  }

  export(): BreakerExport {
    const now = this.#now();
    const machine = this.#machine;
    const mode = this.mode;
    const past = this.#past ?? NO_PAST;
    return {
      v: 1,
      wallAt: this.#wallNow(),
      state: machine.name,
      stateMs: machine.since === Number.NEGATIVE_INFINITY ? null : now - machine.since,
      openMs: machine.name === 'open' ? Math.max(0, machine.until - now) : 0,
      openings: machine.openings,
      failuresInARow: (this.#trouble ?? NO_TROUBLE).failuresInARow,
      ...(past.openedBecause === undefined ? {} : { openedBecause: past.openedBecause }),
      mode,
      modeMs: mode === 'auto' || past.modeUntil === Number.POSITIVE_INFINITY ? null : past.modeUntil - now,
      window: this.#window.contents(now),
      counts: this.snapshot().counts,
    };
  }

  #restore(kept: BreakerExport): void {
    const now = this.#now();
    // A wall clock behind the exporter's says nothing about how much time has passed: then none has.
    const elapsedMs = Math.max(0, this.#wallNow() - kept.wallAt);
    this.#machine = restoreMachine(kept, now, elapsedMs);
    this.#window.restore(kept.window, now, elapsedMs);
    const { succeeded, ...trouble } = kept.counts;
    this.#succeeded = succeeded;
    const { failuresInARow } = kept;
    if (failuresInARow > 0 || Object.values(trouble).some((count) => count > 0)) {
      Object.assign(this.#troubled(), trouble, { failuresInARow });
    }
    const modeUntil = kept.modeMs === null ? Number.POSITIVE_INFINITY : now + kept.modeMs - elapsedMs;
    this.#past = { ...NO_PAST, openedBecause: kept.openedBecause, modeUntil };
    this.#mode = kept.mode;
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
    const openUntil = this.#machine.name === 'open' ? this.#machine.until : Number.POSITIVE_INFINITY;
    const due = Math.min(openUntil, (this.#past ?? NO_PAST).modeUntil);
    if (due === Number.POSITIVE_INFINITY) return;
    const announce = (): void => {
      audience.announcement = undefined;
      const now = this.#now();
      this.#endModeIfDue(now);
      this.#step({ type: 'time-passed', now }, OPEN_TIME_OVER);
      // A timer may come early by a fraction, or be shorter than the time it stands for.
      if (audience.announcement === undefined) this.#announceLater();
    };
    audience.announcement = clock.setTimeout(announce, Math.max(1, Math.ceil(due - this.#now())));
  }

  #announceSettled(verdict: Verb, stale: boolean, probe: boolean, durationMs: number): void {
    this.#audience?.emitter.emit('call-settled', {
      type: 'call-settled',
      breaker: this.name,
      at: this.#now(),
      outcome: verdict === SUCCESS ? 'success' : verdict === FAILURE ? 'failure' : 'ignored',
      stale,
      probe,
      durationMs: durationMs < 0 ? undefined : durationMs,
    });
  }

  #stamp(
    at: number,
    wallAt: number,
  ): { breaker: string; seq: number; at: number; wallAt: number; configRevision: number } {
    const past = this.#past ?? NO_PAST;
    return { breaker: this.name, seq: past.seq, at, wallAt, configRevision: past.configRevision };
  }

  #troubled(): Trouble {
    this.#trouble ??= new Trouble();
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

  #draw(): number {
    try {
      const drawn = this.#services.random();
      return drawn >= 0 && drawn <= 1 ? drawn : 0.5;
    } catch (error) {
      this.#services.report(error, 'random');
      return 0.5;
    }
  }

  /** A label only: a wall clock that throws must not stop a decision. */
  #wallNow(): number {
    try {
      return this.#services.clock.wallNow();
    } catch {
      return 0;
    }
  }
}

const OPEN_TIME_OVER: Why = Object.freeze({ rule: 'open-time-over' });
const PROBE_NOW: Why = Object.freeze({ rule: 'probe-now' });
const RESET: Why = Object.freeze({ rule: 'reset' });

/** What one more success, or failure, of a probe amounts to. */
function probesPassed({ succeeded, failed }: HalfOpen, config: BreakerConfig): Why {
  const calls = succeeded + failed + 1;
  return { rule: 'probes-passed', value: succeeded + 1, limit: successesNeeded(config), calls, bad: failed };
}
function probesFailed({ succeeded, failed }: HalfOpen, config: BreakerConfig): Why {
  const calls = succeeded + failed + 1;
  const limit = config.probing.probes - successesNeeded(config) + 1;
  return { rule: 'probes-failed', value: failed + 1, limit, calls, bad: failed + 1 };
}

/** Open whose time is over is half-open for whoever looks, before any call has made it so. */
function stateAt(machine: MachineState, now: number): StateName {
  return machine.name === 'open' && now >= machine.until ? 'half-open' : machine.name;
}

/**
 * A refusal is rejected one microtask later: by then the caller awaits it, and the host's unhandled-rejection hooks rest.
 * Rejected, not thrown: unwinding the stack would double the cost.
 */
function rejectSoon(reason: unknown): Promise<never> {
  let reject: (reason: unknown) => void = () => {};
  const refused = new Promise<never>((_, reject_) => {
    reject = reject_;
  });
  void SOON.then(() => reject(reason));
  return refused;
}

/** When a place may be free again. */
function freeAt(machine: MachineState): number {
  if (machine.name === 'open') return machine.until;
  if (machine.name === 'half-open') return Math.min(...machine.leases.map(({ until }) => until));
  return Number.NaN;
}

function letterOf(verdict: Verb, slow: boolean, error: unknown): OutcomeLetter {
  if (verdict === IGNORED) return 'x';
  if (verdict === FAILURE) return isTimeout(error) ? 't' : 'e';
  return slow ? 's' : 'o';
}

function signedBy({ by, reason }: Person = {}): { by?: string; note?: string } {
  return { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { note: reason }) };
}
