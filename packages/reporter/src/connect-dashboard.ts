import type { Breaker } from '@cb/core';
import {
  cleanTags,
  type Heartbeat,
  type Hello,
  type HelloAck,
  type PolicyReport,
  PROTOCOL_VERSION,
} from '@cb/protocol';
import { CallTraces } from './call-traces.ts';
import { Commands } from './commands.ts';
import { frameBudget } from './frame-budget.ts';
import { Line } from './line.ts';
import { type CheckedOptions, checkOptions, type ReporterOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import { PolicyRoster } from './policy-roster.ts';
import { toRollups } from './rollup.ts';
import { Roster } from './roster.ts';
import {
  checkBreaker,
  checkObject,
  isGroup,
  isPipeline,
  isPolicy,
  type PipelineLike,
  type PolicyLike,
  type Source,
} from './sources.ts';
import type { RollupRow, Tracked } from './tracked.ts';

const SDK = '@cb/reporter 0.1.0';
/** How long `close` waits for what is still to be said. */
const GOODBYE_MS = 1_000;

/** Numbers about a reporter. */
export interface ReporterStats {
  /** The server has accepted this service and hears it now. */
  connected: boolean;
  breakers: number;
  policies: number;
  /** What is not reported because there are more than 2,000 breakers or 1,000 policies. */
  skipped: number;
  /** Looks at a policy that failed, because its `snapshot()` threw or said nothing usable. */
  unreadable: number;
  /** State changes waiting to be confirmed, confirmed, and given up because too many waited. */
  queued: number;
  confirmed: number;
  lost: number;
  /** Commands from the dashboard that were done, and that were refused or failed. */
  commandsDone: number;
  commandsRefused: number;
  /** Why the last attempt to connect failed, in words. */
  problem: string | undefined;
}

/** A running reporter. */
export interface Reporter {
  /**
   * Reports these too: breakers, groups, policies, and all members of pipelines. What is known already stays as it is.
   * A policy of a pipeline that has no name of its own goes by the name of the breaker beside it.
   *
   * @throws TypeError for anything else.
   */
  add(...sources: Source[]): void;
  /** No longer reports this breaker, this policy, or the policies of this pipeline; its breakers stay. */
  remove(source: Breaker | PolicyLike | PipelineLike): void;
  stats(): ReporterStats;
  /** Says what is left to say, for a second at most, and disconnects. May be called twice. */
  close(): Promise<void>;
}

/**
 * Reports breakers and policies to a dashboard server: state changes at once and until they are confirmed, counters once
 * a second.
 * It never throws into the service, never waits for the server and keeps no process alive. A dashboard that is down
 * costs a buffer of at most 1,000 state changes.
 *
 * @throws TypeError for an option that cannot work, with a sentence that says what would.
 * @example const reporter = connectDashboard({ url: 'http://127.0.0.1:4600', service: 'checkout', breakers: [payments] });
 */
export function connectDashboard(options: ReporterOptions): Reporter {
  const checked = checkOptions(options);
  const { breakers = [], group, groups = [], policies = [], pipelines = [] } = options;
  const reporter = new DashboardReporter(checked);
  // A group can be walked like a list, but a list would not tell of the breakers that come later.
  const listed: Iterable<Source> = isGroup(breakers) ? [breakers] : breakers;
  // A policy that stands alone and in a pipeline goes by the pipeline's name.
  reporter.add(...listed, ...(group ? [group] : []), ...groups, ...pipelines, ...policies);
  return reporter;
}

class DashboardReporter implements Reporter {
  readonly #options: CheckedOptions;
  readonly #boot: string = crypto.randomUUID();
  readonly #outbox: Outbox = new Outbox();
  readonly #roster: Roster;
  readonly #policies: PolicyRoster = new PolicyRoster();
  readonly #commands: Commands;
  readonly #traces: CallTraces | undefined;
  readonly #line: Line;
  /** To be registered, and to be taken back, as soon as the server hears. */
  readonly #toRegister: Set<Tracked> = new Set();
  readonly #toRemove: Set<number> = new Set();
  #up = false;
  /** One batch is under way; an answer of an earlier connection does not count. */
  #busy = false;
  #connection = 0;
  #confirmed = 0;
  #timers: ReturnType<typeof setInterval>[] = [];
  #sampledAt = 0;
  #drained: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CheckedOptions) {
    this.#options = options;
    this.#traces = tracesFor(options);
    this.#roster = new Roster(
      {
        changed: (change) => {
          this.#outbox.add(change);
          this.#pump();
        },
        registered: (tracked) => {
          this.#toRegister.add(tracked);
          this.#pump();
        },
        removed: (id) => {
          if (this.#up) this.#toRemove.add(id);
          this.#pump();
        },
      },
      { ...options, traces: this.#traces },
    );
    this.#commands = new Commands(options, (id) => this.#roster.find(id));
    this.#line = new Line(options, {
      opened: () => this.#hello(),
      closed: () => this.#down(),
      commanded: (message, reply) => {
        const connection = this.#connection;
        this.#commands.take(message, reply, () => this.#up && connection === this.#connection);
      },
    });
  }

  add(...sources: Source[]): void {
    for (const source of sources) {
      checkObject(source);
      if (isPipeline(source)) this.#addMembers(source);
      else this.#add(source);
    }
  }

  #addMembers({ members }: PipelineLike): void {
    for (const member of members) checkObject(member);
    const breaker = members.find((member): member is Breaker => !isPolicy(member) && !isGroup(member));
    for (const member of members) this.#add(member, breaker?.name);
  }

  #add(source: Exclude<Source, PipelineLike>, breaker?: string): void {
    if (isPolicy(source)) {
      this.#policies.add(source, breaker);
      return;
    }
    checkBreaker(source);
    if (isGroup(source)) this.#roster.addGroup(source);
    else this.#roster.add(source);
  }

  remove(source: Breaker | PolicyLike | PipelineLike): void {
    if (isPipeline(source)) {
      for (const member of source.members) if (isPolicy(member)) this.#policies.remove(member);
    } else if (isPolicy(source)) this.#policies.remove(source);
    else this.#roster.remove(source);
  }

  stats(): ReporterStats {
    return {
      connected: this.#up,
      breakers: this.#roster.size,
      policies: this.#policies.size,
      skipped: this.#roster.skipped + this.#policies.skipped,
      unreadable: this.#policies.unreadable,
      queued: this.#outbox.size,
      confirmed: this.#confirmed,
      lost: this.#outbox.lost,
      commandsDone: this.#commands.done,
      commandsRefused: this.#commands.refused,
      problem: this.#up ? undefined : this.#line.problem,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#goodbye();
    return this.#closing;
  }

  async #goodbye(): Promise<void> {
    this.#roster.close();
    if (this.#up) this.#rollup();
    this.#traces?.close();
    if (this.#up && this.#outbox.size > 0) {
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, GOODBYE_MS);
        this.#drained = () => {
          clearTimeout(patience);
          resolve();
        };
      });
    }
    this.#down();
    this.#line.close();
  }

  #hello(): void {
    const { service, instance, tags, clock, allowRemoteControl } = this.#options;
    const connection = ++this.#connection;
    const hello: Hello = {
      v: PROTOCOL_VERSION,
      service,
      instance,
      boot: this.#boot,
      sdk: SDK,
      tags: cleanTags(tags),
      now: clock(),
      ...(allowRemoteControl === false ? {} : { caps: ['control'] }),
    };
    this.#line.ask('hello', hello, (answer) => {
      if (connection !== this.#connection) return;
      const ack = answer as HelloAck | undefined;
      if (ack?.ok === true) this.#ready(ack);
      else this.#line.refused(ack ?? { ok: false, v: 0, error: 'no answer', heartbeatMs: 0, rollupMs: 0 });
    });
  }

  /** The server hears: everything is registered anew, since it may have been restarted. */
  #ready(ack: HelloAck): void {
    this.#up = true;
    this.#busy = false;
    this.#toRemove.clear();
    for (const tracked of this.#roster) {
      tracked.rebase();
      this.#toRegister.add(tracked);
    }
    this.#policies.rebase();
    this.#tellPolicies();
    // Traces begin here: nobody heard what was before.
    this.#tellTraces();
    this.#sampledAt = performance.now();
    this.#every(ack.heartbeatMs, 5_000, () => this.#heartbeat());
    this.#every(ack.rollupMs, 1_000, () => this.#rollup());
    this.#pump();
  }

  #every(ms: unknown, fallbackMs: number, run: () => void): void {
    const usable = typeof ms === 'number' && ms >= 100 && ms <= 60_000 ? ms : fallbackMs;
    const timer = setInterval(() => {
      try {
        run();
      } catch {
        // A breaker that cannot be read is not reported; the service goes on.
      }
    }, usable);
    timer.unref?.();
    this.#timers.push(timer);
  }

  #down(): void {
    this.#up = false;
    this.#busy = false;
    this.#traces?.pause();
    this.#connection++;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#drained?.();
  }

  /** Sends the next batch, if none is under way: registrations before changes, and those before removals. */
  #pump(): void {
    if (!this.#up || this.#busy) return;
    const next = this.#nextRegistrations() ?? this.#nextChanges() ?? this.#nextRemovals();
    if (next === undefined) {
      this.#drained?.();
      return;
    }
    this.#busy = true;
    const connection = this.#connection;
    this.#line.ask(next.event, next.batch, (answer) => {
      if (connection !== this.#connection) return;
      this.#busy = false;
      next.done(answer);
      this.#pump();
    });
  }

  #nextRegistrations(): Batch | undefined {
    if (this.#toRegister.size === 0) return undefined;
    const fits = frameBudget();
    const taken: Tracked[] = [];
    const batch: unknown[] = [];
    for (const tracked of this.#toRegister) {
      const registration = tracked.registration();
      if (!fits(registration)) break;
      taken.push(tracked);
      batch.push(registration);
    }
    // Taken off before it is sent: what changes meanwhile puts itself on again.
    for (const tracked of taken) this.#toRegister.delete(tracked);
    const done = (answer: unknown): void => {
      if (answer === undefined) for (const tracked of taken) this.#toRegister.add(tracked);
    };
    return { event: 'reg', batch, done };
  }

  #nextChanges(): Batch | undefined {
    if (this.#outbox.size === 0) return undefined;
    const batch = this.#outbox.batch(frameBudget());
    const done = (answer: unknown): void => {
      const seq = (answer as { seq?: unknown } | null | undefined)?.seq;
      if (typeof seq !== 'number') return;
      const before = this.#outbox.size;
      this.#outbox.confirm(seq);
      this.#confirmed += before - this.#outbox.size;
    };
    return { event: 'st', batch, done };
  }

  #nextRemovals(): Batch | undefined {
    if (this.#toRemove.size === 0) return undefined;
    const batch = [...this.#toRemove].slice(0, 1_000);
    for (const id of batch) this.#toRemove.delete(id);
    return { event: 'rm', batch, done: () => {} };
  }

  #heartbeat(): void {
    for (const tracked of this.#roster) tracked.endMode();
    if (!this.#line.free) return;
    const heartbeat: Heartbeat = {
      now: this.#options.clock(),
      queued: this.#outbox.size,
      lost: this.#outbox.lost,
    };
    this.#line.tell('hb', heartbeat);
  }

  /** Counts since the last one that was sent: where the network is slow, the next covers a longer time. */
  #rollup(): void {
    if (!this.#line.free) return;
    const at = performance.now();
    const ms = Math.max(1, Math.round(at - this.#sampledAt));
    this.#sampledAt = at;
    const rows: RollupRow[] = [];
    for (const tracked of this.#roster) {
      const row = tracked.sample();
      if (row !== undefined) rows.push(row);
    }
    for (const rollup of toRollups(rows, this.#options.clock(), ms)) this.#line.tell('ro', rollup);
    this.#tellPolicies();
    this.#tellTraces();
  }

  #tellTraces(): void {
    for (const parts of this.#traces?.flush() ?? []) this.#line.tell('tr', parts);
  }

  /** Those whose numbers are others than at the last time. Totals: what is lost is in the next. */
  #tellPolicies(): void {
    if (!this.#line.free) return;
    let batch: PolicyReport[] = [];
    let fits = frameBudget();
    for (const report of this.#policies.changed()) {
      if (!fits(report)) {
        this.#line.tell('pol', batch);
        batch = [];
        fits = frameBudget();
        fits(report);
      }
      batch.push(report);
    }
    if (batch.length > 0) this.#line.tell('pol', batch);
  }
}

function tracesFor({ traceCalls, clock }: CheckedOptions): CallTraces | undefined {
  if (traceCalls === 0) return undefined;
  return new CallTraces({ maxPerSecond: traceCalls, clock, monotonic: () => performance.now() });
}

interface Batch {
  event: string;
  batch: unknown;
  done: (answer: unknown) => void;
}
