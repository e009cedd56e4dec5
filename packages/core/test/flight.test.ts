import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Flight, takeOff as TakeOff } from '../src/flight.ts';

let takeOff: typeof TakeOff;
// The free flights belong to the module: each test has a module of its own.
beforeEach(async () => {
  vi.resetModules();
  ({ takeOff } = await import('../src/flight.ts'));
});

const circuit: Parameters<typeof TakeOff>[0] = { succeeded: () => {}, failed: () => {} };
const many = (count: number): Flight[] => Array.from({ length: count }, () => takeOff(circuit, 1));
const land = (flights: Iterable<Flight>): void => {
  for (const flight of flights) flight.ok(undefined);
};
/** How many of them are none of those before. */
const fresh = (flights: Flight[], before: Flight[]): number =>
  flights.filter((f) => !before.includes(f)).length;

/** A circuit that remembers what it was told. */
function landing(): typeof circuit & { told: unknown[][] } {
  const told: unknown[][] = [];
  return {
    told,
    succeeded: (...facts: unknown[]) => void told.push(['succeeded', ...facts]),
    failed: (...facts: unknown[]) => void told.push(['failed', ...facts]),
  };
}

describe('a flight', () => {
  it('tells its circuit of a success in its era, and hands the value on', () => {
    const there = landing();
    const value = {};
    expect(takeOff(there, 7).ok(value)).toBe(value);
    expect(there.told).toEqual([['succeeded', 7]]);
  });

  it('tells its circuit of a failure in its era, and throws the very error', () => {
    const there = landing();
    const error = new Error('no');
    const { failed } = takeOff(there, 7);
    expect(() => failed(error)).toThrow(error);
    expect(there.told).toEqual([['failed', 7, error]]);
  });

  it('counts once, however often its handlers are called, and answers every time', () => {
    const there = landing();
    const error = new Error('no');
    const { ok, failed } = takeOff(there, 7);
    expect([ok(1), ok(2)]).toEqual([1, 2]);
    expect(() => failed(error)).toThrow(error);
    expect(there.told).toEqual([['succeeded', 7]]);
  });
});

describe('flights that have landed', () => {
  it('serve the next call with the same handlers, for whatever circuit it is', () => {
    const first = takeOff(circuit, 1);
    const { ok, failed } = first;
    land([first]);
    const there = landing();
    const next = takeOff(there, 2);
    expect([next.ok, next.failed]).toEqual([ok, failed]);
    next.ok(undefined);
    expect(there.told).toEqual([['succeeded', 2]]);
  });

  it('serve one call at a time', () => {
    const first = takeOff(circuit, 1);
    expect(takeOff(circuit, 1)).not.toBe(first);
    first.ok(undefined);
    first.ok(undefined);
    const [again, other] = many(2);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('serve one call after the other without an end', () => {
    const served = new Set<Flight>();
    for (let i = 0; i < 5_000; i++) {
      const flight = takeOff(circuit, 1);
      served.add(flight);
      land([flight]);
    }
    expect(served.size).toBe(1);
  });

  it('are all kept up to a thousand, and no more', () => {
    const first = many(1_001);
    land(first);
    const second = many(1_001);
    expect(fresh(second, first)).toBe(1);
    land(second);
    const third = many(1_001);
    expect(fresh(third, second)).toBe(1);
  });
});
