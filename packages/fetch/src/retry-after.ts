import type { HeadersLike } from './verdict.ts';

/** The three date forms of HTTP begin with a day's name; `Date.parse` alone takes almost anything for a date. */
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * What a `Retry-After` header asks for, in milliseconds. `undefined` where it asks for nothing that can be used: absent,
 * zero, past or senseless. A date is measured against the response's own `Date`, so a skewed clock here does no harm.
 */
export function retryAfterMs(headers: HeadersLike | undefined): number | undefined {
  const text = headers?.get('retry-after')?.trim() ?? '';
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1_000
    : HTTP_DATE.test(text)
      ? utc(text) - sentAt(headers?.get('date'))
      : 0;
  return ms > 0 ? Math.min(ms, Number.MAX_SAFE_INTEGER) : undefined;
}

function sentAt(date: string | null | undefined): number {
  const at = utc(date ?? '');
  return Number.isNaN(at) ? Date.now() : at;
}

/** One of the three forms has no zone in it, and means GMT all the same. */
function utc(date: string): number {
  return Date.parse(/gmt$/i.test(date) ? date : `${date} GMT`);
}
