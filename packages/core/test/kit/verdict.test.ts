import { describe, expect, it } from 'vitest';
import { abortVerdict, isVerdict, statusError, statusVerdict } from '../../src/kit/index.ts';

describe('verdicts', () => {
  it.each([
    [200, 'success'],
    [304, 'success'],
    [404, 'success'],
    [428, 'success'],
    [429, 'failure'],
    [430, 'success'],
    [499, 'success'],
    [500, 'failure'],
    [503, 'failure'],
    [599, 'failure'],
  ])('a status of %i is a %s', (status, verdict) => {
    expect(statusVerdict(status)).toBe(verdict);
  });

  it('a timeout is the other side’s failure, any other abort the caller’s own decision', () => {
    expect(abortVerdict({ reason: new DOMException('', 'TimeoutError') })).toBe('failure');
    expect(abortVerdict(AbortSignal.abort())).toBe('ignored');
    for (const reason of [undefined, null, 'stop', new Error('bye')])
      expect(abortVerdict({ reason })).toBe('ignored');
  });

  it('there are three', () => {
    expect(['success', 'failure', 'ignored'].every(isVerdict)).toBe(true);
    expect([undefined, null, 'ok', ''].some(isVerdict)).toBe(false);
  });

  it('a status is an error by name and code, without a stack', () => {
    expect(statusError(503)).toEqual({ name: 'HttpError', code: 'HTTP_503', message: '' });
  });
});
