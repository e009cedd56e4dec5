/** What a recorder has to write down so that the replay of a part of a breaker's life is exact. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BreakerExport,
  createBreaker,
  failureRatio,
  fixed,
  lastCalls,
  slowRatio,
} from '../../src/index.ts';
import { simulate, type TracedCall, type Transition } from '../../src/simulate/index.ts';
import { VirtualClock } from '../../src/simulate/virtual-clock.ts';
import { aConfig, type Tried } from '../support/arbitrary-config.ts';
import { testClock } from '../support/clock.ts';
import { property } from '../support/property.ts';

/** Sixty-fourths of a millisecond, so that no two things happen at the same moment and sums are exact. */
const aStep = fc.record({
  afterMs: fc
    .oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 20_000 }))
    .map((n) => n / 64),
  which: fc.nat(6),
  what: fc.constantFrom('arrive', 'arrive', 'ok', 'failed', 'ignored'),
});
const aScript = fc.array(aStep, { minLength: 20, maxLength: 120 });

/** What only the whole life of a breaker explains. */
function isExplainedByItsExport({ rampUp, warmUpMs, openWhen, counting, window }: Tried): boolean {
  const rules = [openWhen ?? []].flat();
  return (
    rampUp === undefined &&
    warmUpMs === undefined &&
    counting === undefined &&
    !(window && 'forgets' in window) &&
    rules.every((rule) => !('adapt' in rule) && !('inFlight' in rule))
  );
}

/** Lives through the script on a clock of its own; a recorder begins in the middle of it, as soon as it is closed. */
function recorded(config: Tried, script: typeof aScript extends fc.Arbitrary<infer T> ? T : never) {
  const clock = new VirtualClock(0);
  const breaker = createBreaker({ name: 'live', ...config, random: () => 0.5, clock });
  const transitions: Transition[] = [];
  const calls: TracedCall[] = [];
  let begun: { from: number; restore: BreakerExport } | undefined;
  breaker.on('state-changed', ({ at, from, to, why }) => begun && transitions.push({ at, from, to, why }));
  breaker.on('call-rejected', ({ at }) => calls.push({ at, durationMs: null, outcome: 'unknown' }));
  breaker.on('call-settled', ({ at, startedAt, durationMs, outcome, stale }) => {
    if (begun === undefined || startedAt === undefined || durationMs === undefined) return;
    // A call that was under way when the recording began: its arrival is moved there, its duration is not.
    if (stale && startedAt < begun.from) return;
    const from = Math.max(startedAt, begun.from);
    const outcomes = { success: 'ok', failure: 'failed', ignored: 'ignored' } as const;
    calls.push({ at: from, durationMs: at - from, countedMs: durationMs, outcome: outcomes[outcome] });
  });
  breaker.measureLatency();
  const running: NonNullable<ReturnType<typeof breaker.tryAcquire>>[] = [];
  let now = 0;
  for (const [i, { afterMs, what, which }] of script.entries()) {
    now += afterMs;
    clock.advance(now);
    if (what === 'arrive') {
      const permit = breaker.tryAcquire();
      if (permit !== null) running.push(permit);
    } else {
      const [permit] = running.splice(which % Math.max(1, running.length), 1);
      if (what === 'ok') permit?.succeed();
      else if (what === 'failed') permit?.fail();
      else permit?.ignore();
    }
    if (begun === undefined && i >= 10 && breaker.export().state === 'closed') {
      begun = { from: now, restore: breaker.export() };
      calls.length = transitions.length = 0;
    }
  }
  // Nobody announces the arrival of a call that never ends.
  for (const permit of running) {
    now += 1 / 64;
    clock.advance(now);
    permit.succeed();
  }
  return begun && { trace: { ...begun, calls: calls.sort((a, b) => a.at - b.at), to: now }, transitions };
}

describe('a part of a recorded life', () => {
  it('that begins with an export is played exactly', () => {
    const goesOn = fc.property(aConfig(true).filter(isExplainedByItsExport), aScript, (config, script) => {
      const life = recorded(config, script);
      fc.pre(life !== undefined);
      const replay = simulate(config, (life as NonNullable<typeof life>).trace);
      expect(replay.transitions).toEqual(life?.transitions);
    });
    fc.assert(goesOn, property(150));
  });

  it('knows what the window held, the streaks and how often it had opened', () => {
    const clock = testClock();
    const config = { window: lastCalls(10), openWhen: failureRatio(0.5, { minimumCalls: 4 }) };
    const breaker = createBreaker({ name: 'live', ...config, clock });
    for (const good of [true, false, true]) {
      if (good) breaker.acquire().succeed();
      else breaker.acquire().fail();
    }
    const next: TracedCall = { at: 5_000, durationMs: 0, outcome: 'failed' };
    const { transitions, segments } = simulate(config, {
      calls: [next],
      from: 4_000,
      restore: breaker.export(),
    });
    expect(transitions).toMatchObject([{ at: 5_000, to: 'open', why: { calls: 4, value: 0.5 } }]);
    expect(segments[0]).toMatchObject({ from: 4_000, to: 5_000, state: 'closed' });
    expect(simulate(config, { calls: [next], from: 4_000 }).transitions).toEqual([]);
  });

  it('may begin open, with what was left of the open time', () => {
    const clock = testClock();
    const config = { openWhen: failureRatio(0.5, { minimumCalls: 1 }), stayOpen: fixed(1_000) };
    const breaker = createBreaker({ name: 'live', ...config, clock });
    breaker.acquire().fail();
    clock.advance(400);
    const restore = breaker.export();
    const { segments } = simulate(config, { calls: [], from: -50, to: 1_000, restore });
    expect(segments.map(({ state, from, to }) => [state, from, to])).toEqual([
      ['open', -50, 550],
      ['half-open', 550, 1_000],
    ]);
    clock.advance(600);
    breaker.wouldAdmit();
    breaker.acquire();
    const probing = simulate(config, { calls: [], from: 0, to: 10, restore: breaker.export() });
    expect(probing.segments.map(({ state, from }) => [state, from])).toEqual([
      ['open', 0],
      ['half-open', 1],
    ]);
  });

  it('counts a call as long as the recorded process did, however long it stood still', () => {
    const config = { window: lastCalls(1), openWhen: slowRatio(1, { slowMs: 100, minimumCalls: 1 }) };
    const call: TracedCall = { at: 0, durationMs: 900, outcome: 'ok' };
    expect(simulate(config, { calls: [call] }).totals.openings).toBe(1);
    expect(simulate(config, { calls: [{ ...call, countedMs: 90 }] }).totals.openings).toBe(0);
    const later: TracedCall = { ...call, at: 1_000, durationMs: 101 };
    // What stood still for one call is nothing that the next one is forgiven.
    expect(simulate(config, { calls: [{ ...call, countedMs: 90 }, later] }).totals.openings).toBe(1);
    expect(simulate(config, { calls: [{ ...call, durationMs: 20, countedMs: 101 }] }).totals.openings).toBe(
      1,
    );
  });

  it('is refused where it begins with nothing that a breaker exported', () => {
    const trace = { calls: [], from: 0, to: 1 };
    for (const restore of [5, null, {}, { v: 1 }])
      expect(() => simulate({}, { ...trace, restore: restore as never })).toThrow(/^restore/);
    expect(() => simulate({}, { calls: [{ at: 0, durationMs: 1, outcome: 'ok', countedMs: -1 }] })).toThrow(
      'trace.calls[0].countedMs must be a number of milliseconds of 0 or more, got -1',
    );
  });
});
