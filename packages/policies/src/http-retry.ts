import { retryAfterMs } from '@cb/core/kit';

/** Doing twice what these ask for is doing it once. Source: RFC 9110, section 9.2.2. */
const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];
/** Too slow, too early, too many: the other side asks to come again. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];
/** Of the 5xx: what it cannot do now, it will not be able to do in a moment. */
const NEVER_WILL: readonly number[] = [501, 505];

/** What clients call a request, as far as it matters here. */
export interface RequestLike {
  /** @default 'GET' */
  readonly method?: string | undefined;
  /** `Headers`, pairs, or a record. */
  readonly headers?: unknown;
  readonly body?: unknown;
}

/**
 * Whether an HTTP request may be sent twice: GET, HEAD, OPTIONS, PUT, DELETE and TRACE may, everything else only with an
 * `Idempotency-Key`; and nothing whose body is a stream, because a second attempt would find it used up. A `Request`
 * with a body has a stream.
 *
 * @example
 * await pipeline(retry(), breaker).execute(({ signal }) => fetch(url, { ...init, signal }), {
 *   idempotent: isRetryableRequest(init),
 * });
 */
export function isRetryableRequest({ method = 'GET', headers, body }: RequestLike = {}): boolean {
  if (isUsedUpByReading(body)) return false;
  if (IDEMPOTENT.includes(method.toUpperCase())) return true;
  const key = headerIn(headers, 'idempotency-key');
  return typeof key === 'string' && key.trim() !== '';
}

/**
 * Whether an HTTP answer is worth another attempt: 408, 425, 429, and 5xx other than 501 and 505. For `retryResultIf`, with
 * clients like fetch that answer instead of throwing.
 *
 * @example
 * const policy = retry({ retryResultIf: isRetryableResponse });
 * const response = await policy.execute(({ signal }) => fetch(url, { signal }));
 */
export function isRetryableResponse(response: unknown): boolean {
  const status = (response as { status?: unknown } | null | undefined)?.status;
  return typeof status === 'number' && isRetryableStatus(status);
}

export function isRetryableStatus(status: number): boolean {
  return TRY_AGAIN.includes(status) || (status >= 500 && status <= 599 && !NEVER_WILL.includes(status));
}

/** What a `Retry-After` header of an answer, or of the answer that an error carries, asks for, in milliseconds. */
export function retryAfterIn(holder: unknown): number | undefined {
  const { response, headers = (response as { headers?: unknown } | null | undefined)?.headers } = (holder ??
    {}) as { response?: unknown; headers?: unknown };
  return retryAfterMs(headerIn(headers, 'retry-after'), headerIn(headers, 'date'));
}

/** An answer that nobody will read must not hold its connection. */
export function discardBody(answer: unknown): void {
  const body = (answer as { body?: { cancel?: unknown } | null } | null | undefined)?.body;
  if (typeof body?.cancel !== 'function') return;
  Promise.resolve(body.cancel() as unknown).catch(() => {}); // being read by somebody: then it is not unread
}

function headerIn(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const { get } = headers as { get?: unknown };
  if (typeof get === 'function') return get.call(headers, name) as unknown;
  const pairs = Array.isArray(headers) ? (headers as [unknown, unknown][]) : Object.entries(headers);
  return pairs.find(([key]) => String(key).toLowerCase() === name)?.[1];
}

/** Streams of the web and of Node, generators, and other iterators: to read them is to empty them. */
function isUsedUpByReading(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const has = (name: string | symbol): boolean =>
    typeof (body as Record<string | symbol, unknown>)[name] === 'function';
  return has('getReader') || has('pipe') || has('next') || has(Symbol.asyncIterator);
}
