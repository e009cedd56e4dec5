import { Readable } from 'node:stream';
import { type AdapterCaps, type CallOptions, type CallResult, describeAdapter } from '@cb/testing';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import axiosRetry from 'axios-retry';
import { breakerInterceptor } from '../src/index.ts';
import { ways } from './axioses.ts';

/** A call in axios' own words. */
async function callBy(axios: AxiosInstance, url: string, options: CallOptions = {}): Promise<CallResult> {
  const { method, body, signal, timeoutMs, leaveBody } = options;
  const config: AxiosRequestConfig = { url, responseType: leaveBody ? 'stream' : 'text' };
  config.transformResponse = (text: unknown) => text; // axios 0.27 makes a number of '200'
  if (method !== undefined) config.method = method;
  if (signal !== undefined) config.signal = signal;
  if (timeoutMs !== undefined) config.timeout = timeoutMs;
  if (body !== undefined) config.data = typeof body === 'string' ? body : Readable.from(body);
  const { status, data } = await axios.request<unknown>(config);
  return { status, body: typeof data === 'string' ? data : '' };
}

for (const { name, axios, create } of ways) {
  const isFetch = name.includes('fetch');
  const cannot: AdapterCaps['cannot'] = isFetch
    ? { 'redirect-elsewhere': 'the fetch adapter does not say where a redirect ended' }
    : name.includes(' 0.')
      ? {
          'upload-error':
            'the error’s code is the whole config there, and no two are equal; verdict.test.ts has it',
          'streaming-body': 'a stream that was handed out can no longer be given up by the signal',
        }
      : {};
  describeAdapter(`@cb/axios on ${name}`, {
    make({ breaker, key, classify, onError, installTwice, retries }) {
      const instance = create();
      if (retries !== undefined) axiosRetry(instance as never, { retries });
      const options = { axios, ...breaker, onError, ...(key && { key }), ...(classify && { classify }) };
      const interceptor = breakerInterceptor(options);
      const id = instance.interceptors.request.use(interceptor);
      if (installTwice)
        instance.interceptors.request.use(breakerInterceptor({ ...options, group: interceptor.breakers }));
      return {
        call: (url, call) => callBy(instance, url, call),
        group: interceptor.breakers,
        uninstall: () => instance.interceptors.request.eject(id),
      };
    },
    raw: (url, call) => callBy(create(), url, call),
    caps: {
      cannot,
      callerBugs: [
        { url: 'http://' },
        { url: 'gopher://127.0.0.1/' },
        { url: '/echo', method: 'NOT A METHOD' },
      ],
    },
  });
}
