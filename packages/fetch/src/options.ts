import type { Group } from '@cb/core';
import type { GuardOptions, KeyBreakerOptions, Verdict } from '@cb/core/kit';

/** The part of `Headers` that matters here. */
interface HeadersLike {
  get(name: string): string | null;
}

/** The parts of a `Response` that matter here. */
export interface ResponseLike {
  readonly status: number;
  readonly url?: string;
  readonly redirected?: boolean;
  readonly headers?: HeadersLike;
  readonly body?: unknown;
}

/** Any function that is called like `fetch`: the global one, undici's, node-fetch's, a stub. */
export type FetchLike = (input: never, init?: never) => PromiseLike<unknown>;

/** What `fetch` became: the same type, and the breakers that guard it. */
export type GuardedFetch<F extends FetchLike> = F & {
  /** One breaker per key. Not enumerable, so the function still copies and prints as before. */
  readonly breakers: Group;
};

/** A call as a classifier sees it: `response` where one came, or `error` where the call failed or its body died. */
export interface FetchOutcome<F extends FetchLike> {
  readonly input: Parameters<F>[0];
  readonly init: Parameters<F>[1];
  readonly response?: Awaited<ReturnType<F>>;
  readonly error?: unknown;
}

/** How one breaker is configured; its name is its key. */
export type OriginBreakerOptions = KeyBreakerOptions;

/** What a fetch is called with. */
export type FetchCall<F extends FetchLike> = readonly [input: Parameters<F>[0], init: Parameters<F>[1]];

/**
 * Options of `withBreaker`: those of `createBreaker` for every breaker (`window`, `openWhen`, `stayOpen`, `probing`,
 * `clock`, `onError`, …), those of every adapter (`configure`, `group`, `maxBreakers`), and these.
 */
export interface FetchBreakerOptions<F extends FetchLike = typeof globalThis.fetch>
  extends GuardOptions<FetchCall<F>, FetchOutcome<F>> {
  /**
   * Which breaker guards a call; `null` or `undefined`: none. Keep the number of keys small: a tenant or a host, never a whole address.
   * Where it throws, the error goes to `onError` and the default key is used.
   *
   * @default the origin of the address: `https://api.example.com`
   */
  key?: (input: Parameters<F>[0], init: Parameters<F>[1]) => string | null | undefined;
  /**
   * What a call says about the other side. `undefined` leaves it to the default: 5xx, 429, a timeout and anything that
   * rejects are failures; the caller's abort and the caller's mistakes are ignored; the rest is success.
   * Must answer at once and must not read the body. Where it throws, the error goes to `onError` and the default counts.
   *
   * @example classify: ({ response }) => (response?.status === 501 ? 'success' : undefined)
   */
  classify?: (outcome: FetchOutcome<F>) => Verdict | undefined;
  /**
   * When a call is over: with its headers, or with the end of its body. `'end'` also counts a body that dies on the way,
   * and keeps a probe's place until the body has been read.
   *
   * @default 'headers'
   */
  body?: 'headers' | 'end';
  /**
   * With `body: 'end'`: milliseconds after the headers when a body that nobody has finished reading counts as success.
   * Larger keeps probes waiting for forgotten bodies, smaller misses deaths late in long bodies. Above 0.
   *
   * @default 30_000
   */
  bodyMaxWaitMs?: number;
}
