import {
  abortVerdict,
  createOriginOf,
  type Failure,
  retryAfterMs,
  statusError,
  statusVerdict,
  type Verdict,
} from '@cb/core/kit';
import type { HostRequest, HostResponse } from './host.ts';

/** A call as a classifier sees it: `response` where one came, `error` where the call failed. */
export interface Outcome {
  readonly request: HostRequest;
  readonly response?: HostResponse;
  readonly error?: unknown;
}

const originOf = createOriginOf();

/** The default key. `null`, and so no guard, where the address has no origin: the host itself refuses it. */
export function keyOf({ url }: HostRequest): string | null {
  return originOf(url);
}

/** What an outcome says about the other side, where the user's classifier has no opinion. */
export function verdictOf({ request, response }: Outcome): Verdict {
  if (response === undefined) return request.signal?.aborted ? abortVerdict(request.signal) : 'failure';
  const verdict = statusVerdict(response.status);
  // Bad news from a host that a redirect led to says nothing about the one that was asked.
  const elsewhere = originOf(response.url) !== originOf(request.url);
  return verdict === 'failure' && elsewhere ? 'ignored' : verdict;
}

/** What the breaker is to know of a failure. */
export function failureOf({ response, error }: Outcome): Failure {
  if (response === undefined) return { error };
  const { status, headers } = response;
  return { error: statusError(status), retryAfterMs: retryAfterMs(headers['retry-after'], headers.date) };
}
