import { describe, expect, it } from 'vitest';
import {
  countWords,
  deliveryWords,
  testWords,
  tryingWords,
  webhookWords,
} from '../src/web/features/alerts/alert-words.ts';

const NOW = 1_800_000_000_000;
const delivery = { at: NOW - 192_000, ok: true, status: 200, attempts: 1, notices: 3, tookMs: 5 };
const counts = { made: 9, delivered: 1_200, failed: 0, dropped: 0, waiting: 0 };

describe('words of alerts', () => {
  it('say how the last request went', () => {
    expect(deliveryWords(delivery, NOW)).toBe('Delivered 3m 12s ago');
    expect(deliveryWords({ ...delivery, attempts: 3 }, NOW)).toBe('Delivered 3m 12s ago after 3 attempts');
    const failed = { ...delivery, ok: false, attempts: 10, problem: 'HTTP 500' };
    expect(deliveryWords(failed, NOW)).toBe('Failed 3m 12s ago: HTTP 500, 10 attempts');
    expect(deliveryWords({ ...failed, attempts: 1 }, NOW)).toBe('Failed 3m 12s ago: HTTP 500');
  });

  it('say what it is up against', () => {
    const trying = { since: NOW - 14_000, attempts: 1, problem: 'ECONNREFUSED' };
    expect(tryingWords(trying, NOW)).toBe('Trying for 14s: ECONNREFUSED, 1 attempt so far');
    expect(tryingWords({ ...trying, attempts: 4 }, NOW)).toBe(
      'Trying for 14s: ECONNREFUSED, 4 attempts so far',
    );
  });

  it('leave out what is nothing', () => {
    expect(countWords(counts)).toBe('1,200 delivered');
    expect(countWords({ ...counts, waiting: 5, failed: 4, dropped: 3 })).toBe(
      '1,200 delivered · 5 waiting · 4 given up · 3 dropped for want of room',
    );
  });

  it('say how a webhook is spoken to', () => {
    expect(webhookWords({ host: 'h', format: 'slack', signed: false, circuit: 'open' })).toBe(
      'Slack · not signed',
    );
    expect(webhookWords({ host: 'h', format: 'json', signed: true, circuit: 'closed' })).toBe(
      'JSON · signed',
    );
  });

  it('say what a test came to', () => {
    expect(testWords({ ok: true, status: 204, tookMs: 1_500 })).toBe('Delivered in 1.5 s, HTTP 204');
    expect(testWords({ ok: false, status: 404, problem: 'HTTP 404', answer: 'no', tookMs: 1 })).toBe(
      'Not delivered: HTTP 404: “no”',
    );
  });
});
