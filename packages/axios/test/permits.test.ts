// Whatever happens around the adapter, no permit is lost. Each of these loses one where permits live in interceptors.
import { isCircuitOpenError } from '@cb/core';
import type { AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import axiosRetry from 'axios-retry';
import { describe, expect, it } from 'vitest';
import { breakerInterceptor } from '../src/index.ts';
import { ways } from './axioses.ts';
import { failingServer, guarded } from './scene.ts';

const boom = (): never => {
  throw new Error('boom');
};

describe.each(ways)('on $name, no permit is lost', (way) => {
  it('when an interceptor that runs later throws', async () => {
    const { api, counted } = guarded(way, {}, (on) => on.interceptors.request.use(boom));
    await expect(api.get('http://127.0.0.1/')).rejects.toThrow('boom');
    expect(counted()).toEqual({});
  });

  it('when an interceptor that runs earlier throws', async () => {
    const { api, counted } = guarded(way);
    api.interceptors.request.use(boom);
    await expect(api.get('http://127.0.0.1/')).rejects.toThrow('boom');
    expect(counted()).toEqual({});
  });

  it('when transformRequest throws', async () => {
    const { api, counted } = guarded(way);
    await expect(api.post('http://127.0.0.1/', {}, { transformRequest: boom })).rejects.toThrow('boom');
    expect(counted()).toEqual({});
  });

  it('when transformResponse throws: the answer had come', async () => {
    const server = await failingServer();
    const { api, counted } = guarded(way);
    await expect(api.get(server.url, { transformResponse: boom })).rejects.toThrow('boom');
    expect(counted()).toEqual({ succeeded: 1 });
  });

  it('when a custom adapter rejects with a plain error, or throws at once', async () => {
    const { api, counted } = guarded(way);
    const adapter = async (): Promise<never> => boom();
    await expect(api.get('http://a.example/', { adapter })).rejects.toThrow('boom');
    await expect(api.get('http://b.example/', { adapter: boom })).rejects.toThrow('boom');
    expect(counted()).toEqual({ failed: 2 });
  });

  it('when the address is invalid', async () => {
    const { api, counted } = guarded(way);
    await expect(api.get('http://')).rejects.toThrow();
    expect(counted()).toEqual({});
  });

  it('when the address is invalid and a key guards it all the same', async () => {
    const { api, counted } = guarded(way, { key: () => 'everything' });
    await expect(api.get('http://')).rejects.toThrow();
    await expect(api.get('gopher://127.0.0.1/')).rejects.toThrow();
    // axios 0.x tries the first at localhost, fetch calls the second a failed request
    const tried = way.axios.VERSION?.startsWith('0.') || way.name.includes('fetch');
    expect(counted()).toEqual(tried ? { ignored: 1, failed: 1 } : { ignored: 2 });
  });

  it('when a response interceptor maps the error', async () => {
    const server = await failingServer();
    const { api, counted } = guarded(way, {}, (on) =>
      on.interceptors.response.use(undefined, () => Promise.reject(new Error('ours'))),
    );
    await expect(api.get(`${server.url}/status/500`)).rejects.toThrow('ours');
    expect(counted()).toEqual({ failed: 1 });
  });

  it('when a response interceptor unwraps the response', async () => {
    const server = await failingServer();
    const { api, counted } = guarded(way, {}, (on) =>
      on.interceptors.response.use((response) => response.data),
    );
    await api.get(`${server.url}/echo`);
    expect(counted()).toEqual({ succeeded: 1 });
  });

  it('when a CancelToken cancels, in flight or beforehand', async () => {
    const server = await failingServer();
    const { api, counted } = guarded(way);
    const source = way.axios.CancelToken.source();
    const call = api.get(`${server.url}/hang`, { cancelToken: source.token });
    await server.reached('/hang');
    source.cancel('enough');
    await expect(call).rejects.toMatchObject({ message: 'enough' });
    expect(counted()).toEqual({ ignored: 1 });
    await expect(api.get(server.url, { cancelToken: source.token })).rejects.toMatchObject({
      message: 'enough',
    });
    expect(counted()).toEqual({ ignored: 1 });
  });

  it('when a signal aborts, in flight or beforehand', async () => {
    const server = await failingServer();
    const { api, counted } = guarded(way);
    const controller = new AbortController();
    const { signal } = controller;
    const call = api.get(`${server.url}/hang`, { signal });
    await server.reached('/hang');
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    expect(counted()).toEqual({ ignored: 1 });
    await expect(api.get(server.url, { signal })).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    expect(counted()).toEqual({ ignored: 1 });
    expect(server.hits()).toBe(1);
  });

  it.each(['before', 'after'])('when axios-retry, put on %s the breaker, tries again', async (order) => {
    const server = await failingServer();
    const retry = (api: AxiosInstance): void => void axiosRetry(api as never, { retries: 3 });
    const { api, counted } = guarded(way, { openWhen: [] }, order === 'before' ? retry : undefined);
    if (order === 'after') retry(api);
    await expect(api.get(`${server.url}/status/503`)).rejects.toMatchObject({ response: { status: 503 } });
    expect(counted()).toEqual({ failed: 4 });
    expect(server.hits()).toBe(4);
  });

  it.each(['before', 'after'])(
    'when the only probe, refreshing its login %s the breaker, is sent twice',
    async (order) => {
      const server = await failingServer();
      const refresh = (api: AxiosInstance): void =>
        void api.interceptors.response.use(undefined, async ({ config, response }) => {
          if (response?.status !== 401) throw response;
          return api.request({ ...(config as InternalAxiosRequestConfig), url: `${server.url}/status/200` });
        });
      const { api, clock, counted, only } = guarded(way, {}, order === 'before' ? refresh : undefined);
      if (order === 'after') refresh(api);
      for (let i = 0; i < 2; i++) await api.get(`${server.url}/status/500`).catch(() => {});
      expect(only().state).toBe('open');
      clock.advance(1_000);
      await expect(api.get(`${server.url}/status/401`)).resolves.toMatchObject({ status: 200 });
      expect(only().state).toBe('closed');
      expect(counted()).toEqual({ failed: 2, succeeded: 2 });
    },
  );

  it('when it is synchronous', async () => {
    const server = await failingServer();
    const api = way.create();
    const interceptor = breakerInterceptor({ axios: way.axios, key: boom, classify: boom, onError: boom });
    api.interceptors.request.use(interceptor, undefined, { synchronous: true });
    await expect(api.get(`${server.url}/echo`)).resolves.toMatchObject({ status: 200 });
    await expect(api.get(`${server.url}/status/500`)).rejects.toMatchObject({ response: { status: 500 } });
    expect([...interceptor.breakers].map((each) => each.snapshot().inFlight)).toEqual([0]);
  });

  it('when the circuit is open: the refusal reaches response interceptors, and has taken none', async () => {
    const server = await failingServer();
    const seen: unknown[] = [];
    const { api, counted } = guarded(way, {}, (on) =>
      on.interceptors.response.use(undefined, (error) => {
        seen.push(error);
        return Promise.reject(error);
      }),
    );
    for (let i = 0; i < 3; i++) await api.get(`${server.url}/status/500`).catch(() => {});
    expect(seen.map(isCircuitOpenError)).toEqual([false, false, true]);
    expect(counted()).toEqual({ failed: 2, rejected: 1 });
    expect(server.hits()).toBe(2);
  });
});
