import { type Failure, retryAfterMs, statusError, statusVerdict } from '@cb/core/kit';
import type { ResponseLike } from './options.ts';

/** Bad news from a host that a redirect led to says nothing about the one that was asked. */
export function isElsewhere({ status, redirected, url }: ResponseLike, asked: string | null): boolean {
  if (redirected !== true || !url || statusVerdict(status) === 'success') return false;
  return new URL(url).origin !== asked;
}

/** What the breaker's history shows of a bad answer, and how long the other side asked to be left alone. */
export function failureOf({ status, headers }: ResponseLike): Failure {
  return {
    error: statusError(status),
    retryAfterMs: retryAfterMs(headers?.get('retry-after'), headers?.get('date')),
  };
}
