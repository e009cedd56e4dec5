import {
  backoff,
  consecutiveFailures,
  createBreaker,
  custom,
  failureRatio,
  fixed,
  lastCalls,
  slowRatio,
} from '@cb/core';
import type { CallTrace, RowTrace, TracedCall, Transition } from '@cb/core/simulate';
import { LANE, type Series, TICKS_PER_MS, type TraceAnswer } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { decodeTrace } from '../src/web/features/breaker/what-if/decode-trace.ts';
import { OpenTimes } from '../src/web/features/breaker/what-if/open-times.ts';
import { Player, type Run } from '../src/web/features/breaker/what-if/play.ts';
import type { RecordedChange, Recording } from '../src/web/features/breaker/what-if/recording.ts';
import { rowsOf } from '../src/web/features/breaker/what-if/series-rows.ts';
import { Simulation } from '../src/web/features/breaker/what-if/simulation.ts';
import { addTotals, sumOf, trackOf } from '../src/web/features/breaker/what-if/sum.ts';
import { isExplained } from '../src/web/features/breaker/what-if/verdict.ts';

const ZERO = 1_700_000_000_000;
const tick = (ms: number): number => ms * TICKS_PER_MS;

const TWICE = createBreaker({
  name: 'x',
  window: lastCalls(10),
  openWhen: consecutiveFailures(2),
  stayOpen: fixed(1_000),
  probing: { probes: 1 },
}).config;

/** What a breaker of that configuration exports when it is new. */
function exported(at: number): Record<string, unknown> {
  const { at: _, ...fresh } = createBreaker({ name: 'x', ...TWICE }).export();
  return { ...fresh, at };
}

/** One part from 1,000 to 11,000 ms: what came (ms), how long it took, what it was. */
function answerOf(
  calls: readonly (readonly [came: number, took: number, letter: string])[],
  more: Partial<TraceAnswer['parts'][number]> = {},
): TraceAnswer {
  let before = 1_000;
  const at = calls.map(([came]) => {
    const delta = tick(came - before);
    before = came;
    return delta;
  });
  const part = {
    part: 1,
    from: tick(1_000),
    to: tick(11_000),
    calls: calls.map(([, , letter]) => letter).join(''),
    at,
    took: calls.map(([, took]) => tick(took)),
    inFlight: 0,
    start: exported(1_000),
    ...more,
  };
  return {
    row: 1,
    lane: 1,
    instance: 'a',
    complete: [[ZERO + 1_000, ZERO + 11_000]],
    parts: [part],
    zeroAt: ZERO,
    more: false,
  };
}

function seriesOf(
  rows: readonly (readonly [ok: number, fail: number, rejected?: number | undefined])[],
  stepMs = 1_000,
): Series {
  const column = (of: (row: readonly (number | undefined)[]) => number | undefined): number[] =>
    rows.map((row) => of(row) ?? 0);
  return {
    row: 1,
    stepMs,
    t: rows.map((_, i) => ZERO + i * stepMs),
    ok: column(([ok]) => ok),
    fail: column(([, fail]) => fail),
    slow: column(() => 0),
    rejected: column(([, , rejected]) => rejected),
    inFlight: column(() => 0),
    failureRatio: column(() => 0),
    p50: [],
    p95: [],
    p99: [],
    ignored: column(() => 0),
    hist: rows.map(() => []),
  };
}

function callsOf(recording: Recording | undefined): readonly TracedCall[] {
  return (recording?.trace as CallTrace | undefined)?.calls ?? [];
}

