import { describe, expect, it, vi } from 'vitest';
import { FAILED, SLOW, TIMEOUT } from '../../src/bits.ts';
import { Spread } from '../../src/simulate/spread.ts';

type Counts = ConstructorParameters<typeof Spread>[0];

const spread = (counts: Partial<Counts>): Spread =>
  new Spread({
    at: 0,
    ms: 1_000,
    calls: 0,
    failures: 0,
    slow: 0,
    timeouts: 0,
    ignored: 0,
    assumed: 0,
    ...counts,
  });

/** Of `whole` things in a line, where `share` of them are: each in the middle of its part. */
const evenly = (share: number, whole: number): boolean[] => {
  const chosen = new Array<boolean>(whole).fill(false);
  for (let k = 0; k < share; k++) chosen[Math.ceil(((2 * k + 1) * whole) / (2 * share)) - 1] = true;
  return chosen;
};

/** Every call of a row, made one by one: -1 for an ignored one, else its bits. */
function made({ calls, failures, slow, timeouts, ignored }: Counts): number[] {
  const failed = evenly(failures, calls);
  const slowFailed = evenly(Math.min(slow, failures), failures);
  const slowGood = evenly(Math.max(0, slow - failures), calls - failures);
  const timedOut = evenly(timeouts, failures);
  const bits = failed.map((isFailed) =>
    isFailed
      ? FAILED | (slowFailed.shift() ? SLOW : 0) | (timedOut.shift() ? TIMEOUT : 0)
      : slowGood.shift()
        ? SLOW
        : 0,
  );
  return evenly(ignored, calls + ignored).map((isIgnored) => (isIgnored ? -1 : (bits.shift() as number)));
}

const small: Counts[] = [];
for (let calls = 0; calls <= 6; calls++)
  for (let failures = 0; failures <= calls; failures++)
    for (let slow = 0; slow <= calls; slow++)
      for (let timeouts = 0; timeouts <= failures; timeouts += 2)
        for (const ignored of [0, 1, 3])
          small.push({ at: 3, ms: 7, calls, failures, slow, timeouts, ignored, assumed: 0 });

describe('a spread', () => {
  it('is, call for call, what one gets by laying out every call of a small row', () => {
    for (const counts of small) {
      const row = spread(counts);
      const calls = made(counts);
      const told = calls.map((_, i) => (row.isIgnored(i) ? -1 : row.bits(i)));
      if (told.join() !== calls.join()) expect({ counts, told }).toEqual({ counts, told: calls });
      if (row.size !== calls.length) expect(row.size).toBe(calls.length);
    }
  });

  it('counts the first calls of a row without making them', () => {
    for (const counts of small) {
      const row = spread(counts);
      const calls = made(counts);
      const kinds = (end: number): number[] => {
        const first = calls.slice(0, end);
        const having = (bit: number): number => first.filter((bits) => bits > 0 && bits & bit).length;
        const ignored = first.filter((bits) => bits === -1).length;
        return [ignored, end - ignored, having(FAILED), having(SLOW), having(TIMEOUT)];
      };
      for (let i = 0; i <= calls.length; i++) {
        const told = [
          row.ignoredBefore(i),
          row.callsBefore(i),
          row.failuresBefore(i),
          row.slowBefore(i),
          row.timeoutsBefore(i),
        ];
        if (told.join() !== kinds(i).join())
          expect({ counts, i, told }).toEqual({ counts, i, told: kinds(i) });
      }
    }
  });

  it('knows how many failures a stretch ends with, whatever was ignored between them', () => {
    for (const counts of small) {
      const row = spread(counts);
      const calls = made(counts);
      for (let i = 0; i <= calls.length; i++)
        for (let end = i; end <= calls.length; end++) {
          let streak = 0;
          for (const bits of calls.slice(i, end).reverse()) {
            if (bits === -1) continue;
            if (!(bits & FAILED)) break;
            streak++;
          }
          const told = row.failedInARow(i, end);
          if (told !== streak) expect({ counts, i, end, told }).toEqual({ counts, i, end, told: streak });
        }
    }
  });

  it('spreads what was assumed over all arrivals', () => {
    const row = spread({ calls: 4, ignored: 2, assumed: 3 });
    expect([0, 1, 2, 3, 4, 5, 6].map((i) => row.assumedBefore(i))).toEqual([0, 1, 1, 2, 2, 3, 3]);
    const all = spread({ calls: 2, assumed: 5 });
    expect([0, 1, 2].map((i) => all.assumedBefore(i))).toEqual([0, 1, 2]);
  });

  it('has its calls in the middle of equal parts of the interval', () => {
    const row = spread({ at: 100, ms: 40, calls: 3, ignored: 1 });
    expect([0, 1, 2, 3].map((i) => row.time(i))).toEqual([105, 115, 125, 135]);
  });

  it('finds the first call from a moment on', () => {
    const row = spread({ at: 100, ms: 40, calls: 4 });
    const moments = [
      Number.NEGATIVE_INFINITY,
      0,
      105,
      105.1,
      115,
      134.9,
      135,
      135.1,
      Number.POSITIVE_INFINITY,
    ];
    expect(moments.map((moment) => row.firstFrom(moment))).toEqual([0, 0, 0, 1, 1, 3, 3, 4, 4]);
    const empty = spread({});
    expect([empty.firstFrom(Number.NEGATIVE_INFINITY), empty.firstFrom(5)]).toEqual([0, 0]);
  });

  it('finds it also where sums of fractions are rounded', () => {
    for (const [at, ms] of [
      [0, 1_000],
      [0, 333.3],
      [0.1, 0.7],
      [1e9 + 0.1, 333.3],
      [1_700_000_000_000.3, 0.01],
      [-12.7, 1e-3],
    ] as const)
      for (const calls of [1, 3, 7, 49, 97]) {
        const row = spread({ at, ms, calls });
        const times = Array.from({ length: calls }, (_, i) => row.time(i));
        for (const moment of times.flatMap((time) => [
          time,
          time - ms / 1e3,
          time + ms / 1e3,
          time * (1 + Number.EPSILON),
        ])) {
          const first = times.findIndex((time) => time >= moment);
          expect(row.firstFrom(moment)).toBe(first === -1 ? calls : first);
        }
      }
  });

  it('does not look for it call by call', () => {
    const row = spread({ calls: 1_000 });
    const time = vi.spyOn(row, 'time');
    expect(row.firstFrom(500)).toBe(500);
    expect(time.mock.calls.length).toBeLessThan(5);
  });
});
