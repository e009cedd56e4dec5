/** The breaker and the oracle side by side: everything happens to both, and everything that can be seen must agree. */
import { expect } from 'vitest';
import {
  type Breaker,
  type BreakerOptions,
  createBreaker,
  type StateChanged,
  type WindowView,
} from '../../src/index.ts';
import { type TestClock, testClock } from './clock.ts';
import { type Case, COARSE_STEP_MS, isCoarse } from './configs.ts';
import * as model from './oracle/index.ts';
import { CUSTOM, ORDINARY } from './oracle/rules.ts';
import type { How, Op } from './story.ts';

interface Running {
  readonly ticket: model.Ticket;
  end(how: How, ms: number): Promise<'recorded' | 'stale' | 'settled' | undefined>;
  readonly permit: boolean;
}
interface Told {
  readonly openForMs: number;
}

/** Options of a breaker that is to be held against the oracle. */
export function optionsOf(c: Case, clock: TestClock): BreakerOptions {
  const { openMs } = c;
  return {
    name: 'model',
    ...c.config,
    openWhen: [...c.config.openWhen],
    clock,
    random: () => c.random,
    rules: CUSTOM as unknown as Record<string, (window: WindowView) => boolean>,
    counts: ({ window }) =>
      Object.fromEntries(Object.entries(window).map(([key, value]) => [`window.${key}`, value])),
    ...(openMs === undefined ? {} : { openMs: ({ openings, window }) => openMs(openings, window.failures) }),
    ...(c.tells ? { classify } : {}),
    history: { recordError() {}, recordSuccess() {}, getErrorRate: () => ORDINARY },
    onError: () => {},
  };
}

/** Results that carry a wish to open say so themselves. */
const classify: NonNullable<BreakerOptions['classify']> = (outcome) => {
  const told = (outcome.ok ? outcome.value : outcome.error) as Partial<Told> | undefined;
  if (told?.openForMs === undefined) return undefined;
  return { verdict: outcome.ok ? 'success' : 'failure', openForMs: told.openForMs };
};

/** Enough turns of the microtask queue for everything that follows from one settled promise. */
async function flush(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}

const VERDICTS: Record<How, model.Result['verdict']> = {
  success: 'success',
  twice: 'success',
  told: 'success',
  failure: 'failure',
  'undefined-reason': 'failure',
  timeout: 'failure',
  hinted: 'failure',
  abort: 'ignored',
  ignore: 'ignored',
};

export class Pair {
  readonly clock: TestClock = testClock(1_000);
  readonly breaker: Breaker;
  readonly changes: StateChanged[] = [];
  oracle: model.Oracle = model.oracle(1_000);
  running: Running[] = [];
  readonly c: Case;
  /** Durations count: no time in which the event loop stands still. */
  readonly #timed: boolean;
  readonly #coarse: boolean;

  constructor(c: Case) {
    this.c = c;
    this.breaker = createBreaker(optionsOf(c, this.clock));
    if (c.listens) this.breaker.on('state-changed', (event) => this.changes.push(event));
    const { config } = c;
    this.#timed =
      config.failAfterMs !== undefined || config.openWhen.some(({ kind }) => kind === 'slow-ratio');
    this.#coarse = isCoarse(config);
  }

  get now(): number {
    return this.clock.time;
  }

  async step(op: Op): Promise<void> {
    if (op.op === 'call') await this.call(op.how);
    if (op.op === 'settle') await this.settle(op.which, op.how, op.ms);
    if (op.op === 'burst') for (const end of op.ends) await this.callAtOnce(end);
    if (op.op === 'advance') this.advance(op.ms);
    if (op.op === 'crowd') for (let i = 0; i < op.calls; i++) this.#callByPermit(this.#arrive());
    if (op.op === 'lasting') {
      const before = this.running.length;
      this.#callByPermit(this.#arrive());
      this.advance(op.ms);
      if (this.running.length > before) await this.settle(before, op.how, 0);
    }
    if (op.op === 'recover') {
      this.advance(op.ms);
      for (let i = 0; i < 4; i++) await this.callAtOnce('success');
    }
    if (op.op === 'mode') {
      this.breaker.setMode(op.mode);
      this.oracle = { ...this.oracle, mode: op.mode };
    }
    if (op.op === 'reset') {
      this.breaker.reset();
      this.oracle = model.reset(this.oracle, this.c, this.now);
    }
    if (op.op === 'probe-now') {
      this.breaker.probeNow();
      this.oracle = model.probeNow(this.oracle, this.c, this.now);
    }
    if (op.op === 'throwing-listener') {
      this.breaker.on('state-changed', (event) => {
        this.changes.push(event);
        throw new Error('a listener that throws');
      });
    }
    if (op.op === 'nested-call') await this.nested();
    if (op.op === 'look') this.breaker.snapshot();
  }

