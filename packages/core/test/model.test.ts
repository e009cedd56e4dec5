import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Breaker,
  backoff,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  lastCalls,
  lastMs,
  type OpenRule,
  type StateChanged,
  successRatio,
} from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';
import * as model from './support/oracle.ts';

const CALLS = ['async', 'thenable', 'sync-throw', 'permit'] as const;
const ENDS = ['success', 'failure', 'undefined-reason', 'abort', 'ignore', 'twice'] as const;
type Op =
  | { op: 'call'; how: (typeof CALLS)[number] }
  | { op: 'settle'; which: number; how: (typeof ENDS)[number] }
  | { op: 'advance'; ms: number }
  | { op: 'mode'; mode: model.Oracle['mode'] }
  | { op: 'reset' }
  | { op: 'probe-now' }
  | { op: 'throwing-listener' }
  | { op: 'nested-call' }
  | { op: 'look' };

// On, one before and one after every moment at which something ends: buckets, windows, open times, leases.
const MOMENTS = [0, 1, 9, 10, 11, 49, 50, 51, 99, 100, 101, 199, 200, 201, 299, 300, 301, 800];

const anOp: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant('call' as const), how: fc.constantFrom(...CALLS) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('settle' as const),
      which: fc.nat(5),
      how: fc.constantFrom(...ENDS),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('advance' as const), ms: fc.constantFrom(...MOMENTS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('mode' as const),
      mode: fc.constantFrom(
        'auto' as const,
        'forced-open' as const,
        'forced-closed' as const,
        'observing' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Op>(
      { op: 'reset' },
      { op: 'probe-now' },
      { op: 'throwing-listener' },
      { op: 'nested-call' },
      { op: 'look' },
    ),
  },
);

const aConfig: fc.Arbitrary<model.OracleConfig> = fc
  .record({
    window: fc.constantFrom<model.OracleConfig['window']>(
      { kind: 'last-calls', calls: 4 },
      { kind: 'last-calls', calls: 10 },
      { kind: 'last-ms', ms: 100, buckets: 10 },
      { kind: 'last-ms', ms: 200, buckets: 4 },
    ),
    ratio: fc.constantFrom(0.07, 0.29, 0.5, 0.57, 1),
    minimumCalls: fc.integer({ min: 1, max: 4 }),
    rules: fc.constantFrom('ratio', 'row', 'both'),
    row: fc.integer({ min: 1, max: 4 }),
    factor: fc.constantFrom(1, 2),
    probes: fc.integer({ min: 1, max: 4 }),
    atOnce: fc.integer({ min: 1, max: 4 }),
    closeRatio: fc.constantFrom(0.25, 0.5, 0.75, 1),
    leaseMs: fc.constantFrom(50, 300),
  })
  .map(({ ratio, minimumCalls, rules, row, ...rest }) => ({
    ...rest,
    ...(rules === 'row' ? {} : { failureRatio: { ratio, minimumCalls } }),
    ...(rules === 'ratio' ? {} : { consecutive: row }),
    firstMs: 100,
    maxMs: 300,
    atOnce: Math.min(rest.atOnce, rest.probes),
  }));

function real(config: model.OracleConfig, clock: TestClock): Breaker {
  const rules: OpenRule[] = [];
  if (config.failureRatio) {
    const { ratio, minimumCalls } = config.failureRatio;
    rules.push(failureRatio(ratio, { minimumCalls }));
  }
  if (config.consecutive) rules.push(consecutiveFailures(config.consecutive));
  const { window } = config;
  return createBreaker({
    name: 'model',
    window:
      window.kind === 'last-calls' ? lastCalls(window.calls) : lastMs(window.ms, { buckets: window.buckets }),
    openWhen: rules,
    stayOpen: backoff({
      firstMs: config.firstMs,
      factor: config.factor,
      maxMs: config.maxMs,
      jitterRatio: 0,
    }),
    probing: {
      probes: config.probes,
      atOnce: config.atOnce,
      closeWhen: successRatio(config.closeRatio),
      leaseMs: config.leaseMs,
    },
    clock,
    onError: () => {},
  });
}

interface Running {
  ticket: model.Ticket;
  end(how: (typeof ENDS)[number]): Promise<'recorded' | 'stale' | 'settled' | undefined>;
}

