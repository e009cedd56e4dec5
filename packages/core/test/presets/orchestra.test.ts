import { describe, expect, it } from 'vitest';
import { orchestra } from '../../src/presets/orchestra.ts';
import { Scenario } from '../support/scenario.ts';

const OWN = { errorThreshold: 50, windowSize: 10, minRequests: 4, openTimeout: 1_000 };
const make = (options = {}, mode = {}): Scenario => new Scenario(orchestra({ ...OWN, ...options }, mode));
const halfOpen = (options = {}, mode = {}): Scenario =>
  make(options, mode).fail(4).state('open').at(1_001).state('half-open');

/** A past with this share of errors; counts what it was told. */
function collector(rate: number): {
  errors: number;
  successes: number;
  recordError(): void;
  recordSuccess(): void;
  getErrorRate(): number;
} {
  return {
    errors: 0,
    successes: 0,
    recordError() {
      this.errors++;
    },
    recordSuccess() {
      this.successes++;
    },
    getErrorRate: () => rate,
  };
}

describe('orchestra: opening', () => {
  it('decides nothing on fewer than minRequests calls', () => {
    make().fail(3).state('closed').fail().state('open');
  });

  it('opens exactly at the threshold', () => {
    make().ok(2).fail().state('closed').fail().state('open');
  });

  it('stays closed just below it', () => {
    make().ok(6).fail(4).state('closed').counts({ successes: 6, failures: 4, errorRate: 40 });
  });

  it('looks at the last windowSize calls only', () => {
    make().fail(3).ok(10).counts({ successes: 10, failures: 0 }).fail(4).state('closed').fail().state('open');
  });

  it('asks after failures only: a success never opens', () => {
    make({ minRequests: 5 }).fail(4).ok().state('closed').counts({ errorRate: 80 }).fail().state('open');
  });

  it('never asks for more calls than the window holds', () => {
    make({ windowSize: 3, minRequests: 10 }).fail(2).state('closed').fail().state('open');
  });
});

describe('orchestra: the adaptive threshold', () => {
  it('is threshold × (1 − factor) + past × factor', () => {
    const options = { adaptiveThresholdFactor: 0.5, metricsCollector: collector(0.1) };
    const story = make({ ...options, windowSize: 100, minRequests: 10 });
    expect(story.breaker.snapshot().effectiveRatio).toBeCloseTo(0.3, 12);
    story.ok(8).fail(3).state('closed').fail().state('open');
  });

  it('rises with a worse past', () => {
    const story = make({ adaptiveThresholdFactor: 0.5, metricsCollector: collector(0.9) });
    expect(story.breaker.snapshot().effectiveRatio).toBeCloseTo(0.7, 12);
    story.ok(3).fail(6).state('closed').fail().state('open');
  });

  it('weighs the past with 0.3 unless told', () => {
    const story = make({ metricsCollector: collector(0) });
    expect(story.breaker.snapshot().effectiveRatio).toBeCloseTo(0.35, 12);
  });

  it('does not move without a collector, nor with a factor of 0', () => {
    expect(make().breaker.snapshot().effectiveRatio ?? 0.5).toBe(0.5);
    const options = { adaptiveThresholdFactor: 0, metricsCollector: collector(0) };
    make(options).ok(2).fail().state('closed').fail().state('open');
  });

  it('tells the collector what happened while closed', () => {
    const past = collector(0.5);
    make({ metricsCollector: past }).ok(3).fail(2).ignore();
    expect(past).toMatchObject({ successes: 3, errors: 2 });
  });
});

describe('orchestra: the open time', () => {
  it('still refuses exactly at its end', () => {
    make().fail(4).at(1_000).state('open').refused().at(1_001).state('half-open').ok();
  });

  it('is half a minute unless told', () => {
    make({ openTimeout: undefined }).fail(4).at(30_000).refused().at(30_001).state('half-open');
  });
});

