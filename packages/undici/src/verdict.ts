import {
  abortVerdict,
  type Failure,
  retryAfterMs,
  statusError,
  statusVerdict,
  type Verdict,
} from '@cb/core/kit';
import type { UndiciResponse } from './options.ts';

/** By the status. Bad news from a host that a redirect led to says nothing about the one that was asked. */
export function responseVerdict(
  { statusCode }: UndiciResponse,
  visited: readonly URL[] | undefined,
): Verdict {
  const verdict = statusVerdict(statusCode);
  const elsewhere = visited?.[0]?.origin !== visited?.at(-1)?.origin;
  return verdict === 'failure' && elsewhere ? 'ignored' : verdict;
}

/** undici's own words for a request that it could not send as it was, or that its own user has put an end to. */
const OWN_DOING: readonly unknown[] = [
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
];

/** What an error says, where nobody on this side gave up. */
export function errorVerdict(error: unknown, abort: { readonly reason?: unknown } | undefined): Verdict {
  if (abort !== undefined) return abortVerdict(abort);
  return OWN_DOING.includes((error as { code?: unknown } | null)?.code) ? 'ignored' : 'failure';
}

/** What the breaker is to know of a bad answer. */
export function failureOf({ statusCode, headers }: UndiciResponse): Failure {
  return {
    error: statusError(statusCode),
    retryAfterMs: retryAfterMs(headers['retry-after'], headers.date),
  };
}
