import type { Totals } from '@cb/core/simulate';
import { describe, expect, it } from 'vitest';
import type { Change, Sum } from '../src/web/features/breaker/what-if/sum.ts';
import { badgeOf, wordsOf } from '../src/web/features/breaker/what-if/words.ts';
import { clockMs } from '../src/web/lib/format.ts';

const T0 = 1_700_000_000_000;

function totalsOf(more: Partial<Totals> = {}): Totals {
  return {
    calls: 1_000,
    letThrough: 1_000,
    refused: 0,
    failed: 0,
    failuresAvoided: 0,
    goodRefused: 0,
    probes: 0,
    assumed: 0,
    openings: 0,
    closedMs: 60_000,
    openMs: 0,
    halfOpenMs: 0,
    ...more,
  };
}

function opening(second: number, instance = 'a'): Change {
  const why = { rule: 'failure-ratio', bad: 9, calls: 25, value: 0.36, limit: 0.3 } as const;
  return { at: T0 + second * 1_000, from: 'closed', to: 'open', why, instance };
}

const QUIET: Sum = { transitions: [], totals: totalsOf() };
const IN_FORCE: Sum = {
  transitions: [opening(10)],
  totals: totalsOf({ openings: 1, openMs: 28_000, refused: 290, failuresAvoided: 250, goodRefused: 40 }),
};

function said(candidate: Sum, baseline = IN_FORCE, more: object = {}, changed = true): string[] {
  const lines = wordsOf({ baseline, candidate, bounds: undefined, several: false, ...more }, changed);
  return lines.map(({ strong, after, tone }) => `${strong}${after}${tone === 'same' ? '' : ` [${tone}]`}`);
}

describe('what would have been, in words', () => {
  it('says how much earlier, how long, what was spared and what that costs', () => {
    const candidate: Sum = {
      transitions: [opening(5.8), opening(40)],
      totals: totalsOf({
        openings: 2,
        openMs: 40_000,
        halfOpenMs: 1_500,
        failuresAvoided: 1_460,
        goodRefused: 78,
      }),
    };
    expect(said(candidate)).toEqual([
      `It would have opened 4.2 s earlier, at ${clockMs(T0 + 5_800)}: 9 of last 25 calls failed (limit 30 %); twice instead of once.`,
      'Not closed for 41.5 s instead of 28 s.',
      '1,460 failing calls spared, 1,210 more than now. [better]',
      '78 calls refused that would have succeeded, 38 more than now. [worse]',
    ]);
  });

  it('says later, and fewer, as what they are', () => {
    const candidate: Sum = {
      transitions: [opening(85)],
      totals: totalsOf({ openings: 1, openMs: 900, failuresAvoided: 12, goodRefused: 0 }),
    };
    expect(said(candidate)).toEqual([
      `It would have opened 1m 15s later, at ${clockMs(T0 + 85_000)}: 9 of last 25 calls failed (limit 30 %); once, as it did.`,
      'Not closed for 900 ms instead of 28 s.',
      '12 failing calls spared, 238 fewer than now. [worse]',
      '0 calls refused that would have succeeded, 40 fewer than now. [better]',
    ]);
  });

  it('says that it would not have opened, or would have where it did not', () => {
    expect(said(QUIET)).toEqual([
      `It would not have opened at ${clockMs(T0 + 10_000)} as it did; never instead of once.`,
      'Closed all the time instead of 28 s.',
      '0 failing calls spared, 250 fewer than now. [worse]',
      '0 calls refused that would have succeeded, 40 fewer than now. [better]',
    ]);
    expect(said(IN_FORCE, QUIET)[0]).toBe(
      `It would have opened at ${clockMs(T0 + 10_000)}, and did not: 9 of last 25 calls failed (limit 30 %); once instead of never.`,
    );
    expect(said({ ...QUIET, totals: totalsOf({ refused: 0, calls: 999 }) }, QUIET)).toEqual([
      'It would not have opened either.',
    ]);
  });

  it('says so where nothing would have been otherwise', () => {
    expect(said(IN_FORCE)).toEqual(['It would have done exactly the same.']);
    expect(said({ ...IN_FORCE, totals: totalsOf({ ...IN_FORCE.totals, goodRefused: 41 }) })[0]).toBe(
      `It would have opened at the same moment, ${clockMs(T0 + 10_000)}; once, as it did.`,
    );
  });

  it('says what the settings in force did while nothing is changed', () => {
    expect(said(IN_FORCE, IN_FORCE, {}, false)).toEqual([
      `It opened once, first at ${clockMs(T0 + 10_000)}; not closed for 28 s in all.`,
      '250 failing calls spared, 40 refused that would have succeeded.',
    ]);
    expect(said(QUIET, QUIET, {}, false)).toEqual(['It did not open in this range.']);
  });

  it('counts what opened it, and no failed probe, as the list and the advice do', () => {
    const again: Change = { ...opening(14), from: 'half-open', why: { rule: 'probes-failed' } };
    const probed: Sum = {
      ...IN_FORCE,
      transitions: [opening(10), again],
      totals: totalsOf({ openings: 2, openMs: 9_000 }),
    };
    expect(said(probed, probed, {}, false)[0]).toMatch(/^It opened once, first at /);
    expect(said(probed)[0]).toBe(
      `It would have opened at the same moment, ${clockMs(T0 + 10_000)}; once, as it did.`,
    );
    const before: Sum = { ...probed, transitions: [again] };
    expect(said(before, before, {}, false)[0]).toBe(
      'It had opened before this range; not closed for 9 s in all.',
    );
  });

  it('says between which bounds a guess lies, and on which of several instances', () => {
    const candidate: Sum = {
      transitions: [opening(5, 'checkout-2')],
      totals: totalsOf({ openings: 1, openMs: 28_000, failuresAvoided: 100, goodRefused: 40 }),
    };
    const bounds = {
      ok: totalsOf({ failuresAvoided: 60, goodRefused: 40 }),
      failed: totalsOf({ failuresAvoided: 130, goodRefused: 40 }),
    };
    expect(said(candidate, IN_FORCE, { bounds, several: true })).toEqual([
      `It would have opened 5 s earlier, at ${clockMs(T0 + 5_000)}, on checkout-2: 9 of last 25 calls failed (limit 30 %); once, as it did.`,
      'Not closed for 28 s in all, as it was.',
      '100 failing calls spared, 150 fewer than now (60 to 130: what refused calls would have met is a guess). [worse]',
      '40 calls refused that would have succeeded, as it was.',
    ]);
  });
});

