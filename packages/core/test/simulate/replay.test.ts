import { describe, expect, it, vi } from 'vitest';
import {
  type BreakerOptions,
  backoff,
  belowLimits,
  consecutiveFailures,
  failureRatio,
  failures,
  fixed,
  lastCalls,
  lastMs,
  sinceClosed,
  slowRatio,
  successes,
  successesInARow,
  tumblingMs,
} from '../../src/index.ts';
import { resolveConfig } from '../../src/resolve.ts';
import { type BulkBook, bulkBook } from '../../src/simulate/bulk-window.ts';
import { OneByOne } from '../../src/simulate/one-by-one.ts';
import { Replay } from '../../src/simulate/replay.ts';
import { Spread } from '../../src/simulate/spread.ts';
import type { Timeline } from '../../src/simulate/timeline.ts';

type Options = Omit<BreakerOptions, 'clock' | 'name'>;

const short = { window: lastMs(1_000, { buckets: 4 }), stayOpen: fixed(1_000) };
const ring = { window: lastCalls(12), stayOpen: fixed(700) };
const half = failureRatio(0.5, { minimumCalls: 5 });

const CONFIGS: Record<string, Options> = {
  'a share of the last second': { ...short, openWhen: half },
  'a share above a limit': { ...short, openWhen: failureRatio(0.3, { minimumCalls: 3, above: true }) },
  'a share of the last calls': { ...ring, openWhen: failureRatio(0.5, { minimumCalls: 12 }) },
  'a share of many calls': {
    ...ring,
    window: lastCalls(60),
    openWhen: failureRatio(0.25, { minimumCalls: 9 }),
  },
  'failures in a row': { ...short, openWhen: consecutiveFailures(3) },
  'failures in a row since closing': {
    window: sinceClosed(),
    openWhen: consecutiveFailures(6),
    stayOpen: fixed(10),
  },
  'a number of failures': {
    window: tumblingMs(700),
    openWhen: failures(7, { minimumCalls: 20 }),
    stayOpen: fixed(300),
  },
  'slow calls': { ...ring, openWhen: slowRatio(0.4, { slowMs: 200, minimumCalls: 6 }) },
  'several rules': {
    ...short,
    openWhen: [slowRatio(0.9, { slowMs: 200, minimumCalls: 30 }), failures(30), consecutiveFailures(9)],
  },
  'a limit that two calls of a hundred reach': {
    window: sinceClosed(),
    openWhen: failureRatio(0.07, { minimumCalls: 40 }),
    stayOpen: fixed(333.3),
  },
  'a ramp': {
    ...ring,
    openWhen: half,
    rampUp: { overMs: 900, fromRatio: 0.2, alwaysPerSecond: 5 },
  },
  'a warm-up': { ...short, openWhen: half, warmUpMs: 1_250 },
  'a warm-up of failures in a row': { ...short, openWhen: consecutiveFailures(2), warmUpMs: 700.5 },
  'probes that cost tokens': {
    ...short,
    openWhen: half,
    probing: { probes: 3, tokens: { capacity: 2, perSecond: 3 } },
  },
  'probes that cost tokens and may not take long': {
    ...short,
    openWhen: half,
    probing: { probes: 6, tokens: { capacity: 1, perSecond: 2 }, maxMs: 800, atOnce: 2 },
  },
  'probing that ends by itself': {
    ...ring,
    openWhen: half,
    probing: { probes: 4, closeWhen: successes(4), maxMs: 250, afterMaxMs: 'closed' },
  },
  'probes while open': { ...short, openWhen: half, probing: { probes: 2, whileOpen: true } },
  'probes that must not be slow': {
    ...short,
    openWhen: [half, slowRatio(0.5, { slowMs: 200 })],
    probing: { probes: 4, atOnce: 3, closeWhen: belowLimits(4), leaseMs: 100 },
  },
  'successes in a row': {
    ...short,
    openWhen: half,
    probing: { probes: 5, unlimited: true, closeWhen: successesInARow(3) },
  },
  'longer and longer': {
    ...short,
    openWhen: half,
    stayOpen: backoff({ firstMs: 200.7, factor: 2, maxMs: 1_600, jitterRatio: 0.5 }),
  },
  'no time open': { ...ring, openWhen: half, stayOpen: fixed(0) },
  'open up to and including': { ...ring, openWhen: half, stayOpen: fixed(500, { endsAfter: true }) },
};

