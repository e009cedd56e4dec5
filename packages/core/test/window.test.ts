import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FAILED, SLOW } from '../src/bits.ts';
import type { WindowConfig } from '../src/index.ts';
import { resolveConfig } from '../src/resolve.ts';
import { createWindow, type Window } from '../src/window.ts';
import { property } from './support/property.ts';

const make = (window: WindowConfig, now: number): Window =>
  createWindow(resolveConfig({ window, openWhen: [] }), now);

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
