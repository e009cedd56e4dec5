// oxlint-disable-next-line typescript/triple-slash-reference -- an import of types alone is dropped from the declarations
/// <reference path="./commonjs.cts" preserve="true" />
import type { Group } from '@cb/core';
import type { GuardOptions, Verdict } from '@cb/core/kit';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';

/** What one request says about its own guarding; a field of its config. */
export type RequestBreaker =
  | false
  | {
      /** Which breaker guards this request, instead of what `key` says. 1 to 200 characters. */
      key?: string;
    };

declare module 'axios' {
  // biome-ignore lint/suspicious/noExplicitAny: what is added to must have the same parameters
  interface AxiosRequestConfig<D = any> {
    /** `false`: this request is not guarded. `{ key }`: that breaker guards it. Default: what the interceptor's options say. */
    circuitBreaker?: RequestBreaker;
  }
}

/** The axios that was imported: the parts that are needed of it, in any version. */
export interface AxiosLike {
  create(config?: never): unknown;
  getAdapter?(adapters: never, config?: never): unknown;
  readonly defaults?: { readonly adapter?: unknown };
}

/** A request as a classifier sees it: `response` where it resolved, or `error`, which may carry a response, where it did not. */
export interface AxiosOutcome {
  readonly config: AxiosRequestConfig;
  readonly response?: AxiosResponse;
  readonly error?: unknown;
}

/**
 * Options of `breakerInterceptor`: those of `createBreaker` for every breaker (`window`, `openWhen`, `stayOpen`, `probing`,
 * `clock`, `onError`, …), those of every adapter (`configure`, `group`, `maxBreakers`), and these.
 */
export interface AxiosBreakerOptions
  extends GuardOptions<readonly [config: AxiosRequestConfig], AxiosOutcome> {
  /**
   * The axios that you imported, whose adapters make the requests. It is given rather than imported here, so that it is
   * the copy and the build that your instances come from.
   */
  axios: AxiosLike;
  /**
   * The instance that it is put on. Given, it is known which adapter is the instance's own, and one that a single request
   * brings along (a cache's answer, a stub) is left alone: it is not guarded and does not count.
   *
   * @default unknown: whatever adapter a request has is guarded
   */
  instance?: { readonly defaults: { readonly adapter?: unknown } };
  /**
   * Which breaker guards a request; `null` or `undefined`: none. A request's own `circuitBreaker` comes first. Keep the
   * number of keys small: a tenant or a host, never a whole address. Where it throws, the error goes to `onError` and the
   * default key is used.
   *
   * @default the origin of the address, `baseURL` included: `https://api.example.com`
   */
  key?: (config: AxiosRequestConfig) => string | null | undefined;
  /**
   * What a request says about the other side. `undefined` leaves it to the default: 5xx, 429, a timeout and everything
   * that breaks on the way are failures; the caller's abort and the caller's mistakes are ignored; the rest is success.
   * Must answer at once. Where it throws, the error goes to `onError` and the default counts.
   *
   * @example classify: ({ response }) => (response?.data?.status === 'unavailable' ? 'failure' : undefined)
   */
  classify?: (outcome: AxiosOutcome) => Verdict | undefined;
}

/** A request interceptor, and the breakers that its requests are guarded by. */
export interface BreakerInterceptor {
  <C extends { adapter?: unknown }>(config: C): C;
  /** One breaker per key. Not enumerable. */
  readonly breakers: Group;
}
