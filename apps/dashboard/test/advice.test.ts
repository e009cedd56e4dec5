import { createBreaker, failureRatio, fixed, lastCalls, lastMs, slowRatio } from '@cb/core';
import type { EventRecord, Series } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { advise } from '../src/web/features/breaker/advice/advice.ts';
import { type Advice, median, roundedUpMs } from '../src/web/features/breaker/advice/observed.ts';
import type { Config } from '../src/web/lib/breaker-config.ts';

const T0 = 1_700_000_000_000;
const CONFIG = createBreaker({ name: 'payments', openWhen: failureRatio(0.5) }).config;

/** Changes at seconds: `o` opened from closed, `p` probing, `f` probes failed, `c` closed. */
function changes(...all: readonly (readonly [second: number, what: string])[]): EventRecord[] {
  const kinds = {
    o: ['closed', 'open'],
    p: ['open', 'half-open'],
    f: ['half-open', 'open'],
    c: ['half-open', 'closed'],
  } as const;
  return all.map(([second, what], i) => {
    const [from, to] = kinds[what as keyof typeof kinds];
    const why = { rule: 'unknown' } as const;
    const mode = { mode: 'auto', modeFrom: 'auto' } as const;
    return {
      event: i,
      row: 1,
      lane: 1,
      instance: 'a',
      t: T0 + second * 1_000,
      from,
      to,
      why,
      ...mode,
      configRevision: 1,
    };
  });
}

/** Seconds with ten good calls each, unless told. */
function seriesOf(
  seconds: number,
  more: Partial<Record<'ok' | 'fail' | 'failureRatio' | 'p95', number>> = {},
): Series {
  const column = <T>(value: T): T[] => new Array<T>(seconds).fill(value);
  const { ok = 10, fail = 0, failureRatio: ratio = 0, p95 = 20 } = more;
  return {
    row: 1,
    stepMs: 1_000,
    t: Array.from({ length: seconds }, (_, i) => T0 + i * 1_000),
    ok: column(ok),
    fail: column(fail),
    slow: column(0),
    rejected: column(0),
    inFlight: column(0),
    failureRatio: column(ratio),
    p50: column(10),
    p95: column(p95),
    p99: column(p95),
  };
}

function said(config: Config, events: EventRecord[], series: Series): Advice[] {
  return advise({ config, events, series });
}

/** Opens every minute and closes again twenty seconds later. */
const FLAPPING = Array.from(
  { length: 9 },
  (_, i) =>
    [
      [i * 60, 'o'],
      [i * 60 + 5, 'p'],
      [i * 60 + 20, 'c'],
    ] as const,
).flat();

