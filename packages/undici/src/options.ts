import type { Group } from '@cb/core';
import type { GuardOptions, Verdict } from '@cb/core/kit';

/** A dispatch function of undici 6, 7 or 8, whose types differ. */
export type DispatchLike = (request: never, handler: never) => boolean;

/** A request as undici hands it to an interceptor: its dispatch options, the parts that matter here. */
export interface UndiciRequest {
  /** Missing where a `Client` or `Pool` is called directly: it has only one. */
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers?: unknown;
  readonly body?: unknown;
  /** An `AbortSignal` or an `EventEmitter`. Not there for requests of `fetch`, which keeps it to itself. */
  readonly signal?: unknown;
}

/** The beginning of an answer. */
export interface UndiciResponse {
  readonly statusCode: number;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A request as a classifier sees it: `response` where one came, `error` where it failed or its body died. */
export interface UndiciOutcome {
  readonly request: UndiciRequest;
  readonly response?: UndiciResponse;
  readonly error?: unknown;
}

/** An interceptor for `compose`, with the breakers that it asks. */
export interface BreakerInterceptor {
  <Dispatch extends DispatchLike>(dispatch: Dispatch): Dispatch;
  /** One breaker per key. */
  readonly breakers: Group;
}

/**
 * Options of `breakerInterceptor`: those of `createBreaker` for every breaker (`window`, `openWhen`, `stayOpen`,
 * `probing`, `clock`, `onError`, …), those of every adapter (`configure`, `group`, `maxBreakers`), and these.
 */
export interface UndiciBreakerOptions extends GuardOptions<[request: UndiciRequest], UndiciOutcome> {
  /**
   * Which breaker guards a request; `null` or `undefined`: none. Keep the number of keys small: a tenant or a host, never a
   * path. Where it throws, the error goes to `onError` and the default key is used.
   *
   * @default the origin: `https://api.example.com`; `client-1`, `client-2`, … for each `Client` or `Pool` that names none
   */
  key?: (request: UndiciRequest) => string | null | undefined;
  /**
   * What a request says about the other side. `undefined` leaves it to the default: 5xx, 429, a timeout and any other error
   * are failures; the caller's abort and the caller's mistakes are ignored; the rest is success. Must answer at once.
   * Where it throws, the error goes to `onError` and the default counts.
   *
   * @example classify: ({ response }) => (response?.statusCode === 501 ? 'success' : undefined)
   */
  classify?: (outcome: UndiciOutcome) => Verdict | undefined;
  /**
   * When a call is over: with its headers, or with the end of its body. `'end'` also counts a body that dies on the way,
   * and keeps a probe's place until the body has been read.
   *
   * @default 'headers'
   */
  body?: 'headers' | 'end';
}