describe('a trace that is decoded', () => {
  it('has its calls in the order of their arrival, on the breaker’s own clock', () => {
    const answer = answerOf([
      [1_020, 5, 'o'],
      [1_030.5, 30, 'e'],
      [1_040, 0, 'r'],
      [1_050, 1, 'X'],
    ]);
    const recording = decodeTrace(answer, { from: ZERO, to: ZERO + 60_000 });
    expect(recording).toMatchObject({ from: 1_000, to: 11_000, zeroAt: ZERO, fresh: true, changes: [] });
    expect(callsOf(recording)).toEqual([
      { at: 1_000.5, durationMs: 30, outcome: 'failed' },
      { at: 1_015, durationMs: 5, outcome: 'ok' },
      { at: 1_040, durationMs: null, outcome: 'unknown' },
      { at: 1_049, durationMs: 1, outcome: 'ignored' },
    ]);
    expect(recording?.trace).toMatchObject({
      from: 1_000,
      to: 11_000,
      restore: { mode: 'auto', window: {} },
    });
  });

  it('takes calls that were under way at its beginning along, unless the circuit had moved on since', () => {
    const calls = [
      [1_100, 400, 'e'],
      [1_200, 500, 'E'],
      [1_300, 400, 'o'],
    ] as const;
    const answer = answerOf(calls, { counted: [2, tick(90)] });
    expect(callsOf(decodeTrace(answer, { from: ZERO, to: ZERO + 60_000 }))).toEqual([
      { at: 1_000, durationMs: 100, countedMs: 400, outcome: 'failed' },
      { at: 1_000, durationMs: 300, countedMs: 90, outcome: 'ok' },
    ]);
  });

  it('is told of the range, up to where nothing is missing', () => {
    const answer = answerOf([
      [3_000, 1, 'o'],
      [9_000, 6_000, 'o'],
      [10_000, 1, 'o'],
    ]);
    const late = {
      ...(answer.parts[0] as TraceAnswer['parts'][number]),
      part: 3,
      from: tick(12_000),
      to: tick(13_000),
    };
    const recording = decodeTrace(
      { ...answer, parts: [...answer.parts, late] },
      { from: ZERO + 2_000, to: ZERO + 5_000 },
    );
    expect(recording).toMatchObject({ from: 2_000, to: 5_000 });
    // What had begun by then is known to the end, which is later.
    expect(recording?.trace).toMatchObject({
      calls: [{ at: 2_999 }, { at: 3_000, durationMs: 6_000 }],
      to: 9_000,
    });
    const all = decodeTrace({ ...answer, parts: [...answer.parts, late] }, { from: ZERO, to: ZERO + 60_000 });
    expect(all?.to).toBe(11_000);
  });

  it('is none without a beginning, and outside of what was recorded', () => {
    const answer = answerOf([]);
    expect(decodeTrace({ ...answer, parts: [] }, { from: ZERO, to: ZERO + 60_000 })).toBeUndefined();
    expect(
      decodeTrace(answerOf([], { start: undefined }), { from: ZERO, to: ZERO + 60_000 }),
    ).toBeUndefined();
    expect(decodeTrace(answer, { from: ZERO, to: ZERO + 500 })).toBeUndefined();
    const lived = answerOf([], { start: { ...exported(1_000), counts: { succeeded: 4, failed: 0 } } });
    expect(decodeTrace(lived, { from: ZERO, to: ZERO + 60_000 })?.fresh).toBe(false);
  });
});

describe('sums of a series', () => {
  it('become rows of whole calls that add up', () => {
    const series = seriesOf([
      [0.5, 0.25],
      [0.5, 0.5],
      [10, 0.25, 1.5],
      [0, 0, 1.5],
    ]);
    const { trace, ...recording } = rowsOf(series, { from: ZERO + 1_000, to: ZERO + 9_000 }) ?? {};
    const { rows } = trace as RowTrace;
    expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(12);
    expect(rows.reduce((sum, { failures }) => sum + failures, 0)).toBe(1);
    expect(rows.reduce((sum, { refused = 0 }) => sum + refused, 0)).toBe(3);
    expect(recording).toMatchObject({ from: ZERO + 1_000, to: ZERO + 4_000, zeroAt: 0, rowMs: 1_000 });
    expect(rowsOf(seriesOf([]), { from: 0, to: 1 })).toBeUndefined();
  });

  it('are simulated as an estimate, and slow calls under another limit by their histogram', () => {
    const config = createBreaker({
      name: 'x',
      openWhen: slowRatio(0.5, { slowMs: 100, minimumCalls: 5 }),
    }).config;
    const series = {
      ...seriesOf([
        [10, 0],
        [10, 0],
        [10, 0],
      ]),
      slow: [0, 10, 0],
      hist: [
        [0, 10],
        [100, 10],
        [0, 10],
      ],
    };
    const recording = rowsOf(series, { from: ZERO, to: ZERO + 3_000 });
    if (recording === undefined) throw new Error('no rows');
    const player = new Player(recording, config);
    expect(player.baseline).toMatchObject({ exact: false, rowMs: 1_000 });
    expect(player.baseline.run.totals.openings).toBe(1);
    const tighter = { ...config, openWhen: [slowRatio(0.5, { slowMs: 1, minimumCalls: 5 })] };
    expect(player.play(tighter).totals.openings).toBe(1);
    const looser = { ...config, openWhen: [slowRatio(0.5, { slowMs: 1_000_000, minimumCalls: 5 })] };
    expect(player.play(looser).totals.openings).toBe(0);
  });
});

