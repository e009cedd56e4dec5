import { describe, expect, it } from 'vitest';
import {
  consecutiveFailures,
  createBreaker,
  custom,
  failureRatio,
  failures,
  fixed,
  lastCalls,
  lastMs,
  sinceClosed,
  slowRatio,
  tumblingMs,
  type WindowView,
} from '../src/index.ts';
import { Scenario } from './support/scenario.ts';

const ring = lastCalls(100);

describe('how a share is compared', () => {
  // [rule options, bad calls, calls, opens]
  const cases: [Parameters<typeof failureRatio>[1], number, number, number, boolean][] = [
    [{}, 0.5, 1, 2, true],
    [{ above: true }, 0.5, 1, 2, false],
    [{ above: true }, 0.5, 51, 100, true],
    // Every share that a person can write is met exactly.
    [{}, 0.07, 7, 100, true],
    [{}, 0.29, 29, 100, true],
    [{}, 0.57, 57, 100, true],
    [{}, 0.58, 29, 50, true],
    [{}, 0.67, 2, 3, false],
    [{ rounding: 'two-digits' }, 0.67, 2, 3, true],
    [{ rounding: 'two-digits' }, 0.5, 49, 99, false],
    [{ rounding: 'percent' }, 0.5, 99, 200, true],
    [{ rounding: 'percent' }, 0.5, 98, 200, false],
    [{ rounding: 'percent-down' }, 0.29, 29, 100, false],
    [{ rounding: 'percent-down' }, 0.29, 30, 100, true],
    [{ rounding: 'percent-down' }, 0.5, 99, 199, false],
  ];
  it.each(cases)('%o at %d: %d of %d opens: %s', (options, ratio, bad, calls, opens) => {
    const story = new Scenario({
      window: lastCalls(200),
      openWhen: failureRatio(ratio, { ...options, minimumCalls: calls }),
    });
    story
      .ok(calls - bad)
      .fail(bad)
      .state(opens ? 'open' : 'closed');
  });
});

it('so many failures, whatever share they are, once there are enough calls', () => {
  const story = new Scenario({ window: ring, openWhen: failures(3, { minimumCalls: 10 }) });
  story.fail(5).ok(4).state('closed').ok().state('open');
  expect(story.breaker.snapshot().openedBecause).toEqual({
    rule: 'failures',
    value: 5,
    limit: 3,
    calls: 10,
    minimumCalls: 10,
    bad: 5,
  });
});

describe('a rule of your own', () => {
  it('sees the window and decides', () => {
    const seen: WindowView[] = [];
    const story = new Scenario({
      window: ring,
      openWhen: custom('three'),
      rules: {
        three: (window) => {
          seen.push(window);
          return window.failures >= 3 && window.successesInARow === 0;
        },
      },
    });
    story.ok(2).begin('under way').fail(1).ok().fail(1, { name: 'TimeoutError' }).fail().state('open');
    expect(seen.at(-1)).toEqual({
      calls: 6,
      succeeded: 3,
      failures: 3,
      timeouts: 1,
      slow: 0,
      slowFailures: 0,
      ignored: 0,
      rejected: 0,
      failuresInARow: 2,
      successesInARow: 0,
      inFlight: 1,
    });
    expect(story.breaker.snapshot().openedBecause).toEqual({
      rule: 'custom',
      name: 'three',
      calls: 6,
      bad: 3,
    });
  });

  it('is not met where it throws or answers anything but true', () => {
    const told: string[] = [];
    const rules = {
      throws: () => {
        throw new Error('mine');
      },
      truthy: () => 1 as never,
    };
    const story = new Scenario({
      window: ring,
      openWhen: [custom('throws'), custom('truthy'), consecutiveFailures(2)],
      rules,
      onError: (_, where) => told.push(where),
    });
    story.fail().state('closed').fail().state('open');
    expect(told).toEqual(['rule throws', 'rule throws']);
  });

  it('must have its function, at construction and when it is configured later', () => {
    const sentence = 'openWhen asks custom("x"): rules must hold a function of that name';
    expect(() => createBreaker({ name: 'b', openWhen: custom('x') })).toThrow(sentence);
    const breaker = createBreaker({ name: 'b' });
    expect(() => breaker.configure({ openWhen: custom('x') })).toThrow(sentence);
    expect(breaker.configRevision).toBe(1);
  });
});

