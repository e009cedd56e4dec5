import { describe, expect, it, vi } from 'vitest';
import { retryAfterMs } from '../../src/kit/retry-after.ts';

const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
const of = (retryAfter?: string, sentAt: string | undefined = date): number | undefined =>
  retryAfterMs(retryAfter, sentAt);

describe('retryAfterMs', () => {
  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['99999999999999999999', Number.MAX_SAFE_INTEGER],
    ['Sun, 06 Nov 1994 08:50:37 GMT', 60_000],
    ['Sunday, 06-Nov-94 08:50:37 GMT', 60_000],
    ['Sun Nov  6 08:50:37 1994', 60_000],
    ['Sun, 06 Nov 1994 09:50:37 GMT+0100', 60_000],
  ])('reads %j as %d ms', (text, ms) => {
    expect(of(text)).toBe(ms);
  });

  it.each([
    '0',
    '-5',
    '1.5',
    '1e3',
    'soon',
    '2099-01-01',
    '',
    'Sun, 06 Nov 1994 08:49:00 GMT',
    'Sunday or so',
    'until Sun, 06 Nov 1994 08:50:37 GMT',
  ])('takes %j for no hint', (text) => {
    expect(of(text)).toBeUndefined();
  });

  it('takes an absent header, or no headers at all, for no hint', () => {
    expect(of()).toBeUndefined();
    expect(retryAfterMs(undefined)).toBeUndefined();
  });

  it('measures a date against the own clock where the response has none', () => {
    vi.useFakeTimers({ now: Date.parse(date) });
    try {
      expect(retryAfterMs('Sun, 06 Nov 1994 08:50:37 GMT')).toBe(60_000);
      expect(retryAfterMs('Sun, 06 Nov 1994 08:50:37 GMT', 'today')).toBe(60_000);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes headers as clients hand them out: lists, numbers, bytes', () => {
    expect(retryAfterMs(['3', '9'])).toBe(3_000);
    expect(retryAfterMs(4)).toBe(4_000);
    expect(retryAfterMs(Buffer.from('5'))).toBe(5_000);
    expect(retryAfterMs([])).toBeUndefined();
    expect(retryAfterMs(null)).toBeUndefined();
  });
});