describe('advice', () => {
  it('says nothing where nothing is wrong, or too little is known', () => {
    expect(said(CONFIG, [], seriesOf(600))).toEqual([]);
    expect(said(CONFIG, [], seriesOf(5, { failureRatio: 0.1 }))).toEqual([]);
    expect(said(CONFIG, [], seriesOf(0))).toEqual([]);
    expect(said(CONFIG, changes([0, 'o'], [5, 'p'], [6, 'c']), seriesOf(600))).toEqual([]);
  });

  it('knows a circuit that flaps, and how long its open time would have to be', () => {
    const [advice] = said(CONFIG, changes(...FLAPPING), seriesOf(600));
    expect(advice).toMatchObject({
      id: 'flapping',
      text: '9 opens in 8m 0s; half of the times it opened again within 40 s of closing. Open time too short?',
      tryThis: { words: 'an open time of 1 min' },
    });
  });

  it('does not call it flapping where it stayed closed for long', () => {
    const rare = Array.from(
      { length: 6 },
      (_, i) =>
        [
          [i * 3_600, 'o'],
          [i * 3_600 + 5, 'p'],
          [i * 3_600 + 6, 'c'],
        ] as const,
    ).flat();
    expect(said(CONFIG, changes(...rare), seriesOf(600))).toEqual([]);
  });

  it('knows probes that come too early', () => {
    const outage = [
      [0, 'o'],
      [5, 'p'],
      [6, 'f'],
      [16, 'p'],
      [17, 'f'],
      [37, 'p'],
      [38, 'f'],
      [78, 'p'],
      [200, 'c'],
    ] as const;
    expect(said(CONFIG, changes(...outage), seriesOf(600))).toEqual([
      {
        id: 'probes',
        text: '3 of 4 times its probes failed: half of its outages lasted 3m 20s or more, and the first probe goes after 5 s. Open time too short?',
        tryThis: {
          words: 'an open time of 1 min',
          changes: { stayOpen: { ...CONFIG.stayOpen, firstMs: 60_000, maxMs: 120_000, hintMaxMs: 120_000 } },
        },
      },
    ]);
    const [still] = said(CONFIG, changes(...outage.slice(0, 7)), seriesOf(600));
    expect(still?.text).toMatch(/^3 of 3 times its probes failed: none closed it/);
  });

  it('of an open time that never grows keeps it that way', () => {
    const config = createBreaker({ name: 'x', openWhen: failureRatio(0.5), stayOpen: fixed(1_000) }).config;
    const outage = [
      [0, 'o'],
      [1, 'p'],
      [2, 'f'],
      [3, 'p'],
      [4, 'f'],
      [5, 'p'],
      [6, 'f'],
      [7, 'p'],
      [40, 'c'],
    ] as const;
    const [advice] = said(config, changes(...outage), seriesOf(600));
    const tried = createBreaker({ name: 'x', ...config, ...advice?.tryThis?.changes });
    expect(tried.config.stayOpen).toMatchObject({ kind: 'fixed', firstMs: 10_000, maxMs: 10_000 });
  });

  it('knows a minimum that no window reached', () => {
    const config = createBreaker({ name: 'x', openWhen: failureRatio(0.5, { minimumCalls: 300 }) }).config;
    expect(said(config, [], seriesOf(600))).toEqual([
      {
        id: 'volume.failure-ratio',
        text: 'Its rule on failures asks for 300 calls within 10 s; the busiest 10 s of this range held 120. It could not have opened.',
        tryThis: {
          words: 'a window of 45 s',
          changes: { window: { kind: 'last-ms', ms: 45_000, buckets: 10 } },
        },
      },
    ]);
    // Too rare for any window: then the minimum has to give.
    const rare = { ...seriesOf(600), ok: seriesOf(600).ok.map((_, i) => (i % 60 === 0 ? 1 : 0)) };
    expect(said(config, [], rare)[0]).not.toHaveProperty('tryThis');
    const few = { ...seriesOf(600), ok: seriesOf(600).ok.map((_, i) => (i % 60 === 0 ? 5 : 0)) };
    expect(said(config, [], few)[0]?.tryThis).toMatchObject({ words: 'a minimum of 5 calls' });
    // The busiest window may lie across steps: what might have been reached is not called unreachable.
    const nearly = createBreaker({ name: 'x', openWhen: failureRatio(0.5, { minimumCalls: 115 }) }).config;
    expect(said(nearly, [], seriesOf(600))).toEqual([]);
    const byCalls = createBreaker({
      name: 'x',
      window: lastCalls(500),
      openWhen: failureRatio(0.5, { minimumCalls: 300 }),
    });
    expect(said(byCalls.config, [], seriesOf(600))).toEqual([]);
    expect(said(config, [], seriesOf(20))).toEqual([]);
  });

  it('knows a limit that did not matter, and one that is always near', () => {
    const far = seriesOf(600, { failureRatio: 0.06 });
    expect(said(CONFIG, [], far)).toEqual([
      {
        id: 'far',
        text: 'Its failure limit of 50 % did not matter in this range: the worst window held 6 % failures.',
        tryThis: {
          words: 'a limit of 15 %',
          changes: { openWhen: [{ ...CONFIG.openWhen[0], ratio: 0.15 }] },
        },
      },
    ]);
    // One that opened did matter.
    expect(said(CONFIG, changes([0, 'o'], [5, 'p'], [6, 'c']), far)).toEqual([]);
    expect(said(CONFIG, [], seriesOf(600, { failureRatio: 0.3 }))).toEqual([
      {
        id: 'near',
        text: 'Half of the time its window held 30 % failures or more; the limit is 50 %. Ordinary noise may open it.',
      },
    ]);
    expect(said(CONFIG, [], seriesOf(600, { failureRatio: 0.004 }))).toEqual([]);
    expect(said(CONFIG, [], seriesOf(600, { failureRatio: 0.26 }))).toEqual([]);
  });

  it('knows a slow limit that ordinary calls exceed', () => {
    const config = createBreaker({
      name: 'x',
      openWhen: slowRatio(0.5, { slowMs: 300, minimumCalls: 1 }),
    }).config;
    expect(said(config, [], seriesOf(600, { p95: 640 }))).toEqual([
      {
        id: 'slow',
        text: 'A call over 300 ms counts as slow, and half of the time p95 was 640 ms or more: ordinary calls are taken for slow.',
        tryThis: {
          words: 'slow over 1 s',
          changes: { openWhen: [{ ...config.openWhen[0], slowMs: 1_000 }] },
        },
      },
    ]);
    expect(said(config, [], seriesOf(600, { p95: 300 }))).toEqual([]);
  });

  it('can always be tried: every suggestion is a configuration that works', () => {
    const config = createBreaker({
      name: 'x',
      window: lastMs(10_000),
      openWhen: [failureRatio(0.5, { minimumCalls: 300 }), slowRatio(0.5, { slowMs: 10 })],
    }).config;
    const all = [
      ...said(config, changes(...FLAPPING), seriesOf(600, { failureRatio: 0.1, p95: 50 })),
      ...said(CONFIG, [], seriesOf(600, { failureRatio: 0.06 })),
    ];
    expect(all.map(({ id }) => id)).toEqual(['flapping', 'volume.failure-ratio', 'slow', 'far']);
    for (const { tryThis } of all)
      expect(() => createBreaker({ name: 'x', ...config, ...tryThis?.changes })).not.toThrow();
  });
});

describe('numbers of advice', () => {
  it('are rounded up to what a person would say', () => {
    expect([1, 50, 51, 1_100, 29_000, 31_000, 61_000, 1e9].map(roundedUpMs)).toEqual([
      50, 50, 100, 1_500, 30_000, 45_000, 90_000, 600_000,
    ]);
  });

  it('are what half of all is at most, or at least', () => {
    expect(median([], 'at most')).toBeUndefined();
    expect(median([3, 1, 2], 'at most')).toBe(2);
    expect(median([4, 1, 2, 3], 'at most')).toBe(2);
    expect(median([4, 1, 2, 3], 'at least')).toBe(3);
  });
});
