import { describe, expect, it, vi } from 'vitest';
import { createBreaker, failureRatio, lastCalls, lastMs } from '../src/index.ts';
import { testClock } from './support/clock.ts';
import { Scenario } from './support/scenario.ts';

describe('a limit that leans on the error rate you supply', () => {
  const collector = (
    rate: () => number,
  ): { recordError(): void; recordSuccess(): void; getErrorRate(): number; told: string[] } => {
    const told: string[] = [];
    return {
      told,
      recordError: () => told.push('error'),
      recordSuccess: () => told.push('success'),
      getErrorRate: () => rate(),
    };
  };
  const adapting = (history: ReturnType<typeof collector>, factor = 0.5, more: object = {}): Scenario =>
    new Scenario({
      window: lastCalls(10),
      openWhen: failureRatio(0.6, { minimumCalls: 10, adapt: { factor, history } }),
      ...more,
    });

  it('is limit × (1 − factor) + rate × factor', () => {
    const story = adapting(collector(() => 0.2))
      .ok(6)
      .fail(3);
    expect(story.breaker.snapshot().effectiveRatio).toBeCloseTo(0.4, 12);
    story.state('closed').fail().state('open');
    const why = story.breaker.snapshot().openedBecause;
    expect(why).toMatchObject({ rule: 'failure-ratio', value: 0.4 });
    expect(why?.limit).toBeCloseTo(0.4, 12);
  });

  it('is in the event too', () => {
    const story = adapting(collector(() => 0.2));
    const ratios: unknown[] = [];
    story.breaker.on('state-changed', ({ effectiveRatio }) => ratios.push(effectiveRatio));
    story.fail(10);
    expect(ratios).toEqual([expect.closeTo(0.4, 12)]);
  });

  it('tells the collector every result that counts, and no other', () => {
    const history = collector(() => 0);
    adapting(history).ok().fail().ignore();
    expect(history.told).toEqual(['success', 'error']);
  });

  it('is the configured one where the collector throws or talks nonsense, and onError hears of it', () => {
    const told: string[] = [];
    const onError = (_: unknown, where: string): void => void told.push(where);
    for (const rate of [Number.NaN, -0.1, 1.1, 'half' as never]) {
      adapting(
        collector(() => rate),
        1,
        { onError },
      )
        .ok(5)
        .fail(5)
        .state('closed')
        .fail()
        .state('open');
    }
    const broken = collector(() => {
      throw new Error('mine');
    });
    broken.recordError = broken.recordSuccess = () => {
      throw new Error('mine');
    };
    adapting(broken, 1, { onError }).ok(5).fail(5).state('closed').fail().state('open');
    expect(new Set(told)).toEqual(new Set(['history']));
  });

  it('reports what an async collector rejects with', async () => {
    const [failing, told] = [new Error('mine'), vi.fn()];
    const history = collector(() => 0);
    history.recordError = history.recordSuccess = (() => Promise.reject(failing)) as () => void;
    adapting(history, 1, { onError: told }).ok().fail();
    await new Promise(setImmediate);
    expect(told.mock.calls).toEqual([
      [failing, 'history'],
      [failing, 'history'],
    ]);
  });

  it('never opens without a failure, even where ordinary times know none', () => {
    adapting(
      collector(() => 0),
      1,
    )
      .ok(30)
      .state('closed')
      .fail()
      .state('open');
  });

  it('may stand beside a configuration that came as data', () => {
    const breaker = createBreaker({
      name: 'b',
      clock: testClock(),
      window: lastCalls(10),
      openWhen: {
        kind: 'failure-ratio',
        ratio: 0.6,
        minimumCalls: 10,
        adapt: { factor: 1, history: 'supplied' },
      },
      history: collector(() => 0.3),
    });
    expect(breaker.snapshot().effectiveRatio).toBe(0.3);
  });
});

describe('a limit that leans on the breaker’s own memory', () => {
  const remembering = (factor = 0.5): Scenario =>
    new Scenario({
      window: lastMs(5_000),
      openWhen: failureRatio(0.5, { minimumCalls: 10, adapt: { factor, history: { overMs: 60_000 } } }),
      probing: { probes: 1 },
    });
  const limit = (story: Scenario): number => story.breaker.snapshot().effectiveRatio ?? Number.NaN;
  /** So many slices of ten seconds, each with 20 calls, `bad` of them failed. */
  const ordinary = (story: Scenario, slices: number, bad: number): Scenario => {
    for (let i = 0; i < slices; i++)
      story
        .at(story.clock.time + 10_000)
        .ok(20 - bad)
        .fail(bad);
    return story;
  };

  it('is the configured one until it has learned', () => {
    expect(limit(remembering())).toBe(0.5);
    expect(limit(ordinary(remembering(), 2, 1))).toBe(0.5);
  });

  it('moves towards ordinary times', () => {
    expect(limit(ordinary(remembering(), 6, 2))).toBeCloseTo(0.5 * 0.5 + 0.1 * 0.5, 12);
  });

  it('follows slowly: a slice weighs as much as its part of the memory', () => {
    const story = ordinary(remembering(0.2), 12, 0);
    expect(limit(story)).toBeCloseTo(0.4, 12);
    // Of the three, one is learned, one waits, one is under way.
    expect(limit(ordinary(story, 3, 4))).toBeCloseTo(0.4 + (0.2 * 0.2) / 6, 12);
  });

  it('does not learn from an outage, nor from what led to it', () => {
    const story = ordinary(remembering(), 6, 2);
    const before = limit(story);
    story
      .at(story.clock.time + 10_000)
      .fail(10)
      .state('open');
    for (let i = 0; i < 40; i++) {
      story.at(story.clock.time + 60_000);
      if (story.breaker.state === 'half-open') story.fail();
    }
    expect(limit(story)).toBe(before);
    story
      .at(story.clock.time + 120_000)
      .ok()
      .state('closed');
    expect(limit(story)).toBe(before);
  });

  it('does not learn a slice as bad as the configured limit', () => {
    const story = new Scenario({
      window: lastMs(1_000),
      openWhen: failureRatio(0.5, { minimumCalls: 10, adapt: { factor: 0.5, history: { overMs: 60_000 } } }),
    });
    // Never ten calls in a second, so nothing opens; but every slice is bad.
    for (let at = 0; at < 100_000; at += 500) story.at(at).fail(2).ok();
    expect(limit(story)).toBe(0.5);
  });

  it('survives a change of other settings', () => {
    const story = ordinary(remembering(), 6, 2);
    const before = limit(story);
    story.breaker.configure({ probing: { probes: 2 } });
    expect(limit(story)).toBe(before);
  });

  it('lets an hour of mild trouble not hide a real outage', () => {
    const story = ordinary(remembering(), 60, 8);
    expect(limit(story)).toBeCloseTo(0.45, 12);
    story
      .at(story.clock.time + 10_000)
      .fail(10)
      .state('open');
  });
});

it('adapt is checked at the door', () => {
  const rule = (adapt: object) => () => failureRatio(0.5, { adapt: adapt as never });
  expect(rule({ factor: 2 })).toThrow('failureRatio adapt.factor must be above 0 and at most 1, got 2');
  expect(rule({ factor: 0.5, history: {} })).toThrow('adapt.history must be a MetricsCollector');
  expect(rule({ factor: 0.5, history: { overMs: -1 } })).toThrow('failureRatio adapt.history.overMs must be');
  expect(rule({ factor: 0.5, weight: 1 })).toThrow('failureRatio adapt has no option "weight"');
  expect(failureRatio(0.5, { adapt: { factor: 0 } })).toEqual(failureRatio(0.5));
});
