/** What every preset refuses, in the whole sentence that a person reads. */
import { describe, expect, it } from 'vitest';
import {
  cep21,
  cockatiel,
  failsafe,
  gobreaker,
  hystrix,
  opossum,
  orchestra,
  polly,
  qpool,
  resilience4j,
  seqDb,
} from '../../src/presets/index.ts';

function sentence(of: (...args: never[]) => unknown, ...args: unknown[]): string {
  try {
    of(...(args as never[]));
  } catch (error) {
    return String(error);
  }
  return 'taken';
}

describe('cep21 refuses', () => {
  const KNOWN = ' (known: version, opener, closer, execution, fallback, isBadRequest)';
  const KNOWN_2 =
    ' (known: kind, errorThresholdPercentage, requestVolumeThreshold, rollingDuration, numBuckets)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: cep21 has no option "x"${KNOWN}`],
    [
      { general: {} },
      `TypeError: cep21 has no option "general"; did you mean opener, closer, and breaker.setMode('forced-open' | 'forced-closed')?${KNOWN}`,
    ],
    [
      { forceOpen: true },
      `TypeError: cep21 has no option "forceOpen"; did you mean breaker.setMode('forced-open')?${KNOWN}`,
    ],
    [
      { forcedClosed: true },
      `TypeError: cep21 has no option "forcedClosed"; did you mean breaker.setMode('forced-closed')?${KNOWN}`,
    ],
    [
      { timeout: 5 },
      `TypeError: cep21 has no option "timeout"; did you mean execution: { timeout }?${KNOWN}`,
    ],
    [
      { sleepWindow: 5 },
      `TypeError: cep21 has no option "sleepWindow"; did you mean closer: { sleepWindow }?${KNOWN}`,
    ],
    [
      { errorThresholdPercentage: 5 },
      `TypeError: cep21 has no option "errorThresholdPercentage"; did you mean opener: { errorThresholdPercentage }?${KNOWN}`,
    ],
    [
      { requestVolumeThreshold: 5 },
      `TypeError: cep21 has no option "requestVolumeThreshold"; did you mean opener: { requestVolumeThreshold }?${KNOWN}`,
    ],
    [{ version: 5 }, 'RangeError: cep21 version must be 3 or 4, got 5'],
    [{ opener: null }, 'TypeError: cep21 opener must be an object or "never", got null'],
    [{ opener: 'hystrix' }, 'TypeError: cep21 opener must be an object or "never", got "hystrix"'],
    [
      { opener: { kind: 'consecutive', x: 1 } },
      'TypeError: cep21 opener has no option "x" (known: kind, errorThreshold)',
    ],
    [
      { opener: { kind: 'consecutive', errorThreshold: -1 } },
      'RangeError: cep21 opener.errorThreshold must be a whole number from 1 to 1000000, got -1',
    ],
    [
      { opener: { kind: 'simple' } },
      'TypeError: cep21 opener.kind must be "hystrix" or "consecutive", got "simple"',
    ],
    [{ opener: { x: 1 } }, `TypeError: cep21 opener has no option "x"${KNOWN_2}`],
    [
      { opener: { kind: 'hystrix', errorThreshold: 3 } },
      `TypeError: cep21 opener has no option "errorThreshold"; did you mean kind: 'consecutive'?${KNOWN_2}`,
    ],
    [
      { opener: { errorThresholdPercentage: 101 } },
      'RangeError: cep21 opener.errorThresholdPercentage must be a whole number from 1 to 100, got 101',
    ],
    [
      { opener: { requestVolumeThreshold: -1 } },
      'RangeError: cep21 opener.requestVolumeThreshold must be a whole number from 1 to 1000000, got -1',
    ],
    [
      { opener: { rollingDuration: 0.5 } },
      'RangeError: cep21 opener.rollingDuration must be a finite number of milliseconds of at least 1, got 0.5',
    ],
    [
      { opener: { numBuckets: 1_001 } },
      'RangeError: cep21 opener.numBuckets must be a whole number from 1 to 1000, got 1001',
    ],
    [
      { closer: { x: 1 } },
      'TypeError: cep21 closer has no option "x" (known: sleepWindow, halfOpenAttempts, requiredConcurrentSuccessful)',
    ],
    [
      { closer: { sleepWindow: -1 } },
      'RangeError: cep21 closer.sleepWindow must be a finite number of milliseconds above 0, got -1',
    ],
    [
      { closer: { halfOpenAttempts: 10_001 } },
      'RangeError: cep21 closer.halfOpenAttempts must be a whole number from 1 to 10000, got 10001',
    ],
    [
      { closer: { requiredConcurrentSuccessful: 10_001 } },
      'RangeError: cep21 closer.requiredConcurrentSuccessful must be a whole number from 1 to 10000, got 10001',
    ],
    [
      { execution: { x: 1 } },
      'TypeError: cep21 execution has no option "x" (known: timeout, maxConcurrentRequests, ignoreInterrupts, isErrInterrupt)',
    ],
    [
      { execution: { timeout: '-1' } },
      'RangeError: cep21 execution.timeout must be a finite number of milliseconds above 0, got "-1"; durations are numbers of milliseconds',
    ],
    [
      { execution: { isErrInterrupt: true } },
      'TypeError: cep21 execution.isErrInterrupt must be a function, got true',
    ],
    [
      { execution: { ignoreInterrupts: 1 } },
      'TypeError: cep21 execution.ignoreInterrupts must be true or false, got 1',
    ],
    [
      { execution: { maxConcurrentRequests: '-1' } },
      'RangeError: cep21 execution.maxConcurrentRequests must be a whole number from 1 to 1000000, got "-1"',
    ],
    [
      { execution: { maxConcurrentRequests: 1.5 } },
      'RangeError: cep21 execution.maxConcurrentRequests must be a whole number from 1 to 1000000, got 1.5',
    ],
    [
      { fallback: { x: 1 } },
      'TypeError: cep21 fallback has no option "x" (known: disabled, maxConcurrentRequests)',
    ],
    [{ fallback: { disabled: 1 } }, 'TypeError: cep21 fallback.disabled must be true or false, got 1'],
    [
      { fallback: { maxConcurrentRequests: 1.5 } },
      'RangeError: cep21 fallback.maxConcurrentRequests must be a whole number from 1 to 1000000, got 1.5',
    ],
    [{ isBadRequest: true }, 'TypeError: cep21 isBadRequest must be a function, got true'],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(cep21, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(cep21, {}, { x: 1 })).toBe(
      'TypeError: cep21, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('cockatiel refuses', () => {
  const KNOWN = ' (known: breaker, halfOpenAfter, halfOpenSampling, handleWhen, handleWhenResult, version)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: cockatiel has no option "x"${KNOWN}`],
    [
      { initialState: {} },
      `TypeError: cockatiel has no option "initialState"; did you mean restore, an option of createBreaker?${KNOWN}`,
    ],
    [
      { breaker: { consecutive: 5 }, halfOpenAfter: 5, version: 5 },
      'RangeError: cockatiel version must be 3 or 4, got 5',
    ],
    [
      {
        breaker: { consecutive: 5 },
        halfOpenAfter: 5,
        version: 3,
        halfOpenSampling: { calls: 2, threshold: 0 },
      },
      'TypeError: cockatiel 3 has no halfOpenSampling: one trial call decides',
    ],
    [
      { breaker: { consecutive: 5 }, halfOpenAfter: 5, handleWhen: 5 },
      'TypeError: cockatiel handleWhen must be a function, got 5',
    ],
    [
      { breaker: { consecutive: 5 }, halfOpenAfter: 5, handleWhenResult: 5 },
      'TypeError: cockatiel handleWhenResult must be a function, got 5',
    ],
    [
      { breaker: null, halfOpenAfter: 5 },
      'TypeError: cockatiel breaker must be { consecutive }, { count: { … } } or { sampling: { … } }, got null',
    ],
    [
      { breaker: 'x', halfOpenAfter: 5 },
      'TypeError: cockatiel breaker must be { consecutive }, { count: { … } } or { sampling: { … } }, got "x"',
    ],
    [
      { breaker: {}, halfOpenAfter: 5 },
      'TypeError: cockatiel breaker must be { consecutive }, { count: { … } } or { sampling: { … } }, got an object',
    ],
    [
      { breaker: { x: 5 }, halfOpenAfter: 5 },
      'TypeError: cockatiel breaker must be { consecutive }, { count: { … } } or { sampling: { … } }, got an object',
    ],
    [
      { breaker: { consecutive: 5, count: {} }, halfOpenAfter: 5 },
      'TypeError: cockatiel breaker must be { consecutive }, { count: { … } } or { sampling: { … } }, got an object',
    ],
    [
      { breaker: { consecutive: 0 }, halfOpenAfter: 5 },
      'RangeError: cockatiel consecutive must be a whole number from 1 to 1000000, got 0',
    ],
    [
      { breaker: { count: { x: 1 } }, halfOpenAfter: 5 },
      'TypeError: cockatiel count has no option "x" (known: threshold, size, minimumNumberOfCalls)',
    ],
    [
      { breaker: { count: { threshold: 0.5, size: 0 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count size must be a whole number from 1 to 1000000, got 0',
    ],
    [
      { breaker: { count: { threshold: 0.5, size: 5, minimumNumberOfCalls: 6 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count minimumNumberOfCalls must be a whole number from 1 to 5, got 6',
    ],
    [
      { breaker: { count: { threshold: '0.5', size: 5 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count threshold must be above 0 and below 1, got "0.5"',
    ],
    [
      { breaker: { count: { threshold: '50', size: 5 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count threshold must be above 0 and below 1, got "50"',
    ],
    [
      { breaker: { count: { threshold: 0, size: 5 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count threshold must be above 0 and below 1, got 0',
    ],
    [
      { breaker: { count: { threshold: 1, size: 5 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count threshold must be above 0 and below 1, got 1',
    ],
    [
      { breaker: { count: { threshold: 1.5, size: 5 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count threshold must be above 0 and below 1, got 1.5; did you mean 0.015?',
    ],
    [
      { breaker: { count: { threshold: 100, size: 5 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count threshold must be above 0 and below 1, got 100',
    ],
    [
      { breaker: { count: { threshold: 101, size: 5 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count threshold must be above 0 and below 1, got 101',
    ],
    [
      { breaker: { count: { threshold: -1, size: 5 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel count threshold must be above 0 and below 1, got -1',
    ],
    [
      { breaker: { sampling: { x: 1 } }, halfOpenAfter: 5 },
      'TypeError: cockatiel sampling has no option "x" (known: threshold, duration, minimumRps)',
    ],
    [
      { breaker: { sampling: { threshold: 2, duration: 50 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel sampling threshold must be above 0 and below 1, got 2; did you mean 0.02?',
    ],
    [
      { breaker: { sampling: { threshold: 0.5, duration: 4 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel sampling duration must be a finite number of milliseconds of at least 5, got 4',
    ],
    [
      { breaker: { sampling: { threshold: 0.5, duration: 50, minimumRps: -1 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel sampling minimumRps must be calls per second, from 0 to 1000000, got -1',
    ],
    [
      { breaker: { sampling: { threshold: 0.5, duration: 50, minimumRps: '5' } }, halfOpenAfter: 5 },
      'RangeError: cockatiel sampling minimumRps must be calls per second, from 0 to 1000000, got "5"',
    ],
    [
      { breaker: { sampling: { threshold: 0.5, duration: 50, minimumRps: 1_000_001 } }, halfOpenAfter: 5 },
      'RangeError: cockatiel sampling minimumRps must be calls per second, from 0 to 1000000, got 1000001',
    ],
    [
      { breaker: { consecutive: 5 }, halfOpenAfter: 5, halfOpenSampling: { x: 1 } },
      'TypeError: cockatiel halfOpenSampling has no option "x" (known: calls, threshold)',
    ],
    [
      { breaker: { consecutive: 5 }, halfOpenAfter: 5, halfOpenSampling: { calls: 10_001, threshold: 0 } },
      'RangeError: cockatiel halfOpenSampling calls must be a whole number from 1 to 10000, got 10001',
    ],
    [
      { breaker: { consecutive: 5 }, halfOpenAfter: 5, halfOpenSampling: { calls: 5, threshold: 1 } },
      'RangeError: cockatiel halfOpenSampling threshold must be above 0 and below 1, got 1',
    ],
    [
      { breaker: { consecutive: 5 } },
      'TypeError: cockatiel halfOpenAfter must be milliseconds, a function of the attempt or a back-off, got undefined',
    ],
    [
      { breaker: { consecutive: 5 }, halfOpenAfter: -1 },
      'RangeError: cockatiel halfOpenAfter must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      { breaker: { consecutive: 5 }, halfOpenAfter: {} },
      'TypeError: cockatiel halfOpenAfter must be milliseconds, a function of the attempt or a back-off, got an object',
    ],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(cockatiel, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(cockatiel, { breaker: { consecutive: 5 }, halfOpenAfter: 5 }, { x: 1 })).toBe(
      'TypeError: cockatiel, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('failsafe refuses', () => {
  const KNOWN =
    ' (known: failureThreshold, failureThresholdingCapacity, failureThresholdingPeriod, failureRateThreshold, failureExecutionThreshold, successThreshold, successThresholdingCapacity, delay, delayFunc, handleErrors, handleErrorTypes, handleIf, handleResult)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: failsafe has no option "x"${KNOWN}`],
    [
      { onOpen: 5 },
      `TypeError: failsafe has no option "onOpen"; did you mean breaker.on("state-changed", …)?${KNOWN}`,
    ],
    [
      { onClose: 5 },
      `TypeError: failsafe has no option "onClose"; did you mean breaker.on("state-changed", …)?${KNOWN}`,
    ],
    [
      { onHalfOpen: 5 },
      `TypeError: failsafe has no option "onHalfOpen"; did you mean breaker.on("state-changed", …)?${KNOWN}`,
    ],
    [
      { onStateChanged: 5 },
      `TypeError: failsafe has no option "onStateChanged"; did you mean breaker.on("state-changed", …)?${KNOWN}`,
    ],
    [
      { failureThreshold: 10_001 },
      'RangeError: failureThreshold must be a whole number from 1 to 10000, got 10001',
    ],
    [
      { failureThreshold: 3, failureThresholdingCapacity: 2 },
      'RangeError: failureThresholdingCapacity must be a whole number from 3 to 10000, got 2',
    ],
    [
      { failureThresholdingCapacity: 2, failureThresholdingPeriod: 5 },
      'TypeError: failsafe counts in the last failureThresholdingCapacity calls or within failureThresholdingPeriod, not both',
    ],
    [
      { failureThresholdingPeriod: 0.5 },
      'RangeError: failureThresholdingPeriod must be a finite number of milliseconds of at least 1, got 0.5',
    ],
    [{ failureRateThreshold: 0 }, 'TypeError: failsafe failureRateThreshold needs failureThresholdingPeriod'],
    [
      { failureExecutionThreshold: 5 },
      'TypeError: failsafe failureExecutionThreshold needs failureThresholdingPeriod',
    ],
    [
      { failureRateThreshold: 0.5, failureThresholdingPeriod: 5 },
      'TypeError: failsafe failureRateThreshold needs failureExecutionThreshold',
    ],
    [
      { failureRateThreshold: 50, failureThresholdingPeriod: 5, failureExecutionThreshold: 5 },
      'RangeError: failureRateThreshold must be above 0 and at most 1, got 50; did you mean 0.5?',
    ],
    [
      { failureThresholdingPeriod: 5, failureExecutionThreshold: 10_001 },
      'RangeError: failureExecutionThreshold must be a whole number from 0 to 10000, got 10001',
    ],
    [
      { successThreshold: 10_001 },
      'RangeError: successThreshold must be a whole number from 0 to 10000, got 10001',
    ],
    [
      { successThresholdingCapacity: 2 },
      'TypeError: failsafe successThresholdingCapacity needs successThreshold',
    ],
    [
      { successThreshold: 3, successThresholdingCapacity: 2 },
      'RangeError: successThresholdingCapacity must be a whole number from 3 to 10000, got 2',
    ],
    [{ delay: -1 }, 'RangeError: delay must be a finite number of milliseconds of 0 or more, got -1'],
    [{ delayFunc: 5 }, 'TypeError: delayFunc must be a function, got 5'],
    [{ handleErrors: 'known' }, 'TypeError: handleErrors must be a list, got "known"'],
    [{ handleErrorTypes: TypeError }, 'TypeError: handleErrorTypes must be a list, got a function'],
    [{ handleIf: 5 }, 'TypeError: handleIf must be a function, got 5'],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(failsafe, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(failsafe, {}, { x: 1 })).toBe(
      'TypeError: failsafe, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('gobreaker refuses', () => {
  const KNOWN =
    ' (known: version, maxRequests, interval, timeout, readyToTrip, isSuccessful, bucketPeriod, isExcluded)';
  const KNOWN_2 = ' (known: version, maxRequests, interval, timeout, readyToTrip, isSuccessful)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: gobreaker has no option "x"${KNOWN}`],
    [{ version: 1, x: 1 }, `TypeError: gobreaker has no option "x"${KNOWN_2}`],
    [
      { name: 'b' },
      `TypeError: gobreaker has no option "name"; did you mean createBreaker({ name: '…', ...gobreaker({ … }) })?${KNOWN}`,
    ],
    [
      { onStateChange: 5 },
      `TypeError: gobreaker has no option "onStateChange"; did you mean breaker.on('state-changed', …)?${KNOWN}`,
    ],
    [
      { version: 1, bucketPeriod: 5 },
      `TypeError: gobreaker has no option "bucketPeriod"; did you mean version: 2, which has it?${KNOWN_2}`,
    ],
    [
      { version: 1, isExcluded: 5 },
      `TypeError: gobreaker has no option "isExcluded"; did you mean version: 2, which has it?${KNOWN_2}`,
    ],
    [{ version: 3 }, 'RangeError: gobreaker version must be 1 or 2, got 3'],
    [{ readyToTrip: 5 }, 'TypeError: gobreaker readyToTrip must be a function, got 5'],
    [{ isSuccessful: 5 }, 'TypeError: gobreaker isSuccessful must be a function, got 5'],
    [{ isExcluded: 5 }, 'TypeError: gobreaker isExcluded must be a function, got 5'],
    [
      { maxRequests: 10_001 },
      'RangeError: gobreaker maxRequests must be a whole number from 0 to 10000, got 10001',
    ],
    [
      { timeout: null },
      'RangeError: gobreaker timeout must be a finite number of milliseconds above 0, got null',
    ],
    [
      { interval: '-5' },
      'RangeError: gobreaker interval must be a finite number of milliseconds of at least 1, got "-5"; durations are numbers of milliseconds',
    ],
    [
      { interval: 0.5 },
      'RangeError: gobreaker interval must be a finite number of milliseconds of at least 1, got 0.5',
    ],
    [
      { bucketPeriod: Number.NaN },
      'RangeError: gobreaker bucketPeriod must be a finite number of milliseconds above 0, got NaN',
    ],
    [
      { interval: 3_600_000, bucketPeriod: 1 },
      'RangeError: gobreaker interval ÷ bucketPeriod must be a whole number from 1 to 1000, got 3600000',
    ],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(gobreaker, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(gobreaker, {}, { x: 1 })).toBe(
      'TypeError: gobreaker, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('hystrix refuses', () => {
  const KNOWN =
    ' (known: timeout, maxConcurrentRequests, requestVolumeThreshold, sleepWindow, errorPercentThreshold)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: hystrix has no option "x"${KNOWN}`],
    [
      { errorThresholdPercentage: 5 },
      `TypeError: hystrix has no option "errorThresholdPercentage"; did you mean "errorPercentThreshold"?${KNOWN}`,
    ],
    [
      { forceOpen: true },
      `TypeError: hystrix has no option "forceOpen"; did you mean breaker.setMode('forced-open')?${KNOWN}`,
    ],
    [
      { toggleForceOpen: true },
      `TypeError: hystrix has no option "toggleForceOpen"; did you mean breaker.setMode('forced-open')?${KNOWN}`,
    ],
    [{ timeout: -1 }, 'RangeError: hystrix timeout must be a finite number of milliseconds above 0, got -1'],
    [
      { sleepWindow: -1 },
      'RangeError: hystrix sleepWindow must be a finite number of milliseconds above 0, got -1',
    ],
    [
      { requestVolumeThreshold: -1 },
      'RangeError: hystrix requestVolumeThreshold must be a whole number from 1 to 1000000, got -1',
    ],
    [
      { errorPercentThreshold: 101 },
      'RangeError: hystrix errorPercentThreshold must be a whole number from 1 to 100, got 101',
    ],
    [
      { maxConcurrentRequests: -1 },
      'RangeError: hystrix maxConcurrentRequests must be a whole number from 1 to 1000000, got -1',
    ],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(hystrix, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(hystrix, {}, { x: 1 })).toBe(
      'TypeError: hystrix, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('opossum refuses', () => {
  const KNOWN =
    ' (known: timeout, resetTimeout, errorThresholdPercentage, rollingCountTimeout, rollingCountBuckets, volumeThreshold, allowWarmUp, errorFilter, enabled, group, name, capacity, cache, cacheTTL, cacheSize, cacheGetKey, cacheTransport, coalesce, coalesceTTL, coalesceSize, coalesceResetOn, abortController, autoRenewAbortController, rollingPercentilesEnabled, enableSnapshots, rotateBucketController)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: opossum has no option "x"${KNOWN}`],
    [
      { state: {} },
      `TypeError: opossum has no option "state"; did you mean restore, an option of createBreaker?${KNOWN}`,
    ],
    [
      { status: {} },
      `TypeError: opossum has no option "status"; did you mean restore, an option of createBreaker?${KNOWN}`,
    ],
    [
      { maxFailures: 3 },
      `TypeError: opossum has no option "maxFailures"; did you mean "errorThresholdPercentage" and "volumeThreshold"?${KNOWN}`,
    ],
    [
      { timeout: true },
      'RangeError: opossum timeout must be a finite number of milliseconds of 0 or more, got true',
    ],
    [
      { resetTimeout: -1 },
      'RangeError: opossum resetTimeout must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      { rollingCountTimeout: 0.5 },
      'RangeError: opossum rollingCountTimeout must be a finite number of milliseconds of at least 1, got 0.5',
    ],
    [
      { rollingCountBuckets: 1_001 },
      'RangeError: opossum rollingCountBuckets must be a whole number from 1 to 1000, got 1001',
    ],
    [
      { volumeThreshold: -1 },
      'RangeError: opossum volumeThreshold must be a whole number from 0 to 1000000, got -1',
    ],
    [
      { errorThresholdPercentage: -1 },
      'RangeError: opossum errorThresholdPercentage must be percent from 0 to 100, got -1',
    ],
    [
      { errorThresholdPercentage: 101 },
      'RangeError: opossum errorThresholdPercentage must be percent from 0 to 100, got 101',
    ],
    [
      { errorThresholdPercentage: '50' },
      'RangeError: opossum errorThresholdPercentage must be percent from 0 to 100, got "50"',
    ],
    [{ capacity: true }, 'TypeError: opossum capacity must be a number, got true'],
    [{ cacheTransport: null }, 'TypeError: opossum cacheTransport must be an object, got null'],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(opossum, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(opossum, {}, { x: 1 })).toBe(
      'TypeError: opossum, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('orchestra refuses', () => {
  it.each<[object, string]>([
    [
      { x: 1 },
      'TypeError: orchestra has no option "x" (known: errorThreshold, windowSize, minRequests, openTimeout, maxConcurrentRequests, halfOpenBucketSize, halfOpenRefillRate, successThreshold, adaptiveThresholdFactor, metricsCollector, fallbackCache)',
    ],
    [{ windowSize: 0 }, 'RangeError: orchestra windowSize must be a whole number from 1 to 1000000, got 0'],
    [{ minRequests: 0 }, 'RangeError: orchestra minRequests must be a whole number from 1 to 1000000, got 0'],
    [
      { openTimeout: -1 },
      'RangeError: orchestra openTimeout must be a finite number of milliseconds above 0, got -1',
    ],
    [
      { maxConcurrentRequests: 10_001 },
      'RangeError: orchestra maxConcurrentRequests must be a whole number from 1 to 10000, got 10001',
    ],
    [
      { successThreshold: 10_001 },
      'RangeError: orchestra successThreshold must be a whole number from 1 to 10000, got 10001',
    ],
    [
      { halfOpenBucketSize: 0 },
      'RangeError: orchestra halfOpenBucketSize must be a whole number from 1 to 1000000, got 0',
    ],
    [
      { errorThreshold: '50' },
      'RangeError: orchestra errorThreshold must be percent from 1 to 100, got "50"',
    ],
    [
      { errorThreshold: 0.99 },
      'RangeError: orchestra errorThreshold must be percent from 1 to 100, got 0.99; did you mean 99?',
    ],
    [
      { errorThreshold: 0.29 },
      'RangeError: orchestra errorThreshold must be percent from 1 to 100, got 0.29; did you mean 29?',
    ],
    [
      { errorThreshold: '0.5' },
      'RangeError: orchestra errorThreshold must be percent from 1 to 100, got "0.5"',
    ],
    [{ errorThreshold: 0 }, 'RangeError: orchestra errorThreshold must be percent from 1 to 100, got 0'],
    [
      { errorThreshold: -0.5 },
      'RangeError: orchestra errorThreshold must be percent from 1 to 100, got -0.5',
    ],
    [{ errorThreshold: 101 }, 'RangeError: orchestra errorThreshold must be percent from 1 to 100, got 101'],
    [
      { halfOpenRefillRate: '2' },
      'RangeError: orchestra halfOpenRefillRate must be tokens per second, above 0 and at most 1000000, got "2"',
    ],
    [
      { halfOpenRefillRate: 0 },
      'RangeError: orchestra halfOpenRefillRate must be tokens per second, above 0 and at most 1000000, got 0',
    ],
    [
      { halfOpenRefillRate: 1_000_001 },
      'RangeError: orchestra halfOpenRefillRate must be tokens per second, above 0 and at most 1000000, got 1000001',
    ],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(orchestra, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(orchestra, {}, { x: 1 })).toBe(
      'TypeError: orchestra, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('polly refuses', () => {
  const KNOWN =
    ' (known: version, failureRatio, minimumThroughput, samplingDuration, breakDuration, breakDurationGenerator, shouldHandle)';
  const KNOWN_2 =
    ' (known: version, failureThreshold, samplingDuration, minimumThroughput, durationOfBreak, handle, handleResult)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: polly 8 has no option "x"${KNOWN}`],
    [{ version: 6 }, 'RangeError: polly version must be 7 or 8, got 6'],
    [
      { exceptionsAllowedBeforeBreaking: 5 },
      `TypeError: polly 8 has no option "exceptionsAllowedBeforeBreaking"; did you mean version: 7?${KNOWN}`,
    ],
    [
      { failureThreshold: 5 },
      `TypeError: polly 8 has no option "failureThreshold"; did you mean failureRatio, or version: 7?${KNOWN}`,
    ],
    [
      { durationOfBreak: 5 },
      `TypeError: polly 8 has no option "durationOfBreak"; did you mean breakDuration, or version: 7?${KNOWN}`,
    ],
    [
      { onOpened: 5 },
      `TypeError: polly 8 has no option "onOpened"; did you mean breaker.on("state-changed", …)?${KNOWN}`,
    ],
    [
      { onClosed: 5 },
      `TypeError: polly 8 has no option "onClosed"; did you mean breaker.on("state-changed", …)?${KNOWN}`,
    ],
    [
      { onHalfOpened: 5 },
      `TypeError: polly 8 has no option "onHalfOpened"; did you mean breaker.on("state-changed", …)?${KNOWN}`,
    ],
    [
      { manualControl: 5 },
      `TypeError: polly 8 has no option "manualControl"; did you mean breaker.setMode("forced-open")?${KNOWN}`,
    ],
    [
      { stateProvider: 5 },
      `TypeError: polly 8 has no option "stateProvider"; did you mean breaker.state?${KNOWN}`,
    ],
    [
      { failureRatio: 10 },
      'RangeError: failureRatio must be above 0 and at most 1, got 10; did you mean 0.1?',
    ],
    [
      { minimumThroughput: 1 },
      'RangeError: minimumThroughput must be a whole number from 2 to 1000000, got 1',
    ],
    [
      { samplingDuration: 499 },
      'RangeError: samplingDuration must be a finite number of milliseconds of at least 500, got 499',
    ],
    [
      { samplingDuration: 86_400_001 },
      'RangeError: samplingDuration must be from 500 to 86400000 milliseconds, got 86400001',
    ],
    [
      { breakDuration: 499 },
      'RangeError: breakDuration must be a finite number of milliseconds of at least 500, got 499',
    ],
    [
      { breakDuration: 86_400_001 },
      'RangeError: breakDuration must be from 500 to 86400000 milliseconds, got 86400001',
    ],
    [{ breakDurationGenerator: 5 }, 'TypeError: breakDurationGenerator must be a function, got 5'],
    [{ shouldHandle: 5 }, 'TypeError: shouldHandle must be a function, got 5'],
    [
      { version: 7, exceptionsAllowedBeforeBreaking: 2, x: 1 },
      'TypeError: polly 7 has no option "x" (known: version, exceptionsAllowedBeforeBreaking, durationOfBreak, handle, handleResult)',
    ],
    [{ version: 7, x: 1 }, `TypeError: polly 7 has no option "x"${KNOWN_2}`],
    [
      { version: 7, handledEventsAllowedBeforeBreaking: 5 },
      `TypeError: polly 7 has no option "handledEventsAllowedBeforeBreaking"; did you mean exceptionsAllowedBeforeBreaking?${KNOWN_2}`,
    ],
    [
      { version: 7, failureRatio: 5 },
      `TypeError: polly 7 has no option "failureRatio"; did you mean failureThreshold?${KNOWN_2}`,
    ],
    [
      { version: 7, breakDuration: 5 },
      `TypeError: polly 7 has no option "breakDuration"; did you mean durationOfBreak?${KNOWN_2}`,
    ],
    [
      { version: 7, shouldHandle: 5 },
      `TypeError: polly 7 has no option "shouldHandle"; did you mean handle or handleResult?${KNOWN_2}`,
    ],
    [
      { version: 7, exceptionsAllowedBeforeBreaking: 2, durationOfBreak: 5, handle: 5 },
      'TypeError: handle must be a function, got 5',
    ],
    [
      { version: 7, exceptionsAllowedBeforeBreaking: 2, durationOfBreak: 5, handleResult: 5 },
      'TypeError: handleResult must be a function, got 5',
    ],
    [
      { version: 7, exceptionsAllowedBeforeBreaking: 2 },
      'RangeError: durationOfBreak must be a finite number of milliseconds of 0 or more, got undefined',
    ],
    [
      { version: 7, exceptionsAllowedBeforeBreaking: 0, durationOfBreak: 5 },
      'RangeError: exceptionsAllowedBeforeBreaking must be a whole number from 1 to 1000000, got 0',
    ],
    [
      { version: 7, durationOfBreak: 5, samplingDuration: 19 },
      'RangeError: samplingDuration must be a finite number of milliseconds of at least 20, got 19',
    ],
    [
      { version: 7, durationOfBreak: 5, samplingDuration: 20, minimumThroughput: 1 },
      'RangeError: minimumThroughput must be a whole number from 2 to 1000000, got 1',
    ],
    [
      { version: 7, durationOfBreak: 5, samplingDuration: 20, minimumThroughput: 2, failureThreshold: 0 },
      'RangeError: failureThreshold must be above 0 and at most 1, got 0',
    ],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(polly, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(polly, {}, { x: 1 })).toBe(
      'TypeError: polly, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('qpool refuses', () => {
  it.each<[object, string]>([
    [{ x: 1 }, 'TypeError: qpool has no option "x" (known: maxFailures, resetTimeout, halfOpenMax)'],
    [{ maxFailures: 2.5 }, 'RangeError: qpool maxFailures must be a whole number from 1 to 1000000, got 2.5'],
    [
      { resetTimeout: null },
      'RangeError: qpool resetTimeout must be a finite number of milliseconds above 0, got null',
    ],
    [
      { resetTimeout: '1s' },
      'RangeError: qpool resetTimeout must be a finite number of milliseconds above 0, got "1s"; durations are numbers of milliseconds',
    ],
    [
      { halfOpenMax: 10_001 },
      'RangeError: qpool halfOpenMax must be a whole number from 1 to 10000, got 10001',
    ],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(qpool, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(qpool, {}, { x: 1 })).toBe(
      'TypeError: qpool, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('resilience4j refuses', () => {
  const KNOWN =
    ' (known: slidingWindowType, slidingWindowSize, minimumNumberOfCalls, failureRateThreshold, slowCallRateThreshold, slowCallDurationThreshold, permittedNumberOfCallsInHalfOpenState, waitDurationInOpenState, waitIntervalFunctionInOpenState, maxWaitDurationInHalfOpenState, transitionToStateAfterWaitDuration, automaticTransitionFromOpenToHalfOpenEnabled, recordExceptions, recordException, ignoreExceptions, ignoreException, recordResult, transitionOnResult)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: resilience4j has no option "x"${KNOWN}`],
    [
      { initialState: 'OPEN' },
      `TypeError: resilience4j has no option "initialState"; did you mean breaker.setMode("forced-open") after construction?${KNOWN}`,
    ],
    [
      { waitIntervalFunctionInOpenState: 5 },
      'TypeError: waitIntervalFunctionInOpenState must be a function, got 5',
    ],
    [{ recordException: 5 }, 'TypeError: recordException must be a function, got 5'],
    [{ ignoreException: 5 }, 'TypeError: ignoreException must be a function, got 5'],
    [{ recordResult: 5 }, 'TypeError: recordResult must be a function, got 5'],
    [{ transitionOnResult: 5 }, 'TypeError: transitionOnResult must be a function, got 5'],
    [
      { slidingWindowType: 'time' },
      'TypeError: resilience4j slidingWindowType must be "COUNT_BASED" or "TIME_BASED", got "time"',
    ],
    [
      { slidingWindowSize: 0 },
      'RangeError: slidingWindowSize must be a whole number from 1 to 1000000, got 0',
    ],
    [
      { slidingWindowType: 'TIME_BASED', slidingWindowSize: 1_001 },
      'RangeError: slidingWindowSize (seconds, as TIME_BASED) must be a whole number from 1 to 1000, got 1001',
    ],
    [
      { minimumNumberOfCalls: 0 },
      'RangeError: minimumNumberOfCalls must be a whole number from 1 to 1000000, got 0',
    ],
    [
      { permittedNumberOfCallsInHalfOpenState: 10_001 },
      'RangeError: permittedNumberOfCallsInHalfOpenState must be a whole number from 1 to 10000, got 10001',
    ],
    [
      { failureRateThreshold: 0 },
      'RangeError: failureRateThreshold is a percentage, above 0 and at most 100, got 0',
    ],
    [
      { failureRateThreshold: '50' },
      'RangeError: failureRateThreshold is a percentage, above 0 and at most 100, got "50"',
    ],
    [
      { slowCallRateThreshold: 100.1 },
      'RangeError: slowCallRateThreshold is a percentage, above 0 and at most 100, got 100.1',
    ],
    [
      { slowCallDurationThreshold: 0 },
      'RangeError: slowCallDurationThreshold must be a finite number of milliseconds above 0, got 0',
    ],
    [
      { waitDurationInOpenState: 0.5 },
      'RangeError: waitDurationInOpenState must be a finite number of milliseconds of at least 1, got 0.5',
    ],
    [
      { waitDurationInOpenState: 5, waitIntervalFunctionInOpenState: () => 5 },
      'TypeError: resilience4j takes waitDurationInOpenState or waitIntervalFunctionInOpenState, not both',
    ],
    [
      { waitIntervalFunctionInOpenState: () => -1 },
      'RangeError: waitIntervalFunctionInOpenState(1), its result, must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      { maxWaitDurationInHalfOpenState: -1 },
      'RangeError: maxWaitDurationInHalfOpenState must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      { transitionToStateAfterWaitDuration: 'HALF_OPEN' },
      'TypeError: resilience4j transitionToStateAfterWaitDuration must be "OPEN" or "CLOSED", got "HALF_OPEN"',
    ],
    [
      { automaticTransitionFromOpenToHalfOpenEnabled: 1 },
      'TypeError: automaticTransitionFromOpenToHalfOpenEnabled must be true or false, got 1',
    ],
    [
      { recordExceptions: [TypeError, 'RangeError'] },
      'TypeError: recordExceptions must be a list of error classes, got an array',
    ],
    [
      { ignoreExceptions: TypeError },
      'TypeError: ignoreExceptions must be a list of error classes, got a function',
    ],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(resilience4j, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(resilience4j, {}, { x: 1 })).toBe(
      'TypeError: resilience4j, beside its options, has no option "x" (known: faithful)',
    );
  });
});

describe('seqDb refuses', () => {
  const KNOWN =
    ' (known: timeout, maxConcurrent, numBuckets, bucketWidth, requestVolumeThreshold, errorThresholdPercentage, sleepWindow)';
  it.each<[object, string]>([
    [{ x: 1 }, `TypeError: seqDb has no option "x"${KNOWN}`],
    [
      { rollingDuration: 5 },
      `TypeError: seqDb has no option "rollingDuration"; did you mean "numBuckets" and "bucketWidth", whose product it is?${KNOWN}`,
    ],
    [
      { timeout: '5s' },
      'RangeError: seqDb timeout must be a finite number of milliseconds of 0 or more, got "5s"; durations are numbers of milliseconds',
    ],
    [
      { maxConcurrent: 1.5 },
      'RangeError: seqDb maxConcurrent must be a whole number from 0 to 1000000, got 1.5',
    ],
    [{ numBuckets: 1_001 }, 'RangeError: seqDb numBuckets must be a whole number from 0 to 1000, got 1001'],
    [
      { bucketWidth: -1 },
      'RangeError: seqDb bucketWidth must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      { requestVolumeThreshold: -1 },
      'RangeError: seqDb requestVolumeThreshold must be a whole number from 0 to 1000000, got -1',
    ],
    [
      { errorThresholdPercentage: 101 },
      'RangeError: seqDb errorThresholdPercentage must be a whole number from 0 to 100, got 101',
    ],
    [
      { sleepWindow: -1 },
      'RangeError: seqDb sleepWindow must be a finite number of milliseconds of 0 or more, got -1',
    ],
  ])('%j (%#)', (options, whole) => {
    expect(sentence(seqDb, options)).toBe(whole);
  });

  it('another mode than faithful', () => {
    expect(sentence(seqDb, {}, { x: 1 })).toBe(
      'TypeError: seqDb, beside its options, has no option "x" (known: faithful)',
    );
  });
});
