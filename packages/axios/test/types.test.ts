// Checked by `tsc -p tsconfig.json` with the newest axios and by `tsc -p tsconfig.oldest.json` with the oldest.
import type { Group } from '@cb/core';
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios';
import { describe, expectTypeOf, it } from 'vitest';
import { type AxiosBreakerOptions, breakerInterceptor, type Verdict } from '../src/index.ts';

interface User {
  readonly id: number;
}
declare const axios: AxiosStatic;
declare const api: AxiosInstance;

// Nothing here runs: what is tested is whether it compiles.
const compiled = {
  theInterceptorFits(): void {
    const interceptor = breakerInterceptor({ axios });
    api.interceptors.request.use(interceptor);
    api.interceptors.request.use(interceptor, undefined, { synchronous: true });
    axios.interceptors.request.use(breakerInterceptor({ axios, instance: axios }));
    expectTypeOf(interceptor.breakers).toEqualTypeOf<Group>();
  },
  async whatIsInferredStays(): Promise<void> {
    const response = await api.get<User>('/users/1', { circuitBreaker: false });
    expectTypeOf(response.data).toEqualTypeOf<User>();
    expectTypeOf(
      await api.post<User, AxiosResponse<User>, { name: string }>('/users', { name: 'Ann' }),
    ).toEqualTypeOf<AxiosResponse<User>>();
    const config: AxiosRequestConfig = { url: '/', circuitBreaker: { key: 'reads' } };
    const typed: AxiosRequestConfig<{ name: string }> = { data: { name: 'Ann' }, circuitBreaker: {} };
    api.defaults.circuitBreaker = { key: 'everything' };
    axios.create({ circuitBreaker: false });
    expectTypeOf([config, typed]).toBeArray();
  },
  callbacksKnowWhatTheyGet(): void {
    breakerInterceptor({
      axios,
      key: (config) => {
        expectTypeOf(config).toEqualTypeOf<AxiosRequestConfig>();
        return config.baseURL;
      },
      classify: ({ config, response, error }) => {
        expectTypeOf(config).toEqualTypeOf<AxiosRequestConfig>();
        expectTypeOf(response).toEqualTypeOf<AxiosResponse | undefined>();
        expectTypeOf(error).toEqualTypeOf<unknown>();
        return response?.status === 501 ? 'success' : undefined;
      },
    });
    expectTypeOf<Verdict>().toEqualTypeOf<'success' | 'failure' | 'ignored'>();
  },
  nonsenseIsRefused(): void {
    // @ts-expect-error there is no breaker without axios
    breakerInterceptor({});
    // @ts-expect-error a verdict is one of three words
    breakerInterceptor({ axios, classify: () => 'bad' });
    // @ts-expect-error the key is the name
    breakerInterceptor({ axios, name: 'mine' });
    // @ts-expect-error to switch it on is what the interceptor is for
    void api.get('/', { circuitBreaker: true });
    // @ts-expect-error a slip of the pen
    void api.get('/', { circuitBreaker: { keys: 'reads' } });
    // @ts-expect-error a slip of the pen
    void api.get('/', { circuitBraker: false });
  },
};

describe('the types of breakerInterceptor', () => {
  it.each(Object.keys(compiled))('compile with the newest and the oldest axios: %s', (name) => {
    expectTypeOf(name).toBeString();
    expectTypeOf<AxiosBreakerOptions['axios']>().not.toBeAny();
  });
});
