import { isCircuitOpenError, isRejectedError } from '@cb/core';
import { isRetryableStatus } from './http-retry.ts';

/** How fetch says in Node, Chrome, Firefox, Safari, Deno and React Native that the network failed: all by a TypeError. */
const NETWORK =
  /^(?:fetch failed$|failed to fetch|networkerror |network error|load failed|network request failed|network connection (?:was )?lost|the network connection was lost|the internet connection appears|terminated$|error in input stream|error sending request|error reading a body)/i;

/** The program itself is wrong, or somebody wanted an end: the next attempt would be the same. */
const FINAL: readonly unknown[] = ['ReferenceError', 'RangeError', 'AbortError', 'CanceledError'];

/**
 * What `retry` repeats unless its `retryIf` says otherwise.
 *
 * | error | |
 * | --- | --- |
 * | an open circuit, a full bulkhead, a rate limit | yes |
 * | with an HTTP status, its own or of its `response`: 408, 425, 429, 5xx other than 501 and 505 | yes |
 * | any other HTTP status from 400 | no |
 * | TypeError by which fetch says that the network failed | yes |
 * | any other TypeError, ReferenceError, RangeError: a mistake of the program | no |
 * | AbortError, `ERR_CANCELED`: somebody wanted an end | no |
 * | everything else, timeouts among it | yes |
 */
export function isRetryableError(error: unknown): boolean {
  try {
    return isRejectedError(error) || isCircuitOpenError(error) || isPassing(error);
  } catch {
    return false; // an object that cannot be read
  }
}

function isPassing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return true;
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
  const status = statusIn(error);
  if (status !== undefined) return isRetryableStatus(status);
  if (name === 'TypeError') return NETWORK.test(String(message));
  return !FINAL.includes(name) && code !== 'ERR_CANCELED';
}

function statusIn(error: object): number | undefined {
  const { status, statusCode, response } = error as {
    status?: unknown;
    statusCode?: unknown;
    response?: { status?: unknown; statusCode?: unknown } | null;
  };
  const found = [response?.status, response?.statusCode, status, statusCode].find(
    (given) => typeof given === 'number' && given >= 400 && given <= 599,
  );
  return found as number | undefined;
}
