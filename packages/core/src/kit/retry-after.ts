/** A header's value as clients hand it out: a text, several of them, bytes, or nothing. */
export type HeaderValue = unknown;

/** The three date forms of HTTP begin with a day's name; `Date.parse` alone takes almost anything for a date. */
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * What a `Retry-After` header asks for, in milliseconds. `undefined` where it asks for nothing that can be used: absent,
 * zero, past or senseless. A date is measured against the response's own `Date`, so a skewed clock here does no harm.
 *
 * @param retryAfter the header's value; of several, the first counts.
 * @param sentAt the value of the `Date` header. Default: now, by this machine's clock.
 * @example
 * permit.fail(error, { retryAfterMs: retryAfterMs(headers.get('retry-after'), headers.get('date')) });
 */
export function retryAfterMs(retryAfter: HeaderValue, sentAt?: HeaderValue): number | undefined {
  const text = textOf(retryAfter);
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1_000
    : HTTP_DATE.test(text)
      ? utc(text) - momentOf(textOf(sentAt))
      : 0;
  return ms > 0 ? Math.min(ms, Number.MAX_SAFE_INTEGER) : undefined;
}

function textOf(value: HeaderValue): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  // Nothing becomes a word that is neither a number nor a date.
  return String(first as string | number | Uint8Array | null | undefined).trim();
}

function momentOf(date: string): number {
  const at = utc(date);
  return Number.isNaN(at) ? Date.now() : at;
}

/** One of the three forms has no zone in it, and means GMT all the same. */
function utc(date: string): number {
  return Date.parse(/gmt/i.test(date) ? date : `${date} GMT`);
}
