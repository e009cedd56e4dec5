import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { abortVerdict, isVerdict, sourceFailed, statusError, statusVerdict } from '../../src/kit/index.ts';

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

  it('a source that failed is told from one that is well, ended or was cancelled', async () => {
    const failed = new ReadableStream({ start: (controller) => controller.error(new Error('no file')) });
    const destroyed = new Readable({ read() {} });
    await once(destroyed.destroy(new Error('no file')), 'error');
    expect([failed, destroyed].map(sourceFailed)).toEqual([true, true]);
    const cancelled = new ReadableStream();
    await cancelled.cancel(new Error('no more'));
    const closed = new Readable({ read() {} });
    closed.destroy();
    expect([new ReadableStream(), cancelled, closed, 'text', null, undefined, {}].some(sourceFailed)).toBe(
      false,
    );
  });

  it('no source failed as far as a host without streams can tell', async () => {
    const destroyed = new Readable({ read() {} });
    await once(destroyed.destroy(new Error('no file')), 'error');
    for (const host of [undefined, {}, { getBuiltinModule: () => undefined }]) {
      vi.resetModules();
      vi.stubGlobal('process', host);
      try {
        const there = await import('../../src/kit/source.ts');
        expect(there.sourceFailed(destroyed)).toBe(false);
      } finally {
        vi.unstubAllGlobals();
      }
    }
  });
});