describe('slow calls that are still under way', () => {
  const hanging = (): Scenario =>
    new Scenario({ openWhen: slowRatio(0.5, { slowMs: 1_600, minimumCalls: 4, inFlight: true }) });

  it('open the circuit before they end', () => {
    const story = hanging().ok(2).begin('a').begin('b').at(1_600).ok().state('closed');
    story.begin('c').at(1_750).state('closed').begin('d');
    expect(story.breaker.snapshot().openedBecause).toBeUndefined();
    story.at(3_500).state('open').refused();
    expect(story.breaker.snapshot().openedBecause).toMatchObject({
      rule: 'slow-ratio',
      inFlight: 4,
      bad: 4,
      calls: 7,
      slowMs: 1_600,
    });
  });

  it('count once: what ends slow moves from under way into the window', () => {
    const story = hanging()
      .ok(3)
      .begin('a')
      .begin('b')
      .at(1_800)
      .end('a', 'ok')
      .end('b', 'fail')
      .state('closed');
    expect(story.breaker.snapshot().window).toMatchObject({ calls: 5, slow: 2, failures: 1 });
  });

  it('of an earlier life of the circuit do not count', () => {
    const story = hanging().begin('a').begin('b').begin('c').begin('d').at(2_000).refused();
    story.breaker.reset();
    story.ok(4).state('closed').end('a', 'ok').end('b', 'fail').end('c', 'ignore').ok(4).state('closed');
  });

  it('do not count where the rule does not ask for it', () => {
    const story = new Scenario({ openWhen: slowRatio(0.5, { slowMs: 1_600, minimumCalls: 4 }) });
    story.begin('a').begin('b').begin('c').begin('d').at(9_000).ok().state('closed');
  });
});

describe('windows of intervals', () => {
  const rule = failures(3);

  it('tumbling: each interval begins empty, end to end', () => {
    const story = new Scenario({ window: tumblingMs(1_000), openWhen: rule });
    story
      .fail(2)
      .at(999)
      .state('closed')
      .at(1_000)
      .fail(2)
      .at(2_500)
      .fail(2)
      .state('closed')
      .fail()
      .state('open');
  });

  it('tumbling when touched: an interval begins with the call that finds the last one over', () => {
    const story = new Scenario({ window: tumblingMs(1_000, { restarts: 'when-touched' }), openWhen: rule });
    story.fail(2).at(1_700).fail(2).at(2_699).fail().state('open');
  });

  it('tumbling, still holding at the very end', () => {
    const open = { window: tumblingMs(1_000, { restarts: 'when-touched', endsAfter: true }), openWhen: rule };
    new Scenario(open).fail(2).at(1_000).fail().state('open');
    new Scenario(open).fail(2).at(1_000.001).fail().state('closed');
    const grid = { window: tumblingMs(1_000, { endsAfter: true }), openWhen: rule };
    new Scenario(grid).fail(2).at(1_000).fail().state('open');
    new Scenario(grid).fail(2).at(1_001).fail(2).at(2_000).fail().state('open');
  });

  it('tumbling, results of the old interval are stale in the new one', () => {
    const story = new Scenario({
      window: tumblingMs(1_000, { stalesCalls: true }),
      openWhen: consecutiveFailures(2),
    });
    story.fail().begin('a').begin('b').at(1_000).end('a', 'fail').end('b', 'fail').state('closed');
    story.counts({ failed: 3, stale: 2 }).fail(2).state('open');
  });

  it('since closed: everything counts, until it closes again', () => {
    const story = new Scenario({ window: sinceClosed(), openWhen: failures(3), probing: { probes: 1 } });
    story
      .fail()
      .at(1e9)
      .fail()
      .at(2e9)
      .fail()
      .state('open')
      .at(3e9)
      .ok()
      .state('closed')
      .fail(2)
      .state('closed');
  });

  it('buckets may begin at the construction, on the clock, or with a call', () => {
    const story = (anchor: 'construction' | 'epoch' | 'first-call' | undefined): Scenario =>
      new Scenario(
        { window: lastMs(1_000, { buckets: 2, anchor }), openWhen: rule, probing: { probes: 1 } },
        300,
      );
    // Buckets of 500 ms: from 300 on, from 0 on, from the first call on.
    story(undefined).at(700).fail(2).at(1_299).fail().state('open');
    story(undefined).at(700).fail(2).at(1_300).fail().state('closed');
    story('construction').at(700).fail(2).at(1_300).fail().state('closed');
    story('epoch').at(700).fail(2).at(1_499).fail().state('open');
    story('epoch').at(700).fail(2).at(1_500).fail().state('closed');
    story('first-call').at(700).fail(2).at(1_699).fail().state('open');
    story('first-call').at(700).fail(2).at(1_700).fail().state('closed');
  });

  it('results may belong to the start of their call, and what has left is not counted', () => {
    const story = new Scenario({
      window: lastMs(1_000, { buckets: 2 }),
      openWhen: rule,
      counting: { dated: 'start' },
    });
    story.begin('early').begin('gone').at(900).end('early', 'fail');
    expect(story.breaker.snapshot().window).toMatchObject({ calls: 1, failures: 1 });
    story.at(1_000);
    expect(story.breaker.snapshot().window.calls).toBe(0);
    story.end('gone', 'fail');
    expect(story.breaker.snapshot().window.calls).toBe(0);
    story.counts({ failed: 2 });
  });

  it('buckets may leave in turn, one with each new one', () => {
    const story = new Scenario({
      window: lastMs(1_000, { buckets: 2, anchor: 'first-call', forgets: 'in-turn' }),
      openWhen: rule,
    });
    story.fail(2).at(3_600_000).fail().state('open');
  });

  it('counters may forget apart', () => {
    const story = new Scenario({
      window: lastMs(2_000, { buckets: 2, anchor: 'epoch', forgets: 'by-counter' }),
      openWhen: failureRatio(1, { minimumCalls: 2 }),
    });
    // At 2 s the calls forget the first second, the failures still hold it: two of two.
    story.fail(2).state('open');
    const apart = new Scenario({
      window: lastMs(2_000, { buckets: 2, anchor: 'epoch', forgets: 'by-counter' }),
      openWhen: failureRatio(1, { minimumCalls: 3 }),
    });
    apart.fail(2).at(2_000).ok(2);
    expect(apart.breaker.snapshot().window).toMatchObject({ calls: 2, failures: 2 });
    apart.ok().state('closed');
    apart.at(3_000);
    expect(apart.breaker.snapshot().window).toMatchObject({ calls: 3, failures: 0 });
  });
});

