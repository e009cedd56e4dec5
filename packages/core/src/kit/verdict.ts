import type { Verdict } from '../types.ts';

export type { Verdict } from '../types.ts';

const VERDICTS: readonly unknown[] = ['success', 'failure', 'ignored'] satisfies Verdict[];

/** Whether a classifier answered with one of the three words. */
export function isVerdict(value: unknown): value is Verdict {
  return VERDICTS.includes(value);
}

/** 5xx and 429 are failures; any other HTTP status is an answer. */
export function statusVerdict(status: number): 'success' | 'failure' {
  return status >= 500 || status === 429 ? 'failure' : 'success';
}

/**
 * What an aborted signal means: a timeout is the other side's failure, anything else the caller's own decision. The
 * signal is asked, never the error, which can be whatever the caller chose as a reason.
 */
export function abortVerdict(signal: { readonly reason?: unknown }): 'failure' | 'ignored' {
  return (signal.reason as { name?: unknown } | null | undefined)?.name === 'TimeoutError'
    ? 'failure'
    : 'ignored';
}

/** What the breaker's history shows for a failure that has no error: which status it was. */
export function statusError(status: number): { name: string; code: string; message: string } {
  return { name: 'HttpError', code: `HTTP_${status}`, message: '' };
}
