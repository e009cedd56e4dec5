import { describe, expect, it, vi } from 'vitest';
import { FAILED, SLOW } from '../src/bits.ts';
import type { WindowConfig } from '../src/config.ts';
import { Evidence } from '../src/evidence.ts';
import { consecutiveFailures, lastCalls, lastMs } from '../src/index.ts';
import { BEGINNING, type HalfOpen, type Open } from '../src/machine.ts';
import { NO_PAST } from '../src/past.ts';
import { changeOf, exportOf, type Reading, signedBy, snapshotOf } from '../src/reading.ts';
import { resolveConfig } from '../src/resolve.ts';
import { servicesOf } from '../src/services.ts';
import { emptyTrial } from '../src/trial.ts';
import { Trouble } from '../src/trouble.ts';
import type { BreakerOptions, CountsView, WindowView } from '../src/types.ts';
import { createWindow } from '../src/window.ts';
import { testClock } from './support/clock.ts';

const NOW = 1_000;
const WALL = 1_700_000_001_000;
const config = resolveConfig({ window: lastCalls(5), openWhen: consecutiveFailures(3) });
const whileOpen = resolveConfig({ window: lastCalls(5), openWhen: [], probing: { whileOpen: true } });
const services = (more: Partial<BreakerOptions> = {}): Reading['services'] =>
  servicesOf({ name: 'b', clock: testClock(NOW), ...more });
const view: WindowView = {
  calls: 0,
  succeeded: 0,
  failures: 0,
  timeouts: 0,
  slow: 0,
  slowFailures: 0,
  ignored: 0,
  rejected: 0,
  failuresInARow: 0,
  successesInARow: 0,
  inFlight: 0,
};
/** A breaker that was just made, but for what is given. */
const reading = (more: Partial<Reading> = {}): Reading => ({
  name: 'b',
  tags: { team: 'checkout' },
  now: NOW,
  state: 'closed',
  mode: 'auto',
  generation: 1,
  succeeded: 0,
  machine: BEGINNING,
  past: null,
  trouble: null,
  window: createWindow(config, 0),
  view,
  effectiveRatio: undefined,
  config,
  services: services(),
  ...more,
});

const probes = {
  succeeded: 2,
  failed: 1,
  slow: 3,
  slowFailed: 1,
  nextLease: 5,
  leases: [{ id: 4, until: 9 }],
};
const open: Open = {
  ...emptyTrial(900, config.probing),
  ...probes,
  name: 'open',
  since: 900,
  openings: 2,
  until: 1_250,
};
const halfOpen: HalfOpen = {
  ...emptyTrial(900, config.probing),
  ...probes,
  name: 'half-open',
  since: 900,
  openings: 2,
  random: 0.5,
};
const why = { rule: 'consecutive-failures', value: 3, limit: 3 } as const;
const past = { ...NO_PAST, seq: 4, configRevision: 2, openedBecause: why, sinceWallAt: WALL - 100 };
/** Two failures and a slow call among eight. */
const trouble = (): Trouble => {
  const evidence = new Evidence(5);
  for (const bits of [FAILED, SLOW, FAILED]) evidence.add(bits, new Error('no'));
  evidence.onset.add(0, WALL - 200);
  return Object.assign(new Trouble(), {
    failed: 2,
    slow: 1,
    timeouts: 1,
    ignored: 3,
    rejected: 4,
    stale: 5,
    evidence,
  });
};
const totals = { succeeded: 6, failed: 2, slow: 1, ignored: 3, rejected: 4, stale: 5 };
const none = { succeeded: 0, failed: 0, slow: 0, ignored: 0, rejected: 0, stale: 0 };
const troubled = (more: Partial<Reading> = {}): Reading =>
  reading({
    generation: 3,
    succeeded: 6,
    past,
    trouble: trouble(),
    view: { ...view, calls: 8, failures: 2, slow: 1, failuresInARow: 1, successesInARow: 7, inFlight: 2 },
    ...more,
  });