describe('how far it can be trusted', () => {
  const exact = { exact: true, notes: [], explained: true, real: [{ kind: 'state' }, { kind: 'state' }] };

  it('is exact where every call was recorded, and says that the past is explained', () => {
    expect(badgeOf([exact], 0)).toEqual({
      exact: true,
      text: 'Exact: every call was recorded',
      notes: ['Replaying the settings in force gives all 2 changes that happened.'],
    });
    expect(badgeOf([{ ...exact, real: [{ kind: 'state' }] }], 0).notes[0]).toMatch(
      /gives the one change that/,
    );
    expect(badgeOf([{ ...exact, real: [] }], 0).notes).toEqual([]);
    expect(badgeOf([exact, { ...exact, explained: false }], 0).notes[0]).toMatch(
      /does not give exactly what happened/,
    );
    const { explained: _, ...unknown } = exact;
    expect(badgeOf([unknown], 0).notes).toEqual([]);
  });

  it('is an estimate from sums, of the coarsest step', () => {
    expect(badgeOf([exact, { exact: false, rowMs: 1_000, notes: [] }], 0)).toMatchObject({
      exact: false,
      text: 'Estimate: from sums per second',
    });
    expect(badgeOf([{ exact: false, rowMs: 10_000, notes: [] }], 0).text).toBe(
      'Estimate: from sums per 10 seconds',
    );
    expect(badgeOf([{ exact: false, rowMs: 60_000, notes: [] }], 0).text).toBe(
      'Estimate: from sums per minute',
    );
  });

  it('says what was assumed, and what was left out, each once', () => {
    const noted = { ...exact, notes: ['The rule “x” is left out.'] };
    expect(badgeOf([noted, noted], 1_234).notes.slice(1)).toEqual([
      '1,234 of these calls were refused when they were recorded: what they would have met is a guess from the calls around them.',
      'The rule “x” is left out.',
    ]);
  });
});
