// Packages that sit on the same instance, each registered before the breaker and after it.
import { consecutiveFailures, createBreaker, fixed, isCircuitOpenError } from '@cb/core';
import { within } from '@cb/testing';
import type { AxiosError, AxiosInstance } from 'axios';
import { setupCache } from 'axios-cache-interceptor';
import axiosRetry from 'axios-retry';
import { describe, expect, it } from 'vitest';
import { breakerInterceptor } from '../src/index.ts';
import { newestAxios as axios, ways } from './axioses.ts';
import { countedBy, failingServer, guarded } from './scene.ts';

const orders = ['before', 'after'] as const;

describe.each(ways)('axios-retry on $name', (way) => {
  it.each(orders)('put on %s the breaker, wastes no try on an open circuit', async (order) => {
    const server = await failingServer();
    const tries: unknown[] = [];
    const retry = (api: AxiosInstance): void =>
      void axiosRetry(api as never, { retries: 5, onRetry: (_, error) => void tries.push(error) });
    const { api, counted } = guarded(way, {}, order === 'before' ? retry : undefined);
    if (order === 'after') retry(api);
    await expect(api.get(`${server.url}/status/503`)).rejects.toSatisfy(isCircuitOpenError);
    expect(counted()).toEqual({ failed: 2, rejected: 1 });
    expect(server.hits()).toBe(2);
    expect(tries).toHaveLength(2);
    expect(tries.some(isCircuitOpenError)).toBe(false);
  });
});

describe("axios-retry over a breaker in axios' own fetch, where the refusal arrives wrapped", () => {
  async function retried(retryCondition?: (error: Error) => boolean): Promise<object> {
    const server = await failingServer();
    const breaker = createBreaker({
      name: 'fetch',
      openWhen: consecutiveFailures(2),
      stayOpen: fixed(60_000),
    });
    const guardedFetch: typeof fetch = (...args) => breaker.execute(() => fetch(...args));
    const api = axios.create({ adapter: 'fetch', env: { fetch: guardedFetch } });
    axiosRetry(api, { retries: 5, ...(retryCondition && { retryCondition }) });
    await expect(api.get(`${server.url}/rst`)).rejects.toSatisfy(isCircuitOpenError);
    const { failed, rejected } = breaker.snapshot().counts;
    return { failed, rejected };
  }

  it('wastes no try where the condition asks for a refusal first', async () => {
    const condition = (error: Error): boolean =>
      !isCircuitOpenError(error) && axiosRetry.isNetworkOrIdempotentRequestError(error as AxiosError);
    expect(await retried(condition)).toEqual({ failed: 2, rejected: 1 });
  });

  it('tries again and again where nobody asks', async () => {
    expect(await retried()).toEqual({ failed: 2, rejected: 4 });
  });
});

describe.each(orders)('axios-cache-interceptor, put on %s the breaker', (order) => {
  function cached(known: boolean) {
    const api = axios.create({ proxy: false });
    if (order === 'before') setupCache(api);
    const { interceptor, ...rest } = guarded({ axios, create: () => api }, known ? { instance: api } : {});
    if (order === 'after') setupCache(api);
    return { interceptor, ...rest };
  }

  it('serves hits while the circuit is open, and they do not count', async () => {
    const server = await failingServer();
    const { api, counted, only } = cached(true);
    await api.get(`${server.url}/echo`);
    for (let i = 0; i < 2; i++) await api.get(`${server.url}/status/500`).catch(() => {});
    expect(only().state).toBe('open');
    await expect(api.get(`${server.url}/echo`)).resolves.toMatchObject({ status: 200, cached: true });
    expect(counted()).toEqual({ succeeded: 1, failed: 2 });
  });

  it('counts simultaneous requests that it makes one of as one', async () => {
    const server = await failingServer();
    const { api, counted } = cached(true);
    const calls = Array.from({ length: 4 }, () => api.get(`${server.url}/gate/one`));
    await server.gate('one').reached(1);
    server.gate('one').release();
    await Promise.all(calls);
    expect(counted()).toEqual({ succeeded: 1 });
    expect(server.hits()).toBe(1);
  });

  it('is not left waiting by a refusal', async () => {
    const server = await failingServer();
    const { api } = cached(true);
    for (let i = 0; i < 2; i++) await api.get(`${server.url}/status/500`).catch(() => {});
    const calls = [1, 2, 3].map(() => api.get(`${server.url}/echo`).catch((error: unknown) => error));
    const ends = await within('three refusals', Promise.all(calls));
    expect(ends.map(isCircuitOpenError)).toEqual([true, true, true]);
    const later = await within(
      'a fourth',
      api.get(`${server.url}/echo`).catch((error: unknown) => error),
    );
    expect(isCircuitOpenError(later)).toBe(true);
    expect(server.hits('/echo')).toBe(0);
  });
});

it.each([
  ['before', { succeeded: 1, failed: 2 }],
  ['after', { succeeded: 1, failed: 2, rejected: 1 }],
] as const)(
  'a cache put on %s the breaker, where the instance is not known, counts %o',
  async (order, counts) => {
    const server = await failingServer();
    const api = axios.create({ proxy: false });
    if (order === 'before') setupCache(api);
    const { counted } = guarded({ axios, create: () => api });
    if (order === 'after') setupCache(api);
    await api.get(`${server.url}/echo`);
    for (let i = 0; i < 2; i++) await api.get(`${server.url}/status/500`).catch(() => {});
    await api.get(`${server.url}/echo`).catch(() => {});
    expect(counted()).toEqual(counts);
    expect(server.hits('/echo')).toBe(1);
  },
);

it('a mock that takes the place of the own adapter later is guarded', async () => {
  const api = axios.create();
  const interceptor = breakerInterceptor({ axios, instance: api });
  api.interceptors.request.use(interceptor);
  api.defaults.adapter = async (config) => ({ status: 500, statusText: '', data: '', headers: {}, config });
  await api.get('https://api.example/');
  expect(countedBy(interceptor.breakers)).toEqual({ failed: 1 });
});
