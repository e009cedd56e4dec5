import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILED, SLOW, TIMEOUT } from '../../src/bits.ts';
import {
  consecutiveFailures,
  createBreaker,
  failureRatio,
  failures,
  fixed,
  lastCalls,
  latencyBucket,
  type OpenRule,
  type Permit,
  type StateChanged,
  sinceClosed,
  slowRatio,
  successesInARow,
  successRatio,
} from '../../src/index.ts';
import { simulate, type Timeline, type TracedRow } from '../../src/simulate/index.ts';
import { Spread } from '../../src/simulate/spread.ts';
import { VirtualClock } from '../../src/simulate/virtual-clock.ts';
import { aConfig, type Tried } from '../support/arbitrary-config.ts';
import { property } from '../support/property.ts';

const aRow = fc
  .record({
    size: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 120 })),
    failing: fc.constantFrom(0, 0, 0.05, 0.3, 0.5, 0.56, 0.7, 1),
    slow: fc.constantFrom(0, 0, 0.1, 0.3, 1),
    timeouts: fc.constantFrom(0, 0.5, 1),
    ignored: fc.constantFrom(0, 0, 1, 7),
    gapMs: fc.constantFrom(0, 0, 0, 0, 1, 500, 4_000),
    ms: fc.constantFrom(1_000, 1_000, 1_000, 250, 3_000),
  })
  .map(({ size, failing, slow, timeouts, ...rest }) => {
    const failures = Math.round(size * failing);
    return {
      ...rest,
      calls: size,
      failures,
      slow: Math.round(size * slow),
      timeouts: Math.round(failures * timeouts),
    };
  });

const someRows: fc.Arbitrary<TracedRow[]> = fc
  .tuple(fc.constantFrom(0, 7, 12_345), fc.array(aRow, { minLength: 1, maxLength: 25 }))
  .map(([from, rows]) => {
    let at = from;
    return rows.map(({ gapMs, ...row }) => {
      const begins = at + gapMs;
      at = begins + row.ms;
      return { at: begins, ...row };
    });
  });

/** The same rows, call by call through a real breaker; every result comes at once. */
function lived(
  config: Tried,
  rows: readonly TracedRow[],
): Pick<Timeline, 'transitions'> & { totals: object } {
  const clock = new VirtualClock((rows[0] as TracedRow).at);
  const breaker = createBreaker({ name: 'lived', random: () => 0.5, ...config, clock });
  const changes: StateChanged[] = [];
  breaker.on('state-changed', (event) => changes.push(event));
  const asks = breaker.config.openWhen.some(({ kind }) => kind === 'slow-ratio');
  const totals = {
    calls: 0,
    letThrough: 0,
    refused: 0,
    failed: 0,
    failuresAvoided: 0,
    goodRefused: 0,
    probes: 0,
  };
  for (const row of rows) {
    const { at, ms = 1_000, calls, failures, slow = 0, timeouts = 0, ignored = 0 } = row;
    const spread = new Spread({
      at,
      ms,
      calls,
      failures,
      slow: asks ? slow : 0,
      timeouts,
      ignored,
      assumed: 0,
    });
    for (let i = 0; i < spread.size; i++) {
      clock.advance(spread.time(i));
      const permit = breaker.tryAcquire();
      const bits = spread.isIgnored(i) ? -1 : spread.bits(i);
      totals.calls++;
      if (permit === null) {
        totals.refused++;
        if (bits !== -1) totals[bits & FAILED ? 'failuresAvoided' : 'goodRefused']++;
        continue;
      }
      totals.letThrough++;
      if (permit.probe) totals.probes++;
      if (bits > 0) totals.failed += bits & FAILED;
      settle(permit, bits);
    }
  }
  const last = rows.at(-1) as TracedRow;
  clock.advance(last.at + (last.ms ?? 1_000));
  const transitions = changes.map(({ at, from, to, why }) => ({ at, from, to, why }));
  return { transitions, totals };
}

function settle(permit: Permit, bits: number): void {
  if (bits === -1) permit.ignore();
  else {
    // No time passes, and yet the call was slow.
    if (bits & SLOW) (permit as Permit & { startedAt: number }).startedAt -= 300;
    if (bits & FAILED) permit.fail(bits & TIMEOUT ? { name: 'TimeoutError' } : new Error('upstream'));
    else permit.succeed();
  }
}

