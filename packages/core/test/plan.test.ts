import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../src/config.ts';
import {
  consecutiveFailures,
  custom,
  failureRatio,
  lastCalls,
  lastMs,
  sinceClosed,
  slowRatio,
  tumblingMs,
} from '../src/index.ts';
import { type Plan, planOf } from '../src/plan.ts';
import { resolveConfig } from '../src/resolve.ts';

const row = consecutiveFailures(3);
const plan = (more: ConfigInput = {}, latency: Uint32Array | null = null): Plan =>
  planOf(resolveConfig({ window: lastCalls(10), openWhen: row, ...more }), latency);
/** Where the plan is another than that of a row of failures among the last calls. */
function differs(more: ConfigInput, latency: Uint32Array | null = null): unknown {
  const plain = plan();
  const entries = Object.entries(plan(more, latency));
  return Object.fromEntries(entries.filter(([key, value]) => value !== plain[key as keyof Plan]));
}

describe('a plan', () => {
  it('asks for next to nothing where a row of failures opens', () => {
    expect(plan()).toEqual({
      slowMs: Number.POSITIVE_INFINITY,
      failAfterMs: Number.POSITIVE_INFINITY,
      timed: false,
      datesResults: false,
      plainArrivals: true,
      asksOnArrival: false,
      asksOnSuccess: true,
      asksOnFailure: true,
      asksAlways: false,
      windowLivesOn: false,
      endsByTime: false,
      tumbles: false,
      watchesSlow: false,
      countsIgnored: false,
      countsRejected: false,
      countsLate: false,
      streaksExpire: false,
      adapting: null,
      latency: null,
    });
  });

  const timed = { timed: true, datesResults: true };
  const inFlight = { asksOnArrival: true, plainArrivals: false, asksAlways: true, watchesSlow: true };
  const slow = { slowMs: 200, minimumCalls: 5 };
  it.each<[string, ConfigInput, Partial<Plan>]>([
    ['a share of failures', { openWhen: failureRatio(0.5, { minimumCalls: 5 }) }, {}],
    ['no rule', { openWhen: [] }, {}],
    ['slow calls', { openWhen: [row, slowRatio(0.5, slow)] }, { slowMs: 200, ...timed }],
    [
      'slow calls under way',
      { openWhen: [row, slowRatio(0.5, { ...slow, inFlight: true })] },
      { slowMs: 200, ...timed, ...inFlight },
    ],
    ['a rule of the user’s', { openWhen: [row, custom('own')] }, { asksAlways: true }],
    ['a time limit', { failAfterMs: 500 }, { failAfterMs: 500, ...timed }],
    ['a time to warm up', { warmUpMs: 100 }, { datesResults: true }],
    ['a window of time', { window: lastMs(1_000) }, { datesResults: true }],
    ['intervals', { window: tumblingMs(1_000) }, { datesResults: true }],
    [
      'intervals that hold at their very end',
      { window: tumblingMs(1_000, { endsAfter: true }) },
      { datesResults: true },
    ],
    [
      'intervals that begin when touched',
      { window: tumblingMs(1_000, { restarts: 'when-touched' }) },
      { datesResults: true, plainArrivals: false },
    ],
    [
      'intervals that make calls stale',
      { window: tumblingMs(1_000, { stalesCalls: true }) },
      { datesResults: true, plainArrivals: false, tumbles: true, endsByTime: true, streaksExpire: true },
    ],
    ['all calls since the closing', { window: sinceClosed() }, {}],
    ['calls dated by their start', { window: sinceClosed(), counting: { dated: 'start' } }, timed],
    [
      'calls that count from their start on',
      { window: sinceClosed(), counting: { pending: true } },
      { ...timed, plainArrivals: false, countsIgnored: true },
    ],
    [
      'rules asked on arrival',
      { counting: { check: 'arrivals' } },
      { asksOnArrival: true, plainArrivals: false, asksOnSuccess: false, asksOnFailure: false },
    ],
    ['rules asked on failure', { counting: { check: 'failures' } }, { asksOnSuccess: false }],
    ['a window that is never emptied', { counting: { clears: 'never' } }, { windowLivesOn: true }],
    [
      'ignored calls that count',
      { window: sinceClosed(), counting: { ignored: 'calls' } },
      { countsIgnored: true },
    ],
    ['ignored calls that are successes', { counting: { ignored: 'successes' } }, {}],
    [
      'refused calls that count',
      { window: sinceClosed(), counting: { rejected: 'calls' } },
      { countsRejected: true },
    ],
    [
      'refused calls that are failures',
      { window: sinceClosed(), counting: { rejected: 'failures' } },
      { countsRejected: true },
    ],
    ['late results that count', { counting: { late: 'counted' } }, { countsLate: true }],
    [
      'streaks that are forgotten',
      { window: sinceClosed(), counting: { streakExpires: true } },
      { streaksExpire: true },
    ],
    ['a longest time for half-open', { probing: { maxMs: 5_000 } }, { endsByTime: true }],
  ])('with %s', (_, more, differences) => {
    expect(differs(more)).toEqual(differences);
  });

  it('knows the rule whose limit moves, which dates results only where it remembers by itself', () => {
    const adapting = (history: 'supplied' | { overMs: number }): ConfigInput => ({
      openWhen: [row, failureRatio(0.5, { minimumCalls: 5, adapt: { factor: 0.5, history } })],
    });
    expect(differs(adapting({ overMs: 60_000 }))).toEqual({
      adapting: {
        kind: 'failure-ratio',
        ratio: 0.5,
        minimumCalls: 5,
        adapt: { factor: 0.5, history: 60_000 },
      },
      datesResults: true,
    });
    expect(differs(adapting('supplied'))).toEqual({
      adapting: {
        kind: 'failure-ratio',
        ratio: 0.5,
        minimumCalls: 5,
        adapt: { factor: 0.5, history: 'supplied' },
      },
    });
  });

  it('is shared by all that have the same configuration', () => {
    expect(plan()).toBe(plan());
  });

  it('is a breaker’s own where durations are measured', () => {
    const latency = new Uint32Array(1);
    const own = plan({}, latency);
    expect(own.latency).toBe(latency);
    expect(differs({}, latency)).toEqual({ latency, ...timed });
    expect(plan({}, latency)).not.toBe(own);
    expect(plan().latency).toBeNull();
  });
});