/** [gap before, calls, failures, slow, ignored, ms] */
type Told = readonly [number, number, number, number?, number?, number?];
const STORIES: Record<string, readonly Told[]> = {
  'an outage': [
    [0, 20, 0],
    [0, 20, 0],
    [0, 25, 25, 10],
    [0, 25, 25],
    [0, 30, 12],
    [0, 30, 0, 0, 2],
    [0, 30, 0],
    [0, 30, 1],
  ],
  'an outage from the very beginning': [
    [0, 9, 9, 9, 3],
    [0, 40, 30, 5, 3],
    [0, 40, 40],
    [0, 12, 0, 2],
    [0, 12, 0],
    [0, 12, 0],
  ],
  'now and then': [
    [0, 30, 3, 1],
    [0, 30, 7, 14],
    [300, 30, 10, 4, 1],
    [0, 30, 15, 15],
    [0, 30, 1],
    [0, 30, 20],
    [0, 30, 16, 2, 7],
    [0, 30, 2],
    [4_000, 30, 12],
    [0, 30, 18],
    [0, 30, 0],
  ],
  'slow ones': [
    [0, 15, 0, 3],
    [0, 15, 0, 12],
    [0, 15, 0, 15],
    [0, 15, 1, 8],
    [0, 15, 0, 0],
    [0, 15, 0, 0],
    [0, 50, 0, 20],
  ],
  'few calls': [
    [0, 1, 1],
    [0, 1, 1],
    [0, 2, 1],
    [500, 1, 1],
    [0, 3, 3],
    [0, 0, 0, 0, 2],
    [0, 1, 0],
    [0, 2, 2, 2],
    [2_500, 1, 0],
    [0, 1, 0],
    [0, 6, 6, 0, 6],
    [0, 1, 1],
    [0, 0, 0],
    [0, 5, 5],
  ],
  'rows of other lengths': [
    [0, 6, 2, 0, 0, 100],
    [0, 6, 6, 0, 0, 100],
    [37.5, 80, 78, 0, 0, 2_500],
    [0, 60, 0, 0, 3, 3_000],
    [0, 4, 4, 4, 0, 250],
    [0, 12, 6, 0, 0, 333],
    [0, 90, 9, 9, 0, 3_000],
  ],
  'one kind for long': [
    [0, 120, 0],
    [0, 120, 6],
    [0, 120, 9],
    [0, 120, 12],
    [0, 120, 36],
    [0, 120, 70],
    [0, 120, 0],
  ],
};

function rowsOf(story: readonly Told[], from: number): { rows: Spread[]; to: number } {
  let at = from;
  const rows = story.map(([gap, calls, failed, slow = 0, ignored = 0, ms = 1_000]) => {
    const begins = at + gap;
    at = begins + ms;
    return new Spread({
      at: begins,
      ms,
      calls,
      failures: failed,
      slow,
      timeouts: failed >> 1,
      ignored,
      assumed: 0,
    });
  });
  return { rows, to: at };
}

const random = (): number => 0.25;
const asksForSlow = ({ openWhen }: Options): boolean =>
  [openWhen].flat().some((rule) => typeof rule === 'object' && rule.kind === 'slow-ratio');

/** Where nobody asks for slow calls a row has none. */
function told(options: Options, story: readonly Told[]): readonly Told[] {
  if (asksForSlow(options)) return story;
  return story.map(([gap, calls, failed, , ignored, ms]) => [
    gap,
    calls,
    failed,
    0,
    ignored ?? 0,
    ms ?? 1_000,
  ]);
}

function replayed(options: Options, story: readonly Told[], from: number, idleMs: number): Timeline {
  const config = resolveConfig(options);
  const { rows, to } = rowsOf(told(options, story), from);
  const replay = new Replay(config, bulkBook(config, from) as BulkBook, random, from);
  for (const row of rows) replay.row(row);
  return replay.finish(to + idleMs, config);
}

function lived(options: Options, story: readonly Told[], from: number, idleMs: number): Timeline {
  const config = resolveConfig(options);
  const { rows, to } = rowsOf(told(options, story), from);
  const player = new OneByOne({ name: 'lived', random, ...options }, config, from);
  for (const row of rows) player.row(row);
  return player.finish(to + idleMs, config);
}