/** Enough turns of the microtask queue for everything that follows from one settled promise. */
async function flush(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}

class Run {
  readonly clock: TestClock = testClock();
  readonly breaker: Breaker;
  readonly changes: StateChanged[] = [];
  oracle: model.Oracle = model.oracle(0);
  running: Running[] = [];
  readonly config: model.OracleConfig;

  constructor(config: model.OracleConfig, listening: boolean) {
    this.config = config;
    this.breaker = real(config, this.clock);
    if (listening) this.breaker.on('state-changed', (event) => this.changes.push(event));
  }

  async step(op: Op): Promise<void> {
    const now = this.clock.time;
    if (op.op === 'call') await this.call(op.how);
    if (op.op === 'settle') await this.settle(op.which, op.how);
    if (op.op === 'advance') this.clock.stall(op.ms);
    if (op.op === 'mode') {
      this.breaker.setMode(op.mode);
      this.oracle = { ...this.oracle, mode: op.mode };
    }
    if (op.op === 'reset') {
      this.breaker.reset();
      this.oracle = model.reset(this.oracle, now);
    }
    if (op.op === 'probe-now') {
      this.breaker.probeNow();
      this.oracle = model.probeNow(this.oracle, now);
    }
    if (op.op === 'throwing-listener') {
      this.breaker.on('state-changed', () => {
        throw new Error('a listener that throws');
      });
    }
    if (op.op === 'nested-call') await this.nested();
    if (op.op === 'look') this.breaker.snapshot();
    this.followTimers();
  }

  /** With listeners the end of the open time is announced on time; the oracle learns of it here. */
  followTimers(): void {
    const heard = this.changes.length > 0 || this.breaker.snapshot().generation !== this.oracle.generation;
    if (heard && this.oracle.name === 'open' && this.clock.time >= this.oracle.until) {
      if (this.breaker.snapshot().generation > this.oracle.generation) {
        this.oracle = { ...model.probeNow(this.oracle, this.clock.time) };
      }
    }
  }

  /** A call that asks again from inside, before it has a result of its own. */
  async nested(): Promise<void> {
    const [afterOuter, outer] = model.arrive(this.oracle, this.config, this.clock.time);
    const [afterInner, inner] =
      outer === null ? [afterOuter, null] : model.arrive(afterOuter, this.config, this.clock.time);
    this.oracle = afterInner;
    const result = this.breaker.execute(async () => {
      const again = this.breaker.tryAcquire();
      expect(again !== null).toBe(inner !== null);
      again?.ignore();
      return 1;
    });
    await result.catch(() => {});
    await flush();
    if (inner !== null)
      [this.oracle] = model.settle(this.oracle, this.config, this.clock.time, inner, 'ignored');
    if (outer !== null)
      [this.oracle] = model.settle(this.oracle, this.config, this.clock.time, outer, 'success');
  }

  async call(how: (typeof CALLS)[number]): Promise<void> {
    const [next, ticket] = model.arrive(this.oracle, this.config, this.clock.time);
    this.oracle = next;
    if (how === 'permit') return this.callByPermit(ticket);
    const abort = new AbortController();
    let settleIt: { resolve: (value: unknown) => void; reject: (reason: unknown) => void } | undefined;
    let entered = false;
    const pending = new Promise((resolve, reject) => {
      settleIt = { resolve, reject };
    });
    pending.catch(() => {});
    const thrown = new Error('at once');
    const outcome = this.breaker
      .execute(
        () => {
          entered = true;
          if (how === 'sync-throw') throw thrown;
          // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
          return how === 'thenable' ? { then: pending.then.bind(pending) as typeof pending.then } : pending;
        },
        how === 'thenable' ? {} : { signal: abort.signal },
      )
      .then(
        (value: unknown) => ({ value }),
        (reason: unknown) => ({ reason }),
      );
    await flush();
    expect(entered).toBe(ticket !== null);
    if (ticket === null) {
      expect(await outcome).toMatchObject({ reason: { code: 'ERR_CIRCUIT_OPEN' } });
      return;
    }
    if (how === 'sync-throw') {
      expect(await outcome).toEqual({ reason: thrown });
      [this.oracle] = model.settle(this.oracle, this.config, this.clock.time, ticket, 'failure');
      return;
    }
    this.running.push({ ticket, end: (end) => endCall(end, abort, settleIt, outcome, how === 'thenable') });
  }

