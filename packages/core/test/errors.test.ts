import { types } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type CircuitOpenError,
  circuitOpenIn,
  consecutiveFailures,
  createBreaker,
  isCircuitOpenError,
  isRejectedError,
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
    for (const other of [undefined, null, 5, 'ERR_CIRCUIT_OPEN', new Error('x'), loop, hostile]) {
      expect(isCircuitOpenError(other)).toBe(false);
      expect(isRejectedError(other)).toBe(false);
    }
    expect(isRejectedError(openError())).toBe(true);
  });
});
