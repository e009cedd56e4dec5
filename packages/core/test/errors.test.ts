import { types } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type Refusal, openError as withoutStack } from '../src/errors.ts';
import {
  CircuitOpenError,
  circuitOpenIn,
  consecutiveFailures,
  createBreaker,
  isCircuitOpenError,
  isRejectedError,
  RejectedError,
} from '../src/index.ts';
import { testClock } from './support/clock.ts';

function openError(): CircuitOpenError {
  const breaker = createBreaker({
    name: 'payments',
    openWhen: consecutiveFailures(1),
    clock: testClock(),
    random: () => 0.5,
  });
  breaker.acquire().fail();
  return breaker.openError();
}

describe('the error of an open circuit', () => {
  it('says which breaker, why, and when to come again', () => {
    const error = openError();
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe('payments: circuit is open, retry in 5000 ms');
    expect(error).toMatchObject({
      name: 'CircuitOpenError',
      code: 'ERR_CIRCUIT_OPEN',
      breaker: 'payments',
      state: 'open',
      reason: 'open',
      retryAfterMs: 5_000,
      openedBecause: { rule: 'consecutive-failures', value: 1, limit: 1 },
    });
  });

  it('costs no stack and leaves the limit of others alone', () => {
    const before = Error.stackTraceLimit;
    expect(openError().stack).toBe('CircuitOpenError: payments: circuit is open, retry in 5000 ms');
    expect(Error.stackTraceLimit).toBe(before);
  });

  it("is a genuine error, each refusal's own, and its message survives a copy between threads", () => {
    const [error, other] = [openError(), openError()];
    expect(types.isNativeError(error)).toBe(true);
    expect(other).not.toBe(error);
    expect(String(error)).toBe('CircuitOpenError: payments: circuit is open, retry in 5000 ms');
    expect(structuredClone(error).message).toBe(error.message);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ message: error.message, code: error.code });
  });

  it('is recognised across copies of the package and through causes, five deep', () => {
    const copy = Object.assign(new Error('x'), { [Symbol.for('@cb/circuit-open')]: true });
    expect(isCircuitOpenError(copy)).toBe(true);
    const error = openError();
    let wrapped: unknown = error;
    for (let i = 0; i < 5; i++) wrapped = new TypeError('fetch failed', { cause: wrapped });
    expect(isCircuitOpenError(wrapped)).toBe(true);
    expect(circuitOpenIn(wrapped)).toBe(error);
    expect(isCircuitOpenError(new Error('too deep', { cause: wrapped }))).toBe(false);
  });

  it('is not seen where there is none', () => {
    const loop: { cause?: unknown } = {};
    loop.cause = loop;
    const hostile = new Proxy(
      {},
      {
        get: (_, key) => {
          if (key === 'cause') return undefined;
          throw new Error('no');
        },
      },
    );
    const mute = {
      get cause(): unknown {
        throw new Error('no');
      },
    };
    for (const other of [undefined, null, 5, 'ERR_CIRCUIT_OPEN', new Error('x'), loop, hostile, mute]) {
      expect(isCircuitOpenError(other)).toBe(false);
      expect(isRejectedError(other)).toBe(false);
    }
    expect(isRejectedError(openError())).toBe(true);
  });
});

describe('the sentence of a refusal', () => {
  const refusal = { breaker: 'b', state: 'open', openedBecause: undefined } as const;
  it.each([
    ['open', 249.2, 'b: circuit is open, retry in 250 ms'],
    ['open', undefined, 'b: circuit is open'],
    ['forced', 0, 'b: circuit is forced open, retry in 0 ms'],
    ['probing', 10, 'b: circuit is half-open and its probes are out, retry in 10 ms'],
    ['ramping', undefined, 'b: circuit has just closed and lets its calls back in step by step'],
  ] as const)('%s, to be retried in %s: %s', (reason, retryAfterMs, sentence) => {
    const error = new CircuitOpenError({ ...refusal, reason, retryAfterMs });
    expect(error).toMatchObject({ message: sentence, reason, retryAfterMs });
  });
});

describe('the error of a policy', () => {
  it('says which, and when to come again', () => {
    const error = new RejectedError('too many', 'ERR_BULKHEAD_FULL', 50);
    expect(error).toMatchObject({
      name: 'RejectedError',
      message: 'too many',
      code: 'ERR_BULKHEAD_FULL',
      retryAfterMs: 50,
    });
    expect(isRejectedError(error)).toBe(true);
    expect(isCircuitOpenError(error)).toBe(false);
  });

  it('carries its name as the errors of the language do', () => {
    for (const { prototype } of [RejectedError, CircuitOpenError]) {
      expect(Object.getOwnPropertyDescriptor(prototype, 'name')).toEqual({
        ...Object.getOwnPropertyDescriptor(TypeError.prototype, 'name'),
        value: prototype.name,
      });
    }
    expect(Object.keys(new RejectedError('m', 'c', 1))).toEqual(['message', 'code', 'retryAfterMs']);
  });

  it('is recognised by its brand, and by nothing less than true', () => {
    const branded = (brand: unknown): object => ({ [Symbol.for('@cb/rejected')]: brand });
    expect([true, 1, false].map((brand) => isRejectedError(branded(brand)))).toEqual([true, false, false]);
  });
});

describe('errors without a stack', () => {
  const refusal: Refusal = {
    breaker: 'b',
    state: 'open',
    reason: 'open',
    retryAfterMs: undefined,
    openedBecause: undefined,
  };
  const usual = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor;
  afterEach(() => {
    Object.defineProperty(Error, 'stackTraceLimit', usual);
  });

  it('are made without a limit, which is then as it was, also when making one throws', () => {
    Error.stackTraceLimit = 7;
    let meanwhile: unknown = 'not asked';
    const asking = {
      ...refusal,
      get openedBecause(): undefined {
        meanwhile = Error.stackTraceLimit;
        return undefined;
      },
    };
    withoutStack(asking);
    expect([meanwhile, Error.stackTraceLimit]).toEqual([undefined, 7]);
    const throwing = {
      ...refusal,
      get openedBecause(): never {
        throw new TypeError('no');
      },
    };
    expect(() => withoutStack(throwing)).toThrow(TypeError);
    expect(Error.stackTraceLimit).toBe(7);
  });

  it('leave no limit behind where the host has none', () => {
    Reflect.deleteProperty(Error, 'stackTraceLimit');
    withoutStack(refusal);
    expect('stackTraceLimit' in Error).toBe(false);
  });

  it('are made all the same where the realm is hardened', () => {
    Object.defineProperty(Error, 'stackTraceLimit', { value: 7, writable: false, configurable: true });
    expect(withoutStack(refusal)).toMatchObject({ name: 'CircuitOpenError', message: 'b: circuit is open' });
    expect(Error.stackTraceLimit).toBe(7);
  });
});
