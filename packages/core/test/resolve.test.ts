import { describe, expect, it } from 'vitest';
import type { BreakerConfig, CloseRule, ConfigInput, OpenRule } from '../src/config.ts';
import {
  backoff,
  belowLimits,
  consecutiveFailures,
  custom,
  failureRatio,
  failures,
  fixed,
  lastCalls,
  lastMs,
  sinceClosed,
  slowRatio,
  successes,
  successesInARow,
  tumblingMs,
} from '../src/index.ts';
import { COUNTING, resolveConfig } from '../src/resolve.ts';

/** The whole sentence and its class; `input` may be what the types forbid. */
function refusal(input: Record<string, unknown>): string {
  try {
    return `accepted ${JSON.stringify(resolveConfig(input as ConfigInput))}`;
  } catch (error) {
    return String(error);
  }
}

describe('a resolved configuration', () => {
  const defaults = {
    window: { kind: 'last-ms', ms: 10_000, buckets: 10 },
    openWhen: [
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 },
      { kind: 'slow-ratio', ratio: 0.8, minimumCalls: 20, slowMs: 2_000 },
    ],
    stayOpen: {
      kind: 'backoff',
      firstMs: 5_000,
      factor: 2,
      maxMs: 60_000,
      jitterRatio: 0.2,
      hintMaxMs: 60_000,
    },
    probing: { probes: 3, atOnce: 3, closeWhen: { kind: 'success-ratio', ratio: 1 }, leaseMs: 10_000 },
  };

  it('has every default written down', () => {
    expect(resolveConfig({})).toStrictEqual(defaults);
  });

  it('leaves out what is undefined or says no more than the defaults', () => {
    const nothing = {
      rampUp: undefined,
      counting: { ...COUNTING },
      failAfterMs: undefined,
      warmUpMs: undefined,
      probing: {
        unlimited: false,
        tokens: undefined,
        maxMs: undefined,
        afterMaxMs: undefined,
        whileOpen: false,
      },
    };
    expect(resolveConfig(nothing as never)).toStrictEqual(defaults);
  });

  it('holds all that can be said, and is resolved to itself', () => {
    const whole = {
      window: { kind: 'last-ms', ms: 5_000, buckets: 5, anchor: 'epoch', forgets: 'by-counter' },
      openWhen: [
        {
          kind: 'failure-ratio',
          ratio: 0.4,
          minimumCalls: 7,
          above: true,
          rounding: 'percent',
          adapt: { factor: 0.5, history: 60_000 },
        },
        { kind: 'slow-ratio', ratio: 0.6, minimumCalls: 8, slowMs: 300, inFlight: true },
        { kind: 'failures', failures: 9, minimumCalls: 10 },
        { kind: 'consecutive-failures', failures: 11 },
        { kind: 'custom', name: 'mine' },
      ],
      stayOpen: {
        kind: 'backoff',
        firstMs: 100,
        factor: 3,
        maxMs: 900,
        jitterRatio: 0.1,
        hintMaxMs: 1_000,
        quietMs: 50,
        endsAfter: true,
      },
      probing: {
        probes: 5,
        atOnce: 2,
        closeWhen: { kind: 'below-limits', calls: 5, allowedFailures: 1 },
        leaseMs: null,
        unlimited: true,
        tokens: { capacity: 4, perSecond: 0.5 },
        maxMs: 700,
        afterMaxMs: 'closed',
        whileOpen: true,
      },
      rampUp: { overMs: 800, fromRatio: 0.3, alwaysPerSecond: 2 },
      counting: {
        dated: 'end',
        pending: true,
        rejected: 'failures',
        ignored: 'calls',
        late: 'counted',
        check: 'arrivals',
        clears: 'never',
        closingSuccess: true,
        streakExpires: false,
      },
      failAfterMs: 400,
      warmUpMs: 0,
    };
    const config = resolveConfig(whole as never);
    expect(config).toStrictEqual(whole);
    expect(resolveConfig(config)).toBe(config);
  });

  it.each<[ConfigInput, Partial<BreakerConfig>]>([
    [{ window: { kind: 'last-calls', calls: 40 } }, { window: { kind: 'last-calls', calls: 40 } }],
    [{ window: { kind: 'last-ms', ms: 40 } as never }, { window: { kind: 'last-ms', ms: 40, buckets: 10 } }],
    [
      { window: { kind: 'tumbling', ms: 40, restarts: 'when-touched', endsAfter: true, stalesCalls: true } },
      { window: { kind: 'tumbling', ms: 40, restarts: 'when-touched', endsAfter: true, stalesCalls: true } },
    ],
    [{ window: { kind: 'since-closed' } }, { window: { kind: 'since-closed' } }],
    [{ openWhen: { kind: 'custom', name: 'mine' } }, { openWhen: [{ kind: 'custom', name: 'mine' }] }],
    [{ openWhen: [] }, { openWhen: [] }],
    [
      { stayOpen: { kind: 'fixed', firstMs: 40 } as never },
      {
        stayOpen: {
          kind: 'fixed',
          firstMs: 40,
          factor: 1,
          maxMs: 40,
          jitterRatio: 0,
          hintMaxMs: 60_000,
        },
      },
    ],
    [
      {
        stayOpen: {
          kind: 'fixed',
          firstMs: 40,
          factor: 1,
          maxMs: 40,
          jitterRatio: 0.3,
          hintMaxMs: 50,
          endsAfter: true,
        },
      },
      {
        stayOpen: {
          kind: 'fixed',
          firstMs: 40,
          factor: 1,
          maxMs: 40,
          jitterRatio: 0.3,
          hintMaxMs: 50,
          endsAfter: true,
        },
      },
    ],
    [{ rampUp: { overMs: 40 } }, { rampUp: { overMs: 40, fromRatio: 0.1, alwaysPerSecond: 1 } }],
    [
      { failAfterMs: Number.MIN_VALUE, warmUpMs: 5 },
      { failAfterMs: Number.MIN_VALUE, warmUpMs: 5 },
    ],
  ])('%# is completed where parts are left out', (input, parts) => {
    expect(resolveConfig(input)).toStrictEqual({ ...defaults, ...parts });
  });

  it('takes null for left out where there is a default', () => {
    expect(refusal({ window: null, openWhen: null, stayOpen: null, probing: null })).toBe(
      `accepted ${JSON.stringify(defaults)}`,
    );
  });

  it('is frozen in all its parts', () => {
    // Nothing else in this file asks for 4,001 ms: it is resolved here.
    const { window, openWhen, probing, stayOpen, ...config } = resolveConfig({
      window: lastMs(4_001),
      openWhen: [consecutiveFailures(3)],
      probing: { leaseMs: null, tokens: { capacity: 1, perSecond: 1 } },
    });
    expect(
      [window, openWhen, openWhen[0], stayOpen, probing, probing.closeWhen, probing.tokens].map(
        Object.isFrozen,
      ),
    ).toEqual(new Array(7).fill(true));
    expect(Object.isFrozen(resolveConfig({ window: lastMs(4_001), openWhen: [failures(2)] }))).toBe(true);
    expect(config).toStrictEqual({});
  });

  it('is one object for the 64 newest, however often they are asked for', () => {
    const ask = (warmUpMs: number): BreakerConfig => resolveConfig({ window: lastMs(4_002), warmUpMs });
    const first = ask(0);
    for (let i = 1; i < 64; i++) ask(i);
    expect(ask(0)).toBe(first);
    const second = ask(1);
    ask(64);
    expect(ask(1)).toBe(second);
    const again = ask(0);
    expect(again).not.toBe(first);
    expect(again).toStrictEqual(first);
  });
});

