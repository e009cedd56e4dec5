import { describe, expect, it } from 'vitest';
import { type MetricsCollector, suppliedWith } from '../src/history.ts';
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
  successRatio,
  tumblingMs,
} from '../src/index.ts';

const MOST_MS = Number.MAX_SAFE_INTEGER;
const HUNDRED = 'n'.repeat(100);

/** The whole sentence and its class: a fragment would not notice words that went missing. */
function refusal(attempt: () => unknown): string {
  try {
    return `accepted ${JSON.stringify(attempt())}`;
  } catch (error) {
    return String(error);
  }
}

type Built = [attempt: () => object, whole: object];
type Refused = [attempt: () => unknown, sentence: string];

const collector: MetricsCollector = {
  recordError: () => undefined,
  recordSuccess: () => undefined,
  getErrorRate: () => 0,
};

describe('a window', () => {
  it.each<Built>([
    [() => lastCalls(1), { kind: 'last-calls', calls: 1 }],
    [() => lastCalls(1_000_000), { kind: 'last-calls', calls: 1_000_000 }],
    [() => lastMs(1), { kind: 'last-ms', ms: 1, buckets: 10 }],
    [() => lastMs(MOST_MS, { buckets: 1 }), { kind: 'last-ms', ms: MOST_MS, buckets: 1 }],
    [() => lastMs(1.5, { buckets: 1_000 }), { kind: 'last-ms', ms: 1.5, buckets: 1_000 }],
    [() => lastMs(5, { anchor: undefined, forgets: undefined }), { kind: 'last-ms', ms: 5, buckets: 10 }],
    [
      () => lastMs(5, { anchor: 'construction', forgets: 'by-counter' }),
      { kind: 'last-ms', ms: 5, buckets: 10, anchor: 'construction', forgets: 'by-counter' },
    ],
    [
      () => lastMs(5, { anchor: 'epoch', forgets: 'by-counter' }),
      { kind: 'last-ms', ms: 5, buckets: 10, anchor: 'epoch', forgets: 'by-counter' },
    ],
    [
      () => lastMs(5, { anchor: 'first-call', forgets: 'in-turn' }),
      { kind: 'last-ms', ms: 5, buckets: 10, anchor: 'first-call', forgets: 'in-turn' },
    ],
    [
      () => lastMs(5, { forgets: 'by-counter' }),
      { kind: 'last-ms', ms: 5, buckets: 10, forgets: 'by-counter' },
    ],
    [() => tumblingMs(1), { kind: 'tumbling', ms: 1 }],
    [() => tumblingMs(MOST_MS, { endsAfter: false, stalesCalls: false }), { kind: 'tumbling', ms: MOST_MS }],
    [
      () => tumblingMs(5, { restarts: 'when-touched', endsAfter: true, stalesCalls: true }),
      { kind: 'tumbling', ms: 5, restarts: 'when-touched', endsAfter: true, stalesCalls: true },
    ],
    [() => sinceClosed(), { kind: 'since-closed' }],
  ])('%# is plain data with everything written down', (attempt, whole) => {
    expect(attempt()).toStrictEqual(whole);
  });

  it.each<Refused>([
    [() => lastCalls(0), 'RangeError: lastCalls must be a whole number from 1 to 1000000, got 0'],
    [
      () => lastCalls(1_000_001),
      'RangeError: lastCalls must be a whole number from 1 to 1000000, got 1000001',
    ],
    [() => lastMs(0.9), 'RangeError: lastMs must be a finite number of milliseconds of at least 1, got 0.9'],
    [
      () => lastMs(MOST_MS + 1),
      'RangeError: lastMs must be a finite number of milliseconds of at least 1, got 9007199254740992',
    ],
    [
      () => lastMs(5, { buckets: 0 }),
      'RangeError: lastMs buckets must be a whole number from 1 to 1000, got 0',
    ],
    [
      () => lastMs(5, { buckets: 1_001 }),
      'RangeError: lastMs buckets must be a whole number from 1 to 1000, got 1001',
    ],
    [
      () => lastMs(5, { bucket: 5 } as never),
      'TypeError: lastMs has no option "bucket"; did you mean buckets? (known: buckets, anchor, forgets)',
    ],
    [
      () => lastMs(5, { anchor: 'closing' as never }),
      'TypeError: lastMs anchor must be "construction" or "epoch" or "first-call", got "closing"',
    ],
    [
      () => lastMs(5, { forgets: 'never' as never }),
      'TypeError: lastMs forgets must be "in-turn" or "by-counter", got "never"',
    ],
    [
      () => lastMs(5, { anchor: 'first-call', forgets: 'by-counter' }),
      'RangeError: lastMs forgets "by-counter" needs buckets on a grid, not anchor "first-call"',
    ],
    [
      () => tumblingMs(0.9),
      'RangeError: tumblingMs must be a finite number of milliseconds of at least 1, got 0.9',
    ],
    [
      () => tumblingMs(5, { restart: 'when-touched' } as never),
      'TypeError: tumblingMs has no option "restart"; did you mean restarts? (known: restarts, endsAfter, stalesCalls)',
    ],
    [
      () => tumblingMs(5, { restarts: 'at-once' as never }),
      'TypeError: tumblingMs restarts must be "when-touched", got "at-once"',
    ],
    [() => tumblingMs(5, { endsAfter: 1 as never }), 'TypeError: endsAfter must be true or false, got 1'],
    [
      () => tumblingMs(5, { stalesCalls: null as never }),
      'TypeError: stalesCalls must be true or false, got null',
    ],
  ])('%# is refused by a sentence', (attempt, sentence) => {
    expect(refusal(attempt)).toBe(sentence);
  });
});

