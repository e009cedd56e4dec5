/** A circuit breaker for axios, as a request interceptor. */

import type { Breaker } from '@cb/core';
import { createGuard, settle } from '@cb/core/kit';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import { type Adapter, groupsOf, markGuarded, resolveAdapter } from './adapter.ts';
import { originOf } from './address.ts';
import { asAxiosError } from './open-error.ts';
import type { AxiosBreakerOptions, AxiosLike, AxiosOutcome, BreakerInterceptor } from './options.ts';
import { axiosVerdict, failureOf } from './verdict.ts';

export type { Verdict } from '@cb/core/kit';
export type {
  AxiosBreakerOptions,
  AxiosLike,
  AxiosOutcome,
  BreakerInterceptor,
  RequestBreaker,
} from './options.ts';

/**
 * Makes a request interceptor that puts a circuit breaker per origin around an instance's requests. Responses and errors
 * stay axios' own, the very same objects; while a circuit is open, requests reject with `CircuitOpenError` instead, which
 * `axios.isAxiosError` recognises too, and nothing is sent.
 *
 * The interceptor only puts a guard around the request's adapter, and never throws: it may be registered before or after
 * others, and with `{ synchronous: true }`. `eject` takes it off; a request that was prepared before stays guarded when it
 * is sent again.
 *
 * @param options the imported `axios`; breaker options for every origin; how to tell origins and failures.
 * @returns the interceptor, with its breakers as `.breakers`.
 * @throws TypeError or RangeError at once, for a wrong option.
 * @throws CircuitOpenError from a request (`code: 'ERR_CIRCUIT_OPEN'`, `retryAfterMs`): the call did not run. Any other
 * rejection is axios' own: the call ran, or could not be sent.
 * @example
 * const api = axios.create({ baseURL: 'https://api.example.com' });
 * api.interceptors.request.use(breakerInterceptor({ axios, openWhen: failureRatio(0.5, { minimumCalls: 20 }) }));
 * try {
 *   return (await api.get('/users')).data;
 * } catch (error) {
 *   if (isCircuitOpenError(error)) return cached;
 *   throw error;
 * }
 */
export function breakerInterceptor(options: AxiosBreakerOptions): BreakerInterceptor {
  checkAxios(options?.axios);
  const { axios, instance, ...common } = options;
  const guard = createGuard<readonly [AxiosRequestConfig], AxiosOutcome>('@cb/axios', common);

  function breakerFor(config: AxiosRequestConfig): Breaker | null {
    const { circuitBreaker } = config;
    if (circuitBreaker === false) return null;
    const key = circuitBreaker?.key;
    return typeof key === 'string' ? guard.group.get(key) : guard.breakerFor(originOf, config);
  }

  /** The permit is taken and settled in here: interceptors around it may throw, retry and replace what they like. */
  async function send(inner: unknown, config: Parameters<Adapter>[0]): Promise<AxiosResponse> {
    const adapter = resolveAdapter(axios, inner, config);
    const breaker = breakerFor(config);
    if (breaker === null) return await adapter(config);

    const permit = breaker.tryAcquire();
    if (permit === null) throw asAxiosError(breaker.openError(), config);
    const settleAs = (outcome: AxiosOutcome): void =>
      guard.safely(
        'outcome',
        () => {
          const verdict = guard.judge(outcome, axiosVerdict);
          settle(permit, verdict, verdict === 'failure' ? failureOf(outcome) : undefined);
        },
        () => void permit.ignore(),
      );
    try {
      const response = await adapter(config);
      settleAs({ config, response });
      return response;
    } catch (error) {
      settleAs({ config, error });
      throw error;
    }
  }

  function interceptor<C extends { adapter?: unknown }>(config: C): C {
    const { adapter } = config;
    const isGuarded = groupsOf(adapter)?.has(guard.group) ?? false;
    if (!isGuarded && !isForOneRequest(adapter, instance))
      config.adapter = markGuarded((full) => send(adapter, full), adapter, guard.group);
    return config;
  }
  return Object.defineProperty(interceptor, 'breakers', { value: guard.group }) as BreakerInterceptor;
}

/** Asked for each request: the instance's own adapter may be put there late, by a mock for example. */
function isForOneRequest(adapter: unknown, instance: AxiosBreakerOptions['instance']): boolean {
  if (instance === undefined || typeof adapter !== 'function') return false;
  return adapter !== instance.defaults.adapter && groupsOf(adapter) === undefined;
}

function checkAxios(axios: AxiosLike | undefined): void {
  if (typeof axios?.create !== 'function' && typeof axios?.getAdapter !== 'function')
    throw new TypeError(
      `axios must be the axios that you imported, as in breakerInterceptor({ axios }), got ${axios === null ? 'null' : typeof axios}`,
    );
}