  advance(ms: number): void {
    const step = this.#coarse ? Math.ceil(ms / COARSE_STEP_MS) * COARSE_STEP_MS : ms;
    const heard = this.#chain().length;
    if (this.#timed) this.clock.advance(step);
    else this.clock.stall(step);
    // With listeners the end of a time is announced by a timer; the oracle learns here when that was.
    for (const { at } of this.#chain().slice(heard)) this.oracle = model.timePassed(this.oracle, this.c, at);
  }

  /** Changes in their order, each once, however many listeners heard it. */
  #chain(): readonly StateChanged[] {
    return this.changes.filter((change, i) => change.seq !== this.changes[i - 1]?.seq);
  }

  #arrive(): model.Ticket | null {
    const [next, ticket] = model.arrive(this.oracle, this.c, this.now);
    this.oracle = next;
    return ticket;
  }
  #settle(ticket: model.Ticket, result: model.Result): 'recorded' | 'stale' {
    const [next, became] = model.settle(this.oracle, this.c, this.now, ticket, result);
    this.oracle = next;
    return became;
  }

  /** A call that asks again from inside, before it has a result of its own. */
  async nested(): Promise<void> {
    const outer = this.#arrive();
    const inner = outer === null ? null : this.#arrive();
    const result = this.breaker.execute(async () => {
      const again = this.breaker.tryAcquire();
      expect(again !== null).toBe(inner !== null);
      again?.ignore();
      return 1;
    });
    await result.catch(() => {});
    await flush();
    if (inner !== null) this.#settle(inner, { verdict: 'ignored' });
    if (outer !== null) this.#settle(outer, { verdict: 'success' });
  }

  async callAtOnce(end: 'success' | 'failure'): Promise<void> {
    const before = this.running.length;
    this.#callByPermit(this.#arrive());
    if (this.running.length > before) await this.settle(before, end, 0);
  }

  async call(how: (Op & { op: 'call' })['how']): Promise<void> {
    const ticket = this.#arrive();
    if (how === 'permit') return this.#callByPermit(ticket);
    const abort = new AbortController();
    let settleIt: Settle | undefined;
    let entered = false;
    const pending = new Promise((resolve, reject) => {
      settleIt = { resolve, reject };
    });
    pending.catch(() => {});
    const thrown = new Error('at once');
    const run = (): unknown => {
      entered = true;
      if (how === 'sync-throw') throw thrown;
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
      return how === 'thenable' ? { then: pending.then.bind(pending) as typeof pending.then } : pending;
    };
    const executed =
      how === 'thenable' ? this.breaker.execute(run) : this.breaker.execute(run, { signal: abort.signal });
    const outcome = executed.then(
      (value: unknown) => ({ value }),
      (reason: unknown) => ({ reason }),
    );
    await flush();
    expect(entered, 'the call runs').toBe(ticket !== null);
    if (ticket === null) {
      expect(await outcome).toMatchObject({ reason: { code: 'ERR_CIRCUIT_OPEN' } });
      return;
    }
    if (how === 'sync-throw') {
      expect(await outcome).toEqual({ reason: thrown });
      this.#settle(ticket, { verdict: 'failure' });
      return;
    }
    const end: Running['end'] = (how, ms) => endCall(how, ms, abort, settleIt, outcome, this.c.tells);
    this.running.push({ ticket, end, permit: false });
  }

  #callByPermit(ticket: model.Ticket | null): void {
    const permit = this.breaker.tryAcquire();
    expect(permit !== null, 'the call is let through').toBe(ticket !== null);
    if (permit === null || ticket === null) return;
    expect(permit.probe).toBe(ticket.probe);
    const end: Running['end'] = async (how, ms) => {
      if (VERDICTS[how] === 'ignored') return permit.ignore();
      const hint = how === 'hinted' ? { retryAfterMs: ms } : undefined;
      const first = VERDICTS[how] === 'success' ? permit.succeed() : permit.fail(errorFor(how), hint);
      if (how === 'twice') expect(permit.fail()).toBe('settled');
      return first;
    };
    this.running.push({ ticket, end, permit: true });
  }

  async settle(which: number, how: How, ms: number): Promise<void> {
    const call = this.running[which];
    if (call === undefined) return;
    this.running.splice(which, 1);
    const expected = this.#settle(call.ticket, {
      verdict: VERDICTS[how],
      timeout: how === 'timeout',
      ...(how === 'hinted' && call.permit ? { retryAfterMs: ms } : {}),
      ...(how === 'told' && !call.permit && this.c.tells ? { openForMs: ms } : {}),
    });
    const said = await call.end(how, ms);
    await flush();
    if (said !== undefined) expect(said).toBe(expected);
  }

  check(): void {
    const { oracle: o, c, now } = this;
    const snapshot = this.breaker.snapshot();
    expect(snapshot.state).toBe(model.stateOf(o, c, now));
    expect(snapshot.mode).toBe(o.mode);
    expect(snapshot.inFlight).toBe(this.running.length);
    const isNoticed = model.noticed(o, c, now) === o;
    const { slowUnderWay: _, ...view } = model.seen(o, c, now);
    const counts = snapshot.counts as unknown as Record<string, number>;
    if (isNoticed) {
      expect(viewIn(counts)).toEqual(view);
      expect(snapshot.generation).toBe(o.generation);
      expect(snapshot.openings).toBe(o.openings);
      expect(snapshot.retryAfterMs).toBe(o.name === 'open' ? Math.max(0, o.until - now) : undefined);
      expect(snapshot.probing).toEqual(o.name === 'half-open' ? model.probesOf(o) : undefined);
    }
    expect(totalsIn(counts)).toEqual(o.totals);
    expect(this.breaker.snapshot(), 'looking changes nothing').toEqual(snapshot);
    this.#checkChain();
  }

  #checkChain(): void {
    const once = this.#chain();
    for (const [i, change] of once.entries()) {
      const before = once[i - 1];
      if (before !== undefined) expect(change.from).toBe(before.to);
    }
  }
}