  callByPermit(ticket: model.Ticket | null): void {
    const permit = this.breaker.tryAcquire();
    expect(permit !== null).toBe(ticket !== null);
    if (permit === null || ticket === null) return;
    expect(permit.probe).toBe(ticket.lease !== null);
    const end: Running['end'] = async (how) => {
      if (how === 'abort' || how === 'ignore') return permit.ignore();
      const first = how === 'success' || how === 'twice' ? permit.succeed() : permit.fail(undefined);
      if (how === 'twice') expect(permit.fail()).toBe('settled');
      return first;
    };
    this.running.push({ ticket, end });
  }

  async settle(which: number, how: (typeof ENDS)[number]): Promise<void> {
    const call = this.running[which];
    if (call === undefined) return;
    this.running.splice(which, 1);
    const verdict =
      how === 'success' || how === 'twice'
        ? 'success'
        : how === 'failure' || how === 'undefined-reason'
          ? 'failure'
          : 'ignored';
    const said = await call.end(how);
    await flush();
    const [next, expected] = model.settle(this.oracle, this.config, this.clock.time, call.ticket, verdict);
    this.oracle = next;
    if (said !== undefined) expect(said).toBe(expected);
  }

  check(): void {
    const now = this.clock.time;
    const snapshot = this.breaker.snapshot();
    expect(snapshot.state).toBe(model.stateOf(this.oracle, now));
    expect(snapshot.generation).toBe(this.oracle.generation);
    expect(snapshot.inFlight).toBe(this.running.length);
    if (this.oracle.name === 'closed') {
      const seen = model.windowOf(this.oracle, this.config, now);
      expect(snapshot.window.calls).toBe(seen.length);
      expect(snapshot.window.failures).toBe(seen.filter(({ failed }) => failed).length);
      expect(snapshot.window.failuresInARow).toBe(this.oracle.inARow);
    }
    if (snapshot.probing !== undefined) {
      expect(snapshot.probing.inFlight).toBeLessThanOrEqual(this.config.atOnce);
      expect(snapshot.probing.succeeded).toBe(this.oracle.succeeded);
      expect(snapshot.probing.failed).toBe(this.oracle.failed);
    }
    for (const [i, change] of this.changes.entries()) {
      const before = this.changes[i - 1];
      if (before !== undefined) expect(change.from).toBe(before.to);
    }
    expect(this.breaker.snapshot()).toEqual(snapshot);
  }
}

async function endCall(
  how: (typeof ENDS)[number],
  abort: AbortController,
  settleIt: { resolve: (value: unknown) => void; reject: (reason: unknown) => void } | undefined,
  outcome: Promise<unknown>,
  unsigned: boolean,
): Promise<undefined> {
  if (how === 'success' || how === 'twice') {
    const value = {};
    settleIt?.resolve(value);
    expect(await outcome).toEqual({ value });
    return;
  }
  const reason = how === 'undefined-reason' ? undefined : new Error(how);
  if (how === 'abort' || how === 'ignore') {
    // Without a signal of the caller's the same thing is said by an error of a refusing policy.
    if (unsigned) Object.defineProperty(reason, Symbol.for('@cb/rejected'), { value: true });
    abort.abort(reason);
  }
  settleIt?.reject(reason);
  expect(await outcome).toEqual({ reason });
}

describe('breaker, against the oracle', () => {
  it('does what the textbook breaker does, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        aConfig,
        fc.boolean(),
        fc.array(anOp, { maxLength: 80, size: 'max' }),
        async (config, listening, ops) => {
          const run = new Run(config, listening);
          for (const op of ops) {
            await run.step(op);
            run.check();
          }
        },
      ),
      { numRuns: 600 },
    );
  }, 60_000);

  it('always lets a call through again after the open time and a lease', async () => {
    await fc.assert(
      fc.asyncProperty(aConfig, fc.array(anOp, { maxLength: 60, size: 'max' }), async (config, ops) => {
        const run = new Run(config, false);
        for (const op of ops) await run.step(op);
        run.breaker.setMode('auto');
        run.clock.stall(config.maxMs + config.leaseMs + 1);
        expect(run.breaker.tryAcquire()).not.toBeNull();
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
