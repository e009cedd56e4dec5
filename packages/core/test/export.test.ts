import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExport, restoreMachine } from '../src/export.ts';
import {
  type Breaker,
  type BreakerExport,
  type BreakerOptions,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  fixed,
  lastCalls,
  lastMs,
} from '../src/index.ts';
import type { MachineState } from '../src/machine.ts';
import { resolveConfig } from '../src/resolve.ts';
import { emptyTrial } from '../src/trial.ts';
import { type TestClock, testClock } from './support/clock.ts';
import { property } from './support/property.ts';

/** A second process: its monotonic clock starts anywhere, its wall clock may be off. */
function elsewhere(clock: TestClock, skewMs = 0): TestClock {
  const other = testClock(777);
  other.wallNow = () => clock.wallNow() + skewMs + (other.time - 777);
  return other;
}

function make(clock: TestClock, options: Partial<BreakerOptions> = {}): Breaker {
  return createBreaker({
    name: 'b',
    openWhen: consecutiveFailures(3),
    stayOpen: fixed(1_000),
    clock,
    ...options,
  });
}

function travelled(breaker: Breaker): BreakerExport {
  return JSON.parse(JSON.stringify(breaker.export())) as BreakerExport;
}

describe('export and restore', () => {
  it('waits only for what was left of the open time', () => {
    const clock = testClock();
    const breaker = make(clock);
    for (let i = 0; i < 3; i++) breaker.acquire().fail();
    clock.advance(700);
    const kept = travelled(breaker);
    clock.advance(100);
    const there = elsewhere(clock);
    const restored = make(there, { restore: kept });
    expect(restored.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 200, counts: { failed: 3 } });
    expect(restored.openError().openedBecause).toMatchObject({ rule: 'consecutive-failures', value: 3 });
    there.advance(200);
    expect(restored.tryAcquire()?.probe).toBe(true);
  });

  it('never waits longer for a wall clock that is wrong', () => {
    for (const skewMs of [-3_600_000, 3_600_000]) {
      const clock = testClock();
      const breaker = make(clock);
      for (let i = 0; i < 3; i++) breaker.acquire().fail();
      const restored = make(elsewhere(clock, skewMs), { restore: travelled(breaker) });
      expect(restored.snapshot().retryAfterMs ?? 0).toBeLessThanOrEqual(1_000);
    }
  });

  it('goes on with a forced mode for the rest of its time', () => {
    const clock = testClock();
    const breaker = make(clock);
    breaker.setMode('forced-open', { forMs: 500 });
    const there = elsewhere(clock);
    const restored = make(there, { restore: travelled(breaker) });
    expect(restored.tryAcquire()).toBeNull();
    there.advance(500);
    expect(restored.tryAcquire()).not.toBeNull();
  });

  it('begins half-open again with its first probe', () => {
    const clock = testClock();
    const breaker = make(clock, { probing: { probes: 1 } });
    for (let i = 0; i < 3; i++) breaker.acquire().fail();
    clock.advance(1_000);
    breaker.acquire();
    const restored = make(elsewhere(clock), { restore: travelled(breaker), probing: { probes: 1 } });
    expect(restored.state).toBe('half-open');
    expect(restored.tryAcquire()?.probe).toBe(true);
  });

  it('is the identity on the window, whatever was in it and whenever it is asked', () => {
    const steps = fc.array(
      fc.record({ after: fc.constantFrom(0, 1, 50, 99, 100, 300), fail: fc.boolean() }),
      { maxLength: 60 },
    );
    const windows = fc.constantFrom(
      lastCalls(5),
      lastCalls(40),
      lastMs(1_000, { buckets: 10 }),
      lastMs(300, { buckets: 3 }),
    );
    fc.assert(
      fc.property(windows, steps, steps, (window, before, after) => {
        const clock = testClock();
        const options = { window, openWhen: failureRatio(1, { minimumCalls: 5 }) };
        const first = make(clock, { ...options, openWhen: [] });
        const act = (breaker: Breaker, own: TestClock, steps: { after: number; fail: boolean }[]): void => {
          for (const step of steps) {
            own.advance(step.after);
            const permit = breaker.acquire();
            if (step.fail) permit.fail();
            else permit.succeed();
          }
        };
        act(first, clock, before);
        const there = elsewhere(clock);
        const second = make(there, { ...options, openWhen: [], restore: travelled(first) });
        expect(second.export().window).toEqual(first.export().window);
        act(first, clock, after);
        act(second, there, after);
        const seen = ({
          calls,
          failures,
          slow,
        }: {
          calls: number;
          failures: number;
          slow: number;
        }): object => ({ calls, failures, slow });
        expect(seen(second.snapshot().window)).toEqual(seen(first.snapshot().window));
      }),
      property(),
    );
  });

  it('goes on counting failures in a row', () => {
    const breaker = make(testClock());
    breaker.acquire().fail();
    breaker.acquire().fail();
    const restored = make(testClock(), { restore: travelled(breaker) });
    restored.acquire().fail();
    expect(restored.state).toBe('open');
  });

  it('leaves a window of another kind, or with buckets of another width, empty', () => {
    const breaker = make(testClock(), { window: lastMs(1_000, { buckets: 10 }) });
    breaker.acquire().fail();
    for (const window of [lastCalls(10), lastMs(1_000, { buckets: 5 })]) {
      expect(make(testClock(), { window, restore: travelled(breaker) }).snapshot().window.calls).toBe(0);
    }
  });

  it('takes the counts that it knows, and leaves those of a later version', () => {
    const clock = testClock();
    const before = make(clock);
    before.acquire().fail();
    const kept = travelled(before);
    const restored = make(clock, {
      restore: { ...kept, counts: { ...kept.counts, evidence: 3 } as BreakerExport['counts'] },
    });
    expect(restored.snapshot().counts).toEqual(before.snapshot().counts);
  });

  it('refuses at construction what no breaker exported', () => {
    expect(() => make(testClock(), { restore: {} as never })).toThrow('version 1, got an object');
  });
});

