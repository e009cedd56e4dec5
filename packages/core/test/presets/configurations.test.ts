/** Each preset's configuration as the breaker resolves it, whole: an option that a page promises is one of these figures. */
import { describe, expect, it } from 'vitest';
import type { BreakerConfig, Counting, StayOpen } from '../../src/config.ts';
import { type BreakerOptions, createBreaker } from '../../src/index.ts';
import {
  cep21,
  cockatiel,
  failsafe,
  fastFailing,
  gobreaker,
  hystrix,
  opossum,
  orchestra,
  polly,
  qpool,
  resilience4j,
  seqDb,
  tolerant,
} from '../../src/presets/index.ts';

type Preset = Omit<BreakerOptions, 'name'>;
/** `asks`: the functions that it brings along. */
type Whole = Omit<BreakerConfig, 'failAfterMs'> & { failAfterMs?: number | undefined; asks: string[] };

function wholeOf(preset: Preset): Whole {
  const { config } = createBreaker({ name: 'b', ...preset });
  const asks = Object.entries(preset).flatMap(([key, value]) => (typeof value === 'function' ? [key] : []));
  return { ...config, asks: asks.sort() };
}

/** As long each time, and at most a minute longer where the other side asks for it. */
const openFor = (firstMs: number, more: Partial<StayOpen> = {}): StayOpen => ({
  kind: 'fixed',
  firstMs,
  factor: 1,
  maxMs: firstMs,
  jitterRatio: 0,
  hintMaxMs: Math.max(firstMs, 60_000),
  ...more,
});
const counting = (differs: Partial<Counting>): Counting => ({
  dated: 'end',
  pending: false,
  rejected: 'nothing',
  ignored: 'nothing',
  late: 'stale',
  check: 'results',
  clears: 'closing',
  closingSuccess: false,
  streakExpires: false,
  ...differs,
});

