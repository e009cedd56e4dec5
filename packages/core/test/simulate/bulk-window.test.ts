import { describe, expect, it } from 'vitest';
import { FAILED, SLOW } from '../../src/bits.ts';
import type { WindowConfig } from '../../src/config.ts';
import { consecutiveFailures, lastCalls, lastMs, sinceClosed, tumblingMs } from '../../src/index.ts';
import { resolveConfig } from '../../src/resolve.ts';
import { type BulkBook, bulkBook } from '../../src/simulate/bulk-window.ts';
import { Spread } from '../../src/simulate/spread.ts';
import { createWindow, type Window } from '../../src/window.ts';

const WINDOWS: Record<string, WindowConfig> = {
  'the last call': lastCalls(1),
  'the last two calls': lastCalls(2),
  'the last five calls': lastCalls(5),
  'the last twelve calls': lastCalls(12),
  'the last hundred calls': lastCalls(100),
  'a second in four parts': lastMs(1_000, { buckets: 4 }),
  'three hundred milliseconds in three': lastMs(300, { buckets: 3 }),
  'two seconds in two': lastMs(2_000, { buckets: 2 }),
  'seven hundred milliseconds, end to end': tumblingMs(700),
  'everything since it closed': sinceClosed(),
};
const resolved = (window: WindowConfig) => resolveConfig({ window, openWhen: consecutiveFailures(3) });

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

/** [gap before, ms, calls, failures, slow, ignored] */
const STORIES: readonly (readonly (readonly number[])[])[] = [
  [
    [0, 1_000, 20, 0, 0, 0],
    [0, 1_000, 20, 10, 5, 0],
    [0, 1_000, 30, 30, 0, 0],
    [0, 1_000, 7, 0, 7, 0],
  ],
  [
    [3.5, 400, 9, 4, 6, 3],
    [0, 400, 0, 0, 0, 5],
    [0, 400, 9, 9, 0, 9],
    [700, 400, 3, 1, 1, 1],
    [90, 100, 1, 1, 1, 0],
    [0, 250, 40, 3, 11, 2],
  ],
  [
    [0, 3_000, 120, 60, 0, 0],
    [0, 3_000, 150, 0, 30, 7],
    [5_000, 1_000, 60, 60, 60, 0],
    [0, 1_000, 80, 1, 0, 0],
  ],
];

function rowsOf(story: readonly (readonly number[])[], from: number): Spread[] {
  let at = from;
  return story.map(([gap = 0, ms = 0, calls = 0, failures = 0, slow = 0, ignored = 0]) => {
    const row = spread({ at: at + gap, ms, calls, failures, slow, ignored });
    at = row.at + ms;
    return row;
  });
}

const sums = ({ calls, failures, slow }: Pick<Window, 'calls' | 'failures' | 'slow'>): number[] => [
  calls,
  failures,
  slow,
];

/** Both windows side by side; `atOnce` is the most that is recorded in one go, 0 for all within reach. */
class Pair {
  readonly book: BulkBook;
  readonly plain: Window;

  constructor(window: WindowConfig, now: number) {
    const config = resolved(window);
    this.book = bulkBook(config, now) as BulkBook;
    this.plain = createWindow(config, now);
  }

  stretch(row: Spread, i: number, atOnce: number): number {
    const reach = this.book.reach(row, i);
    if (!(reach > i && reach <= row.size)) expect({ reach, i }).toBe('within the row');
    const end = atOnce === 0 ? reach : Math.min(reach, i + atOnce);
    const before = { calls: this.book.calls, failures: this.book.failures, slow: this.book.slow };
    const worst = Array.from({ length: row.callsBefore(end) - row.callsBefore(i) }, (_, k) =>
      this.book.worst(row, k + 1),
    );
    let ahead = 0;
    for (let k = i; k < end; k++) {
      if (row.isIgnored(k)) continue;
      this.plain.record(row.bits(k), row.time(k), row.time(k));
      const most = worst[ahead++] as typeof before;
      for (const kind of ['failures', 'slow'] as const) {
        const largest = Math.min(most.calls, row[kind] === 0 ? before[kind] : this.plain[kind] + 9);
        const fits = most[kind] >= this.plain[kind] && most[kind] <= largest;
        if (!fits || most.calls !== this.plain.calls) expect({ most, plain: sums(this.plain) }).toBe('near');
      }
    }
    this.book.recordAll(row, i, end);
    if (ahead > 0) this.#compare();
    return end;
  }

  single(row: Spread, i: number): void {
    if (row.isIgnored(i)) return;
    this.book.record(row.bits(i), row.time(i), row.time(i));
    this.plain.record(row.bits(i), row.time(i), row.time(i));
    this.#compare();
  }