const kept: BreakerExport = {
  v: 1,
  wallAt: 1_700_000_000_000,
  state: 'open',
  stateMs: 300,
  openMs: 700,
  openings: 2,
  failuresInARow: 3,
  successesInARow: 0,
  mode: 'auto',
  modeMs: null,
  window: { kind: 'last-calls', calls: [0, 1] },
  counts: { succeeded: 1, failed: 1, slow: 0, ignored: 0, rejected: 0, stale: 0 },
};
const buckets = { kind: 'last-ms', buckets: [[2, 1], []], bucketMs: 100, leftMs: 0.5 } as const;
const spans = { kind: 'spans', spans: [[10, 1], []], spanMs: null, beganMs: 10, streaks: [1, 0] } as const;

describe('what is to be restored', () => {
  it.each<Partial<BreakerExport>>([
    {},
    ...(['closed', 'open', 'half-open'] as const).map((state) => ({ state })),
    ...(['auto', 'forced-open', 'forced-closed', 'observing'] as const).map((mode) => ({ mode })),
    { stateMs: null, modeMs: 500 },
    { window: { kind: 'last-calls', calls: [] } },
    { window: buckets },
    { window: spans },
    { window: { ...spans, spanMs: 100 } },
  ])('may hold %j', (part) => {
    const given = { ...kept, ...part };
    expect(checkExport(given)).toBe(given);
  });

  it.each<[unknown, string]>([
    [{}, 'an object'],
    [null, 'null'],
    [undefined, 'undefined'],
    [5, '5'],
    ['{}', '"{}"'],
    [{ ...kept, v: 2 }, 'an object'],
  ])('is refused where it is nothing of that kind: %j', (given, shown) => {
    expect(() => checkExport(given as never)).toThrow(
      new TypeError(`restore must be what breaker.export() returned, version 1, got ${shown}`),
    );
  });

  const parts: [part: string, wrong: unknown, shown: string][] = [
    ['state', 'ajar', '"ajar"'],
    ['mode', 5, '5'],
    ['wallAt', null, 'null'],
    ['openMs', -1, '-1'],
    ['openings', '2', '"2"'],
    ['failuresInARow', Number.NaN, 'NaN'],
    ['successesInARow', Number.POSITIVE_INFINITY, 'Infinity'],
    ['stateMs', undefined, 'undefined'],
    ['modeMs', '5', '"5"'],
  ];
  it.each(parts)('is refused where its %s is %o', (part, wrong, shown) => {
    expect(() => checkExport({ ...kept, [part]: wrong })).toThrow(
      new TypeError(`restore.${part} is nothing that breaker.export() returns: ${shown}`),
    );
  });

  it.each([
    undefined,
    { kind: 'all', calls: [] },
    { kind: 'last-calls' },
    { kind: 'last-calls', calls: [0, -1] },
    { kind: 'last-calls', calls: [0, '1'] },
    { ...buckets, buckets: 5 },
    { ...buckets, buckets: [[1], 5] },
    { ...buckets, buckets: [[1, '5']] },
    { ...buckets, bucketMs: undefined },
    { ...buckets, leftMs: -1 },
    { ...spans, spans: {} },
    { ...spans, spans: [5] },
    { ...spans, streaks: undefined },
    { ...spans, streaks: [1, -1] },
    { ...spans, beganMs: undefined },
    { ...spans, spanMs: -1 },
  ])('is refused where its window is %j', (window) => {
    expect(() => checkExport({ ...kept, window: window as never })).toThrow(
      new TypeError(
        `restore.window is nothing that breaker.export() returns: ${window === undefined ? 'undefined' : 'an object'}`,
      ),
    );
  });

  it.each(Object.keys(kept.counts))('is refused where it does not say how many calls %s', (count) => {
    for (const wrong of [-1, Number.NaN, undefined]) {
      expect(() => checkExport({ ...kept, counts: { ...kept.counts, [count]: wrong } })).toThrow(
        new TypeError(`restore.counts.${count} is nothing that breaker.export() returns: ${wrong}`),
      );
    }
  });

  it.each([undefined, null, 5, {}])('is refused where its counts are %j', (counts) => {
    expect(() => checkExport({ ...kept, counts: counts as never })).toThrow(
      new TypeError('restore.counts.succeeded is nothing that breaker.export() returns: undefined'),
    );
  });
});

