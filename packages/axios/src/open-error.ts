import type { CircuitOpenError } from '@cb/core';
import type { AxiosRequestConfig } from 'axios';

/**
 * Makes code that knows axios understand the error of an open circuit: `axios.isAxiosError` says yes, interceptors find the
 * request in `config` (without it axios-cache-interceptor waits for ever), and axios-retry finds there that it is not to
 * be tried again. The config is a copy: the request's own must still be good for a try later. What is added does not show in
 * logs.
 */
export function asAxiosError(error: CircuitOpenError, config: AxiosRequestConfig): CircuitOpenError {
  const retry = { ...(config as { 'axios-retry'?: object })['axios-retry'], retryCondition: never };
  return Object.defineProperties(error, {
    isAxiosError: { value: true },
    config: { value: { ...config, 'axios-retry': retry }, writable: true, configurable: true },
    toJSON: { value: toJson },
  });
}

const never = (): boolean => false;

function toJson(this: CircuitOpenError): object {
  const { name, message, code, breaker, state, reason, retryAfterMs } = this;
  return { name, message, code, breaker, state, reason, retryAfterMs };
}
