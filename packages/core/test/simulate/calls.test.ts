import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BreakerOptions,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  fixed,
  lastCalls,
  type Permit,
} from '../../src/index.ts';
import { simulate, type TracedCall, type Transition } from '../../src/simulate/index.ts';
import { VirtualClock } from '../../src/simulate/virtual-clock.ts';
import { aConfig, type Tried } from '../support/arbitrary-config.ts';
import { property } from '../support/property.ts';

const CONSECUTIVE = {
  window: lastCalls(10),
  openWhen: consecutiveFailures(2),
  stayOpen: fixed(1_000),
  probing: { probes: 1 },
} satisfies Partial<BreakerOptions>;

const ok = (at: number, durationMs: number | null = 0): TracedCall => ({ at, durationMs, outcome: 'ok' });
const failed = (at: number, durationMs: number | null = 0): TracedCall => ({
  at,
  durationMs,
  outcome: 'failed',
});
const unknown = (at: number): TracedCall => ({ at, durationMs: null, outcome: 'unknown' });

/** Sixty-fourths of a millisecond: sums of them are exact, and no two things happen at the same moment. */
const aStep = fc.record({
  afterMs: fc
    .oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 60_000 }))
    .map((n) => n / 64),
  which: fc.nat(6),
  what: fc.constantFrom('arrive', 'arrive', 'ok', 'failed', 'failed', 'timeout', 'ignored', 'hinted'),
});
type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;

/** A sequence of numbers that two breakers can draw alike. */
function drawing(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A breaker that lives through the script, and what a recorder beside it writes down. */
class Life {
  readonly transitions: Transition[] = [];
  readonly calls: TracedCall[] = [];
  readonly from: number;
  to: number;
  let = { through: 0, refused: 0, probes: 0 };
  readonly #running: { permit: Permit; call: number }[] = [];

  constructor(config: Tried, script: readonly Step[], from: number, seed: number) {
    this.from = this.to = from;
    const clock = new VirtualClock(from);
    const breaker = createBreaker({ name: 'live', ...config, random: drawing(seed), clock });
    breaker.on('state-changed', ({ at, from: before, to, why }) =>
      this.transitions.push({ at, from: before, to, why }),
    );
    for (const { afterMs, what, which } of script) {
      this.to += afterMs;
      clock.advance(this.to);
      if (what === 'arrive') this.#arrive(breaker.tryAcquire());
      else this.#end(which, what);
    }
  }

  #arrive(permit: Permit | null): void {
    const call = this.calls.push({
      at: this.to,
      durationMs: null,
      outcome: permit === null ? 'unknown' : 'ok',
    });
    if (permit === null) this.let.refused++;
    else {
      this.let.through++;
      if (permit.probe) this.let.probes++;
      this.#running.push({ permit, call: call - 1 });
    }
  }

  #end(which: number, what: string): void {
    const [running] = this.#running.splice(which % Math.max(1, this.#running.length), 1);
    if (running === undefined) return;
    const { permit, call } = running;
    const hint = what === 'hinted' ? { retryAfterMs: 1_700 } : {};
    if (what === 'ok') permit.succeed();
    else if (what === 'ignored') permit.ignore();
    else permit.fail(what === 'timeout' ? { name: 'TimeoutError' } : new Error('upstream'), hint);
    const { at } = this.calls[call] as TracedCall;
    const outcome = what === 'ok' || what === 'ignored' ? what : 'failed';
    this.calls[call] = { at, durationMs: this.to - at, outcome, ...hint, timeout: what === 'timeout' };
  }
}

