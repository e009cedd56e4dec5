import { consecutiveFailures, createGroup, fixed, isCircuitOpenError } from '@cb/core';
import type { AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { describe, expect, it, vi } from 'vitest';
import { type AxiosBreakerOptions, breakerInterceptor } from '../src/index.ts';
import { newestAxios as axios, type Way, ways } from './axioses.ts';
import { countedBy, failingServer, guarded } from './scene.ts';

/** What the adapter of an instance is called with and answers. */
type Answer = (config: InternalAxiosRequestConfig) => unknown;

/** An instance whose own adapter is a function of the test. */
function stubbed(answer: Answer, options: Partial<AxiosBreakerOptions> = {}) {
  const adapter = vi.fn(async (config: InternalAxiosRequestConfig) => answer(config) as AxiosResponse);
  return { adapter, ...guarded({ axios, create: () => axios.create({ adapter }) }, options) };
}
const answering =
  (status: number): Answer =>
  (config) => ({ status, data: '', headers: {}, config });
const ok = answering(200);
const boom = (): never => {
  throw new Error('boom');
};

describe('breakerInterceptor', () => {
  it('gives back the very response, and rejects with the very error', async () => {
    const response = { status: 200, data: 'hi', headers: {} };
    const error = new Error('no network');
    const { api, counted } = stubbed(({ url }) => (url === '/ok' ? response : Promise.reject(error)), {
      key: () => 'stub',
    });
    expect(await api.get('/ok')).toBe(response);
    await expect(api.get('/bad')).rejects.toBe(error);
    expect(counted()).toEqual({ succeeded: 1, failed: 1 });
  });

  it('survives a stub that answers anything, or rejects with anything', async () => {
    const key = (): string => 'stub';
    for (const odd of [{}, { status: 'fine' }, 7]) {
      const { api, counted } = stubbed(() => odd, { key, onError: () => {} });
      await api.get('/').catch(() => {});
      expect(counted().inFlight).toBeUndefined();
    }
    for (const odd of [undefined, null, 'no', 7, { response: null }, { response: {} }, { config: {} }]) {
      const { api, counted } = stubbed(() => Promise.reject(odd), { key });
      await expect(api.get('/')).rejects.toBe(odd);
      expect(counted()).toEqual({ failed: 1 });
    }
  });

  it('shows its breakers only to those who ask', async () => {
    const interceptor = breakerInterceptor({ axios });
    expect(Object.keys(interceptor)).toEqual([]);
    expect(interceptor.breakers.size).toBe(0);
  });

  it('refuses wrong options at once', () => {
    const wrong = (options: object) => () => breakerInterceptor(options as AxiosBreakerOptions);
    expect(wrong({})).toThrow(
      'axios must be the axios that you imported, as in breakerInterceptor({ axios }), got undefined',
    );
    expect(wrong(undefined as never)).toThrow('breakerInterceptor({ axios })');
    expect(wrong({ axios: 'axios' })).toThrow('got string');
    expect(wrong({ axios, openMs: 5 })).toThrow(/openMs/);
    expect(wrong({ axios, stayOpen: 5 })).toThrow(/fixed\(5\)/);
    expect(wrong({ axios, maxBreakers: 0 })).toThrow(/max/);
  });

  it('lets no callback of the user break a request', async () => {
    const onError = vi.fn((_error: unknown, _where: string) => boom());
    const { api, counted } = stubbed(ok, { onError, key: boom, classify: boom, configure: boom });
    expect((await api.get('https://api.example/')).status).toBe(200);
    expect(counted()).toEqual({ succeeded: 1 });
    expect(onError.mock.calls.map(([, where]) => where)).toEqual(['key', 'configure', 'classify']);
  });

  it('shows a failing status in the history, and keeps no response there', async () => {
    const { api, only } = stubbed(answering(503));
    await api.get('https://api.example/', { validateStatus: () => true });
    expect(only().snapshot().errors).toMatchObject([{ name: 'HttpError', code: 'HTTP_503', count: 1 }]);
  });
});

describe('the breaker of a request', () => {
  const names = async (requests: AxiosRequestConfig[], options: Partial<AxiosBreakerOptions> = {}) => {
    const { api, interceptor } = stubbed(ok, options);
    for (const request of requests) await api.request(request);
    return [...interceptor.breakers].map(({ name }) => name);
  };

  it('is that of its origin, base address included', async () => {
    expect(
      await names([
        { url: 'https://API.example:443/users?page=2' },
        { url: '/users', baseURL: 'https://api.example/v1' },
        { baseURL: 'https://api.example' },
        { url: 'https://other.example/', baseURL: 'https://api.example/v1' },
        { url: 'https://inside.example/', baseURL: 'https://proxy.example/', allowAbsoluteUrls: false },
        { url: 'http://localhost/containers', socketPath: '/var/run/docker.sock' },
      ]),
    ).toEqual([
      'https://api.example',
      'https://other.example',
      'https://proxy.example',
      'unix:/var/run/docker.sock',
    ]);
  });

  it('is none where there is no origin', async () => {
    expect(await names([{ url: '/users' }, { url: 'data:text/plain,hi' }, { url: 'http://' }, {}])).toEqual(
      [],
    );
  });

  it('is up to the key function, and to the request before it', async () => {
    const url = 'https://api.example/';
    const key = ({ method }: AxiosRequestConfig): string | null => (method === 'get' ? 'reads' : null);
    expect(await names([{ url }, { url, method: 'post' }], { key })).toEqual(['reads']);
    expect(
      await names(
        [
          { url, circuitBreaker: { key: 'mine' } },
          { url, circuitBreaker: {} },
        ],
        { key },
      ),
    ).toEqual(['mine', 'reads']);
    expect(await names([{ url, circuitBreaker: false }], { key })).toEqual([]);
  });

  it('is the usual one where a request asks for nonsense', async () => {
    const url = 'https://api.example/';
    for (const circuitBreaker of [null, true, 'mine', { key: 7 }, { key: null }]) {
      expect(await names([{ url, circuitBreaker: circuitBreaker as never }])).toEqual([
        'https://api.example',
      ]);
    }
  });

  it('can be asked for by what is put on the instance', async () => {
    const { api, interceptor } = stubbed(ok);
    api.defaults.circuitBreaker = { key: 'everything' };
    await api.get('https://api.example/');
    await api.get('https://api.example/', { circuitBreaker: false });
    expect(countedBy(interceptor.breakers)).toEqual({ succeeded: 1 });
    expect([...interceptor.breakers].map(({ name }) => name)).toEqual(['everything']);
  });

  it('has the options of its key on top of the common ones', async () => {
    const { api, interceptor } = stubbed(ok, {
      configure: (key) => (key.includes('slow') ? { stayOpen: fixed(9_000) } : {}),
    });
    await api.get('https://api.example/');
    await api.get('https://slow.example/');
    expect([...interceptor.breakers].map(({ config }) => config.stayOpen.firstMs)).toEqual([1_000, 9_000]);
  });
});

describe('a classifier', () => {
  it('sees the config and the response or the error, and has the first word', async () => {
    const seen: object[] = [];
    const { api, counted } = stubbed(answering(501), {
      classify(outcome) {
        seen.push(outcome);
        return seen.length === 1 ? 'success' : seen.length === 2 ? 'ignored' : undefined;
      },
    });
    const config = { validateStatus: () => true };
    for (let i = 0; i < 3; i++) await api.get('https://api.example/', config);
    expect(counted()).toEqual({ succeeded: 1, ignored: 1, failed: 1 });
    expect(seen[0]).toMatchObject({ config: { url: 'https://api.example/' }, response: { status: 501 } });
    expect('error' in (seen[0] as object)).toBe(false);
  });

  it('is not heard where it answers nonsense', async () => {
    const { api, counted } = stubbed(ok, { classify: (async () => 'failure') as never });
    await api.get('https://api.example/');
    expect(counted()).toEqual({ succeeded: 1 });
  });
});

describe.each(ways)('the guard on $name', (way: Way) => {
  it('takes a permit for each attempt of a config that is sent again, and one only', async () => {
    const server = await failingServer();
    const { api, counted } = guarded(way, { openWhen: [] });
    const url = `${server.url}/status/503`;
    const again = async (config: AxiosRequestConfig): Promise<InternalAxiosRequestConfig> =>
      (await api.request(config).catch((error: { config: unknown }) => error)).config as never;
    const first = await again({ url });
    const second = await again(first);
    await again({ ...second });
    expect(counted()).toEqual({ failed: 3 });
    expect(server.hits()).toBe(3);
  });

  it('nests for two groups, each of which counts each attempt once', async () => {
    const server = await failingServer();
    const api = way.create();
    const common = { axios: way.axios, instance: api, openWhen: [] };
    const interceptor = breakerInterceptor(common);
    const outer = breakerInterceptor({ ...common, key: () => 'everything' });
    api.interceptors.request.use(interceptor);
    api.interceptors.request.use(outer);
    const { config } = await api.get(`${server.url}/status/503`).catch((error) => error);
    await api.request(config).catch(() => {});
    expect([countedBy(interceptor.breakers), countedBy(outer.breakers)]).toEqual([
      { failed: 2 },
      { failed: 2 },
    ]);
  });

  it('is one layer where it is put on twice with the same group', async () => {
    const server = await failingServer();
    const { api, interceptor } = guarded(way);
    const { breakers: group } = interceptor;
    api.interceptors.request.use(breakerInterceptor({ axios: way.axios, group }));
    await api.get(`${server.url}/echo`);
    expect(countedBy(group)).toEqual({ succeeded: 1 });
  });

  it('can be taken off, and stays on requests that were prepared before', async () => {
    const server = await failingServer();
    const api = way.create();
    const interceptor = breakerInterceptor({ axios: way.axios });
    const id = api.interceptors.request.use(interceptor);
    const { config } = await api.get(`${server.url}/status/503`).catch((error) => error);
    api.interceptors.request.eject(id);
    await api.get(`${server.url}/echo`);
    expect(countedBy(interceptor.breakers)).toEqual({ failed: 1 });
    await api.request(config).catch(() => {});
    expect(countedBy(interceptor.breakers)).toEqual({ failed: 2 });
  });

  it('is not on other instances, nor on those made from this one', async () => {
    const server = await failingServer();
    const { api, counted } = guarded(way);
    await way.create().get(`${server.url}/echo`);
    const child = (api as { create?: (config: object) => typeof api }).create?.({ proxy: false });
    await child?.get(`${server.url}/echo`);
    expect(counted()).toEqual({});
  });

  it('is around the usual adapter where an interceptor has taken it away', async () => {
    const server = await failingServer();
    const { api, counted } = guarded(way);
    api.interceptors.request.use(({ adapter: _adapter, ...config }) => config);
    await api.get(`${server.url}/echo`);
    expect(counted()).toEqual({ succeeded: 1 });
  });

  it('is around the adapter that a request chose by name', async () => {
    if (way.axios.VERSION?.startsWith('0.')) return; // names came with 1.2
    const server = await failingServer();
    const { api, counted } = guarded(way);
    for (const adapter of ['http', ['xhr', 'http']] as never[])
      await api.get(`${server.url}/echo`, { adapter });
    expect(counted()).toEqual({ succeeded: 2 });
    const unknown = { adapter: 'carrier pigeon' as never };
    const bare = await way
      .create()
      .get(`${server.url}/echo`, unknown)
      .catch((error: Error) => error.message);
    await expect(api.get(`${server.url}/echo`, unknown)).rejects.toThrow(bare as string);
    expect(counted()).toMatchObject({ succeeded: 2 });
    expect(counted().inFlight).toBeUndefined();
  });

  it('is around an adapter that the instance was made with, or got later', async () => {
    const { VERSION } = way.axios;
    for (const instance of [undefined, 'given'] as const) {
      const api = way.axios.create({ adapter: async (config) => ok(config as never) as AxiosResponse });
      const interceptor = breakerInterceptor({ axios: way.axios, ...(instance && { instance: api }) });
      api.interceptors.request.use(interceptor);
      await api.get('https://api.example/');
      api.defaults.adapter = async (config) => ok(config as never) as AxiosResponse;
      await api.get('https://api.example/');
      expect([VERSION, countedBy(interceptor.breakers)]).toEqual([VERSION, { succeeded: 2 }]);
    }
  });

  it('leaves an adapter alone that one request brings along, where the instance is known', async () => {
    const server = await failingServer();
    const api = way.create();
    const interceptor = breakerInterceptor({ axios: way.axios, instance: api });
    api.interceptors.request.use(interceptor);
    const adapter = async (config: unknown): Promise<AxiosResponse> => ok(config as never) as AxiosResponse;
    await api.get('https://api.example/', { adapter });
    expect(countedBy(interceptor.breakers)).toEqual({});
    await api.get(`${server.url}/echo`);
    expect(countedBy(interceptor.breakers)).toEqual({ succeeded: 1 });

    const unknowing = guarded(way);
    await unknowing.api.get('https://api.example/', { adapter });
    expect(unknowing.counted()).toEqual({ succeeded: 1 });
  });

  it('sends what axios would send, and reads what axios would read', async () => {
    const server = await failingServer();
    const { api } = guarded(way);
    const send = async (instance: typeof api) => {
      const response = await instance.post(`${server.url}/echo`, { a: [1, 'ü'] }, { params: { q: 'a b' } });
      const { status, data, headers, config } = response;
      const sent = { ...(config.headers as object) };
      return { status, data, type: headers['content-type'], sent, body: config.data };
    };
    expect(await send(api)).toEqual(await send(way.create()));
    const marking = {
      transformRequest: (data: string) => `${data}>`,
      transformResponse: (data: string) => `${data}<`,
    };
    expect((await api.post(`${server.url}/echo`, 'once', marking)).data).toBe('once><');
    const failed = await api.get(`${server.url}/badjson`, { baseURL: 'https://elsewhere.example' });
    expect(failed.config.transformResponse).toEqual(way.create().defaults.transformResponse);
  });
});

describe('the error of an open circuit', () => {
  const refusal = async (config: AxiosRequestConfig = {}) => {
    const { api } = stubbed(answering(500));
    for (let i = 0; i < 2; i++) await api.get('https://api.example/').catch(() => {});
    return api.post('https://api.example/', { card: '4111' }, config).catch((error) => error);
  };

  it('is an axios error to those who ask axios', async () => {
    const error = await refusal();
    expect(isCircuitOpenError(error)).toBe(true);
    for (const way of ways) expect(way.axios.isAxiosError(error)).toBe(true);
    expect(error).toMatchObject({ name: 'CircuitOpenError', code: 'ERR_CIRCUIT_OPEN', retryAfterMs: 1_000 });
    expect(error.response).toBeUndefined();
    expect(error.config).toMatchObject({ url: 'https://api.example/', method: 'post' });
  });

  it('shows nothing of the request in logs', async () => {
    const error = await refusal();
    expect(Object.keys(error)).not.toContain('config');
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'CircuitOpenError',
      message: 'https://api.example: circuit is open, retry in 1000 ms',
      code: 'ERR_CIRCUIT_OPEN',
      breaker: 'https://api.example',
      state: 'open',
      reason: 'open',
      retryAfterMs: 1_000,
    });
  });

  it('leaves the config of the request as it is, so that it can be sent later', async () => {
    const sent: unknown[] = [];
    const { api, clock } = stubbed(answering(500));
    api.interceptors.request.use((config) => {
      sent.push(config);
      return config;
    });
    for (let i = 0; i < 2; i++) await api.get('https://api.example/').catch(() => {});
    const error = await api.get('https://api.example/').catch((refused) => refused);
    expect(sent[2]).not.toHaveProperty('axios-retry');
    clock.advance(1_000);
    await expect(api.request(error.config)).resolves.toMatchObject({ status: 500 });
  });
});

it('shares a group with other clients', async () => {
  const group = createGroup({ configure: () => ({ openWhen: consecutiveFailures(1) }) });
  const one = stubbed(answering(500), { group });
  const other = stubbed(ok, { group });
  await one.api.get('https://api.example/').catch(() => {});
  await expect(other.api.get('https://api.example/')).rejects.toSatisfy(isCircuitOpenError);
  expect(other.adapter).not.toHaveBeenCalled();
});

it('forgets idle origins when there are too many', async () => {
  const { api, interceptor } = stubbed(ok, { maxBreakers: 10 });
  for (let i = 0; i < 100; i++) await api.get(`https://h${i}.example/`);
  expect(interceptor.breakers.size).toBe(10);
});
