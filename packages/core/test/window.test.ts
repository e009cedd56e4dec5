import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILED, SLOW, TIMEOUT } from '../src/bits.ts';
import type { BreakerConfig, Counting } from '../src/config.ts';
import { lastCalls, lastMs, sinceClosed, tumblingMs, type WindowConfig } from '../src/index.ts';
import { Ledger } from '../src/ledger.ts';
import { resolveConfig } from '../src/resolve.ts';
import { createWindow, type Window, windowAfter } from '../src/window.ts';
import { property } from './support/property.ts';

const configOf = (window: WindowConfig, counting: Partial<Counting> = {}): BreakerConfig =>
  resolveConfig({ window, counting, openWhen: [] });
const make = (window: WindowConfig, now: number): Window => createWindow(configOf(window), now);

interface Entry {
  at: number;
  bits: number;
}
const total = (entries: Entry[]): object => ({
  calls: entries.length,
  failures: entries.filter(({ bits }) => bits & FAILED).length,
  slow: entries.filter(({ bits }) => bits & SLOW).length,
});
const steps = fc.array(
  fc.record({ after: fc.constantFrom(0, 1, 49, 50, 51, 99, 100, 500, 5_000), bits: fc.nat(3) }),
  { maxLength: 200 },
);

it('a window of the last calls holds exactly those', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), steps, (size, calls) => {
      const window = make({ kind: 'last-calls', calls: size }, 0);
      const log: Entry[] = [];
      for (const { bits } of calls) {
        window.record(bits, 0, 0);
        log.push({ at: 0, bits });
        const { calls, failures, slow } = window;
        expect({ calls, failures, slow }).toEqual(total(log.slice(-size)));
      }
    }),
    property(),
  );
});

it('a window of the last milliseconds holds the calls of its buckets, read or written', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 10), fc.nat(1_000), steps, (buckets, start, calls) => {
      const width = 50;
      const window = make({ kind: 'last-ms', ms: width * buckets, buckets }, start);
      const bucket = (at: number): number => Math.floor((at - start) / width);
      const log: Entry[] = [];
      let now = start;
      for (const { after, bits } of calls) {
        now += after;
        const inWindow = (): Entry[] => log.filter(({ at }) => bucket(at) > bucket(now) - buckets);
        expect(window.peek(now)).toMatchObject(total(inWindow()));
        window.record(bits, now, now);
        log.push({ at: now, bits });
        expect(window.peek(now)).toMatchObject(total(inWindow()));
      }
    }),
    property(),
  );
});

describe('which window counts', () => {
  it.each<[string, WindowConfig, Partial<Counting>]>([
    ['the last calls', lastCalls(5), {}],
    ['the last milliseconds', lastMs(100), {}],
    ['late results', lastMs(100), { late: 'counted' }],
    ['ignored calls as successes', lastMs(100), { ignored: 'successes' }],
  ])('is a quick one for %s', (_, window, counting) => {
    const quick = createWindow(configOf(window, counting), 0);
    expect(quick).not.toBeInstanceOf(Ledger);
    expect(quick.contents(0).kind).toBe(window.kind);
  });

  it.each<[string, WindowConfig, Partial<Counting>]>([
    ['intervals', tumblingMs(100), {}],
    ['everything', sinceClosed(), {}],
    ['buckets on a fixed grid', lastMs(100, { anchor: 'construction' }), {}],
    ['buckets that leave in turn', lastMs(100, { forgets: 'in-turn' }), {}],
    ['results dated by their start', lastMs(100), { dated: 'start' }],
    ['calls under way', lastMs(100), { pending: true }],
    ['streaks that expire', lastMs(100), { streakExpires: true }],
    ['refused calls', lastMs(100), { rejected: 'calls' }],
    ['refused calls as failures', lastMs(100), { rejected: 'failures' }],
    ['ignored calls', lastMs(100), { ignored: 'calls' }],
  ])('is a ledger for %s', (_, window, counting) => {
    expect(createWindow(configOf(window, counting), 0)).toBeInstanceOf(Ledger);
  });

  it('is the same one after a change of something else, and another with its contents otherwise', () => {
    const before = configOf(lastMs(100, { buckets: 2 }));
    const window = createWindow(before, 0);
    window.record(FAILED, 10, 10);
    expect(windowAfter(window, before, configOf(lastMs(100, { buckets: 2 })), 20)).toBe(window);
    const longer = windowAfter(window, before, configOf(lastMs(150, { buckets: 3 })), 20);
    expect(longer.peek(149)).toMatchObject({ calls: 1, failures: 1 });
    const counting = windowAfter(
      window,
      before,
      configOf(lastMs(100, { buckets: 2 }), { pending: true }),
      20,
    );
    expect(counting).toBeInstanceOf(Ledger);
  });
});

