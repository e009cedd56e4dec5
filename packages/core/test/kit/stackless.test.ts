import { afterEach, describe, expect, it } from 'vitest';
import { RejectedError } from '../../src/index.ts';
import { stackless } from '../../src/kit/index.ts';

const limit = Error.stackTraceLimit;
afterEach(() => {
  Error.stackTraceLimit = limit;
});
const make = () => new RejectedError('full', 'ERR_FULL', 5);

describe('stackless', () => {
  it('makes the error with its name and message for a stack, and leaves the limit as it was', () => {
    const error = stackless(make);
    expect([error.stack, error.code, error.retryAfterMs]).toEqual(['RejectedError: full', 'ERR_FULL', 5]);
    expect(Error.stackTraceLimit).toBe(limit);
    expect(new Error('next').stack).toContain('stackless.test');
  });

  it('gives the limit back when making it throws', () => {
    const boom = new Error('boom');
    expect(() =>
      stackless(() => {
        throw boom;
      }),
    ).toThrow(boom);
    expect(Error.stackTraceLimit).toBe(limit);
  });

  it('leaves no limit behind where the host has none', () => {
    delete (Error as { stackTraceLimit?: number }).stackTraceLimit;
    stackless(make);
    expect('stackTraceLimit' in Error).toBe(false);
  });

  it('makes an ordinary error where Error is frozen', () => {
    Object.defineProperty(Error, 'stackTraceLimit', { value: 1, writable: false, configurable: true });
    try {
      expect(stackless(make).message).toBe('full');
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', { value: limit, writable: true, configurable: true });
    }
  });
});