describe('what counts as a call', () => {
  const half = failureRatio(0.5, { minimumCalls: 4 });
  const window = lastMs(10_000);

  it('calls under way, where that is asked for', () => {
    const story = new Scenario({ window, openWhen: half, counting: { pending: true } });
    story.begin('a').begin('b').begin('c').fail(2).state('closed').fail().state('open');
  });

  it('ignored calls, as calls or as successes', () => {
    new Scenario({ window, openWhen: half }).ignore(2).fail(2).state('closed');
    new Scenario({ window, openWhen: half, counting: { ignored: 'calls' } }).ignore(2).fail(2).state('open');
    new Scenario({ window, openWhen: half, counting: { ignored: 'calls', pending: true } })
      .ignore(2)
      .fail(2)
      .state('open');
    new Scenario({ window, openWhen: half, counting: { pending: true } }).ignore(2).fail(2).state('closed');
    const story = new Scenario({ window, openWhen: [], counting: { ignored: 'successes' } }).ignore(2);
    expect(story.breaker.snapshot().window.calls).toBe(2);
  });

  it('refused calls, as calls or as failures', () => {
    const refusing = (rejected: 'nothing' | 'calls' | 'failures'): object => {
      const story = new Scenario({ window, openWhen: half, counting: { rejected } });
      story.breaker.setMode('forced-open');
      story.refused(3);
      const { calls, failures: failed } = story.breaker.snapshot().window;
      return { calls, failed };
    };
    expect(refusing('nothing')).toEqual({ calls: 0, failed: 0 });
    expect(refusing('calls')).toEqual({ calls: 3, failed: 0 });
    expect(refusing('failures')).toEqual({ calls: 3, failed: 3 });
  });

  it('a window of the last calls has no place for some of it, and says so', () => {
    const refuse =
      (counting: object): (() => unknown) =>
      () =>
        createBreaker({ name: 'b', window: ring, openWhen: [], counting });
    expect(refuse({ pending: true })).toThrow(
      'counting pending true needs a window of time, not lastCalls(…)',
    );
    expect(refuse({ dated: 'start' })).toThrow('counting dated "start" needs a window of time');
    expect(refuse({ rejected: 'calls' })).toThrow('needs a window of time');
    expect(refuse({ streakExpires: true })).toThrow('needs a window of time');
    expect(refuse({ ignored: 'calls' })).toThrow('counting ignored "calls" needs a window of time');
  });
});

