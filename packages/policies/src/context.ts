/** What the caller of `execute` may say about a call. */
export interface CallOptions {
  /** Ends the call, and any waiting for it. Aborted beforehand: the call does not run. */
  readonly signal?: AbortSignal | undefined;
  /** Whom the call is for: picks the breaker of a group, the tokens of a rate limit, the entry of a cache. */
  readonly key?: string | undefined;
  /**
   * Whether the call may be made twice without doing twice. `false`: `retry` and `hedge` repeat it only where it certainly
   * did not run, unless they are told otherwise.
   *
   * @default true
   */
  readonly idempotent?: boolean | undefined;
}

/** What a call is given. */
export interface CallContext {
  /**
   * Aborted when the result is no longer wanted: by the caller, by a timeout, for the loser of a hedge. Made when first
   * read, so that a call which does not listen pays nothing. `undefined` where nobody can end the call.
   */
  readonly signal: AbortSignal | undefined;
  readonly key: string | undefined;
  readonly idempotent: boolean;
  /** 1 for the first try, 2 for the first retry. */
  readonly attempt: number;
  /**
   * What the caller itself decides by: its own signal, or that of a policy which acts for it. Never made just because
   * somebody looks. For policies, which ask it whether an end was the caller's wish.
   */
  readonly caller: AbortSignal | undefined;
}

/** Any function that takes a context, or none. */
export type Call<T> = (context: CallContext) => T | PromiseLike<T>;

const FREE: CallContext = Object.freeze({
  signal: undefined,
  key: undefined,
  idempotent: true,
  attempt: 1,
  caller: undefined,
});

/** The context of a call as its caller sees it. */
export function contextOf(options: CallOptions | undefined): CallContext {
  if (options === undefined) return FREE;
  const { signal, key, idempotent = true } = options;
  return { signal, key, idempotent, attempt: 1, caller: signal };
}
