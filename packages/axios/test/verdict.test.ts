// What counts as what, in every version, against a server that really fails.
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { Readable } from 'node:stream';
import type { AxiosRequestConfig } from 'axios';
import { describe, expect, it } from 'vitest';
import { ways } from './axioses.ts';
import { failingServer, guarded } from './scene.ts';

interface Fault {
  readonly what: string;
  readonly path: string;
  readonly config?: AxiosRequestConfig;
  readonly counts: 'succeeded' | 'failed' | 'ignored';
}

const faults: readonly Fault[] = [
  { what: 'a 200', path: '/status/200', counts: 'succeeded' },
  { what: 'a 404', path: '/status/404', counts: 'succeeded' },
  { what: 'a 429', path: '/status/429', counts: 'failed' },
  { what: 'a 503', path: '/status/503', counts: 'failed' },
  {
    what: 'a 500 that validateStatus accepts',
    path: '/status/500',
    config: { validateStatus: () => true },
    counts: 'failed',
  },
  {
    what: 'a 500 where there is no validateStatus',
    path: '/status/500',
    config: { validateStatus: null },
    counts: 'failed',
  },
  { what: 'a 304', path: '/status/304', counts: 'succeeded' },
  {
    what: 'a redirect that is not followed',
    path: '/redirect/1?to=/status/200',
    config: { maxRedirects: 0 },
    counts: 'succeeded',
  },
  {
    what: 'a 200 that validateStatus refuses',
    path: '/status/200',
    config: { validateStatus: () => false },
    counts: 'succeeded',
  },
  {
    what: 'an answer that is not JSON where JSON was asked for',
    path: '/badjson',
    config: { responseType: 'json', transitional: { silentJSONParsing: false } },
    counts: 'succeeded',
  },
  { what: 'a body that ends early', path: '/trunc', counts: 'failed' },
  { what: 'a chunked body that ends early', path: '/chunktrunc', counts: 'failed' },
  { what: 'a reset amid the body', path: '/rstmid', counts: 'failed' },
  { what: 'a timeout amid the body', path: '/stall', config: { timeout: 60 }, counts: 'failed' },
  { what: 'a timeout before the headers', path: '/hang', config: { timeout: 60 }, counts: 'failed' },
  {
    what: 'a timeout with an error of its own',
    path: '/hang',
    config: { timeout: 60, transitional: { clarifyTimeoutError: true } },
    counts: 'failed',
  },
  { what: 'a body that cannot be unpacked', path: '/badgzip', counts: 'failed' },
  { what: 'a redirect without an end', path: '/loop', counts: 'failed' },
  { what: 'an answer that is not HTTP', path: '/garbage', counts: 'failed' },
  { what: 'a body larger than asked for', path: '/big', config: { maxContentLength: 10 }, counts: 'failed' },
  {
    what: 'a header that cannot be sent',
    path: '/echo',
    config: { headers: { 'no name': 'x' } },
    counts: 'ignored',
  },
  {
    what: 'a request body that is too large',
    path: '/echo',
    config: { method: 'post', data: 'x'.repeat(100), maxBodyLength: 10 },
    counts: 'ignored',
  },
];

/** Node's own requests, and a word when the first piece of the body is there. */
function telling(begun: () => void): object {
  return {
    request: (options: RequestOptions, take: (response: IncomingMessage) => void) =>
      request(options, (response) => {
        take(response);
        response.once('data', begun);
      }),
  };
}

describe.each(ways)('on $name', (way) => {
  it.each(faults)('$what counts as $counts', async ({ path, config, counts }) => {
    const server = await failingServer();
    const { api, counted } = guarded(way);
    const outcome = await api.request({ url: server.url + path, ...config }).then(
      (response) => response,
      (error: unknown) => error,
    );
    expect({ outcome, counted: counted() }).toMatchObject({ counted: { [counts]: 1 } });
    expect(Object.keys(counted())).toEqual([counts]);
  });

  it.each([
    ['an abort', () => undefined, 'ignored'],
    ['a timeout', () => new DOMException('too late', 'TimeoutError'), 'failed'],
  ])('%s amid the body counts by its reason', async (_, reason, counts) => {
    const server = await failingServer();
    const { api, counted } = guarded(way);
    const controller = new AbortController();
    const begun = (): void => controller.abort(reason());
    const call = api.get(`${server.url}/stall`, {
      signal: controller.signal,
      ...(way.name.includes('fetch') ? { onDownloadProgress: begun } : { transport: telling(begun) }),
    });
    await expect(call).rejects.toThrow();
    expect(counted()).toEqual({ [counts]: 1 });
  });

  it.each([
    ['whose source fails', '/hang', true, 'ignored'],
    ['that the other side resets', '/rst', false, 'failed'],
  ])('an upload %s counts as it should', async (_, path, fails, counts) => {
    const server = await failingServer();
    const { api, counted } = guarded(way);
    async function* pieces(): AsyncGenerator<Buffer> {
      yield Buffer.from('a beginning');
      await server.reached(path, 1);
      if (fails) throw new Error('the file is gone');
      await new Promise(() => {});
    }
    await expect(api.post(server.url + path, Readable.from(pieces()))).rejects.toBeDefined();
    expect(counted()).toEqual({ [counts]: 1 });
  });
});