describe('a rule that opens', () => {
  it.each<Built>([
    [() => failureRatio(1), { kind: 'failure-ratio', ratio: 1, minimumCalls: 20 }],
    [
      () => failureRatio(0.5, { minimumCalls: 1, above: false, rounding: undefined, adapt: undefined }),
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 1 },
    ],
    [
      () => failureRatio(0.5, { minimumCalls: 1_000_000, above: true, rounding: 'percent' }),
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 1_000_000, above: true, rounding: 'percent' },
    ],
    [
      () => failureRatio(0.5, { adapt: { factor: 0 } }),
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 },
    ],
    [
      () => failureRatio(0.5, { adapt: { factor: 1 } }),
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20, adapt: { factor: 1, history: 3_600_000 } },
    ],
    [
      () => failureRatio(0.5, { adapt: { factor: 0.3, history: { overMs: 60_000 } } }),
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20, adapt: { factor: 0.3, history: 60_000 } },
    ],
    [
      () => failureRatio(0.5, { adapt: { factor: 0.3, history: 70_000 } }),
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20, adapt: { factor: 0.3, history: 70_000 } },
    ],
    [
      () => failureRatio(0.5, { adapt: { factor: 0.3, history: 'supplied' } }),
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20, adapt: { factor: 0.3, history: 'supplied' } },
    ],
    [
      () => failureRatio(0.5, { adapt: { factor: 0.3, history: collector } }),
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20, adapt: { factor: 0.3, history: 'supplied' } },
    ],
    [() => slowRatio(0.8), { kind: 'slow-ratio', ratio: 0.8, minimumCalls: 20, slowMs: 2_000 }],
    [
      () =>
        slowRatio(0.8, { slowMs: 0, minimumCalls: 3, inFlight: false, above: true, rounding: 'two-digits' }),
      { kind: 'slow-ratio', ratio: 0.8, minimumCalls: 3, above: true, rounding: 'two-digits', slowMs: 0 },
    ],
    [
      () => slowRatio(0.8, { slowMs: MOST_MS, inFlight: true, rounding: 'percent-down' }),
      {
        kind: 'slow-ratio',
        ratio: 0.8,
        minimumCalls: 20,
        rounding: 'percent-down',
        slowMs: MOST_MS,
        inFlight: true,
      },
    ],
    [() => failures(1), { kind: 'failures', failures: 1, minimumCalls: 1 }],
    [
      () => failures(1_000_000, { minimumCalls: 1_000_000 }),
      { kind: 'failures', failures: 1_000_000, minimumCalls: 1_000_000 },
    ],
    [() => consecutiveFailures(1), { kind: 'consecutive-failures', failures: 1 }],
    [() => consecutiveFailures(1_000_000), { kind: 'consecutive-failures', failures: 1_000_000 }],
    [() => custom('n'), { kind: 'custom', name: 'n' }],
    [() => custom(HUNDRED), { kind: 'custom', name: HUNDRED }],
  ])('%# is plain data with everything written down', (attempt, whole) => {
    expect(attempt()).toStrictEqual(whole);
  });

  const NO_HISTORY =
    'TypeError: failureRatio adapt.history must be a MetricsCollector (recordError, recordSuccess, getErrorRate) or { overMs }, got';

  it.each<Refused>([
    [
      () => failureRatio(0.5, { minimum: 5 } as never),
      'TypeError: failureRatio has no option "minimum"; did you mean "minimumCalls"? (known: minimumCalls, above, rounding, adapt)',
    ],
    [
      () => slowRatio(0.5, { minCalls: 5 } as never),
      'TypeError: slowRatio has no option "minCalls"; did you mean "minimumCalls"? (known: minimumCalls, above, rounding, slowMs, inFlight)',
    ],
    [
      () => slowRatio(0.5, { slowCallMs: 5 } as never),
      'TypeError: slowRatio has no option "slowCallMs"; did you mean "slowMs"? (known: minimumCalls, above, rounding, slowMs, inFlight)',
    ],
    [
      () => failures(5, { volume: 5 } as never),
      'TypeError: failures has no option "volume"; did you mean "minimumCalls"? (known: minimumCalls)',
    ],
    [() => slowRatio(0), 'RangeError: slowRatio must be above 0 and at most 1, got 0'],
    [
      () => slowRatio(0.5, { slowMs: -1 }),
      'RangeError: slowRatio slowMs must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      () => slowRatio(0.5, { minimumCalls: 0 }),
      'RangeError: slowRatio minimumCalls must be a whole number from 1 to 1000000, got 0',
    ],
    [() => slowRatio(0.5, { inFlight: 1 as never }), 'TypeError: inFlight must be true or false, got 1'],
    [
      () => failureRatio(0.5, { minimumCalls: 1_000_001 }),
      'RangeError: failureRatio minimumCalls must be a whole number from 1 to 1000000, got 1000001',
    ],
    [() => failureRatio(0.5, { above: 1 as never }), 'TypeError: above must be true or false, got 1'],
    [
      () => failureRatio(0.5, { rounding: 'up' as never }),
      'TypeError: failureRatio rounding must be "percent" or "percent-down" or "two-digits", got "up"',
    ],
    [
      () => failureRatio(0.5, { adapt: { factors: 1 } as never }),
      'TypeError: failureRatio adapt has no option "factors"; did you mean factor? (known: factor, history)',
    ],
    [
      () => failureRatio(0.5, { adapt: { factor: 1.5 } }),
      'RangeError: failureRatio adapt.factor must be above 0 and at most 1, got 1.5; did you mean 0.015?',
    ],
    [() => failureRatio(0.5, { adapt: { factor: 1, history: null as never } }), `${NO_HISTORY} null`],
    [() => failureRatio(0.5, { adapt: { factor: 1, history: {} as never } }), `${NO_HISTORY} an object`],
    [
      () => failureRatio(0.5, { adapt: { factor: 1, history: { ...collector, recordError: 5 } as never } }),
      `${NO_HISTORY} an object`,
    ],
    [
      () => failureRatio(0.5, { adapt: { factor: 1, history: { overMs: 0 } } }),
      'RangeError: failureRatio adapt.history.overMs must be a finite number of milliseconds above 0, got 0',
    ],
    [() => failures(0), 'RangeError: failures must be a whole number from 1 to 1000000, got 0'],
    [
      () => failures(5, { minimumCalls: 0 }),
      'RangeError: failures minimumCalls must be a whole number from 1 to 1000000, got 0',
    ],
    [
      () => consecutiveFailures(1_000_001),
      'RangeError: consecutiveFailures must be a whole number from 1 to 1000000, got 1000001',
    ],
    [() => custom(''), 'TypeError: custom takes the name of a rule, 1 to 100 characters, got ""'],
    [
      () => custom(`${HUNDRED}n`),
      `TypeError: custom takes the name of a rule, 1 to 100 characters, got "${'n'.repeat(60)}…"`,
    ],
    [
      () => custom(['n'] as never),
      'TypeError: custom takes the name of a rule, 1 to 100 characters, got an array',
    ],
  ])('%# is refused by a sentence', (attempt, sentence) => {
    expect(refusal(attempt)).toBe(sentence);
  });

  it('keeps the collector it was built with beside it, and nothing else', () => {
    const adapting = (history: unknown): object =>
      failureRatio(0.5, { adapt: { factor: 0.5, history: history as MetricsCollector } });
    expect(suppliedWith(adapting(collector))).toBe(collector);
    for (const history of [{ overMs: 60_000 }, 'supplied', 60_000])
      expect(suppliedWith(adapting(history))).toBeUndefined();
  });
});