/** Results come at once: what looks at calls under way, at their beginning or length has nothing to look at. */
function atOnce(config: Tried): Tried {
  const { counting, openWhen, failAfterMs: _, ...rest } = config;
  const rules = (openWhen as OpenRule[]).map((rule) => {
    if (rule.kind !== 'slow-ratio') return rule;
    const { inFlight: __, ...without } = rule;
    return without;
  });
  return { ...rest, openWhen: rules, counting: counting && { ...counting, dated: 'end', pending: false } };
}

function agree(tried: Tried, rows: readonly TracedRow[]): void {
  const config = atOnce(tried);
  const { transitions, totals } = simulate(config, { rows });
  const expected = lived(config, rows);
  expect(transitions).toEqual(expected.transitions);
  expect(totals).toMatchObject(expected.totals);
}

describe('simulate, with rows of sums', () => {
  it('is what a breaker does with the calls one by one, for configurations that count as usual', () => {
    fc.assert(fc.property(aConfig(true), someRows, agree), property(150));
  });

  it('and for those that count in other ways', () => {
    fc.assert(fc.property(aConfig(false), someRows, agree), property(150));
  });

  const TOKENS = { tokens: { capacity: 2, perSecond: 3 }, maxMs: 750 };
  it('and where a call comes in the very moment in which a token is there', () => {
    agree(
      {
        window: sinceClosed(),
        openWhen: [consecutiveFailures(6), failures(2, { minimumCalls: 5 })],
        stayOpen: fixed(333.3),
        probing: { ...TOKENS, probes: 4, atOnce: 2, closeWhen: successRatio(0.5), unlimited: true },
      },
      [
        { at: 0, calls: 72, failures: 40 },
        { at: 1_000, calls: 90, failures: 0 },
      ],
    );
  });

  it('and where one waits for a token when half-open has lasted too long', () => {
    const probing = { ...TOKENS, probes: 4, atOnce: 2, closeWhen: successesInARow(3), leaseMs: null };
    const openWhen = [consecutiveFailures(1)];
    agree({ window: lastCalls(5), openWhen, stayOpen: fixed(0), probing }, [
      { at: 11_007, calls: 5, failures: 3, ignored: 7, ms: 1_000 },
      { at: 16_007, calls: 103, failures: 52, ignored: 1, ms: 3_000 },
      { at: 19_007, calls: 115, failures: 6 },
    ]);
  });

  it('takes gaps between rows for idle time: what the window knew is forgotten', () => {
    const config = { openWhen: failureRatio(0.5, { minimumCalls: 20 }) };
    const bad = { calls: 15, failures: 15 };
    expect(
      simulate(config, {
        rows: [
          { at: 0, ...bad },
          { at: 1_000, ...bad },
        ],
      }).totals.openings,
    ).toBe(1);
    expect(
      simulate(config, {
        rows: [
          { at: 0, ...bad },
          { at: 20_000, ...bad },
        ],
      }).totals.openings,
    ).toBe(0);
  });

  it('says what an outage would have cost less, and more', () => {
    const rows = Array.from({ length: 120 }, (_, s) => ({
      at: s * 1_000,
      calls: 100,
      failures: s >= 30 && s < 60 ? 90 : 1,
    }));
    const { totals, segments, transitions } = simulate({ stayOpen: fixed(5_000) }, { rows });
    expect(transitions[0]).toMatchObject({
      from: 'closed',
      to: 'open',
      why: { rule: 'failure-ratio', limit: 0.5 },
    });
    expect(totals.calls).toBe(12_000);
    expect(totals.letThrough + totals.refused).toBe(12_000);
    expect(totals.failed + totals.failuresAvoided).toBe(30 * 90 + 90);
    expect(totals.failuresAvoided).toBeGreaterThan(1_500);
    expect(totals.closedMs + totals.openMs + totals.halfOpenMs).toBe(120_000);
    expect(segments.reduce((sum, { calls }) => sum + calls, 0)).toBe(12_000);
    for (const [i, segment] of segments.entries()) expect(segment.from).toBe(segments[i - 1]?.to ?? 0);
    expect(segments.at(-1)).toMatchObject({ state: 'closed', to: 120_000 });
  });

  it('refused calls fail like those of the rows around them', () => {
    const rows = [
      { at: 0, calls: 100, failures: 40, timeouts: 20, slow: 30 },
      { at: 1_000, calls: 0, failures: 0, refused: 100 },
      { at: 2_000, calls: 0, failures: 0, refused: 50 },
    ];
    const never = { openWhen: [] };
    expect(simulate(never, { rows }).totals).toMatchObject({ calls: 250, failed: 100, assumed: 150 });
    expect(simulate(never, { rows }, { assume: 'ok' }).totals.failed).toBe(40);
    expect(simulate(never, { rows }, { assume: 'failed' }).totals.failed).toBe(190);
  });

  it('a histogram answers for any slowMs, and for failAfterMs', () => {
    const latency = [latencyBucket(100), 60, latencyBucket(3_000), 40];
    const rows = [{ at: 0, calls: 200, failures: 0, latency }];
    const why = (slowMs: number, ratio: number): unknown =>
      simulate({ openWhen: slowRatio(ratio, { slowMs, minimumCalls: 200 }) }, { rows }).transitions[0]?.why;
    expect(why(500, 0.4)).toMatchObject({ rule: 'slow-ratio', bad: 80, calls: 200 });
    expect(why(500, 0.41)).toBeUndefined();
    expect(why(5_000, 0.01)).toBeUndefined();
    expect(why(10, 1)).toMatchObject({ bad: 200 });
    expect(simulate({ failAfterMs: 1_000, openWhen: [] }, { rows }).totals.failed).toBe(80);
    expect(simulate({ failAfterMs: 1, openWhen: [] }, { rows }).totals.failed).toBe(200);
  });

  it('without one, the recorded slow calls are taken for slow, and for failed where they take too long', () => {
    const rows = [{ at: 0, calls: 100, failures: 10, slow: 30 }];
    const openWhen = slowRatio(0.3, { slowMs: 700, minimumCalls: 100 });
    expect(simulate({ openWhen }, { rows }).totals).toMatchObject({ openings: 1, failed: 10 });
    expect(simulate({ openWhen, failAfterMs: 500 }, { rows }).totals.failed).toBe(30);
    expect(simulate({ openWhen, failAfterMs: 900 }, { rows }).totals.failed).toBe(10);
  });

  // 86,400 rows, 26 million calls: 20 to 40 ms of processor time on the machine of 2026-09 (Node 20), 100 the first time.
  it('plays a day of hundreds of calls a second as a whole', () => {
    const rows = Array.from({ length: 86_400 }, (_, s) => ({
      at: s * 1_000,
      calls: 300,
      failures: s % 7_200 < 600 ? 240 : (s * 7) % 3,
      slow: 3,
    }));
    const { totals, transitions } = simulate({}, { rows });
    expect(totals.calls).toBe(25_920_000);
    expect(transitions.length).toBeGreaterThan(100);
    expect(totals.closedMs + totals.openMs + totals.halfOpenMs).toBeCloseTo(86_400_000, 3);
  });
});