describe('simulate, call by call', () => {
  it('gives exactly the transitions that the recorded breaker made, with its configuration', () => {
    const reproduces = fc.property(
      aConfig(false),
      fc.array(aStep, { minLength: 1, maxLength: 150 }),
      fc.constantFrom(0, 3.5, 86_400_000),
      fc.nat(1_000),
      (config, script, from, seed) => {
        const life = new Life(config, script, from, seed);
        const trace = { calls: life.calls, from, to: life.to };
        const { transitions, totals } = simulate({ ...config, random: drawing(seed) }, trace);
        expect(transitions).toEqual(life.transitions);
        expect(totals).toMatchObject({
          calls: life.calls.length,
          letThrough: life.let.through,
          refused: life.let.refused,
          probes: life.let.probes,
        });
      },
    );
    fc.assert(reproduces, property(200));
  });

  it('counts what a stricter breaker would have spared, and what that would have cost', () => {
    const calls = [failed(0), failed(100), failed(200), failed(300), ok(900), ok(1_200), ok(1_300)];
    const { transitions, totals, segments } = simulate(CONSECUTIVE, { calls });
    expect(transitions.map(({ at, to }) => [at, to])).toEqual([
      [100, 'open'],
      [1_100, 'half-open'],
      [1_200, 'closed'],
    ]);
    expect(totals).toEqual({
      calls: 7,
      letThrough: 4,
      refused: 3,
      failed: 2,
      failuresAvoided: 2,
      goodRefused: 1,
      probes: 1,
      assumed: 0,
      openings: 1,
      closedMs: 200,
      openMs: 1_000,
      halfOpenMs: 100,
    });
    expect(segments.map(({ state, from, to, calls: arrived }) => [state, from, to, arrived])).toEqual([
      ['closed', 0, 100, 2],
      ['open', 100, 1_100, 3],
      ['half-open', 1_100, 1_200, 1],
      ['closed', 1_200, 1_300, 1],
    ]);
  });

  it('takes results before arrivals at the same moment, in the order in which their calls arrived', () => {
    // The second failure, at 10, opens; the call that arrives at 10 finds the circuit open.
    const calls = [failed(0, 10), failed(5, 5), ok(10)];
    expect(simulate(CONSECUTIVE, { calls }).totals.goodRefused).toBe(1);
    // A call that took no time has ended before the next one of the same moment arrives.
    expect(simulate(CONSECUTIVE, { calls: [failed(3), failed(3), ok(3)] }).totals.goodRefused).toBe(1);
  });

  it('is plain data', () => {
    const timeline = simulate(CONSECUTIVE, { calls: [failed(0), failed(1), ok(2)], to: 5_000 });
    expect(JSON.parse(JSON.stringify(timeline))).toEqual(timeline);
    expect(timeline.config).toMatchObject({ window: { kind: 'last-calls', calls: 10 } });
    expect(timeline.to).toBe(5_000);
  });

  it('a probe that never ended gives its place back after its lease', () => {
    const calls = [failed(0), failed(1), ok(1_500, null), ok(2_000), ok(12_000)];
    const { totals, transitions } = simulate(CONSECUTIVE, { calls });
    expect(totals).toMatchObject({ probes: 2, refused: 1 });
    expect(transitions.at(-1)).toMatchObject({ at: 12_000, to: 'closed' });
  });

  it('draws no chance: two runs are the same', () => {
    const calls = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? ok(i * 40) : failed(i * 40)));
    const config = { openWhen: failureRatio(0.5) };
    expect(simulate(config, { calls })).toEqual(simulate(config, { calls }));
  });
});

describe('calls that the recorded circuit turned away', () => {
  /** An outage from 0 to 1,000; the recorded circuit let ten calls through, then refused ten, then five went through. */
  const calls = [
    ...Array.from({ length: 10 }, (_, i) => failed(i * 10, 7)),
    ...Array.from({ length: 10 }, (_, i) => unknown(100 + i * 10)),
    ...Array.from({ length: 10 }, (_, i) => ok(200 + i * 10, 3)),
  ];
  const never = { openWhen: [] };

  it('fail at the rate of the known calls around them', () => {
    const { totals } = simulate(never, { calls });
    expect(totals).toMatchObject({ calls: 30, letThrough: 30, assumed: 10, failed: 15 });
  });

  it('or as one says', () => {
    expect(simulate(never, { calls }, { assume: 'ok' }).totals.failed).toBe(10);
    expect(simulate(never, { calls }, { assume: 'failed' }).totals.failed).toBe(20);
    expect(() => simulate(never, { calls }, { assume: 'maybe' as never })).toThrow(
      'assume must be neighbours, ok or failed, got "maybe"',
    );
  });

  it('are taken for good where nothing is known', () => {
    const { totals } = simulate(never, { calls: [unknown(0), unknown(1)] });
    expect(totals).toMatchObject({ letThrough: 2, failed: 0, assumed: 2 });
  });
});

