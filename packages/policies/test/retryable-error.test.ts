import { consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { describe, expect, it } from 'vitest';
import { BulkheadFullError, isRetryableError, RateLimitedError, TimeoutError } from '../src/index.ts';

const like = (about: object): Error => Object.assign(new Error('…'), about);
const openError = (): unknown => {
  const breaker = createBreaker({ name: 'b', openWhen: consecutiveFailures(1), stayOpen: fixed(50) });
  breaker.acquire().fail();
  try {
    return breaker.acquire();
  } catch (error) {
    return error;
  }
};
const unreadable = new Proxy(new Error('…'), {
  get: () => {
    throw new Error('not to be read');
  },
});

describe('an error that may pass', () => {
  it.each([
    ['any error', new Error('…')],
    ['undefined', undefined],
    ['null', null],
    ['a text', 'no'],
    ['a timeout of ours', new TimeoutError('…', 5)],
    ['a timeout of AbortSignal.timeout', new DOMException('…', 'TimeoutError')],
    ['a full bulkhead', new BulkheadFullError('b', 1, 0)],
    ['a rate limit', new RateLimitedError('r', 5)],
    ['an open circuit', openError()],
    ['an open circuit within', new TypeError('anything', { cause: openError() })],
    ['a body that was cut', new SyntaxError('Unexpected end of JSON input')],
    ['a reset', like({ code: 'ECONNRESET' })],
    ['node-fetch’s own', like({ name: 'FetchError', code: 'ECONNREFUSED' })],
    ...[408, 425, 429, 500, 502, 503, 504, 520, 599].flatMap((status) => [
      [`status ${status}`, like({ status })] as const,
      [`response ${status}`, like({ response: { status } })] as const,
    ]),
    ['statusCode 503', like({ statusCode: 503 })],
    ['response.statusCode 503', like({ response: { statusCode: 503 } })],
    ['the status of its response before its own', like({ status: 404, response: { status: 503 } })],
    ['a status that is none', like({ status: 'open' })],
    ['a status that is a text', like({ status: '404' })],
    ['a status below those of failures', like({ status: 399 })],
    ['a status above those of HTTP', like({ status: 600 })],
    ['a response without a status', like({ response: null })],
    ...[
      'fetch failed',
      'Failed to fetch',
      'Failed to fetch (api.example)',
      'NetworkError when attempting to fetch resource.',
      'network error',
      'Network request failed',
      'Network connection lost.',
      'Load failed',
      'The network connection was lost.',
      'The Internet connection appears to be offline.',
      'terminated',
      'Error in input stream',
      'error sending request for url (http://api.example)',
      'error reading a body from connection',
    ].map((message) => [message, new TypeError(message)] as const),
  ] as [string, unknown][])('%s', (_, error) => {
    expect(isRetryableError(error)).toBe(true);
  });

  it.each([
    ['a mistake of the program', new TypeError("Cannot read properties of undefined (reading 'id')")],
    ['an address that does not parse', new TypeError('Failed to parse URL from /users')],
    ['a message that only holds the words', new TypeError('my fetch failed')],
    ['a message that only begins with them', new TypeError('fetch failed because of me')],
    ['a message that only begins with it', new TypeError('terminated by us')],
    ['a name that is not there', new ReferenceError('x is not defined')],
    ['too deep', new RangeError('Maximum call stack size exceeded')],
    ['an abort', new DOMException('…', 'AbortError')],
    ['an abort of axios', like({ name: 'CanceledError', code: 'ERR_CANCELED' })],
    ['an abort by its code', like({ code: 'ERR_CANCELED' })],
    ['an abort by its name', like({ name: 'CanceledError' })],
    ...[400, 401, 403, 404, 409, 422, 501, 505].map(
      (status) => [`status ${status}`, like({ status })] as const,
    ),
    ['response 404', like({ response: { status: 404 } })],
    ['what cannot be read', unreadable],
  ] as [string, unknown][])('not %s', (_, error) => {
    expect(isRetryableError(error)).toBe(false);
  });
});

describe('a status that an error carries', () => {
  it.each([
    [400, false],
    [500, true],
    [599, true],
  ])('is more than its name: %i', (status, retryable) => {
    const error = Object.assign(new RangeError('a mistake, or so it is called'), { status });
    expect(isRetryableError(error)).toBe(retryable);
  });

  it.each([399, 600])('is none of an HTTP answer: %i', (status) => {
    expect(isRetryableError(Object.assign(new RangeError('a mistake'), { status }))).toBe(false);
    expect(isRetryableError(Object.assign(new Error('who knows'), { status }))).toBe(true);
  });
});