describe('a restored machine', () => {
  const config = resolveConfig({ probing: { tokens: { capacity: 4, perSecond: 1 } } });
  const after = (elapsedMs: number, part: Partial<BreakerExport> = {}): MachineState =>
    restoreMachine({ ...kept, ...part }, 5_000, elapsedMs, config);
  const open = { name: 'open', openings: 2, ...emptyTrial(5_000, config.probing) };

  it('is as old as it was, and what has passed since', () => {
    expect(after(200)).toEqual({ ...open, since: 4_500, until: 5_500 });
    expect(after(200, { state: 'closed' })).toEqual({ name: 'closed', openings: 2, since: 4_500 });
    expect(after(200, { state: 'closed', stateMs: null })).toEqual({
      name: 'closed',
      openings: 2,
      since: Number.NEGATIVE_INFINITY,
    });
  });

  it('waits no more where its time is over, even at its very end', () => {
    const over = { ...open, until: Number.NEGATIVE_INFINITY };
    expect(after(699)).toEqual({ ...open, since: 4_001, until: 5_001 });
    expect(after(700)).toEqual({ ...over, since: 4_000 });
    expect(after(900)).toEqual({ ...over, since: 3_800 });
  });

  it('waits for nothing where it was half-open', () => {
    expect(after(200, { state: 'half-open' })).toEqual({
      ...open,
      since: 4_500,
      until: Number.NEGATIVE_INFINITY,
    });
  });
});
