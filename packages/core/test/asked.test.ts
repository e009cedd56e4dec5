import { describe, expect, it, vi } from 'vitest';
import { customRule, draw, moreCounts, openMsOf, wallNow } from '../src/asked.ts';
import { type Services, servicesOf } from '../src/services.ts';
import type { CountsView, Opening, WindowView } from '../src/types.ts';
import { testClock } from './support/clock.ts';

const broken = new Error('no');
const fails = (): never => {
  throw broken;
};
/** What came of asking, and what was reported meanwhile. */
function asking<T>(ask: (services: Services) => T, given: Partial<Services>): [T, unknown[][]] {
  const report = vi.fn<Services['report']>();
  return [ask({ ...servicesOf({ name: 'b' }), report, ...given }), report.mock.calls];
}

describe('a custom rule', () => {
  const window = { calls: 3 } as WindowView;
  const met = (rules: Services['rules']): [boolean, unknown[][]] =>
    asking((services) => customRule('three', window, services), { rules });

  it('is met where its function says true, and by nothing else', () => {
    expect(met({ three: ({ calls }) => calls === 3 })).toEqual([true, []]);
    expect(met({ three: ({ calls }) => calls === 4 })).toEqual([false, []]);
    expect(met({ three: () => 'yes' as never })).toEqual([false, []]);
  });

  it('is not met, and nothing is wrong, where there is no function', () => {
    expect(met(undefined)).toEqual([false, []]);
    expect(met({})).toEqual([false, []]);
  });

  it('is not met where it throws', () => {
    expect(met({ three: fails })).toEqual([false, [[broken, 'rule three']]]);
  });
});

describe('the user’s open time', () => {
  const opening: Opening = { window: { failures: 2 } as WindowView, openings: 3, error: broken };
  const asked = (openMs: Services['openMs']): [number | undefined, unknown[][]] =>
    asking((services) => openMsOf(opening, services), { openMs });

  it('follows from what is known at the opening', () => {
    expect(asked(({ window, openings }) => window.failures * openings)).toEqual([6, []]);
  });

  it.each([0, 0.5, Number.MAX_SAFE_INTEGER, undefined])('may be %s', (ms) => {
    expect(asked(() => ms)).toEqual([ms, []]);
  });

  it('may be left to the configuration', () => {
    expect(asked(undefined)).toEqual([undefined, []]);
  });

  it.each<[unknown, string]>([
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.MAX_SAFE_INTEGER + 1, '9007199254740992'],
    ['500', '"500"'],
    [null, 'null'],
    [5n, '5'],
    [{}, 'an object'],
  ])('is left out and reported where it is no duration: %o', (ms, shown) => {
    const sentence = new RangeError(`openMs returned ${shown}, not a number of milliseconds`);
    expect(asked(() => ms as never)).toEqual([undefined, [[sentence, 'openMs']]]);
  });

  it('is left out where it throws', () => {
    expect(asked(fails)).toEqual([undefined, [[broken, 'openMs']]]);
  });
});

describe('an answer that comes later', () => {
  it('is none, is reported, and its rejection is nobody’s', async () => {
    const later = (() => Promise.reject(broken)) as never;
    const sentence = (where: string): [TypeError, string] => [
      new TypeError(`${where} must answer at once, got a promise`),
      where,
    ];
    const rules = { late: later };
    expect(asking((services) => customRule('late', {} as WindowView, services), { rules })).toEqual([
      false,
      [sentence('rule late')],
    ]);
    expect(asking((services) => openMsOf({} as Opening, services), { openMs: later })).toEqual([
      undefined,
      [sentence('openMs')],
    ]);
    expect(asking((services) => moreCounts({} as CountsView, services), { counts: later })).toEqual([
      undefined,
      [sentence('counts')],
    ]);
    await new Promise(setImmediate);
  });
});

describe('more counters', () => {
  const view = { openings: 2 } as CountsView;
  const asked = (counts: Services['counts']): [unknown, unknown[][]] =>
    asking((services) => moreCounts(view, services), { counts });

  it('are what the function counts', () => {
    expect(asked(({ openings }) => ({ twice: openings * 2 }))).toEqual([{ twice: 4 }, []]);
  });

  it('are none where there is no function, or one that throws', () => {
    expect(asked(undefined)).toEqual([undefined, []]);
    expect(asked(fails)).toEqual([undefined, [[broken, 'counts']]]);
  });
});

describe('a draw', () => {
  const drawn = (random: () => unknown): [number, unknown[][]] =>
    asking(draw, { random: random as () => number });

  it.each([0, 0.25, 1])('may be %d', (number) => {
    expect(drawn(() => number)).toEqual([number, []]);
  });

  it.each([-0.1, 1.1, Number.NaN, '0.25', null, 0n, undefined])('is the middle instead of %s', (nonsense) => {
    expect(drawn(() => nonsense)).toEqual([0.5, []]);
  });

  it('is the middle where it throws', () => {
    expect(drawn(fails)).toEqual([0.5, [[broken, 'random']]]);
  });
});

describe('the wall clock', () => {
  it('is a label, and 0 where it throws', () => {
    expect(asking(wallNow, { clock: testClock(5) })).toEqual([1_700_000_000_005, []]);
    expect(asking(wallNow, { clock: { ...testClock(), wallNow: fails } })).toEqual([0, []]);
    expect(asking(wallNow, { clock: { ...testClock(), wallNow: () => Number.NaN } })).toEqual([0, []]);
  });
});