describe('a trace', () => {
  it('may be empty', () => {
    for (const trace of [{ calls: [] }, { rows: [] }]) {
      const timeline = simulate({}, trace);
      expect(timeline).toMatchObject({ from: 0, to: 0, transitions: [], segments: [] });
      expect(timeline.totals).toMatchObject({ calls: 0, openMs: 0 });
    }
    expect(simulate({}, { calls: [], from: 10, to: 30 }).segments).toMatchObject([
      { from: 10, to: 30, state: 'closed', calls: 0 },
    ]);
  });

  it.each([
    [{ calls: [ok(5), ok(4)] }, 'trace.calls[1].at (4) must not be before 5'],
    [{ calls: [ok(Number.NaN)] }, 'trace.calls[0].at must be a finite number'],
    [
      { calls: [ok(0, Number.POSITIVE_INFINITY)] },
      'trace.calls[0].durationMs must be a number of milliseconds',
    ],
    [{ calls: [ok(0, -1)] }, 'trace.calls[0].durationMs'],
    [
      { calls: [{ at: 0, durationMs: 0, outcome: 'good' }] },
      'must be ok, failed, ignored or unknown, got "good"',
    ],
    [{ calls: [null] }, 'trace.calls[0].at'],
    [{ calls: [ok(5)], from: 6 }, 'must not be before 6'],
    [{ calls: [ok(5, 10)], to: 14 }, 'trace.to (14) must not be before the end of the trace (15)'],
    [{ rows: [{ at: 0, calls: 1, failures: 2 }] }, 'trace.rows[0] must hold whole numbers'],
    [{ rows: [{ at: 0, calls: 1.5, failures: 0 }] }, 'trace.rows[0] must hold whole numbers'],
    [{ rows: [{ at: 0, calls: Number.NaN, failures: 0 }] }, 'trace.rows[0] must hold whole numbers'],
    [{ rows: [row(0), row(999)] }, 'trace.rows[1].at (999) must not be before 1000'],
    [{ rows: [row(0)], intervalMs: 0 }, 'trace.intervalMs must be a finite number of milliseconds above 0'],
    [{ rows: [{ ...row(0), ms: -1 }] }, 'trace.rows[0].ms'],
    [{ rows: [{ ...row(0), latency: [1] }] }, 'trace.rows[0].latency must hold pairs'],
    [{ rows: [{ ...row(0), latency: [208, 1] }] }, 'trace.rows[0].latency must hold pairs'],
    [{}, 'a trace is { calls: […] } or { rows: […] }'],
    [null, 'a trace is { calls: […] } or { rows: […] }'],
    [{ rows: {} }, 'a trace is { calls: […] } or { rows: […] }'],
  ])('is refused where it is wrong: %j', (trace, sentence) => {
    expect(() => simulate({}, trace as never)).toThrow(sentence);
  });

  it('and so is a configuration', () => {
    const trace = { rows: [row(0)] };
    expect(() => simulate({ openWhen: failureRatio(0.5), slowMs: 3 } as never, trace)).toThrow('slowMs');
    expect(() => simulate({ openWhen: { kind: 'custom', name: 'mine' } }, trace)).toThrow('custom("mine")');
  });
});

function row(at: number): { at: number; calls: number; failures: number } {
  return { at, calls: 1, failures: 0 };
}

describe('the origin of a trace', () => {
  it('changes nothing, also where it is negative', () => {
    const changes = (origin: number): number[] => {
      const calls = Array.from({ length: 40 }, (_, i) => (i % 10 < 5 ? failed : ok)(origin + i));
      const config = { openWhen: consecutiveFailures(2), stayOpen: fixed(3) };
      return simulate(config, { calls }).transitions.map(({ at }) => at - origin);
    };
    expect(changes(0).length).toBeGreaterThan(3);
    for (const origin of [-1, -20, -1_000, 5_000]) expect(changes(origin)).toEqual(changes(0));
  });
});