describe('orchestra: half-open', () => {
  it('lets maxConcurrentRequests calls run at the same time', () => {
    halfOpen({ maxConcurrentRequests: 2 })
      .begin('a')
      .begin('b')
      .refused()
      .end('a', 'ok')
      .begin('c')
      .refused();
  });

  it('takes a token for every trial call and refills them by the second', () => {
    halfOpen({ halfOpenBucketSize: 3, halfOpenRefillRate: 2, successThreshold: 100 })
      .ok(3)
      .refused()
      .at(1_500)
      .refused()
      .at(1_501)
      .ok()
      .refused()
      .at(2_501)
      .ok(2)
      .refused();
  });

  it('holds no more tokens than the bucket, however long nobody came', () => {
    halfOpen({ halfOpenBucketSize: 2, successThreshold: 100 }).ok().at(61_001).ok(2).refused();
  });

  it('does not give a token back: an ignored call costs one', () => {
    halfOpen({ halfOpenBucketSize: 2 }).ignore(2).refused().state('half-open');
  });

  it('closes after half of minRequests successes', () => {
    halfOpen({ minRequests: 4 })
      .ok()
      .state('half-open')
      .ok()
      .state('closed')
      .counts({ successes: 0, failures: 0 });
  });

  it('needs one success at least, and as many as successThreshold says', () => {
    make({ minRequests: 1 }).fail().at(1_001).ok().state('closed');
    halfOpen({ successThreshold: 3 }).ok(2).state('half-open').ok().state('closed');
  });

  it('opens again at the first failed trial call by default', () => {
    halfOpen().ok().fail().state('open').at(2_001).refused().at(2_002).state('half-open');
  });

  it('goes on after failed trial calls when faithful, until enough have succeeded', () => {
    halfOpen({}, { faithful: true }).fail(5).state('half-open').ok().state('half-open').ok().state('closed');
  });
});

describe('orchestra: late and lost calls', () => {
  it('a late success counts for nothing by default and for closing when faithful', () => {
    make().begin('late').fail(4).at(1_001).ok().end('late', 'ok').state('half-open');
    make({}, { faithful: true }).begin('late').fail(4).at(1_001).ok().end('late', 'ok').state('closed');
  });

  it('a trial call that never ends gives its place back after openTimeout, and never when faithful', () => {
    const one = { maxConcurrentRequests: 1 };
    halfOpen(one).begin('hung').at(2_000).refused().at(2_001).ok().state('half-open');
    halfOpen(one, { faithful: true }).begin('hung').at(3_600_000).refused();
  });
});

describe('orchestra: options', () => {
  it('opens at 5 failures of 10 calls and closes with 5 successes when all is left out', () => {
    const story = new Scenario(orchestra()).ok(5).fail(4).state('closed').fail().state('open');
    story.at(30_001).ok(4).state('half-open').ok().state('closed');
  });

  it('looks at a hundred calls when all is left out', () => {
    new Scenario(orchestra()).ok(50).fail(49).state('closed').fail().state('open');
    new Scenario(orchestra()).fail(4).ok(100).counts({ failures: 0, successes: 100 });
  });

  it('has five places, ten tokens and two more a second when all is left out', () => {
    const story = new Scenario(orchestra()).fail(10).at(30_001);
    for (const label of 'abcde') story.begin(label);
    story.refused().end('a', 'ignore').begin('f').refused();
    for (const label of 'bcdef') story.end(label, 'ignore');
    story.ignore(4).refused().at(30_500).refused().at(30_501).ignore().refused();
  });

  it('can remember the past by itself', () => {
    const story = make({ metricsCollector: { overMs: 60_000 } })
      .ok(2)
      .fail()
      .state('closed')
      .fail();
    story.state('open');
  });

  it.each([
    [
      { errorThreshold: 0.5 },
      'orchestra errorThreshold must be percent from 1 to 100, got 0.5; did you mean 50?',
    ],
    [{ errorThreshold: 101 }, 'got 101'],
    [{ windowSize: 0 }, 'orchestra windowSize must be a whole number from 1'],
    [{ halfOpenRefillRate: 0 }, 'orchestra halfOpenRefillRate must be tokens per second'],
    [{ halfOpenBucketSize: 0.5 }, 'orchestra halfOpenBucketSize must be a whole number'],
    [{ metricsCollector: {} }, 'MetricsCollector'],
    [{ adaptiveThresholdFactor: 30, metricsCollector: { overMs: 1_000 } }, 'did you mean 0.3?'],
    [{ minRequest: 3 }, 'did you mean minRequests?'],
  ])('refuses %j', (options, sentence) => {
    expect(() => orchestra(options as object)).toThrow(sentence);
  });

  it('accepts a fallback cache and leaves it to a policy', () => {
    const options = { ...OWN, fallbackCache: new Map() };
    expect(Object.keys(orchestra(options))).toEqual(Object.keys(orchestra(OWN)));
  });
});

describe('orchestra: counters', () => {
  it('show no errors where there were no calls', () => {
    new Scenario(orchestra())
      .counts({ successes: 0, failures: 0, errorRate: 0 })
      .ok()
      .fail()
      .counts({ errorRate: 50 });
  });
});