  clear(now: number): void {
    this.book.clear(now);
    this.plain.clear(now);
    expect(sums(this.book)).toEqual([0, 0, 0]);
  }

  #compare(): void {
    const [told, expected] = [sums(this.book), sums(this.plain)];
    if (told.join() !== expected.join()) expect(told).toEqual(expected);
  }
}

describe('a window that takes many calls at once', () => {
  it.each(Object.keys(WINDOWS))('holds what the plain one holds after the same calls: %s', (name) => {
    for (const from of [0, 12.25])
      for (const story of STORIES)
        for (const atOnce of [0, 1, 7]) {
          const pair = new Pair(WINDOWS[name] as WindowConfig, from);
          for (const row of rowsOf(story, from))
            for (let i = 0; i < row.size; ) i = pair.stretch(row, i, atOnce);
        }
  });

  it.each(Object.keys(WINDOWS))('and where single calls come between: %s', (name) => {
    for (const story of STORIES) {
      const pair = new Pair(WINDOWS[name] as WindowConfig, 0);
      for (const row of rowsOf(story, 0))
        for (let i = 0, turn = 0; i < row.size; turn++) {
          if (turn % 5 < 3) pair.single(row, i++);
          else i = pair.stretch(row, i, turn % 5 === 3 ? 4 : 0);
        }
    }
  });

  it.each(Object.keys(WINDOWS))('and after it was cleared: %s', (name) => {
    for (const story of STORIES) {
      const pair = new Pair(WINDOWS[name] as WindowConfig, 0.5);
      let cleared = 0;
      for (const row of rowsOf(story, 0.5))
        for (let i = 0; i < row.size; ) {
          if (i > 0 && ++cleared % 3 === 0) pair.clear(row.time(i - 1) + 0.3);
          if (cleared % 2 === 0) pair.single(row, i++);
          else i = pair.stretch(row, i, 5);
        }
    }
  });

  it('of a number of calls keeps its sums through thousands of short stretches', () => {
    const pair = new Pair(lastCalls(30), 0);
    const row = spread({ calls: 5_000, failures: 2_500, slow: 1_000 });
    for (let i = 0; i < row.size; i++) pair.single(row, i);
    const other = spread({ at: 1_000, calls: 40, failures: 3 });
    for (let i = 0; i < other.size; ) i = pair.stretch(other, i, 0);
  });
});

describe('the reach of a window', () => {
  const book = (window: WindowConfig, now = 0): BulkBook => bulkBook(resolved(window), now) as BulkBook;

  it('is up to the end of the part of time that runs', () => {
    const row = spread({ calls: 10 });
    const parts = book(lastMs(1_000, { buckets: 4 }));
    expect([0, 2, 3, 4, 5, 9].map((i) => parts.reach(row, i))).toEqual([2, 5, 5, 5, 7, 10]);
    const interval = book(tumblingMs(700), 30);
    expect([interval.reach(row, 0), interval.reach(row, 7)]).toEqual([7, 10]);
    interval.clear(930.5);
    expect(interval.reach(spread({ at: 1_000, calls: 10 }), 0)).toBe(6);
    expect(book(sinceClosed()).reach(row, 3)).toBe(10);
  });

  it('is on a grid of whole milliseconds for parts of time, and to the fraction for intervals', () => {
    const row = spread({ calls: 1_000 });
    expect(book(lastMs(1_000, { buckets: 4 }), 0.9).reach(row, 0)).toBe(250);
    expect(book(tumblingMs(250), 0.9).reach(row, 0)).toBe(251);
    const parts = book(lastMs(1_000, { buckets: 4 }));
    parts.clear(100.9);
    expect(parts.reach(row, 100)).toBe(350);
  });

  it('is, for a number of calls, up to where it is full, then as far as its oldest stretch', () => {
    const ring = book(lastCalls(10));
    const row = spread({ calls: 6, failures: 2 });
    expect(ring.reach(row, 0)).toBe(6);
    ring.recordAll(row, 0, 6);
    const next = spread({ calls: 30 });
    expect(ring.reach(next, 0)).toBe(4);
    ring.recordAll(next, 0, 4);
    expect(ring.reach(next, 4)).toBe(10);
    ring.recordAll(next, 4, 6);
    expect(ring.reach(next, 6)).toBe(10);
    ring.recordAll(next, 6, 10);
    expect(ring.reach(next, 10)).toBe(20);
    expect(ring.reach(next, 25)).toBe(30);
    ring.clear(0);
    expect(ring.reach(next, 10)).toBe(20);
  });

  it('counts only calls that the window counts', () => {
    const ring = book(lastCalls(4));
    const row = spread({ calls: 6, ignored: 6 });
    const reach = ring.reach(row, 0);
    expect(row.callsBefore(reach)).toBe(4);
    expect(row.callsBefore(reach - 1)).toBe(3);
    ring.recordAll(row, 0, reach);
    expect(ring.calls).toBe(4);
    expect(ring.reach(spread({ calls: 30 }), 0)).toBe(4);
    expect(ring.reach(row, reach)).toBe(12);
    expect(ring.reach(spread({ ignored: 5 }), 2)).toBe(5);
  });

  it('takes what is recorded of one row in several goes for one stretch', () => {
    const ring = book(lastCalls(8));
    for (const at of [0, 1_000]) ring.recordAll(spread({ at, calls: 2 }), 0, 2);
    const row = spread({ at: 2_000, calls: 30 });
    for (const i of [0, 2, 4, 6]) ring.recordAll(row, i, i + 2);
    expect(ring.reach(row, 8)).toBe(16);
  });

  it('takes single calls of one kind for a stretch', () => {
    const ring = book(lastCalls(6));
    for (const bits of [0, 0, FAILED, FAILED, FAILED, SLOW]) ring.record(bits, 0, 0);
    const row = spread({ calls: 30 });
    expect(ring.reach(row, 0)).toBe(2);
    ring.recordAll(row, 0, 2);
    expect(ring.reach(row, 2)).toBe(5);
    ring.recordAll(row, 2, 3);
    expect([ring.reach(row, 3), ring.failures, ring.slow]).toEqual([5, 2, 1]);
  });
});

