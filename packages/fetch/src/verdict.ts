/** What a call says about the other side. `'ignored'` says nothing, and gives a probe's place back. */
export type Verdict = 'success' | 'failure' | 'ignored';

/** The part of `Headers` that matters here. */
export interface HeadersLike {
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

const VERDICTS: readonly unknown[] = ['success', 'failure', 'ignored'] satisfies Verdict[];

export function isVerdict(value: unknown): value is Verdict {
  return VERDICTS.includes(value);
}

/**
 * 5xx and 429 are failures; any other status is an answer. Bad news from a host that a redirect led to says nothing about
 * the one that was asked.
 */
export function responseVerdict(response: ResponseLike, askedOrigin: () => string | null): Verdict {
  const { status } = response;
  if (!(status >= 500 || status === 429)) return 'success';
  const elsewhere =
    response.redirected === true && response.url && new URL(response.url).origin !== askedOrigin();
  return elsewhere ? 'ignored' : 'failure';
}

/**
 * What an aborted signal means: a timeout is the other side's failure, anything else the caller's own decision. The
 * signal is asked, never the error, which can be whatever the caller chose as a reason.
 */
export function abortVerdict(signal: AbortSignal): Verdict {
  return (signal.reason as { name?: unknown } | null | undefined)?.name === 'TimeoutError'
    ? 'failure'
    : 'ignored';
}

/** What the breaker's history shows for a failure that has no error: which status it was. */
export function statusError(status: number): { name: string; code: string; message: string } {
  return { name: 'HttpError', code: `HTTP_${status}`, message: '' };
}
