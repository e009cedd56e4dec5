import { describe, expect, it } from 'vitest';
import { consecutiveFailures, fixed, lastCalls } from '../../src/index.ts';
import { RECORDED, simulateCalls, TIMED_OUT } from '../../src/simulate/calls.ts';
import type { Timeline } from '../../src/simulate/timeline.ts';
import type { CallTrace, TracedCall } from '../../src/simulate/trace.ts';
import type { BreakerOptions } from '../../src/types.ts';

const call = (at: number, outcome: TracedCall['outcome'], durationMs: number | null = 0): TracedCall => ({
  at,
  durationMs,
  outcome,
});
const TWO = { openWhen: consecutiveFailures(2), window: lastCalls(10), stayOpen: fixed(100) };

function play(
  calls: TracedCall[],
  options: Partial<BreakerOptions> = {},
  ends: Partial<CallTrace> = {},
): Timeline {
  const candidate = { name: 'candidate', random: () => 0.5, ...TWO, ...options };
  return simulateCalls(candidate, { calls, ...ends }, 'neighbours');
}
const changes = ({ transitions }: Timeline): [number, string][] => transitions.map(({ at, to }) => [at, to]);

describe('calls that are played', () => {
  it('fail with what looks like an error', () => {
    expect(RECORDED).toEqual({ name: 'Error', message: 'recorded failure' });
    expect(TIMED_OUT).toEqual({ name: 'TimeoutError', message: 'recorded timeout' });
    const seen: unknown[] = [];
    const openMs = ({ error }: { error?: unknown }): number => {
      seen.push(error);
      return 50;
    };
    const failing = (at: number, timeout: boolean): TracedCall => ({ ...call(at, 'failed'), timeout });
    play([failing(0, true), failing(1, false), failing(100, true)], { openMs });
    expect(seen).toEqual([RECORDED, TIMED_OUT]);
    expect(seen[0]).toBe(RECORDED);
  });

  it('bring along what the other side asked for', () => {
    const asked = { ...call(1, 'failed'), retryAfterMs: 900 };
    expect(changes(play([call(0, 'failed'), asked], {}, { to: 950 }))).toEqual([
      [1, 'open'],
      [901, 'half-open'],
    ]);
  });

  it('end in the order of their results, and of their arrivals at one moment', () => {
    const ordered = [call(0, 'failed', 30), call(1, 'ok', 20), call(2, 'failed', 3)];
    expect(changes(play([...ordered, call(40, 'failed')]))).toEqual([[40, 'open']]);
    const overtaken = [call(0, 'ok', 30), call(1, 'failed', 20), call(2, 'failed', 3)];
    expect(changes(play(overtaken))).toEqual([[21, 'open']]);
    const together = [call(0, 'ok', 10), call(1, 'failed', 9), call(11, 'failed')];
    expect(changes(play(together))).toEqual([[11, 'open']]);
    const turned = [call(0, 'failed', 10), call(1, 'ok', 9), call(11, 'failed')];
    expect(changes(play(turned))).toEqual([]);
  });

  it('end after the last arrival too, up to the end of the trace', () => {
    const late = [call(0, 'failed', 10), call(5, 'failed', 25)];
    expect(changes(play(late))).toEqual([[30, 'open']]);
    expect(changes(play(late, {}, { to: 200 }))).toEqual([
      [30, 'open'],
      [130, 'half-open'],
    ]);
    // What the last one is taken for would end behind the trace.
    const guessed = [call(0, 'failed', 5), call(9, 'unknown', null)];
    expect(play(guessed)).toMatchObject({ to: 9, transitions: [] });
    expect(changes(play(guessed, {}, { to: 14 }))).toEqual([[14, 'open']]);
  });

  it('that were ignored count as neither, let through or refused', () => {
    const ignored = [call(0, 'failed'), call(1, 'ignored'), call(2, 'failed'), call(3, 'ignored')];
    const { totals, transitions } = play(ignored, {}, { to: 10 });
    expect(transitions.map(({ at }) => at)).toEqual([2]);
    expect(totals).toMatchObject({
      calls: 4,
      letThrough: 3,
      refused: 1,
      failed: 2,
      failuresAvoided: 0,
      goodRefused: 0,
    });
  });

  it('that never ended are no failures where they were let through, and avoided ones where they were not', () => {
    const hung = [call(0, 'failed', null), call(1, 'failed'), call(2, 'failed')];
    const { totals } = play([
      ...hung,
      call(3, 'ok', null),
      call(4, 'failed', null),
      call(5, 'ignored', null),
    ]);
    expect(totals).toMatchObject({
      calls: 6,
      letThrough: 3,
      refused: 3,
      failed: 2,
      failuresAvoided: 3,
      goodRefused: 0,
      assumed: 0,
    });
  });

  it('that were assumed are counted as such', () => {
    const { totals } = play([call(0, 'ok', 1), call(2, 'unknown', null), call(3, 'ok')]);
    expect(totals).toMatchObject({ calls: 3, assumed: 1, letThrough: 3 });
  });
});
