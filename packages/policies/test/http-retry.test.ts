import { Readable } from 'node:stream';
import { type ChaosServer, createChaosServer } from '@cb/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discardBody, retryAfterIn } from '../src/http-retry.ts';
import { constant, isRetryableRequest, isRetryableResponse, type RequestLike, retry } from '../src/index.ts';

const key = { 'Idempotency-Key': 'order-7' };
async function* bytes(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1);
}

describe('a request', () => {
  it.each([
    ['without anything', undefined],
    ['without a method', {}],
    ...['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'get', 'Put'].map(
      (method) => [`by ${method}`, { method }] as const,
    ),
    ['by PUT with a text', { method: 'PUT', body: 'x' }],
    ['by PUT with no body', { method: 'PUT', body: null }],
    ['by PUT with bytes', { method: 'PUT', body: new Uint8Array(3) }],
    ['by PUT with a form', { method: 'PUT', body: new URLSearchParams('a=1') }],
    ['by PUT with a file', { method: 'PUT', body: new Blob(['x']) }],
    ['by POST with a key', { method: 'POST', headers: key }],
    ['by POST with a key in small letters', { method: 'POST', headers: { 'idempotency-key': 'x' } }],
    ['by PATCH with a key in Headers', { method: 'PATCH', headers: new Headers(key) }],
    [
      'by PATCH with a key among pairs',
      {
        method: 'PATCH',
        headers: [
          ['accept', '*/*'],
          ['Idempotency-key', '7'],
        ],
      },
    ],
    ['that is a Request without a body', new Request('http://a.example')],
  ] as [string, RequestLike | undefined][])('%s may be sent twice', (_, request) => {
    expect(isRetryableRequest(request)).toBe(true);
  });

  it.each([
    ...['POST', 'PATCH', 'post', 'CONNECT', 'PROPFIND', ''].map(
      (method) => [`by ${method}`, { method }] as const,
    ),
    ['by POST with other headers', { method: 'POST', headers: { accept: '*/*' } }],
    ['by POST with an empty key', { method: 'POST', headers: { 'idempotency-key': ' ' } }],
    ['by POST with no value', { method: 'POST', headers: { 'idempotency-key': undefined } }],
    ['by POST with senseless headers', { method: 'POST', headers: 'idempotency-key: 7' }],
    ['by POST with null for headers', { method: 'POST', headers: null }],
    ['with a stream of the web', { method: 'PUT', body: new ReadableStream() }],
    ['with a stream that has only a reader', { method: 'PUT', body: { getReader: () => ({}) } }],
    ['with a stream of Node', { method: 'PUT', body: Readable.from(['x']) }],
    ['with a stream of old', { method: 'PUT', body: { pipe: () => {} } }],
    ['with a generator', { method: 'PUT', body: bytes() }],
    ['with an iterable that comes bit by bit', { method: 'PUT', body: { [Symbol.asyncIterator]: bytes } }],
    ['with an iterator', { method: 'PUT', body: { next: () => ({}) } }],
    ['with a stream, for all its key', { method: 'POST', headers: key, body: new ReadableStream() }],
    ['that is a Request with a body', new Request('http://a.example', { method: 'PUT', body: 'x' })],
  ] as [string, RequestLike][])('%s may not', (_, request) => {
    expect(isRetryableRequest(request)).toBe(false);
  });
});

describe('an answer', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599])('of %i is worth another attempt', (status) => {
    expect(isRetryableResponse({ status })).toBe(true);
  });
  it.each([200, 204, 301, 400, 404, 409, 499, 501, 505, 600])('of %i is not', (status) => {
    expect(isRetryableResponse({ status })).toBe(false);
  });
  it.each([[undefined], [null], [{}], [{ status: '503' }], ['503']])('%j is not', (answer) => {
    expect(isRetryableResponse(answer)).toBe(false);
  });

  it.each([
    [{ headers: new Headers({ 'retry-after': '7' }) }, 7_000],
    [{ headers: { 'Retry-After': '7' } }, 7_000],
    [{ headers: { get: 'no function', 'Retry-After': '7' } }, 7_000],
    [{ response: { headers: { 'retry-after': '7' } } }, 7_000],
    [{ response: { headers: new Map([['retry-after', '7']]) } }, 7_000],
    [{ headers: { 'retry-after': '5' }, response: { headers: { 'retry-after': '7' } } }, 5_000],
    [
      {
        headers: { 'retry-after': 'Thu, 01 Jan 2032 00:00:09 GMT', date: 'Thu, 01 Jan 2032 00:00:05 GMT' },
      },
      4_000,
    ],
    [{ headers: { 'retry-after': 'soon' } }, undefined],
    [{ response: null }, undefined],
    [new Error('x'), undefined],
    ['text', undefined],
    [undefined, undefined],
    [null, undefined],
  ])('%# asks to wait', (holder, ms) => {
    expect(retryAfterIn(holder)).toBe(ms);
  });

  it('that nobody will read is cancelled, where it can be', async () => {
    let cancelled = 0;
    const body = new ReadableStream({ cancel: () => void cancelled++ });
    discardBody({ body });
    for (const without of [undefined, null, 5, {}, { body: null }, { body: 'text' }]) discardBody(without);
    expect(cancelled).toBe(1);
    const locked = new ReadableStream();
    locked.getReader();
    discardBody({ body: locked }); // a rejection that nobody may see
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('requests to a real server', () => {
  let server: ChaosServer;
  beforeEach(async () => {
    server = await createChaosServer();
  });
  afterEach(() => server.close());

  const policy = retry({ attempts: 3, backoff: constant(1), retryResultIf: isRetryableResponse });
  const send = (path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> =>
    policy.execute(({ signal }) => fetch(server.url + path, { ...init, signal: signal ?? null }), {
      idempotent: isRetryableRequest(init),
    });

  it('are sent again until they succeed', async () => {
    expect((await send('/503then200?n=2')).status).toBe(200);
    expect(server.hits('/503then200')).toBe(3);
  });

  it('give the last answer, its body unread', async () => {
    const response = await send('/status/503');
    expect([response.status, await response.text()]).toEqual([503, '503\n']);
    expect(server.hits('/status/503')).toBe(3);
  });

  it('are sent again after a reset', async () => {
    await expect(send('/rst')).rejects.toThrow('fetch failed');
    expect(server.hits('/rst')).toBe(3);
  });

  it.each([
    ['GET', {}, 3],
    ['PUT with a text', { method: 'PUT', body: 'x' }, 3],
    ['POST', { method: 'POST', body: 'x' }, 1],
    ['PATCH', { method: 'PATCH', body: 'x' }, 1],
    ['POST with a key', { method: 'POST', body: 'x', headers: key }, 3],
  ] as const)('%s: as often as may be', async (_, init, hits) => {
    expect((await send('/503then200?n=2', init)).status).toBe(hits === 1 ? 503 : 200);
    expect(server.hits('/503then200')).toBe(hits);
  });

  it('with a streamed body are sent once, whatever they say', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('x'));
        controller.close();
      },
    });
    const response = await send('/503then200', { method: 'PUT', headers: key, body, duplex: 'half' });
    expect([response.status, server.hits('/503then200')]).toEqual([503, 1]);
  });
});