describe('a rule and its window', () => {
  it('share the smallest default minimum of calls', () => {
    const minima = (window: ConfigInput['window']): unknown[] =>
      resolveConfig({ window } as ConfigInput).openWhen.map(
        (rule) => (rule as { minimumCalls: number }).minimumCalls,
      );
    expect(minima(lastCalls(19))).toEqual([19, 19]);
    expect(minima(lastCalls(20))).toEqual([20, 20]);
    expect(minima(lastCalls(21))).toEqual([20, 20]);
    for (const window of [lastMs(5), tumblingMs(5), sinceClosed()]) expect(minima(window)).toEqual([20, 20]);
  });

  it('may ask for as many calls as the last calls are, and no more', () => {
    const window = lastCalls(10);
    for (const rule of [failureRatio, slowRatio, failures])
      expect(() => resolveConfig({ window, openWhen: rule(1, { minimumCalls: 10 }) })).not.toThrow();
    expect(refusal({ window, openWhen: failures(1, { minimumCalls: 11 }) })).toBe(
      'RangeError: failures asks for minimumCalls 11, but lastCalls(10) never holds so many: it could never open',
    );
    expect(refusal({ window, openWhen: [custom('mine'), slowRatio(0.5)] })).toBe(
      'RangeError: slow-ratio asks for minimumCalls 20, but lastCalls(10) never holds so many: it could never open',
    );
    expect(refusal({ window, openWhen: failureRatio(0.5) })).toBe(
      'RangeError: failure-ratio asks for minimumCalls 20, but lastCalls(10) never holds so many: it could never open',
    );
  });

  it('may ask for as many failures as the last calls are, and no more', () => {
    expect(() => resolveConfig({ window: lastCalls(10), openWhen: failures(10) })).not.toThrow();
    expect(() => resolveConfig({ window: lastMs(10), openWhen: failures(11) })).not.toThrow();
    expect(refusal({ window: lastCalls(10), openWhen: failures(11) })).toBe(
      'RangeError: failures asks for 11 failures, but lastCalls(10) never holds so many: it could never open',
    );
  });

  it('have one limit for slow calls', () => {
    const two = [
      slowRatio(0.5, { slowMs: 5 }),
      failureRatio(0.5),
      slowRatio(0.9, { slowMs: 5, above: true }),
    ];
    expect(() => resolveConfig({ openWhen: two })).not.toThrow();
    expect(refusal({ openWhen: [...two, slowRatio(0.5, { slowMs: 6 })] })).toBe(
      'RangeError: slowRatio rules of one breaker must share one slowMs, got 5 and 6',
    );
  });
});