describe('when the rules are asked', () => {
  const slowly = { window: ring, openWhen: failureRatio(0.5, { minimumCalls: 3 }) };

  it('after every result, a success too', () => {
    new Scenario(slowly).fail(2).ok().state('open');
  });
  it('after failures only', () => {
    new Scenario({ ...slowly, counting: { check: 'failures' } })
      .fail(2)
      .ok()
      .state('closed')
      .fail()
      .state('open');
  });
  it('on arrivals only: whoever looks sees what the next call would find', () => {
    const story = new Scenario({ ...slowly, counting: { check: 'arrivals' } }).fail(2).ok();
    expect(story.breaker.snapshot().openedBecause).toBeUndefined();
    story.state('open').refused();
    expect(story.breaker.snapshot().openedBecause).toBeDefined();
  });
  it('on arrivals, and without any where time is passed: who only asks whether a call may go is not stuck', () => {
    const hanging = slowRatio(0.5, { slowMs: 1_600, minimumCalls: 2, inFlight: true });
    const story = new Scenario({ openWhen: hanging, stayOpen: fixed(1_000) }).begin('a').begin('b').at(2_000);
    expect(story.breaker.wouldAdmit()).toBe(false);
    story.breaker.passTime();
    expect(story.breaker.snapshot().openedBecause).toMatchObject({ rule: 'slow-ratio', inFlight: 2 });
    story.at(3_000);
    expect(story.breaker.wouldAdmit()).toBe(true);
  });
  it('not by a listener’s timer, which decides nothing', () => {
    const story = new Scenario({
      ...slowly,
      stayOpen: fixed(1_000),
      probing: { probes: 1, maxMs: 100, afterMaxMs: 'closed' },
      counting: { check: 'arrivals', clears: 'never' },
    });
    const heard: string[] = [];
    story.breaker.on('state-changed', ({ to }) => heard.push(to));
    story.fail(3).refused().at(1_000).begin('hangs').at(1_200);
    expect(heard).toEqual(['open', 'half-open', 'closed']);
    story.refused();
    expect(heard).toEqual(['open', 'half-open', 'closed', 'open']);
  });
  it('of a new interval, where time is passed: what the old one held does not open', () => {
    const window = tumblingMs(1_000, { stalesCalls: true });
    const story = new Scenario({ ...slowly, window, counting: { check: 'arrivals' } }).fail(3).at(1_000);
    story.breaker.passTime();
    story.state('closed');
    expect(story.breaker.snapshot().openedBecause).toBeUndefined();
  });
});

describe('what is kept over a change of state', () => {
  const touchy = { window: ring, openWhen: consecutiveFailures(2), probing: { probes: 1 } };
  const calls = (story: Scenario): number => story.breaker.snapshot().window.calls;

  it('the window, until it closes', () => {
    const story = new Scenario(touchy).ok(3).fail(2).state('open');
    expect(calls(story)).toBe(5);
    story.at(10_000).ok().state('closed');
    expect(calls(story)).toBe(0);
  });
  it('nothing, where opening clears too', () => {
    expect(
      calls(new Scenario({ ...touchy, counting: { clears: 'opening-and-closing' } }).ok(3).fail(2)),
    ).toBe(0);
  });
  it('everything, probes included, where nothing clears; a reset by a person does', () => {
    const story = new Scenario({ ...touchy, counting: { clears: 'never' } }).ok(3).fail(2).at(10_000).ok();
    expect(calls(story)).toBe(6);
    story.breaker.reset();
    expect(calls(story)).toBe(0);
  });
  it('the success that closed, where it is the first of the new window', () => {
    expect(
      calls(new Scenario({ ...touchy, counting: { closingSuccess: true } }).fail(2).at(10_000).ok()),
    ).toBe(1);
  });
});

describe('a configuration that changes under calls', () => {
  it('does not count what began before it as under way', () => {
    const story = new Scenario({ openWhen: slowRatio(0.5, { slowMs: 1_600, minimumCalls: 2 }) });
    story.begin('a').begin('b').begin('c').at(10);
    story.breaker.configure({ openWhen: slowRatio(0.5, { slowMs: 1_600, minimumCalls: 2, inFlight: true }) });
    story
      .at(100)
      .end('a', 'ok')
      .end('b', 'ok')
      .end('c', 'ok')
      .begin('d')
      .begin('e')
      .at(2_000)
      .state('closed');
    // Two of five: with three that were taken out without ever being in, none would be.
    expect(story.breaker.snapshot().window.calls).toBe(3);
    story.begin('f').begin('g').begin('h').at(4_000).state('open');
    expect(story.refused().breaker.snapshot().openedBecause).toMatchObject({ inFlight: 5 });
  });

  it('counts the call of a result that began before calls counted from their start', () => {
    const story = new Scenario({ window: lastMs(10_000), openWhen: [] }).begin('a').at(10);
    story.breaker.configure({ counting: { pending: true } });
    story.at(20).begin('b').end('a', 'ok').end('b', 'ignore');
    expect(story.breaker.snapshot().window.calls).toBe(1);
  });
});