function viewIn(counts: Record<string, number>): Record<string, number> {
  const entries = Object.entries(counts).filter(([key]) => key.startsWith('window.'));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice('window.'.length), value]));
}
function totalsIn({ succeeded, failed, slow, ignored, rejected, stale }: Record<string, number>): object {
  return { succeeded, failed, slow, ignored, rejected, stale };
}

interface Settle {
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

function errorFor(how: How): unknown {
  if (how === 'undefined-reason') return undefined;
  const error = new Error(how);
  if (how === 'timeout') error.name = 'TimeoutError';
  return error;
}

async function endCall(
  how: How,
  ms: number,
  abort: AbortController,
  settleIt: Settle | undefined,
  outcome: Promise<unknown>,
  tells: boolean,
): Promise<undefined> {
  if (VERDICTS[how] === 'success') {
    const value = how === 'told' && tells ? { openForMs: ms } : {};
    settleIt?.resolve(value);
    expect(await outcome).toEqual({ value });
    return;
  }
  const reason = errorFor(how);
  if (VERDICTS[how] === 'ignored') {
    // An error of a refusing policy says the same without a signal.
    Object.defineProperty(reason, Symbol.for('@cb/rejected'), { value: true });
    if (how === 'abort') abort.abort(reason);
  }
  settleIt?.reject(reason);
  expect(await outcome).toEqual({ reason });
}