describe('the most that a window may come to hold', () => {
  it('is what it holds, and what the calls ahead can bring', () => {
    const config = resolved(lastMs(1_000, { buckets: 1 }));
    const book = bulkBook(config, 0) as BulkBook;
    book.recordAll(spread({ calls: 100, failures: 20, slow: 10 }), 0, 100);
    expect(book.worst(spread({ calls: 100 }), 50)).toEqual({ calls: 150, failures: 20, slow: 10 });
    expect(book.worst(spread({ calls: 100, failures: 40, slow: 20 }), 50)).toEqual({
      calls: 150,
      failures: 43,
      slow: 23,
    });
  });

  it('is less what must have left a full number of calls, and never more than all', () => {
    const book = bulkBook(resolved(lastCalls(100)), 0) as BulkBook;
    const old = spread({ calls: 100, failures: 60, slow: 30 });
    book.recordAll(old, 0, 90);
    const next = spread({ calls: 100, failures: 40, slow: 50 });
    const before = { failures: book.failures, slow: book.slow };
    expect(book.worst(next, 10)).toEqual({
      calls: 100,
      failures: before.failures + 7,
      slow: before.slow + 8,
    });
    book.recordAll(old, 90, 100);
    expect(book.worst(next, 50)).toEqual({
      calls: 100,
      failures: 60 + 23 - 27,
      slow: 30 + 28 - 12,
    });
    expect(book.worst(spread({ calls: 100, failures: 100, slow: 100 }), 90)).toEqual({
      calls: 100,
      failures: 100,
      slow: 30 + 93 - 24,
    });
    expect(book.worst(next, 1)).toEqual({ calls: 100, failures: 63.4, slow: 33.5 });
  });

  it('is exact about single calls that leave', () => {
    const book = bulkBook(resolved(lastCalls(4)), 0) as BulkBook;
    for (const bits of [FAILED, FAILED, SLOW, SLOW]) book.record(bits, 0, 0);
    const good = spread({ calls: 10 });
    expect(book.worst(good, 2)).toEqual({ calls: 4, failures: 0, slow: 2 });
    book.recordAll(good, 0, 2);
    expect(book.worst(good, 1)).toEqual({ calls: 4, failures: 0, slow: 1 });
  });
});

describe('a bulk window', () => {
  it('there is for what counts in the usual way, and for nothing else', () => {
    const has = (window: WindowConfig, counting?: object): boolean =>
      bulkBook(
        resolveConfig({ window, openWhen: consecutiveFailures(3), ...(counting && { counting }) }),
        0,
      ) !== null;
    for (const window of Object.values(WINDOWS)) expect(has(window)).toBe(true);
    expect(has(lastMs(100, { buckets: 1, anchor: 'epoch' }))).toBe(false);
    expect(has(lastMs(100, { buckets: 2, forgets: 'in-turn' }))).toBe(false);
    expect(has(tumblingMs(100, { restarts: 'when-touched' }))).toBe(false);
    expect(has(tumblingMs(100, { endsAfter: true }))).toBe(false);
    expect(has(tumblingMs(100, { stalesCalls: true }))).toBe(false);
    for (const window of [lastCalls(5), sinceClosed()]) expect(has(window, { late: 'counted' })).toBe(false);
  });
});