describe('what is no part of a configuration', () => {
  const WINDOW = 'TypeError: window must be lastCalls(n), lastMs(ms), tumblingMs(ms) or sinceClosed(), got';
  const RULE =
    'TypeError: openWhen must hold failureRatio(…), slowRatio(…), failures(…), consecutiveFailures(…) or custom(…), got';
  const STAY = 'TypeError: stayOpen must be fixed(ms) or backoff({ … }), got';
  it.each<[Record<string, unknown>, string]>([
    [{ window: 10 }, `${WINDOW} 10`],
    [{ window: { kind: 'last-minutes' } }, `${WINDOW} an object`],
    [{ openWhen: 0.5 }, `${RULE} 0.5; did you mean failureRatio(0.5)?`],
    [{ openWhen: [failures(3), '50 %'] }, `${RULE} "50 %"`],
    [{ openWhen: [null] }, `${RULE} null`],
    [{ openWhen: { kind: 'success-ratio' } }, `${RULE} an object`],
    [{ stayOpen: 5_000 }, `${STAY} 5000; did you mean fixed(5000)?`],
    [{ stayOpen: '5s' }, `${STAY} "5s"`],
    [{ stayOpen: { kind: 'for-ever' } }, `${STAY} an object`],
    [
      { stayOpen: { ...backoff({ firstMs: 5 }), seconds: 1 } },
      'TypeError: backoff has no option "seconds" (known: jitterRatio, hintMaxMs, endsAfter, firstMs, factor, maxMs, quietMs)',
    ],
    [{ failAfterMs: 0 }, 'RangeError: failAfterMs must be a finite number of milliseconds above 0, got 0'],
    [{ warmUpMs: -1 }, 'RangeError: warmUpMs must be a finite number of milliseconds of 0 or more, got -1'],
  ])('%#: %j is refused by a sentence', (input, sentence) => {
    expect(refusal(input)).toBe(sentence);
  });
});