describe('a spread row', () => {
  const someCounts = fc
    .record({
      calls: fc.nat(200),
      failing: fc.double({ min: 0, max: 1, noNaN: true }),
      slow: fc.nat(200),
      ignored: fc.nat(20),
    })
    .map(({ calls, failing, slow, ignored }) => {
      const failures = Math.round(calls * failing);
      return {
        at: 5,
        ms: 1_000,
        calls,
        failures,
        slow: Math.min(slow, calls),
        timeouts: failures >> 1,
        ignored,
        assumed: 0,
      };
    });

  it('holds exactly what the row says, in order of time, and nowhere bunched up', () => {
    const property = fc.property(someCounts, (counts) => {
      const spread = new Spread(counts);
      const seen = { calls: 0, failures: 0, slow: 0, timeouts: 0, ignored: 0 };
      for (let i = 0; i < spread.size; i++) {
        const bits = spread.bits(i);
        if (spread.isIgnored(i)) seen.ignored++;
        else {
          seen.calls++;
          seen.failures += bits & FAILED;
          seen.slow += (bits & SLOW) >> 1;
          seen.timeouts += (bits & TIMEOUT) >> 2;
        }
        const even = (spread.failures * seen.calls) / Math.max(1, spread.calls);
        expect(Math.abs(seen.failures - even)).toBeLessThanOrEqual(0.5);
        expect(spread.time(i)).toBeGreaterThan(i === 0 ? 5 : spread.time(i - 1));
        expect(spread.firstFrom(spread.time(i))).toBe(i);
      }
      const { calls, failures, slow, timeouts, ignored } = counts;
      expect(seen).toEqual({ calls, failures, slow, timeouts, ignored });
    });
    fc.assert(property, { numRuns: 300 });
  });
});
