import type { HostRequest, HostResponse } from './host.ts';

/** What a call says about the other side. `'ignored'` says nothing, and gives a probe's place back. */
export type Verdict = 'success' | 'failure' | 'ignored';

/** 5xx and 429 are failures, unless a redirect led to another host, whose failure it is. Any other status is an answer. */
export function responseVerdict({ url }: HostRequest, { status, url: from }: HostResponse): Verdict {
  if (status < 500 && status !== 429) return 'success';
  const elsewhere = URL.canParse(from) && URL.canParse(url) && new URL(from).origin !== new URL(url).origin;
  return elsewhere ? 'ignored' : 'failure';
}

/** The caller's abort is ignored, a timeout is a failure. The signal is asked, never the error, which can be anything. */
export function errorVerdict({ signal }: HostRequest): Verdict {
  if (!signal?.aborted) return 'failure';
  return (signal.reason as { name?: unknown } | null | undefined)?.name === 'TimeoutError'
    ? 'failure'
    : 'ignored';
}

/** `Retry-After` in milliseconds, from seconds or a date; 0, which asks for nothing, where there is none that makes sense. */
export function retryAfterMs({ headers }: HostResponse): number {
  const text = headers['retry-after'] ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const ms = Date.parse(text) - Date.now();
  return /gmt$/i.test(text) && ms > 0 ? ms : 0;
}
