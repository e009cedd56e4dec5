/** The whole way: a live breaker, its reporter, the wire, the server's store, the page's replay. */
import {
  type Breaker,
  type BreakerOptions,
  backoff,
  belowLimits,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  failures,
  fixed,
  lastCalls,
  lastMs,
  type Permit,
  sinceClosed,
  slowRatio,
  successes,
  successesInARow,
  successRatio,
  tumblingMs,
} from '@cb/core';
import type { Transition } from '@cb/core/simulate';
import type { Directory, TraceAnswer } from '@cb/protocol';
import { connectDashboard, type Reporter } from '@cb/reporter';
import { type ManualClock, manualClock } from '@cb/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DashboardServer, startDashboard } from '../src/server/server.ts';
import { decodeTrace } from '../src/web/features/breaker/what-if/decode-trace.ts';
import { Player } from '../src/web/features/breaker/what-if/play.ts';
import { read, until } from './support.ts';

const aConfig = fc.record({
  window: fc.constantFrom(
    lastCalls(5),
    lastCalls(12),
    lastMs(1_000, { buckets: 4 }),
    lastMs(3_000, { buckets: 3 }),
    tumblingMs(1_500),
    sinceClosed(),
  ),
  openWhen: fc.array(
    fc.constantFrom(
      failureRatio(0.5, { minimumCalls: 4 }),
      failureRatio(0.3, { minimumCalls: 5, adapt: { factor: 0.5, history: { overMs: 60_000 } } }),
      slowRatio(0.5, { slowMs: 200, minimumCalls: 3 }),
      consecutiveFailures(3),
      failures(4),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  stayOpen: fc.constantFrom(
    fixed(1_000),
    fixed(333.3, { jitterRatio: 0.3 }),
    backoff({ firstMs: 400, factor: 2, maxMs: 1_600, jitterRatio: 0.5 }),
  ),
  probing: fc.constantFrom<NonNullable<BreakerOptions['probing']>>(
    {},
    { probes: 2, atOnce: 1, closeWhen: successRatio(0.5), leaseMs: 300 },
    { probes: 3, closeWhen: successes(2, { of: 3 }), tokens: { capacity: 1, perSecond: 2 } },
    { probes: 2, closeWhen: successesInARow(2), maxMs: 750 },
    { probes: 2, closeWhen: belowLimits(2, { allowedFailures: 1 }) },
  ),
  rampUp: fc.constantFrom(undefined, undefined, { overMs: 1_500, fromRatio: 0.2, alwaysPerSecond: 5 }),
  failAfterMs: fc.constantFrom(undefined, undefined, 600),
});
const aScript = fc.array(
  fc.record({
    /** Sixty-fourths of a millisecond: ticks of a trace hold them, and no two things happen at the same moment. */
    afterMs: fc
      .oneof(fc.integer({ min: 1, max: 4_000 }), fc.integer({ min: 1, max: 30_000 }))
      .map((n) => n / 64),
    which: fc.nat(6),
    what: fc.constantFrom('arrive', 'arrive', 'ok', 'failed', 'failed', 'hinted', 'ignored'),
  }),
  { minLength: 40, maxLength: 200 },
);
type Script = typeof aScript extends fc.Arbitrary<infer T> ? T : never;

/** A breaker that lives through a script, and what a listener of its own hears. */
class Life {
  readonly breaker: Breaker;
  readonly transitions: Transition[] = [];
  readonly config: Parameters<typeof createBreaker>[0];
  calls = 0;
  readonly #clock: ManualClock = manualClock();
  readonly #running: Permit[] = [];

  constructor(name: string, config: Omit<BreakerOptions, 'name'>) {
    this.config = { name, ...config };
    this.breaker = createBreaker({ name, ...config, clock: this.#clock });
    this.breaker.on('state-changed', ({ at, from, to, why }) => this.transitions.push({ at, from, to, why }));
  }

  play(script: Script): void {
    for (const { afterMs, what, which } of script) {
      this.#clock.advance(afterMs);
      if (what === 'arrive') this.#arrive();
      else this.#end(which, what);
    }
    // Nobody hears of a call that never ends.
    while (this.#running.length > 0) {
      this.#clock.advance(1 / 64);
      this.#end(0, 'ok');
    }
  }

  #arrive(): void {
    const permit = this.breaker.tryAcquire();
    if (permit === null) this.calls++;
    else this.#running.push(permit);
  }

  #end(which: number, what: string): void {
    const [permit] = this.#running.splice(which % Math.max(1, this.#running.length), 1);
    if (permit === undefined) return;
    this.calls++;
    if (what === 'ok') permit.succeed();
    else if (what === 'ignored') permit.ignore();
    else permit.fail(new Error('upstream'), what === 'hinted' ? { retryAfterMs: 1_700 } : {});
  }
}

describe('what-if, call by call', () => {
  let server: DashboardServer;
  let reporter: Reporter;
  beforeAll(async () => {
    server = await startDashboard({ port: 0, webDir: '/nowhere', limits: { rollupMs: 100 } });
    reporter = connectDashboard({ url: server.url, service: 'lives', instance: 'one', traceCalls: true });
    return async () => {
      await reporter.close();
      await server.close();
    };
  });

  async function traceOf(life: Life): Promise<TraceAnswer> {
    const { rows } = await read<Directory>(server, 'directory');
    const row = rows.find(({ name }) => name === life.breaker.name);
    if (row === undefined) throw new Error(`${life.breaker.name} was not reported`);
    const lane = row.instances[0]?.lane;
    const now = Date.now();
    return read<TraceAnswer>(
      server,
      `trace?row=${row.row}&lane=${lane}&from=${now - 3_600_000}&to=${now + 86_400_000}`,
    );
  }

  async function isTraced(life: Life): Promise<boolean> {
    const { rows } = await read<Directory>(server, 'directory');
    return rows.some(({ name }) => name === life.breaker.name) && (await traceOf(life)).parts.length > 0;
  }

  it('with the settings in force gives exactly the transitions that were made', {
    timeout: 60_000,
  }, async () => {
    const plans = fc.sample(fc.tuple(aConfig, aScript), { numRuns: 60, seed: 7 });
    const lives = plans.map(([config, script], i) => ({ life: new Life(`b${i}`, config), script }));
    reporter.add(...lives.map(({ life }) => life.breaker));
    for (const { life } of lives) await until(() => isTraced(life), `${life.breaker.name} is traced`);
    for (const { life, script } of lives) life.play(script);

    let transitions = 0;
    for (const { life } of lives) {
      const told = async (): Promise<number> =>
        (await traceOf(life)).parts.reduce((sum, { calls }) => sum + calls.length, 0);
      await until(async () => (await told()) === life.calls, `all calls of ${life.breaker.name}`);
      const recording = decodeTrace(await traceOf(life), { from: 0, to: Number.MAX_SAFE_INTEGER });
      if (recording === undefined) throw new Error('nothing was recorded');
      const { baseline } = new Player(recording, life.breaker.config);
      const { zeroAt } = recording;
      const replayed = baseline.run.transitions.map((change) => ({
        ...change,
        // An epoch moment has no room for more digits.
        at: Math.round((change.at - zeroAt) * 100) / 100,
      }));
      const live = life.transitions.map((change) => ({ ...change, at: Math.round(change.at * 100) / 100 }));
      expect({ config: life.config, replayed }).toEqual({ config: life.config, replayed: live });
      expect(baseline).toMatchObject({ exact: true, explained: true });
      expect(baseline.run.totals.calls).toBe(life.calls);
      expect(recording.fresh).toBe(true);
      transitions += live.length;
    }
    expect(transitions).toBeGreaterThan(200);
  });
});