describe('probing', () => {
  const probing = (input: ConfigInput['probing']): BreakerConfig['probing'] =>
    resolveConfig({ probing: input } as ConfigInput).probing;

  it('runs as many probes at once as there are, unless told otherwise', () => {
    expect(probing({ probes: 1 })).toMatchObject({ probes: 1, atOnce: 1 });
    expect(probing({ probes: 10_000 })).toMatchObject({ probes: 10_000, atOnce: 10_000 });
    expect(probing({ probes: 5, atOnce: 1 })).toMatchObject({ probes: 5, atOnce: 1 });
    expect(probing({ probes: 5, atOnce: 10_000 })).toMatchObject({ probes: 5, atOnce: 5 });
    expect(probing({ probes: 5, atOnce: 10_000, unlimited: true })).toMatchObject({
      probes: 5,
      atOnce: 10_000,
    });
  });

  it('is unlimited where successes in a row are asked for', () => {
    const closeWhen = successesInARow(50);
    expect(probing({ closeWhen })).toStrictEqual({
      probes: 3,
      atOnce: 3,
      closeWhen: { kind: 'successes-in-a-row', successes: 50 },
      leaseMs: 10_000,
      unlimited: true,
    });
    expect(probing({ closeWhen, unlimited: false as never })).toMatchObject({ unlimited: true });
  });

  it('must reach the verdict of its close rule', () => {
    for (const closeWhen of [successes(2, { of: 4 }), belowLimits(4)]) {
      for (const enough of [{ probes: 4 }, { unlimited: true }, { whileOpen: true }] as const)
        expect(probing({ closeWhen, ...enough })).toMatchObject({ closeWhen, ...enough });
      expect(refusal({ probing: { probes: 3, closeWhen } })).toBe(
        `RangeError: probing closeWhen ${closeWhen.kind} looks at 4 probes, but there are only 3; set probes: 4 or unlimited: true`,
      );
    }
  });

  it('has tokens, the lease and the longest time as given', () => {
    for (const perSecond of [Number.MIN_VALUE, 1_000_000])
      expect(probing({ tokens: { capacity: 1_000_000, perSecond } }).tokens).toStrictEqual({
        capacity: 1_000_000,
        perSecond,
      });
    expect(probing({ leaseMs: 5, maxMs: 6, afterMaxMs: 'closed' })).toMatchObject({
      leaseMs: 5,
      maxMs: 6,
      afterMaxMs: 'closed',
    });
    expect(probing({ leaseMs: null })).toMatchObject({ leaseMs: null });
  });

  it('needs somebody who looks at the probes: without a ratio rule all of them could fail and close', () => {
    const of = (closeWhen: CloseRule, openWhen: OpenRule[]): string =>
      refusal({ probing: { closeWhen }, openWhen });
    expect(of(belowLimits(3), [consecutiveFailures(3), custom('own')])).toBe(
      'RangeError: probing closeWhen below-limits asks the ratio rules of openWhen, and there are none: failed probes would close; set allowedFailures',
    );
    const resolved = (closeWhen: CloseRule, openWhen: OpenRule[]): CloseRule =>
      resolveConfig({ probing: { closeWhen }, openWhen }).probing.closeWhen;
    for (const rule of [failureRatio(0.5), slowRatio(0.5)])
      expect(resolved(belowLimits(3), [consecutiveFailures(3), rule])).toEqual(belowLimits(3));
    // Nothing opens it.
    expect(resolved(belowLimits(3), [])).toEqual(belowLimits(3));
    const allowing = belowLimits(3, { allowedFailures: 0 });
    expect(resolved(allowing, [consecutiveFailures(3)])).toEqual(allowing);
  });

  const CLOSE =
    'TypeError: probing closeWhen must be successRatio(…), successes(…), successesInARow(…) or belowLimits(…), got';
  const TOKENS = 'TypeError: probing tokens must be { capacity, perSecond }, got';
  const RATE = 'RangeError: probing tokens.perSecond must be above 0 and at most 1000000, got';
  it.each<[unknown, string]>([
    [3, 'TypeError: probing must be an object, got 3'],
    [
      { probe: 3 },
      'TypeError: probing has no option "probe"; did you mean probes? (known: probes, atOnce, closeWhen, leaseMs, unlimited, tokens, maxMs, afterMaxMs, whileOpen)',
    ],
    [{ probes: 0 }, 'RangeError: probing probes must be a whole number from 1 to 10000, got 0'],
    [{ probes: 10_001 }, 'RangeError: probing probes must be a whole number from 1 to 10000, got 10001'],
    [{ atOnce: 0 }, 'RangeError: probing atOnce must be a whole number from 1 to 10000, got 0'],
    [{ atOnce: 10_001 }, 'RangeError: probing atOnce must be a whole number from 1 to 10000, got 10001'],
    [{ leaseMs: 0 }, 'RangeError: probing leaseMs must be a finite number of milliseconds above 0, got 0'],
    [{ maxMs: 0 }, 'RangeError: probing maxMs must be a finite number of milliseconds above 0, got 0'],
    [{ afterMaxMs: 'open' }, 'TypeError: probing afterMaxMs must be "closed", got "open"'],
    [{ whileOpen: 1 }, 'TypeError: whileOpen must be true or false, got 1'],
    [{ closeWhen: 0.8 }, `${CLOSE} 0.8; did you mean successRatio(0.8)?`],
    [{ closeWhen: '80 %' }, `${CLOSE} "80 %"`],
    [{ closeWhen: { kind: 'failure-ratio' } }, `${CLOSE} an object`],
    [{ tokens: 5 }, `${TOKENS} 5`],
    [{ tokens: null }, `${TOKENS} null`],
    [
      { tokens: { capacity: 1, perSeconds: 1 } },
      'TypeError: probing tokens has no option "perSeconds"; did you mean perSecond? (known: capacity, perSecond)',
    ],
    [
      { tokens: { capacities: 1, perSecond: 1 } },
      'TypeError: probing tokens has no option "capacities" (known: capacity, perSecond)',
    ],
    [{ tokens: { capacity: 1, perSecond: 0 } }, `${RATE} 0`],
    [{ tokens: { capacity: 1, perSecond: -1 } }, `${RATE} -1`],
    [{ tokens: { capacity: 1, perSecond: 1_000_001 } }, `${RATE} 1000001`],
    [{ tokens: { capacity: 1, perSecond: Number.NaN } }, `${RATE} NaN`],
    [{ tokens: { capacity: 1, perSecond: '5' } }, `${RATE} "5"`],
    [
      { tokens: { capacity: 0, perSecond: 1 } },
      'RangeError: probing tokens.capacity must be a whole number from 1 to 1000000, got 0',
    ],
  ])('%#: %j is refused by a sentence', (input, sentence) => {
    expect(refusal({ probing: input })).toBe(sentence);
  });
});