describe('open times', () => {
  const opened = (openMs: number, rule = 'failure-ratio'): RecordedChange =>
    ({
      at: 0,
      kind: 'state',
      from: 'closed',
      to: 'open',
      mode: 'auto',
      why: { rule },
      openMs,
    }) as RecordedChange;
  const at = (openings: number) => ({ openings }) as never;
  const stayOpen = createBreaker({
    name: 'x',
    stayOpen: backoff({ firstMs: 1_000, factor: 2, maxMs: 8_000, jitterRatio: 0.2 }),
  }).config.stayOpen;

  it('are those that were recorded, for the settings in force', () => {
    const times = new OpenTimes(stayOpen, [opened(1_100), opened(9, 'told-to-open'), opened(1_700)]);
    const recorded = times.recorded();
    expect([recorded(at(1)), recorded(at(2)), recorded(at(3))]).toEqual([1_100, 1_700, undefined]);
    const again = times.drawnLike(stayOpen);
    expect([again(at(1)), again(at(2)), again(at(3))]).toEqual([1_100, 1_700, undefined]);
  });

  it('are drawn with the same share of its jitter by any other', () => {
    const times = new OpenTimes(stayOpen, [opened(1_100), opened(1_700)]);
    const recorded = times.recorded();
    recorded(at(1));
    recorded(at(2));
    const drawn = times.drawnLike({ ...stayOpen, firstMs: 3_000, factor: 1, jitterRatio: 0.4 });
    expect(drawn(at(1))).toBeCloseTo(3_000 * 1.2, 6);
    expect(drawn(at(2))).toBeCloseTo(3_000 * 0.7, 6);
    expect(drawn(at(3))).toBeUndefined();
    // The same settings, at another place of the growth.
    expect(times.drawnLike(stayOpen)(at(3))).toBeCloseTo(4_400, 6);
  });

  it('are as long as the other side asked for, up to what is allowed', () => {
    const times = new OpenTimes(stayOpen, [opened(5_000)]);
    times.recorded()(at(1));
    expect(times.drawnLike(stayOpen)(at(1))).toBe(5_000);
    expect(times.drawnLike({ ...stayOpen, firstMs: 7_000 })(at(1))).toBe(7_000);
    expect(times.drawnLike({ ...stayOpen, hintMaxMs: 2_000 })(at(1))).toBe(2_000);
  });

  it('without jitter are neither drawn nor asked for', () => {
    const even = { ...stayOpen, jitterRatio: 0 };
    const times = new OpenTimes(even, [opened(1_000), opened(0)]);
    const recorded = times.recorded();
    expect([recorded(at(1)), recorded(at(1))]).toEqual([1_000, 0]);
    expect(times.drawnLike({ ...even, firstMs: 500 })(at(1))).toBe(500);
    const none = new OpenTimes({ ...even, firstMs: 0, maxMs: 0 }, [opened(0)]);
    none.recorded()(at(1));
    expect(none.drawnLike({ ...even, firstMs: 500 })(at(1))).toBe(500);
  });
});

describe('whether the past is explained', () => {
  const replayed: Transition[] = [
    { at: 1_000, from: 'closed', to: 'open', why: { rule: 'failure-ratio' } },
    { at: 2_000, from: 'open', to: 'half-open', why: { rule: 'open-time-over' } },
  ];
  const recorded = (changes: readonly Transition[] = replayed): RecordedChange[] =>
    changes.map(({ at, from, to, why }) => ({
      at,
      kind: 'state',
      from,
      to,
      mode: 'auto',
      why: { rule: why.rule },
    }));
  const moved = (i: number, more: Partial<Transition>): Transition[] =>
    replayed.map((each, at) => (at === i ? { ...each, ...more } : each));

  it('is, where the same changes were made for the same reason at the same moment', () => {
    expect(isExplained(replayed, recorded(), 9_000)).toBe(true);
    expect(isExplained([], [], 9_000)).toBe(true);
    // Timers are late in a busy process; results are not.
    expect(isExplained(replayed, recorded(moved(1, { at: 2_900 })), 9_000)).toBe(true);
    expect(isExplained(replayed, recorded(moved(0, { at: 1_001 })), 9_000)).toBe(false);
    expect(isExplained(replayed, recorded(moved(1, { at: 8_000 })), 9_000)).toBe(false);
  });

  it('is not, where one is missing, or another', () => {
    expect(isExplained(replayed, recorded().slice(0, 1), 9_000)).toBe(false);
    expect(isExplained(replayed.slice(0, 1), recorded(), 9_000)).toBe(false);
    expect(isExplained(replayed, recorded(moved(0, { why: { rule: 'slow-ratio' } })), 9_000)).toBe(false);
    expect(isExplained(replayed, recorded(moved(1, { to: 'closed' })), 9_000)).toBe(false);
    // A timer at the very end may still be on its way.
    expect(isExplained(replayed, recorded().slice(0, 1), 2_100)).toBe(true);
  });

  it('is nobody’s to say where people interfered', () => {
    expect(
      isExplained(replayed, [...recorded(), { ...(recorded()[0] as RecordedChange), kind: 'mode' }], 9_000),
    ).toBeUndefined();
    expect(isExplained(replayed, recorded(moved(0, { why: { rule: 'reset' } })), 9_000)).toBeUndefined();
  });
});