describe('a replay of rows', () => {
  it.each(Object.keys(CONFIGS))('is the life of a circuit that gets the calls one by one: %s', (name) => {
    const options = CONFIGS[name] as Options;
    let changes = 0;
    for (const [from, idleMs] of [
      [0, 0],
      [5.25, 3_000],
    ] as const)
      for (const story of Object.values(STORIES)) {
        const expected = lived(options, story, from, idleMs);
        changes += expected.transitions.length;
        expect(replayed(options, story, from, idleMs)).toEqual(expected);
      }
    expect(changes).toBeGreaterThan(3);
  });
});

describe('a replay', () => {
  /** How many calls were recorded one by one, and in how many stretches the others. */
  function recorded(options: Options, ...story: Told[]): { single: number; stretches: number } {
    const config = resolveConfig(options);
    const book = bulkBook(config, 0) as BulkBook;
    const seen = { single: 0, stretches: 0 };
    const [record, recordAll] = [book.record.bind(book), book.recordAll.bind(book)];
    book.record = (...call) => {
      seen.single++;
      record(...call);
    };
    book.recordAll = (...stretch) => {
      seen.stretches++;
      recordAll(...stretch);
    };
    const replay = new Replay(config, book, random, 0);
    const { rows, to } = rowsOf(story, 0);
    for (const row of rows) replay.row(row);
    replay.finish(to, config);
    return seen;
  }
  const wide = { window: sinceClosed(), openWhen: failureRatio(0.5, { minimumCalls: 100 }) };

  it('takes good rows as a whole, also where rules are crossed by anything', () => {
    expect(recorded({ ...wide, openWhen: consecutiveFailures(1) }, [0, 5_000, 0], [0, 7, 0, 0, 7])).toEqual({
      single: 0,
      stretches: 2,
    });
  });

  it('takes rows as a whole whose failures are far from the limit', () => {
    expect(recorded(wide, [0, 5_000, 1_000], [0, 5_000, 2_000])).toEqual({ single: 0, stretches: 2 });
    expect(recorded({ ...wide, openWhen: consecutiveFailures(5) }, [0, 5_000, 1_000])).toEqual({
      single: 0,
      stretches: 1,
    });
    expect(
      recorded({ ...wide, openWhen: slowRatio(0.5, { slowMs: 9, minimumCalls: 100 }) }, [0, 5_000, 0, 1_000]),
    ).toEqual({ single: 0, stretches: 1 });
  });

  it('does not ask again about a number of calls that the window has long held', () => {
    expect(recorded(wide, [0, 200, 90], [0, 5_000, 1_000])).toEqual({ single: 0, stretches: 2 });
  });

  it('takes rows as a whole that hold too few calls for the limit, and rows of nothing but ignored ones', () => {
    expect(recorded(wide, [0, 50, 50], [0, 49, 49])).toEqual({ single: 0, stretches: 2 });
    expect(recorded(wide, [0, 50, 50], [0, 0, 0, 0, 70], [0, 49, 49])).toEqual({ single: 0, stretches: 3 });
  });

  it('takes what nothing can open as a whole: all before the end of the warm-up', () => {
    expect(recorded({ ...wide, warmUpMs: 2_000 }, [0, 5_000, 5_000], [0, 5_000, 5_000])).toEqual({
      single: 0,
      stretches: 2,
    });
  });

  it('looks at every call of a stretch in which a limit may be crossed, up to where it is', () => {
    expect(recorded(wide, [0, 50, 50], [0, 500, 500])).toEqual({ single: 50, stretches: 1 });
    expect(recorded({ ...wide, stayOpen: fixed(60_000) }, [0, 500, 500], [0, 500, 500])).toEqual({
      single: 100,
      stretches: 0,
    });
  });

  it('forgets failures in a row that a stretch of good calls has ended', () => {
    const inARow = { ...wide, openWhen: consecutiveFailures(5) };
    expect(recorded(inARow, [0, 4, 4], [0, 40, 0], [0, 4, 4])).toEqual({ single: 0, stretches: 3 });
    expect(recorded(wide, [0, 4, 4], [0, 40, 0], [0, 4, 4])).toEqual({ single: 0, stretches: 3 });
  });

  it('knows that a rule may ask for enough calls between the ends of a stretch', () => {
    const story: Told[] = [
      [0, 60, 60],
      [0, 5_000, 1_000],
    ];
    expect(replayed(wide, story, 0, 0)).toEqual(lived(wide, story, 0, 0));
    expect(replayed(wide, story, 0, 0).totals.openings).toBe(1);
    const slow = { ...wide, openWhen: slowRatio(0.3, { slowMs: 9, minimumCalls: 100 }) };
    expect(
      replayed(
        slow,
        [
          [0, 50, 0, 50],
          [0, 60, 0],
        ],
        0,
        0,
      ).transitions[0]?.why,
    ).toMatchObject({ calls: 100, bad: 50 });
  });

  it('takes as a whole what holds one call too few', () => {
    const parts = {
      window: lastMs(1_000, { buckets: 4 }),
      openWhen: failureRatio(0.5, { minimumCalls: 100 }),
    };
    expect(recorded(parts, [0, 99, 99])).toEqual({ single: 0, stretches: 4 });
    expect(recorded(wide, [0, 99, 99], [0, 0, 0, 0, 70])).toEqual({ single: 0, stretches: 2 });
  });

  it('opens at the very end of the warm-up, and changes at the very end of the trace', () => {
    const first = { openWhen: consecutiveFailures(1), stayOpen: fixed(500) };
    const changes = (options: Options, ...story: Told[]): [number, string][] =>
      replayed(options, story, 0, 0).transitions.map(({ at, to }) => [at, to]);
    expect(changes(first, [0, 1, 1])).toEqual([
      [500, 'open'],
      [1_000, 'half-open'],
    ]);
    expect(changes({ ...first, warmUpMs: 500 }, [0, 1, 1])[0]).toEqual([500, 'open']);
    expect(changes({ ...first, warmUpMs: 500.1 }, [0, 1, 1])).toEqual([]);
    expect(changes({ ...first, warmUpMs: 750 }, [0, 2, 2])[0]).toEqual([750, 'open']);
  });

  it('sees with a call what a clock of whole milliseconds has not announced yet', () => {
    const story: Told[] = [
      [0, 1_000, 1, 0, 0, 200],
      [0, 1_000, 0, 0, 0, 200],
    ];
    for (const openMs of [10.5, 60.5]) {
      const options = {
        openWhen: consecutiveFailures(1),
        stayOpen: fixed(openMs),
        probing: { probes: 2_000, maxMs: 50.5, atOnce: 3 },
      };
      const expected = lived(options, story, 0, 0);
      expect(expected.transitions.some(({ why }) => why.rule === 'probing-too-long')).toBe(true);
      expect(replayed(options, story, 0, 0)).toEqual(expected);
    }
  });

  it('knows no rules of functions', () => {
    const config = resolveConfig(wide);
    expect(new Replay(config, bulkBook(config, 0) as BulkBook, undefined, 0).custom()).toBe(false);
  });

  describe('asks few of the calls of a row when they arrive', () => {
    /** How often it asked, for each row. */
    function asked(options: Options, ...story: Told[]): number[] {
      const config = resolveConfig(options);
      const replay = new Replay(config, bulkBook(config, 0) as BulkBook, random, 0);
      return rowsOf(story, 0).rows.map((row) => {
        const time = vi.spyOn(row, 'time');
        replay.row(row);
        return time.mock.calls.length;
      });
    }
    const first = { openWhen: consecutiveFailures(1), stayOpen: fixed(60_000) };

    it('while the circuit is open', () => {
      const [opening = 0, open = 0] = asked(first, [0, 5_000, 5_000], [0, 5_000, 5_000]);
      expect(opening).toBeLessThan(20);
      expect(open).toBeLessThan(10);
    });

    it('while a probe has to wait for its token', () => {
      const probing = { probes: 3, tokens: { capacity: 1, perSecond: 0.01 } };
      const rows: Told[] = [
        [0, 1, 1],
        [0, 5_000, 0],
        [0, 5_000, 0],
      ];
      const [, begun = 0, waiting = 0] = asked({ ...first, stayOpen: fixed(10), probing }, ...rows);
      expect(begun).toBeLessThan(20);
      expect(waiting).toBeLessThan(10);
    });

    it('when the traffic has come back', () => {
      const rampUp = { overMs: 500, fromRatio: 0.5, alwaysPerSecond: 1 };
      const rows: Told[] = [
        [0, 1, 1],
        [0, 2_000, 0],
        [0, 5_000, 0],
      ];
      const back = { ...first, stayOpen: fixed(10), probing: { probes: 1 }, rampUp };
      expect(asked(back, ...rows)[2]).toBeLessThan(30);
    });
  });
});