describe('a ramp', () => {
  it('may begin at any share, and let through up to a million a second', () => {
    for (const alwaysPerSecond of [Number.MIN_VALUE, 1_000_000]) {
      const rampUp = { overMs: 5, fromRatio: 1, alwaysPerSecond };
      expect(resolveConfig({ rampUp }).rampUp).toStrictEqual(rampUp);
    }
  });

  const ALWAYS = 'RangeError: rampUp alwaysPerSecond must be above 0 and at most 1000000, got';
  it.each<[unknown, string]>([
    [5_000, 'TypeError: rampUp must be { overMs, fromRatio }, got 5000'],
    [null, 'TypeError: rampUp must be { overMs, fromRatio }, got null'],
    [
      { over: 5 },
      'TypeError: rampUp has no option "over"; did you mean overMs? (known: overMs, fromRatio, alwaysPerSecond)',
    ],
    [{}, 'RangeError: rampUp overMs must be a finite number of milliseconds above 0, got undefined'],
    [{ overMs: 5, fromRatio: 0 }, 'RangeError: rampUp fromRatio must be above 0 and at most 1, got 0'],
    [{ overMs: 5, alwaysPerSecond: 0 }, `${ALWAYS} 0`],
    [{ overMs: 5, alwaysPerSecond: -1 }, `${ALWAYS} -1`],
    [{ overMs: 5, alwaysPerSecond: 1_000_001 }, `${ALWAYS} 1000001`],
    [{ overMs: 5, alwaysPerSecond: Number.NaN }, `${ALWAYS} NaN`],
    [{ overMs: 5, alwaysPerSecond: '5' }, `${ALWAYS} "5"`],
  ])('%#: %j is refused by a sentence', (input, sentence) => {
    expect(refusal({ rampUp: input })).toBe(sentence);
  });
});