describe('several instances', () => {
  const run = (segments: Run['segments'], openings: number): Run => ({
    transitions: segments
      .slice(1)
      .map(({ from, state }) => ({ at: from, from: 'closed', to: state, why: { rule: 'reset' } })),
    segments,
    totals: {
      ...new Player(decodeTrace(answerOf([]), { from: ZERO, to: ZERO + 60_000 }) as never, TWICE).baseline.run
        .totals,
      openings,
    },
  });
  const a = run(
    [
      { from: 0, to: 10, state: 'closed' },
      { from: 10, to: 40, state: 'open' },
    ],
    1,
  );
  const b = run(
    [
      { from: 5, to: 20, state: 'half-open' },
      { from: 20, to: 30, state: 'closed' },
    ],
    2,
  );

  it('add up, with their changes in order', () => {
    const sum = sumOf([
      { instance: 'a', run: a },
      { instance: 'b', run: b },
    ]);
    expect(sum.totals.openings).toBe(3);
    expect(sum.transitions.map(({ at, instance }) => [at, instance])).toEqual([
      [10, 'a'],
      [20, 'b'],
    ]);
    expect(() => addTotals([])).toThrow('there is nothing to add up');
  });

  it('are drawn as the worst of them at each moment, and end where what is known does', () => {
    expect(trackOf([a, b])).toEqual({
      start: [0, 5, 10, 40],
      code: [LANE.closed, LANE.halfOpen, LANE.open, LANE.noData],
    });
    expect(trackOf([b])).toEqual({ start: [5, 20, 30], code: [LANE.halfOpen, LANE.closed, LANE.noData] });
    expect(trackOf([])).toEqual({ start: [], code: [] });
  });
});

describe('a simulation', () => {
  const failing = [1_100, 1_200, 1_300, 1_400].map((at) => [at, 10, 'e'] as const);
  const refused = [1_500, 1_600, 1_700].map((at) => [at, 0, 'r'] as const);
  const answer = answerOf([...failing, ...refused]);
  const range = { from: ZERO, to: ZERO + 60_000 };
  const four = { ...TWICE, openWhen: [consecutiveFailures(4)] };

  it('plays what was recorded to a candidate beside the settings in force', () => {
    const simulation = new Simulation(four, [{ lane: 1, instance: 'a', trace: answer }], range);
    const outcome = simulation.play(TWICE);
    const [lane] = outcome.lanes;
    expect(lane).toMatchObject({ lane: 1, instance: 'a', baseline: { from: ZERO + 1_000, exact: true } });
    expect(lane?.baseline.run.transitions[0]).toMatchObject({ at: ZERO + 1_400, to: 'open' });
    expect(lane?.candidate.transitions[0]).toMatchObject({ at: ZERO + 1_200, to: 'open' });
    expect(lane?.candidate.totals).toMatchObject({ openings: 1, refused: 5, failuresAvoided: 5 });
    expect(simulation.bounds(TWICE, outcome)).toMatchObject({
      ok: { failuresAvoided: 2, goodRefused: 3 },
      failed: { failuresAvoided: 5, goodRefused: 0 },
    });
    expect(simulation.play(four).lanes[0]?.candidate).toBe(lane?.baseline.run);
  });

  it('has no bounds where nothing was refused, and no lane where nothing was recorded', () => {
    const data = [
      { lane: 1, instance: 'a', trace: answerOf(failing) },
      { lane: 2, instance: 'b', series: seriesOf([]) },
      { lane: 3, instance: 'c' },
    ];
    const simulation = new Simulation(four, data, range);
    const outcome = simulation.play(TWICE);
    expect(outcome.lanes).toHaveLength(1);
    expect(outcome.without).toEqual(['b', 'c']);
    expect(simulation.bounds(TWICE, outcome)).toBeUndefined();
  });

  it('says what only the service could have answered, and refuses what cannot work', () => {
    const config = createBreaker({
      name: 'x',
      openWhen: [
        custom('bad day'),
        failureRatio(0.5, { adapt: { factor: 0.5, history: { overMs: 60_000 } } }),
      ],
      rules: { 'bad day': () => true },
    }).config;
    const lived = answerOf([], { start: { ...exported(1_000), stateMs: 5_000 } });
    const { baseline } =
      new Simulation(config, [{ lane: 1, instance: 'a', trace: lived }], range).play(config).lanes[0] ?? {};
    expect(baseline?.notes).toEqual([
      'The rule “bad day” is a function of the service: left out.',
      'The limit adapts by what the breaker learned earlier, which is not known here.',
    ]);
    const simulation = new Simulation(TWICE, [{ lane: 1, instance: 'a', trace: answer }], range);
    expect(() =>
      simulation.play({
        ...TWICE,
        openWhen: [consecutiveFailures(1), { kind: 'failures', failures: 0, minimumCalls: 1 }],
      }),
    ).toThrow(/failures must be/);
  });
});