it('a window of the last calls hands its calls on, oldest first', () => {
  const window = make(lastCalls(3), 0);
  for (const bits of [SLOW, FAILED]) window.record(bits, 0, 0);
  expect(window.contents(0)).toEqual({ kind: 'last-calls', calls: [SLOW, FAILED] });
  for (const bits of [0, FAILED | TIMEOUT]) window.record(bits, 0, 0);
  expect(window.contents(0)).toEqual({ kind: 'last-calls', calls: [FAILED, 0, FAILED | TIMEOUT] });
});

describe('a window of the last milliseconds', () => {
  const plain = lastMs(100, { buckets: 2 });
  const none = { calls: 0, succeeded: 0, failures: 0, slow: 0, timeouts: 0, slowFailures: 0 };

  it('tells and forgets every kind of count, looked at or turned', () => {
    const window = make(plain, 0);
    expect([window.calls, window.failures, window.slow]).toEqual([0, 0, 0]);
    for (const bits of [FAILED | TIMEOUT, FAILED | SLOW, SLOW, 0]) window.record(bits, 0, 0);
    for (const bits of [FAILED | TIMEOUT, FAILED | TIMEOUT | SLOW]) window.record(bits, 50, 50);
    const later = { calls: 2, succeeded: 0, failures: 2, slow: 1, timeouts: 2, slowFailures: 1 };
    const all = { calls: 6, succeeded: 2, failures: 4, slow: 3, timeouts: 3, slowFailures: 2 };
    expect(window.peek(99)).toEqual({ ...all, ignored: 0, rejected: 0 });
    expect([window.peek(100), window.peek(149)]).toMatchObject([later, later]);
    expect(window.peek(150)).toMatchObject(none);
    expect(window.peek(99)).toMatchObject(all);
    window.turn(100);
    expect(window.peek(100)).toMatchObject(later);
    window.turn(150);
    expect(window.peek(150)).toMatchObject(none);
  });

  it('hands on a row for each bucket, the newest last, and how long that one still runs', () => {
    const window = make(plain, 0);
    window.record(0, 10, 10);
    const [empty, one] = [
      [0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
    ];
    const kept = { kind: 'last-ms', bucketMs: 50 };
    expect(window.contents(10)).toEqual({ ...kept, buckets: [empty, one], leftMs: 40 });
    expect(window.contents(50)).toEqual({ ...kept, buckets: [one, empty], leftMs: 50 });
    window.record(FAILED | SLOW | TIMEOUT, 60, 60);
    expect(window.contents(60)).toEqual({ ...kept, buckets: [one, [1, 1, 1, 1, 1]], leftMs: 40 });
  });

  it('goes on in another place, as much later as that took', () => {
    const here = make(plain, 0);
    here.record(SLOW, 10, 10);
    const kept = here.contents(20);
    const there = make(plain, 1_000);
    there.restore(kept, 1_010, 10);
    expect([there.peek(1_079), there.peek(1_080)]).toMatchObject([{ calls: 1, slow: 1 }, none]);
    const late = make(plain, 1_000);
    late.restore(kept, 1_080, 80);
    expect([late.calls, late.slow]).toEqual([0, 0]);
  });
});