describe('a snapshot', () => {
  it('of a fresh breaker holds nothing but its configuration', () => {
    expect(snapshotOf(reading())).toStrictEqual({
      name: 'b',
      tags: { team: 'checkout' },
      state: 'closed',
      mode: 'auto',
      generation: 1,
      seq: 0,
      window: { calls: 0, failures: 0, slow: 0, failureRatio: 0, slowRatio: 0, failuresInARow: 0 },
      counts: none,
      inFlight: 0,
      openings: 0,
      outcomes: '',
      errors: [],
      config,
      configRevision: 1,
    });
  });

  it('of an open one says why, and when to come again', () => {
    expect(
      snapshotOf(troubled({ state: 'open', mode: 'observing', machine: open, effectiveRatio: 0.4 })),
    ).toStrictEqual({
      name: 'b',
      tags: { team: 'checkout' },
      state: 'open',
      mode: 'observing',
      generation: 3,
      seq: 4,
      window: { calls: 8, failures: 2, slow: 1, failureRatio: 0.25, slowRatio: 0.125, failuresInARow: 1 },
      counts: totals,
      inFlight: 2,
      openings: 2,
      outcomes: 'oooooese',
      errors: [{ name: 'Error', message: 'no', count: 2 }],
      config,
      configRevision: 2,
      sinceWallAt: WALL - 100,
      effectiveRatio: 0.4,
      openedBecause: why,
      retryAfterMs: 250,
    });
  });

  it('never asks to come again in the past', () => {
    expect(snapshotOf(reading({ now: 1_300, machine: open })).retryAfterMs).toBe(0);
  });

  it('of a half-open one shows its probes', () => {
    const shown = snapshotOf(reading({ state: 'half-open', machine: halfOpen }));
    expect(shown.probing).toEqual({ succeeded: 2, failed: 1, inFlight: 1 });
    expect(shown).not.toHaveProperty('retryAfterMs');
  });

  it('of a sound one shows its calls as good, a hundred at most', () => {
    const outcomes = (calls: number): string =>
      snapshotOf(reading({ view: { ...view, calls, succeeded: calls } })).outcomes;
    expect([outcomes(3), outcomes(250)]).toEqual(['ooo', 'o'.repeat(100)]);
  });
});

describe('more counters', () => {
  const asked = (more: Partial<Reading>): { view: CountsView | undefined; counts: unknown } => {
    const counts = vi.fn<NonNullable<BreakerOptions['counts']>>(() => ({ mine: 7 }));
    const shown = snapshotOf(troubled({ services: services({ counts }), ...more }));
    return { view: counts.mock.calls[0]?.[0], counts: shown.counts };
  };
  const probing = { admitted: 5, succeeded: 2, failed: 1, slow: 3, slowFailed: 1, inFlight: 1 };

  it('stand beside the totals, and count from all of them', () => {
    const more = { state: 'half-open', machine: halfOpen } as const;
    expect(asked(more)).toEqual({
      counts: { ...totals, mine: 7 },
      view: {
        state: 'half-open',
        window: troubled().view,
        totals: { ...totals, timeouts: 1 },
        openings: 2,
        probing,
      },
    });
  });

  it('know the probes of a circuit that is tried, half-open or while open', () => {
    expect(asked({ machine: open, config: whileOpen }).view?.probing).toEqual(probing);
    expect(asked({ machine: open }).view?.probing).toBeUndefined();
    expect(asked({ machine: BEGINNING, config: whileOpen }).view?.probing).toBeUndefined();
  });

  it('are asked for nowhere where there are none', () => {
    const onError = vi.fn();
    expect(snapshotOf(troubled({ services: services({ onError }) })).counts).toStrictEqual(totals);
    expect(onError).not.toHaveBeenCalled();
  });
});