describe('the whole configuration of fastFailing', () => {
  const usual: Whole = {
    window: { kind: 'last-ms', ms: 5_000, buckets: 10 },
    openWhen: [
      { kind: 'consecutive-failures', failures: 3 },
      { kind: 'failure-ratio', ratio: 0.3, minimumCalls: 5 },
      { kind: 'slow-ratio', ratio: 0.5, minimumCalls: 5, slowMs: 1_000, inFlight: true },
    ],
    stayOpen: openFor(1_000, { jitterRatio: 0.2 }),
    probing: { probes: 1, atOnce: 1, closeWhen: { kind: 'success-ratio', ratio: 1 }, leaseMs: 2_000 },
    asks: [],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => fastFailing(), usual],
    [
      'for what is slow after two seconds',
      () => fastFailing({ slowMs: 2_000 }),
      {
        ...usual,
        openWhen: [
          { kind: 'consecutive-failures', failures: 3 },
          { kind: 'failure-ratio', ratio: 0.3, minimumCalls: 5 },
          { kind: 'slow-ratio', ratio: 0.5, minimumCalls: 5, slowMs: 2_000, inFlight: true },
        ],
        probing: { ...usual.probing, leaseMs: 4_000 },
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of tolerant', () => {
  const usual: Whole = {
    window: { kind: 'last-ms', ms: 60_000, buckets: 12 },
    openWhen: [
      { kind: 'failure-ratio', ratio: 0.75, minimumCalls: 100 },
      { kind: 'slow-ratio', ratio: 0.9, minimumCalls: 100, slowMs: 10_000 },
    ],
    stayOpen: openFor(10_000, {
      kind: 'backoff',
      factor: 2,
      maxMs: 120_000,
      jitterRatio: 0.2,
      hintMaxMs: 120_000,
    }),
    probing: { probes: 10, atOnce: 3, closeWhen: { kind: 'success-ratio', ratio: 0.7 }, leaseMs: 30_000 },
    rampUp: { overMs: 30_000, fromRatio: 0.1, alwaysPerSecond: 1 },
    asks: [],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => tolerant(), usual],
    [
      'for what is slow after twenty seconds',
      () => tolerant({ slowMs: 20_000, minimumCalls: 5 }),
      {
        ...usual,
        openWhen: [
          { kind: 'failure-ratio', ratio: 0.75, minimumCalls: 5 },
          { kind: 'slow-ratio', ratio: 0.9, minimumCalls: 5, slowMs: 20_000 },
        ],
        probing: { ...usual.probing, leaseMs: 40_000 },
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of cep21', () => {
  const usual: Whole = {
    window: { kind: 'last-ms', ms: 10_000, buckets: 10, anchor: 'construction' },
    openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 }],
    stayOpen: openFor(5_000),
    probing: {
      probes: 1,
      atOnce: 1,
      closeWhen: { kind: 'successes-in-a-row', successes: 1 },
      leaseMs: 5_000,
      unlimited: true,
      whileOpen: true,
    },
    counting: counting({ check: 'failures', clears: 'opening-and-closing' }),
    failAfterMs: 1_000,
    asks: ['classify', 'counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => cep21(), usual],
    [
      'faithful',
      () => cep21({}, { faithful: true }),
      { ...usual, stayOpen: openFor(5_000, { hintMaxMs: 0 }) },
    ],
    [
      'its own figures',
      () =>
        cep21({
          opener: {
            kind: 'hystrix',
            errorThresholdPercentage: 25,
            requestVolumeThreshold: 8,
            rollingDuration: 3_000,
            numBuckets: 6,
          },
          closer: { sleepWindow: 400, halfOpenAttempts: 4, requiredConcurrentSuccessful: 2 },
          execution: { timeout: 700 },
        }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 3_000, buckets: 6, anchor: 'construction' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.25, minimumCalls: 8 }],
        stayOpen: openFor(400),
        probing: {
          ...usual.probing,
          probes: 4,
          atOnce: 4,
          closeWhen: { kind: 'successes-in-a-row', successes: 2 },
          leaseMs: 700,
        },
        failAfterMs: 700,
      },
    ],
    [
      'version 3, faithful, consecutive errors',
      () =>
        cep21(
          { version: 3, opener: { kind: 'consecutive', errorThreshold: 4 }, execution: { timeout: -1 } },
          { faithful: true },
        ),
      {
        ...usual,
        window: { kind: 'since-closed' },
        openWhen: [{ kind: 'consecutive-failures', failures: 4 }],
        stayOpen: openFor(5_000, { hintMaxMs: 0 }),
        counting: counting({ late: 'counted', check: 'failures', clears: 'opening-and-closing' }),
        failAfterMs: undefined,
      },
    ],
    [
      'version 3, faithful, a share',
      () => cep21({ version: 3 }, { faithful: true }),
      {
        ...usual,
        openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20, rounding: 'percent-down' }],
        stayOpen: openFor(5_000, { hintMaxMs: 0 }),
        counting: counting({ late: 'counted', check: 'failures', clears: 'opening-and-closing' }),
      },
    ],
    [
      'consecutive errors, left out',
      () => cep21({ opener: { kind: 'consecutive' } }),
      {
        ...usual,
        window: { kind: 'since-closed' },
        openWhen: [{ kind: 'consecutive-failures', failures: 10 }],
      },
    ],
    [
      'no opener',
      () => cep21({ opener: 'never' }),
      { ...usual, window: { kind: 'since-closed' }, openWhen: [] },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of cockatiel', () => {
  const usual: Whole = {
    window: { kind: 'since-closed' },
    openWhen: [{ kind: 'consecutive-failures', failures: 5 }],
    stayOpen: openFor(10_000),
    probing: { probes: 1, atOnce: 1, closeWhen: { kind: 'successes', successes: 1, of: 1 }, leaseMs: 10_000 },
    counting: counting({ check: 'failures', closingSuccess: true }),
    asks: ['counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['consecutive failures', () => cockatiel({ breaker: { consecutive: 5 }, halfOpenAfter: 10_000 }), usual],
    [
      'consecutive failures, faithful',
      () => cockatiel({ breaker: { consecutive: 5 }, halfOpenAfter: 10_000 }, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(10_000, { hintMaxMs: 0 }),
        probing: { ...usual.probing, leaseMs: null },
        counting: counting({ late: 'counted', check: 'failures', closingSuccess: true }),
        asks: ['classify', 'counts'],
      },
    ],
    [
      'a share of the last calls, a sample of trial calls, filters',
      () =>
        cockatiel({
          breaker: { count: { threshold: 0.2, size: 50 } },
          halfOpenAfter: 0,
          halfOpenSampling: { calls: 10, threshold: 0.3 },
          handleWhen: () => true,
        }),
      {
        ...usual,
        window: { kind: 'last-calls', calls: 50 },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.2, minimumCalls: 50, above: true }],
        stayOpen: openFor(0),
        probing: {
          ...usual.probing,
          probes: 10,
          atOnce: 10,
          closeWhen: { kind: 'successes', successes: 7, of: 10 },
        },
        asks: ['classify', 'counts'],
      },
    ],
    [
      'a share of the last calls, of fewer',
      () =>
        cockatiel({
          breaker: { count: { threshold: 0.2, size: 50, minimumNumberOfCalls: 7 } },
          halfOpenAfter: 5,
          handleWhenResult: () => true,
        }),
      {
        ...usual,
        window: { kind: 'last-calls', calls: 50 },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.2, minimumCalls: 7, above: true }],
        stayOpen: openFor(5),
        probing: { ...usual.probing, leaseMs: 5 },
        asks: ['classify', 'counts'],
      },
    ],
    [
      'a share of a time',
      () =>
        cockatiel({ breaker: { sampling: { threshold: 0.5, duration: 30_000 } }, halfOpenAfter: () => 5 }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 30_000, buckets: 30, anchor: 'first-call' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 300, above: true }],
        stayOpen: openFor(10_000, { kind: 'backoff', maxMs: 120_000, hintMaxMs: 120_000, quietMs: 0 }),
        asks: ['counts', 'openMs'],
      },
    ],
    [
      'a share of a time, faithful',
      () =>
        cockatiel(
          {
            breaker: { sampling: { threshold: 0.5, duration: 7_301, minimumRps: 2 } },
            halfOpenAfter: () => 5,
          },
          { faithful: true },
        ),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 7_304, buckets: 8, anchor: 'first-call', forgets: 'in-turn' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 15, above: true }],
        stayOpen: openFor(10_000, { kind: 'backoff', maxMs: 120_000, hintMaxMs: 0, quietMs: 0 }),
        probing: { ...usual.probing, leaseMs: null },
        counting: counting({ late: 'counted', check: 'failures', closingSuccess: true }),
        asks: ['classify', 'counts', 'openMs'],
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of failsafe', () => {
  const usual: Whole = {
    window: { kind: 'last-calls', calls: 1 },
    openWhen: [{ kind: 'failures', failures: 1, minimumCalls: 1 }],
    stayOpen: openFor(60_000),
    probing: {
      probes: 1,
      atOnce: 1,
      closeWhen: { kind: 'successes', successes: 1, of: 1 },
      leaseMs: 60_000,
      unlimited: true,
    },
    asks: ['counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => failsafe(), usual],
    [
      'faithful',
      () => failsafe({}, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(60_000, { hintMaxMs: 0 }),
        probing: { ...usual.probing, leaseMs: null },
        counting: counting({ late: 'counted' }),
        asks: ['classify', 'counts'],
      },
    ],
    [
      'two of three calls',
      () =>
        failsafe({
          failureThreshold: 2,
          failureThresholdingCapacity: 3,
          successThreshold: 4,
          successThresholdingCapacity: 6,
          delay: 250,
          delayFunc: () => 5,
        }),
      {
        ...usual,
        window: { kind: 'last-calls', calls: 3 },
        openWhen: [{ kind: 'failures', failures: 2, minimumCalls: 1 }],
        stayOpen: openFor(250),
        probing: {
          ...usual.probing,
          probes: 6,
          atOnce: 6,
          closeWhen: { kind: 'successes', successes: 4, of: 6 },
          leaseMs: 250,
        },
        asks: ['counts', 'openMs'],
      },
    ],
    [
      'failures in a period',
      () => failsafe({ failureThreshold: 3, failureThresholdingPeriod: 1_000, delay: 0 }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 1_000, buckets: 10, anchor: 'epoch' },
        openWhen: [{ kind: 'failures', failures: 3, minimumCalls: 3 }],
        stayOpen: openFor(0),
        probing: {
          ...usual.probing,
          probes: 3,
          atOnce: 3,
          closeWhen: { kind: 'successes', successes: 1, of: 3 },
          leaseMs: 10_000,
        },
      },
    ],
    [
      'a rate in a period',
      () =>
        failsafe({
          failureRateThreshold: 0.8,
          failureExecutionThreshold: 10,
          failureThresholdingPeriod: 2_000,
          handleIf: () => true,
        }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 2_000, buckets: 10, anchor: 'epoch' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.8, minimumCalls: 10, rounding: 'two-digits' }],
        probing: {
          ...usual.probing,
          probes: 10,
          atOnce: 10,
          closeWhen: { kind: 'below-limits', calls: 10, allowedFailures: 7 },
        },
        asks: ['classify', 'counts'],
      },
    ],
    [
      'a rate in a period, faithful',
      () =>
        failsafe(
          { failureRateThreshold: 0.8, failureExecutionThreshold: 10, failureThresholdingPeriod: 2_000 },
          { faithful: true },
        ),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 2_000, buckets: 10, anchor: 'epoch' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.8, minimumCalls: 10, rounding: 'two-digits' }],
        stayOpen: openFor(60_000, { hintMaxMs: 0 }),
        probing: {
          ...usual.probing,
          probes: 10,
          atOnce: 10,
          closeWhen: { kind: 'below-limits', calls: 10, allowedFailures: 8 },
          leaseMs: null,
        },
        counting: counting({ late: 'counted' }),
        asks: ['classify', 'counts'],
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of gobreaker', () => {
  const usual: Whole = {
    window: { kind: 'since-closed' },
    openWhen: [{ kind: 'consecutive-failures', failures: 6 }],
    stayOpen: openFor(60_000, { endsAfter: true }),
    probing: { probes: 1, atOnce: 1, closeWhen: { kind: 'successes', successes: 1, of: 1 }, leaseMs: 60_000 },
    counting: counting({
      pending: true,
      ignored: 'calls',
      check: 'failures',
      clears: 'opening-and-closing',
      streakExpires: true,
    }),
    asks: ['counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => gobreaker(), usual],
    [
      'faithful',
      () => gobreaker({}, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(60_000, { hintMaxMs: 0, endsAfter: true }),
        probing: { ...usual.probing, leaseMs: null },
        asks: ['classify', 'counts'],
      },
    ],
    [
      'a clearing interval',
      () => gobreaker({ maxRequests: 3, interval: 5_000, timeout: 700, isSuccessful: () => true }),
      {
        ...usual,
        window: { kind: 'tumbling', ms: 5_000, restarts: 'when-touched', endsAfter: true, stalesCalls: true },
        stayOpen: openFor(700, { endsAfter: true }),
        probing: {
          ...usual.probing,
          probes: 3,
          atOnce: 3,
          closeWhen: { kind: 'successes', successes: 3, of: 3 },
          leaseMs: 700,
        },
        asks: ['classify', 'counts'],
      },
    ],
    [
      'rolling buckets',
      () => gobreaker({ interval: 5_000, bucketPeriod: 2_000, isExcluded: () => true }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 6_000, buckets: 3 },
        counting: counting({
          dated: 'start',
          pending: true,
          ignored: 'calls',
          check: 'failures',
          clears: 'opening-and-closing',
          streakExpires: true,
        }),
        asks: ['classify', 'counts'],
      },
    ],
    [
      'version 1 with a rule of its own',
      () => gobreaker({ version: 1, readyToTrip: () => true }),
      { ...usual, openWhen: [{ kind: 'custom', name: 'readyToTrip' }] },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of hystrix', () => {
  const usual: Whole = {
    window: { kind: 'last-ms', ms: 10_000, buckets: 10, anchor: 'epoch', forgets: 'by-counter' },
    openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20, rounding: 'percent' }],
    stayOpen: openFor(5_000, { endsAfter: true }),
    probing: {
      probes: 1,
      atOnce: 1,
      closeWhen: { kind: 'successes', successes: 1, of: 1 },
      leaseMs: 5_000,
      whileOpen: true,
    },
    counting: counting({ rejected: 'failures', ignored: 'calls', check: 'arrivals', closingSuccess: true }),
    failAfterMs: 1_000,
    asks: ['classify', 'counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => hystrix(), usual],
    [
      'faithful',
      () => hystrix({}, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(5_000, { hintMaxMs: 0, endsAfter: true }),
        counting: counting({
          rejected: 'failures',
          ignored: 'calls',
          late: 'counted',
          check: 'arrivals',
          closingSuccess: true,
        }),
      },
    ],
    [
      'its own figures',
      () => hystrix({ timeout: 900, requestVolumeThreshold: 5, sleepWindow: 800, errorPercentThreshold: 25 }),
      {
        ...usual,
        openWhen: [{ kind: 'failure-ratio', ratio: 0.25, minimumCalls: 5, rounding: 'percent' }],
        stayOpen: openFor(800, { endsAfter: true }),
        probing: { ...usual.probing, leaseMs: 900 },
        failAfterMs: 900,
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of opossum', () => {
  const usual: Whole = {
    window: { kind: 'last-ms', ms: 10_000, buckets: 10, anchor: 'construction' },
    openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 1, above: true }],
    stayOpen: openFor(30_000),
    probing: { probes: 1, atOnce: 1, closeWhen: { kind: 'success-ratio', ratio: 1 }, leaseMs: 30_000 },
    counting: counting({ check: 'failures' }),
    failAfterMs: 10_000,
    asks: ['counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => opossum(), usual],
    [
      'faithful',
      () => opossum({}, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(30_000, { hintMaxMs: 0 }),
        probing: { ...usual.probing, leaseMs: 40_000 },
        counting: counting({
          pending: true,
          rejected: 'calls',
          late: 'counted',
          check: 'failures',
          clears: 'never',
          closingSuccess: true,
        }),
        asks: ['classify', 'counts'],
      },
    ],
    [
      'its own figures',
      () =>
        opossum({
          timeout: 3_000,
          resetTimeout: 500,
          errorThresholdPercentage: 25,
          rollingCountTimeout: 6_000,
          rollingCountBuckets: 12,
          volumeThreshold: 8,
          allowWarmUp: true,
          errorFilter: () => false,
        }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 6_000, buckets: 12, anchor: 'construction' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.25, minimumCalls: 8, above: true }],
        stayOpen: openFor(500),
        probing: { ...usual.probing, leaseMs: 3_000 },
        failAfterMs: 3_000,
        warmUpMs: 6_000,
        asks: ['classify', 'counts'],
      },
    ],
    [
      'any failure, no time limit',
      () => opossum({ timeout: false, resetTimeout: 0, errorThresholdPercentage: 0, volumeThreshold: 8 }),
      {
        ...usual,
        openWhen: [{ kind: 'failures', failures: 1, minimumCalls: 8 }],
        stayOpen: openFor(0),
        probing: { ...usual.probing, leaseMs: 10_000 },
        failAfterMs: undefined,
      },
    ],
    [
      'switched off, faithful',
      () => opossum({ timeout: 0, enabled: false }, { faithful: true }),
      {
        ...usual,
        openWhen: [],
        stayOpen: openFor(30_000, { hintMaxMs: 0 }),
        probing: { ...usual.probing, leaseMs: null },
        counting: counting({
          pending: true,
          rejected: 'calls',
          late: 'counted',
          check: 'failures',
          clears: 'never',
          closingSuccess: true,
        }),
        asks: ['classify', 'counts'],
        failAfterMs: undefined,
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of orchestra', () => {
  const usual: Whole = {
    window: { kind: 'last-calls', calls: 100 },
    openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 10 }],
    stayOpen: openFor(30_000, { endsAfter: true }),
    probing: {
      probes: 5,
      atOnce: 5,
      closeWhen: { kind: 'successes', successes: 5, of: 5 },
      leaseMs: 30_000,
      unlimited: true,
      tokens: { capacity: 10, perSecond: 2 },
    },
    counting: counting({ check: 'failures' }),
    asks: ['counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => orchestra(), usual],
    [
      'faithful',
      () => orchestra({}, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(30_000, { hintMaxMs: 0, endsAfter: true }),
        probing: {
          ...usual.probing,
          closeWhen: { kind: 'successes', successes: 5, of: 10_000 },
          leaseMs: null,
        },
        counting: counting({ late: 'counted', check: 'failures' }),
      },
    ],
    [
      'its own figures',
      () =>
        orchestra({
          errorThreshold: 1,
          windowSize: 5,
          minRequests: 7,
          openTimeout: 900,
          maxConcurrentRequests: 3,
          halfOpenBucketSize: 4,
          halfOpenRefillRate: 1_000_000,
          adaptiveThresholdFactor: 0.6,
          metricsCollector: { overMs: 60_000 },
        }),
      {
        ...usual,
        window: { kind: 'last-calls', calls: 5 },
        openWhen: [
          { kind: 'failure-ratio', ratio: 0.01, minimumCalls: 5, adapt: { factor: 0.6, history: 60_000 } },
        ],
        stayOpen: openFor(900, { endsAfter: true }),
        probing: {
          ...usual.probing,
          probes: 3,
          atOnce: 3,
          closeWhen: { kind: 'successes', successes: 3, of: 3 },
          leaseMs: 900,
          tokens: { capacity: 4, perSecond: 1_000_000 },
        },
      },
    ],
    [
      'every call failed',
      () => orchestra({ errorThreshold: 100, successThreshold: 9, adaptiveThresholdFactor: 0.6 }),
      {
        ...usual,
        openWhen: [{ kind: 'failure-ratio', ratio: 1, minimumCalls: 10 }],
        probing: { ...usual.probing, probes: 9, closeWhen: { kind: 'successes', successes: 9, of: 9 } },
      },
    ],
    [
      'a single call',
      () => orchestra({ minRequests: 1, metricsCollector: { overMs: 60_000 } }),
      {
        ...usual,
        openWhen: [
          { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 1, adapt: { factor: 0.3, history: 60_000 } },
        ],
        probing: { ...usual.probing, probes: 1, closeWhen: { kind: 'successes', successes: 1, of: 1 } },
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of polly', () => {
  const usual: Whole = {
    window: { kind: 'last-ms', ms: 30_000, buckets: 10, anchor: 'first-call' },
    openWhen: [{ kind: 'failure-ratio', ratio: 0.1, minimumCalls: 100 }],
    stayOpen: openFor(5_000, { kind: 'backoff', quietMs: 0 }),
    probing: { probes: 1, atOnce: 1, closeWhen: { kind: 'successes', successes: 1, of: 1 }, leaseMs: 5_000 },
    counting: counting({ check: 'failures' }),
    asks: ['classify', 'counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => polly(), usual],
    [
      'faithful',
      () => polly({}, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(5_000, { kind: 'backoff', hintMaxMs: 0, quietMs: 0 }),
        probing: { ...usual.probing, leaseMs: null },
        counting: counting({ ignored: 'successes', late: 'counted', check: 'failures' }),
      },
    ],
    [
      'version 8, its own figures',
      () =>
        polly({
          version: 8,
          failureRatio: 0.5,
          minimumThroughput: 2,
          samplingDuration: 500,
          breakDuration: 86_400_000,
          breakDurationGenerator: () => 5,
        }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 500, buckets: 10, anchor: 'first-call' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 2 }],
        stayOpen: openFor(86_400_000, { kind: 'backoff', quietMs: 0 }),
        probing: { ...usual.probing, leaseMs: 86_400_000 },
        asks: ['classify', 'counts', 'openMs'],
      },
    ],
    [
      'version 8, any failure',
      () => polly({ failureRatio: 0 }),
      { ...usual, openWhen: [{ kind: 'failures', failures: 1, minimumCalls: 100 }] },
    ],
    [
      'version 7, failures in a row',
      () => polly({ version: 7, exceptionsAllowedBeforeBreaking: 3, durationOfBreak: 0 }),
      {
        ...usual,
        window: { kind: 'since-closed' },
        openWhen: [{ kind: 'consecutive-failures', failures: 3 }],
        stayOpen: openFor(0),
        probing: { ...usual.probing, probes: 10_000, atOnce: 10_000, leaseMs: null },
        asks: ['counts'],
      },
    ],
    [
      'version 7, failures in a row, faithful',
      () =>
        polly(
          { version: 7, exceptionsAllowedBeforeBreaking: 3, durationOfBreak: 400, handle: () => true },
          { faithful: true },
        ),
      {
        ...usual,
        window: { kind: 'since-closed' },
        openWhen: [{ kind: 'consecutive-failures', failures: 3 }],
        stayOpen: openFor(400, { hintMaxMs: 0 }),
        probing: { ...usual.probing, leaseMs: 400 },
        counting: counting({ late: 'counted', check: 'failures' }),
      },
    ],
    [
      'version 7, a share',
      () =>
        polly({
          version: 7,
          failureThreshold: 0.25,
          samplingDuration: 200,
          minimumThroughput: 2,
          durationOfBreak: 400,
          handleResult: () => true,
        }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 200, buckets: 10, anchor: 'first-call' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.25, minimumCalls: 2 }],
        stayOpen: openFor(400),
        probing: { ...usual.probing, leaseMs: 400 },
        counting: counting({ check: 'failures', closingSuccess: true }),
      },
    ],
    [
      'version 7, a share of less than 200 ms, faithful',
      () =>
        polly(
          {
            version: 7,
            failureThreshold: 1,
            samplingDuration: 199,
            minimumThroughput: 2,
            durationOfBreak: 400,
          },
          { faithful: true },
        ),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 199, buckets: 1, anchor: 'first-call' },
        openWhen: [{ kind: 'failure-ratio', ratio: 1, minimumCalls: 2 }],
        stayOpen: openFor(400, { hintMaxMs: 0 }),
        probing: { ...usual.probing, leaseMs: 400 },
        counting: counting({ late: 'counted', check: 'failures', closingSuccess: true }),
        asks: ['counts'],
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of qpool', () => {
  const usual: Whole = {
    window: { kind: 'since-closed' },
    openWhen: [{ kind: 'consecutive-failures', failures: 1 }],
    stayOpen: openFor(60_000, { endsAfter: true }),
    probing: {
      probes: 1,
      atOnce: 1,
      closeWhen: { kind: 'successes', successes: 1, of: 1 },
      leaseMs: 60_000,
      unlimited: true,
    },
    counting: counting({ check: 'failures' }),
    asks: ['counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => qpool(), usual],
    [
      'faithful',
      () => qpool({}, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(60_000, { hintMaxMs: 0, endsAfter: true }),
        probing: { ...usual.probing, leaseMs: null },
        counting: counting({ late: 'counted', check: 'failures' }),
      },
    ],
    [
      'its own figures',
      () => qpool({ maxFailures: 5, resetTimeout: 90_000, halfOpenMax: 2 }),
      {
        ...usual,
        openWhen: [{ kind: 'consecutive-failures', failures: 5 }],
        stayOpen: openFor(90_000, { endsAfter: true }),
        probing: {
          ...usual.probing,
          probes: 2,
          atOnce: 2,
          closeWhen: { kind: 'successes', successes: 2, of: 2 },
          leaseMs: 90_000,
        },
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of resilience4j', () => {
  const usual: Whole = {
    window: { kind: 'last-calls', calls: 100 },
    openWhen: [
      { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 100 },
      { kind: 'slow-ratio', ratio: 1, minimumCalls: 100, slowMs: 60_000 },
    ],
    stayOpen: openFor(60_000, { kind: 'backoff', quietMs: 0, endsAfter: true }),
    probing: { probes: 10, atOnce: 10, closeWhen: { kind: 'below-limits', calls: 10 }, leaseMs: 60_000 },
    asks: ['counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => resilience4j(), usual],
    [
      'faithful',
      () => resilience4j({}, { faithful: true }),
      {
        ...usual,
        stayOpen: openFor(60_000, { kind: 'backoff', hintMaxMs: 0, quietMs: 0, endsAfter: true }),
        probing: { ...usual.probing, leaseMs: null },
        counting: counting({ late: 'counted' }),
        asks: ['classify', 'counts'],
      },
    ],
    [
      'a window of time',
      () =>
        resilience4j({
          slidingWindowType: 'TIME_BASED',
          slidingWindowSize: 30,
          minimumNumberOfCalls: 5,
          failureRateThreshold: 1.1,
          slowCallRateThreshold: 25,
          slowCallDurationThreshold: 90_000,
          waitDurationInOpenState: 2_500.7,
          automaticTransitionFromOpenToHalfOpenEnabled: true,
          recordResult: () => false,
        }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 30_000, buckets: 30, anchor: 'epoch' },
        openWhen: [
          { kind: 'failure-ratio', ratio: 0.011, minimumCalls: 5 },
          { kind: 'slow-ratio', ratio: 0.25, minimumCalls: 5, slowMs: 90_000 },
        ],
        stayOpen: openFor(2_500, { kind: 'backoff', quietMs: 0 }),
        probing: { ...usual.probing, closeWhen: { kind: 'below-limits', calls: 5 }, leaseMs: 90_000 },
        asks: ['classify', 'counts'],
      },
    ],
    [
      'a longest time half-open',
      () =>
        resilience4j({
          slidingWindowSize: 20,
          permittedNumberOfCallsInHalfOpenState: 4,
          maxWaitDurationInHalfOpenState: 1_500.5,
          transitionToStateAfterWaitDuration: 'CLOSED',
          recordException: () => true,
        }),
      {
        ...usual,
        window: { kind: 'last-calls', calls: 20 },
        openWhen: [
          { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 },
          { kind: 'slow-ratio', ratio: 1, minimumCalls: 20, slowMs: 60_000 },
        ],
        probing: {
          ...usual.probing,
          probes: 4,
          atOnce: 4,
          closeWhen: { kind: 'below-limits', calls: 4 },
          leaseMs: null,
          maxMs: 1_500,
          afterMaxMs: 'closed',
        },
        asks: ['classify', 'counts'],
      },
    ],
    [
      'a function of the attempt',
      () =>
        resilience4j({
          minimumNumberOfCalls: 3,
          waitIntervalFunctionInOpenState: (attempt) => 250 * attempt,
          maxWaitDurationInHalfOpenState: 1,
          transitionToStateAfterWaitDuration: 'OPEN',
          ignoreException: () => true,
        }),
      {
        ...usual,
        openWhen: [
          { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 3 },
          { kind: 'slow-ratio', ratio: 1, minimumCalls: 3, slowMs: 60_000 },
        ],
        stayOpen: openFor(250, { kind: 'backoff', quietMs: 0, endsAfter: true }),
        probing: { ...usual.probing, closeWhen: { kind: 'below-limits', calls: 3 }, leaseMs: null, maxMs: 1 },
        asks: ['classify', 'counts', 'openMs'],
      },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});

describe('the whole configuration of seqDb', () => {
  const usual: Whole = {
    window: { kind: 'last-ms', ms: 10_000, buckets: 10, anchor: 'construction' },
    openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 }],
    stayOpen: openFor(5_000),
    probing: {
      probes: 1,
      atOnce: 1,
      closeWhen: { kind: 'successes-in-a-row', successes: 1 },
      leaseMs: 60_000,
      unlimited: true,
      whileOpen: true,
    },
    counting: counting({ check: 'failures', clears: 'opening-and-closing' }),
    failAfterMs: 60_000,
    asks: ['classify', 'counts'],
  };
  it.each<[string, () => Preset, Whole]>([
    ['as it comes', () => seqDb(), usual],
    [
      'faithful',
      () => seqDb({}, { faithful: true }),
      {
        ...usual,
        openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20, rounding: 'percent-down' }],
        stayOpen: openFor(5_000, { hintMaxMs: 0 }),
        counting: counting({ late: 'counted', check: 'failures', clears: 'opening-and-closing' }),
      },
    ],
    [
      'its own figures',
      () =>
        seqDb({
          timeout: 10_000,
          maxConcurrent: -1,
          numBuckets: 20,
          bucketWidth: 1_000,
          requestVolumeThreshold: 5,
          errorThresholdPercentage: 50,
          sleepWindow: 70_000,
        }),
      {
        ...usual,
        window: { kind: 'last-ms', ms: 20_000, buckets: 20, anchor: 'construction' },
        openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 5 }],
        stayOpen: openFor(70_000),
        probing: { ...usual.probing, leaseMs: 70_000 },
        failAfterMs: 10_000,
      },
    ],
    [
      'no limit of time',
      () => seqDb({ timeout: -1 }),
      { ...usual, probing: { ...usual.probing, leaseMs: 5_000 }, failAfterMs: undefined },
    ],
  ])('%s', (_, preset, whole) => {
    expect(wholeOf(preset())).toEqual(whole);
  });
});
