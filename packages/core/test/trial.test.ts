import { describe, expect, it } from 'vitest';
import type { BreakerConfig, CloseRule, Probing } from '../src/config.ts';
import { failureRatio, slowRatio } from '../src/index.ts';
import { resolveConfig } from '../src/resolve.ts';
import {
  admit,
  emptyTrial,
  freeAt,
  freed,
  holdsLease,
  settled,
  successesNeeded,
  type Trial,
  verdictOf,
} from '../src/trial.ts';

const probing = (more: Partial<Probing> = {}): Probing =>
  resolveConfig({ probing: { probes: 3, leaseMs: 100, ...more } }).probing;
const config = (closeWhen: CloseRule, probes = 5, more: object = {}): BreakerConfig =>
  resolveConfig({ probing: { probes, closeWhen, unlimited: true }, ...more });

/** So many probes admitted at these moments. */
function admitted(rules: Probing, ...moments: number[]): Trial {
  return moments.reduce((trial, now) => admit(trial, now, rules), emptyTrial(0, rules));
}

describe('a trial', () => {
  it('lets so many probes through in all, the settled ones included', () => {
    const rules = probing({ probes: 3 });
    let trial = admitted(rules, 0, 0);
    trial = settled(settled(trial, 0, true, false), 1, false, false);
    expect(trial).toMatchObject({ succeeded: 1, failed: 1, leases: [] });
    const third = admit(trial, 0, rules);
    expect(third.nextLease).toBe(3);
    expect(admit(third, 0, rules)).toBe(third);
  });

  it('gives every probe a number and a lease', () => {
    expect(admitted(probing(), 0, 40).leases).toEqual([
      { id: 0, until: 100 },
      { id: 1, until: 140 },
    ]);
    expect(admitted(probing({ leaseMs: null }), 7).leases).toEqual([
      { id: 0, until: Number.POSITIVE_INFINITY },
    ]);
  });

  it('frees leases at their end, and is the same object where none is over', () => {
    const trial = admitted(probing(), 0, 40);
    expect(freed(trial, 99)).toBe(trial);
    expect(freed(trial, 100).leases).toEqual([{ id: 1, until: 140 }]);
    expect([holdsLease(trial, 0), holdsLease(freed(trial, 100), 0)]).toEqual([true, false]);
  });

  it('forgets the lease of the probe that settled; a late result takes the oldest', () => {
    const trial = admitted(probing(), 0, 10, 20);
    expect(settled(trial, 1, true, false).leases.map(({ id }) => id)).toEqual([0, 2]);
    expect(settled(trial, -1, true, false).leases.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('counts slow ones, and those that were slow and failed', () => {
    let trial = emptyTrial(0, probing());
    for (const [passed, slow] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
      [false, true],
    ] as const)
      trial = settled(trial, -1, passed, slow);
    expect(trial).toMatchObject({ succeeded: 2, failed: 3, slow: 3, slowFailed: 2, successesInARow: 0 });
    expect(settled(settled(trial, -1, true, false), -1, true, false).successesInARow).toBe(2);
  });
});

describe('when a place is free again', () => {
  it('is when the first lease ends, where every place is taken', () => {
    const rules = probing({ atOnce: 2 });
    expect(freeAt(admitted(rules, 0, 40), 50, rules)).toBe(100);
  });

  it('is when the next token is there, where a place is free', () => {
    const rules = probing({ unlimited: true, atOnce: 3, tokens: { capacity: 1, perSecond: 4 } });
    const trial = admitted(rules, 0);
    expect(freeAt(trial, 0, rules)).toBe(250);
    expect(freeAt(trial, 150, rules)).toBeCloseTo(250, 9);
  });

  it('is when both are there, where neither is', () => {
    const slowly = probing({ unlimited: true, atOnce: 1, tokens: { capacity: 1, perSecond: 2 } });
    expect(freeAt(admitted(slowly, 0), 10, slowly)).toBe(500);
    const quickly = probing({ unlimited: true, atOnce: 1, tokens: { capacity: 1, perSecond: 20 } });
    expect(freeAt(admitted(quickly, 0), 10, quickly)).toBe(100);
    const plenty = probing({ unlimited: true, atOnce: 1, tokens: { capacity: 5, perSecond: 1 } });
    expect(freeAt(admitted(plenty, 0), 10, plenty)).toBe(100);
  });
});

describe('what probes amount to', () => {
  const after = (rules: BreakerConfig, ...passed: boolean[]): string => {
    const trial = passed.reduce((seen, good) => settled(seen, -1, good, false), emptyTrial(0, rules.probing));
    return verdictOf(trial, rules);
  };
  const [good, bad] = [true, false];

  it('by a share of all', () => {
    const rules = resolveConfig({ probing: { probes: 4, closeWhen: { kind: 'success-ratio', ratio: 0.5 } } });
    expect(successesNeeded(rules)).toEqual({ needed: 2, of: 4 });
    expect([after(rules), after(rules, good), after(rules, good, good)]).toEqual(['wait', 'wait', 'close']);
    expect([after(rules, bad, bad), after(rules, bad, bad, bad)]).toEqual(['wait', 'open']);
  });

  it('by successes of so many', () => {
    const rules = config({ kind: 'successes', successes: 2, of: 3 });
    expect(successesNeeded(rules)).toEqual({ needed: 2, of: 3 });
    expect([after(rules, bad), after(rules, bad, bad), after(rules, bad, good, good)]).toEqual([
      'wait',
      'open',
      'close',
    ]);
  });

  it('by a row', () => {
    const rules = config({ kind: 'successes-in-a-row', successes: 2 });
    expect(successesNeeded(rules)).toEqual({ needed: 2, of: Number.POSITIVE_INFINITY });
    expect([after(rules, good), after(rules, good, bad, good), after(rules, bad, good, good)]).toEqual([
      'wait',
      'wait',
      'close',
    ]);
  });

  it('by the limits, once there are enough', () => {
    const rules = config({ kind: 'below-limits', calls: 2 }, 2, { openWhen: failureRatio(0.5) });
    expect(successesNeeded(rules)).toEqual({ needed: 2, of: 2 });
    expect([after(rules, bad), after(rules, good, bad), after(rules, good, good)]).toEqual([
      'wait',
      'open',
      'close',
    ]);
    const forgiving = config({ kind: 'below-limits', calls: 2, allowedFailures: 1 }, 2, {
      openWhen: failureRatio(0.5),
    });
    expect([after(forgiving, good, bad), after(forgiving, bad, bad)]).toEqual(['close', 'open']);
  });

  it('by the slow limit, and by nothing that is no share', () => {
    const rules = config({ kind: 'below-limits', calls: 2 }, 2, {
      openWhen: [slowRatio(1, { slowMs: 5 }), { kind: 'consecutive-failures', failures: 1 }],
    });
    const slowly = (...slow: boolean[]): string =>
      verdictOf(
        slow.reduce((seen, late) => settled(seen, -1, true, late), emptyTrial(0, rules.probing)),
        rules,
      );
    expect([slowly(true, true), slowly(true, false), after(rules, bad, bad)]).toEqual([
      'open',
      'close',
      'close',
    ]);
  });
});