describe('an export', () => {
  it('of a fresh breaker is empty', () => {
    expect(exportOf(reading())).toStrictEqual({
      v: 1,
      wallAt: WALL,
      at: 1_000,
      state: 'closed',
      stateMs: null,
      openMs: 0,
      openings: 0,
      failuresInARow: 0,
      successesInARow: 0,
      mode: 'auto',
      modeMs: null,
      window: { kind: 'last-calls', calls: [] },
      counts: none,
    });
  });

  it('of an open one holds how long its state has lasted, and what is left of it', () => {
    expect(exportOf(troubled({ machine: open }))).toStrictEqual({
      v: 1,
      wallAt: WALL,
      at: 1_000,
      state: 'open',
      stateMs: 100,
      openMs: 250,
      openings: 2,
      failuresInARow: 1,
      successesInARow: 7,
      openedBecause: why,
      mode: 'auto',
      modeMs: null,
      window: { kind: 'last-calls', calls: [] },
      counts: totals,
    });
    expect(exportOf(troubled({ machine: open, now: 1_300 })).openMs).toBe(0);
  });

  it('holds what is left of a mode’s time, where it has one', () => {
    const left = (mode: Reading['mode'], modeUntil: number): number | null =>
      exportOf(reading({ mode, past: { ...NO_PAST, modeUntil } })).modeMs;
    expect(left('forced-open', 1_400)).toBe(400);
    expect(left('forced-open', Number.POSITIVE_INFINITY)).toBeNull();
    // Its time is over, and nobody has noticed yet.
    expect(left('auto', 400)).toBeNull();
  });
});

describe('the event of a change', () => {
  const halfOpenToClosed = { from: 'half-open', why: { rule: 'probes-passed' } } as const;

  it('to closed says nothing that is not there', () => {
    const { from, why } = halfOpenToClosed;
    expect(changeOf(reading(), from, why, undefined)).toStrictEqual({
      type: 'state-changed',
      breaker: 'b',
      seq: 0,
      at: NOW,
      wallAt: 0,
      configRevision: 1,
      from,
      to: 'closed',
      mode: 'auto',
      why,
      window: { calls: 0, failures: 0, slow: 0 },
      outcomes: '',
      errors: [],
    });
  });

  it('to open says why, since when, until when and by whom', () => {
    const person = { by: 'ann', reason: 'deploy' };
    const change = changeOf(
      troubled({ state: 'open', machine: open, effectiveRatio: 0.4 }),
      'closed',
      why,
      person,
    );
    expect(change).toStrictEqual({
      type: 'state-changed',
      breaker: 'b',
      seq: 4,
      at: NOW,
      wallAt: WALL - 100,
      configRevision: 2,
      from: 'closed',
      to: 'open',
      mode: 'auto',
      why,
      window: { calls: 8, failures: 2, slow: 1 },
      outcomes: 'ooese',
      errors: [{ name: 'Error', message: 'no', count: 2 }],
      effectiveRatio: 0.4,
      firstFailureWallAt: WALL - 200,
      retryAfterMs: 250,
      retryWallAt: WALL + 150,
      by: 'ann',
      note: 'deploy',
    });
  });

  it('shows the calls that the window can hold, a hundred at most', () => {
    const seen = (window: WindowConfig, given: Partial<Reading>): number =>
      changeOf(reading({ config: resolveConfig({ window, openWhen: [] }), ...given }), 'open', why, undefined)
        .outcomes.length;
    const sound = { view: { ...view, calls: 300 } };
    const known = { trouble: Object.assign(new Trouble(), { evidence: new Evidence(300) }) };
    for (const given of [sound, known])
      expect([seen(lastCalls(5), given), seen(lastCalls(200), given), seen(lastMs(1_000), given)]).toEqual([
        5, 100, 100,
      ]);
    expect(changeOf(reading({ view: { ...view, calls: 3 } }), 'open', why, undefined).outcomes).toBe('ooo');
  });
});

it('a change is signed by whoever made it, as far as they said', () => {
  expect(signedBy({ by: 'ann', reason: 'deploy' })).toStrictEqual({ by: 'ann', note: 'deploy' });
  expect(signedBy({ by: 'ann' })).toStrictEqual({ by: 'ann' });
  expect(signedBy(undefined)).toStrictEqual({});
});
