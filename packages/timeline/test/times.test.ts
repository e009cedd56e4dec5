import { describe, expect, it } from 'vitest';
import { createTimes, spoken } from '../src/drawing/index.ts';

const T = Date.UTC(2025, 10, 21, 21, 39, 7, 312);

describe('times', () => {
  it('are those of the zone, in the habit of the country: 24 hours', () => {
    const times = createTimes('de-DE', 'Europe/Berlin');
    expect(times.clock(T)).toBe('22:39:07');
    expect(times.clockShort(T)).toBe('22:39');
    expect(times.clockMs(T)).toBe('22:39:07,312');
    expect(times.day(T)).toMatch(/^21\. Nov/);
    expect(times.exact(T)).toMatch(/^21\. Nov.* 2025.*22:39:07,312.*MEZ$/);
  });

  it('are those of the zone, in the habit of the country: 12 hours', () => {
    const times = createTimes('en-US', 'America/New_York');
    expect(times.clock(T)).toBe('04:39:07\u00a0PM');
    expect(times.clockShort(T)).toBe('04:39\u00a0PM');
    expect(times.clockMs(T)).toBe('04:39:07.312\u00a0PM');
    expect(times.day(T)).toBe('Nov 21');
    expect(times.dated(T)).toMatch(/^Nov 21, 2025, 04:39:07\u00a0PM EST$/);
  });

  it('have the digits of every other number on the page', () => {
    expect(createTimes('ar-EG', 'Africa/Cairo').clockShort(T)).toMatch(/11:39/);
    expect(createTimes('fa-IR', 'UTC').dated(T)).toMatch(/2025/);
  });

  it.each([
    [0, '0 milliseconds'],
    [1, '1 millisecond'],
    [999, '999 milliseconds'],
    [1_000, '1 second'],
    [59_400, '59 seconds'],
    [274_000, '4 minutes 34 seconds'],
    [300_000, '5 minutes'],
    [3_660_000, '1 hour 1 minute'],
    [86_400_000, '1 day'],
    [180_000_000, '2 days 2 hours'],
    [-5, '0 milliseconds'],
  ])('%d ms is read aloud as %s', (ms, words) => {
    expect(spoken(ms)).toBe(words);
  });
});