describe('how long to stay open', () => {
  it.each<Built>([
    [() => fixed(0), { kind: 'fixed', firstMs: 0, factor: 1, maxMs: 0, jitterRatio: 0, hintMaxMs: 60_000 }],
    [
      () => fixed(60_001, { jitterRatio: undefined, hintMaxMs: undefined, endsAfter: false }),
      { kind: 'fixed', firstMs: 60_001, factor: 1, maxMs: 60_001, jitterRatio: 0, hintMaxMs: 60_001 },
    ],
    [
      () => fixed(5, { jitterRatio: 1, hintMaxMs: 0, endsAfter: true }),
      {
        kind: 'fixed',
        firstMs: 5,
        factor: 1,
        maxMs: 5,
        jitterRatio: 1,
        hintMaxMs: 0,
        endsAfter: true,
      },
    ],
    [
      () => backoff({ firstMs: 100 }),
      { kind: 'backoff', firstMs: 100, factor: 2, maxMs: 1_200, jitterRatio: 0.2, hintMaxMs: 60_000 },
    ],
    [
      () => backoff({ firstMs: 100, factor: 1, maxMs: 100, jitterRatio: 0, quietMs: 0, hintMaxMs: 0 }),
      {
        kind: 'backoff',
        firstMs: 100,
        factor: 1,
        maxMs: 100,
        jitterRatio: 0,
        hintMaxMs: 0,
        quietMs: 0,
      },
    ],
    [
      () => backoff({ firstMs: 100, factor: 100, maxMs: 60_001, quietMs: 7, endsAfter: true }),
      {
        kind: 'backoff',
        firstMs: 100,
        factor: 100,
        maxMs: 60_001,
        jitterRatio: 0.2,
        hintMaxMs: 60_001,
        quietMs: 7,
        endsAfter: true,
      },
    ],
  ])('%# is plain data with everything written down', (attempt, whole) => {
    expect(attempt()).toStrictEqual(whole);
  });

  it.each<Refused>([
    [() => fixed(-1), 'RangeError: fixed must be a finite number of milliseconds of 0 or more, got -1'],
    [
      () => fixed(5, { jitter: 0.2 } as never),
      'TypeError: fixed has no option "jitter"; did you mean jitterRatio? (known: jitterRatio, hintMaxMs, endsAfter)',
    ],
    [
      () => fixed(5, { jitterRatio: -0.1 }),
      'RangeError: fixed jitterRatio must be above 0 and at most 1, got -0.1',
    ],
    [
      () => fixed(5, { hintMaxMs: -1 }),
      'RangeError: fixed hintMaxMs must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [() => fixed(5, { endsAfter: 1 as never }), 'TypeError: endsAfter must be true or false, got 1'],
    [
      () => backoff({ firstMs: 5, max: 10 } as never),
      'TypeError: backoff has no option "max"; did you mean maxMs? (known: jitterRatio, hintMaxMs, endsAfter, firstMs, factor, maxMs, quietMs)',
    ],
    [
      () => backoff({ firstMs: 0 }),
      'RangeError: backoff firstMs must be a finite number of milliseconds above 0, got 0',
    ],
    [() => backoff({ firstMs: 5, factor: 0.9 }), 'RangeError: backoff factor must be from 1 to 100, got 0.9'],
    [
      () => backoff({ firstMs: 5, factor: 100.1 }),
      'RangeError: backoff factor must be from 1 to 100, got 100.1',
    ],
    [
      () => backoff({ firstMs: 5, factor: '2' as never }),
      'RangeError: backoff factor must be from 1 to 100, got "2"',
    ],
    [
      () => backoff({ firstMs: 5, maxMs: 0 }),
      'RangeError: backoff maxMs must be a finite number of milliseconds above 0, got 0',
    ],
    [() => backoff({ firstMs: 5, maxMs: 4 }), 'RangeError: backoff maxMs (4) must not be below firstMs (5)'],
    [
      () => backoff({ firstMs: 5, jitterRatio: 1.1 }),
      'RangeError: backoff jitterRatio must be above 0 and at most 1, got 1.1; did you mean 0.011000000000000001?',
    ],
    [
      () => backoff({ firstMs: 5, hintMaxMs: -1 }),
      'RangeError: backoff hintMaxMs must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      () => backoff({ firstMs: 5, quietMs: -1 }),
      'RangeError: backoff quietMs must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      () => backoff({ firstMs: 5, endsAfter: 1 as never }),
      'TypeError: endsAfter must be true or false, got 1',
    ],
  ])('%# is refused by a sentence', (attempt, sentence) => {
    expect(refusal(attempt)).toBe(sentence);
  });
});

describe('a rule that closes', () => {
  it.each<Built>([
    [() => successRatio(1), { kind: 'success-ratio', ratio: 1 }],
    [() => successes(1), { kind: 'successes', successes: 1, of: 1 }],
    [() => successes(3, { of: 3 }), { kind: 'successes', successes: 3, of: 3 }],
    [() => successes(10_000, { of: 10_000 }), { kind: 'successes', successes: 10_000, of: 10_000 }],
    [() => successesInARow(1), { kind: 'successes-in-a-row', successes: 1 }],
    [() => successesInARow(10_000), { kind: 'successes-in-a-row', successes: 10_000 }],
    [() => belowLimits(1), { kind: 'below-limits', calls: 1 }],
    [
      () => belowLimits(10_000, { allowedFailures: 0 }),
      { kind: 'below-limits', calls: 10_000, allowedFailures: 0 },
    ],
    [
      () => belowLimits(5, { allowedFailures: 10_000 }),
      { kind: 'below-limits', calls: 5, allowedFailures: 10_000 },
    ],
  ])('%# is plain data with everything written down', (attempt, whole) => {
    expect(attempt()).toStrictEqual(whole);
  });

  it.each<Refused>([
    [
      () => successRatio(80),
      'RangeError: successRatio must be above 0 and at most 1, got 80; did you mean 0.8?',
    ],
    [
      () => successes(3, { off: 5 } as never),
      'TypeError: successes has no option "off"; did you mean of? (known: of)',
    ],
    [() => successes(0), 'RangeError: successes must be a whole number from 1 to 10000, got 0'],
    [() => successes(10_001), 'RangeError: successes must be a whole number from 1 to 10000, got 10001'],
    [() => successes(3, { of: 2 }), 'RangeError: successes of must be a whole number from 3 to 10000, got 2'],
    [
      () => successes(3, { of: 10_001 }),
      'RangeError: successes of must be a whole number from 3 to 10000, got 10001',
    ],
    [() => successesInARow(0), 'RangeError: successesInARow must be a whole number from 1 to 10000, got 0'],
    [
      () => successesInARow(10_001),
      'RangeError: successesInARow must be a whole number from 1 to 10000, got 10001',
    ],
    [
      () => belowLimits(5, { allowed: 1 } as never),
      'TypeError: belowLimits has no option "allowed"; did you mean allowedFailures? (known: allowedFailures)',
    ],
    [() => belowLimits(0), 'RangeError: belowLimits must be a whole number from 1 to 10000, got 0'],
    [() => belowLimits(10_001), 'RangeError: belowLimits must be a whole number from 1 to 10000, got 10001'],
    [
      () => belowLimits(5, { allowedFailures: -1 }),
      'RangeError: belowLimits allowedFailures must be a whole number from 0 to 10000, got -1',
    ],
    [
      () => belowLimits(5, { allowedFailures: 10_001 }),
      'RangeError: belowLimits allowedFailures must be a whole number from 0 to 10000, got 10001',
    ],
  ])('%# is refused by a sentence', (attempt, sentence) => {
    expect(refusal(attempt)).toBe(sentence);
  });
});