describe('counting', () => {
  const counting = (
    input: ConfigInput['counting'],
    window = lastMs(5_000) as ConfigInput['window'],
  ): unknown => resolveConfig({ window, counting: input } as ConfigInput).counting;

  it('has defaults that nobody can change', () => {
    expect(COUNTING).toStrictEqual({
      dated: 'end',
      pending: false,
      rejected: 'nothing',
      ignored: 'nothing',
      late: 'stale',
      check: 'results',
      clears: 'closing',
      closingSuccess: false,
      streakExpires: false,
    });
    expect(Object.isFrozen(COUNTING)).toBe(true);
  });

  it('is written down only where it differs, and then whole', () => {
    expect(counting({})).toBeUndefined();
    expect(counting({ late: 'stale', pending: false })).toBeUndefined();
    for (const other of [
      { dated: 'start' },
      { pending: true },
      { rejected: 'calls' },
      { rejected: 'failures' },
      { ignored: 'calls' },
      { ignored: 'successes' },
      { late: 'counted' },
      { check: 'failures' },
      { check: 'arrivals' },
      { clears: 'opening-and-closing' },
      { clears: 'never' },
      { closingSuccess: true },
      { streakExpires: true },
    ] as const)
      expect(counting(other)).toStrictEqual({ ...COUNTING, ...other });
  });

  it('takes undefined for left out', () => {
    const all = Object.fromEntries(Object.keys(COUNTING).map((key) => [key, undefined]));
    expect(counting(all)).toBeUndefined();
    expect(counting(all, lastCalls(30))).toBeUndefined();
    expect(counting({ ...all, late: 'counted' })).toStrictEqual({ ...COUNTING, late: 'counted' });
  });

  it.each<[unknown, string]>([
    [5, 'TypeError: counting must be an object, got 5'],
    [null, 'TypeError: counting must be an object, got null'],
    [
      { reject: 'calls' },
      'TypeError: counting has no option "reject"; did you mean rejected? (known: dated, pending, rejected, ignored, late, check, clears, closingSuccess, streakExpires)',
    ],
    [{ dated: 'middle' }, 'TypeError: counting dated must be "end" or "start", got "middle"'],
    [{ pending: 1 }, 'TypeError: counting pending must be true or false, got 1'],
    [{ rejected: 'x' }, 'TypeError: counting rejected must be "nothing" or "calls" or "failures", got "x"'],
    [{ ignored: 'x' }, 'TypeError: counting ignored must be "nothing" or "calls" or "successes", got "x"'],
    [{ late: null }, 'TypeError: counting late must be "stale" or "counted", got null'],
    [{ check: 'x' }, 'TypeError: counting check must be "results" or "failures" or "arrivals", got "x"'],
    [
      { clears: 'x' },
      'TypeError: counting clears must be "closing" or "opening-and-closing" or "never", got "x"',
    ],
    [{ closingSuccess: 1 }, 'TypeError: counting closingSuccess must be true or false, got 1'],
    [{ streakExpires: 1 }, 'TypeError: counting streakExpires must be true or false, got 1'],
  ])('%#: %j is refused by a sentence', (input, sentence) => {
    expect(refusal({ counting: input })).toBe(sentence);
  });

  const NO_PLACE = 'needs a window of time, not lastCalls(…): a ring of results has no place for it';
  it.each<[object, string]>([
    [{ dated: 'start' }, `RangeError: counting dated "start" ${NO_PLACE}`],
    [{ pending: true }, `RangeError: counting pending true ${NO_PLACE}`],
    [{ rejected: 'calls' }, `RangeError: counting rejected "calls" ${NO_PLACE}`],
    [{ streakExpires: true }, `RangeError: counting streakExpires true ${NO_PLACE}`],
    [{ ignored: 'calls' }, 'RangeError: counting ignored "calls" needs a window of time, not lastCalls(…)'],
  ])('%#: %j has no place among the last calls', (input, sentence) => {
    expect(refusal({ window: lastCalls(30), counting: input })).toBe(sentence);
    for (const window of [lastMs(5_000), tumblingMs(5_000), sinceClosed()])
      expect(counting(input, window)).toStrictEqual({ ...COUNTING, ...input });
  });

  it('goes with the last calls in all that asks for no time', () => {
    const rest = {
      ignored: 'successes',
      late: 'counted',
      check: 'failures',
      clears: 'never',
      closingSuccess: true,
    } as const;
    expect(counting(rest, lastCalls(30))).toStrictEqual({ ...COUNTING, ...rest });
  });

  it('by the start of a call needs buckets on a grid that leave together', () => {
    const dated = { dated: 'start' } as const;
    for (const window of [
      lastMs(5, { anchor: 'epoch' }),
      lastMs(5, { anchor: 'construction' }),
      tumblingMs(5),
    ])
      expect(counting(dated, window)).toMatchObject(dated);
    expect(refusal({ window: lastMs(5, { anchor: 'first-call' }), counting: dated })).toBe(
      'RangeError: counting dated "start" needs buckets on a grid: with anchor "first-call" a call may begin before its bucket does',
    );
    expect(refusal({ window: lastMs(5, { forgets: 'in-turn' }), counting: dated })).toBe(
      'RangeError: counting dated "start" needs buckets that leave together, not forgets "in-turn"',
    );
  });

  it('of streaks that expire needs buckets that leave together', () => {
    const streaks = { streakExpires: true } as const;
    expect(counting(streaks, lastMs(5, { anchor: 'first-call' }))).toMatchObject(streaks);
    expect(refusal({ window: lastMs(5, { forgets: 'by-counter' }), counting: streaks })).toBe(
      'RangeError: counting streakExpires needs buckets that leave together, not forgets "by-counter"',
    );
  });

  it('of anything else goes with every kind of bucket', () => {
    const late = { late: 'counted' } as const;
    for (const options of [
      { anchor: 'first-call' },
      { forgets: 'in-turn' },
      { forgets: 'by-counter' },
    ] as const)
      expect(counting(late, lastMs(5, options))).toStrictEqual({ ...COUNTING, ...late });
  });
});

describe('a window and a stay that were built', () => {
  it('are the same as written by hand', () => {
    const built = { window: lastMs(4_003), stayOpen: fixed(7), openWhen: failures(2) };
    expect(resolveConfig(JSON.parse(JSON.stringify(built)))).toBe(resolveConfig(built));
  });
});
