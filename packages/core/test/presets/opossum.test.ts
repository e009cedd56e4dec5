import { describe, expect, it } from 'vitest';
import { createBreaker, RejectedError } from '../../src/index.ts';
import { type OpossumOptions, opossum } from '../../src/presets/opossum.ts';
import { testClock } from '../support/clock.ts';
import { Scenario } from '../support/scenario.ts';

const FAITHFUL = { faithful: true };
const OWN: OpossumOptions = { resetTimeout: 1_000, timeout: 500, volumeThreshold: 4 };
const make = (options: OpossumOptions = {}, mode = {}): Scenario =>
  new Scenario(opossum({ ...OWN, ...options }, mode));
const halfOpen = (options: OpossumOptions = {}, mode = {}): Scenario =>
  make(options, mode).fail(4).state('open').at(1_000).state('half-open');

describe('opossum: opening', () => {
  it('opens above the percentage, not at it', () => {
    make().ok(4).fail(4).state('closed').fail().state('open');
  });

  it('decides nothing below volumeThreshold', () => {
    make().fail(3).state('closed').fail().state('open');
  });

  it('opens at the very first failure with a volumeThreshold of 0, its default', () => {
    new Scenario(opossum()).fail().state('open');
    make({ volumeThreshold: 0 }).ok().fail().state('closed').fail().state('open');
  });

  it('opens at any failure with a percentage of 0, and never with 100', () => {
    make({ errorThresholdPercentage: 0 }).ok(50).state('closed').fail().state('open');
    make({ errorThresholdPercentage: 100 }).fail(50).state('closed');
  });

  it('does not take 7 of 100 for more than 7 percent', () => {
    make({ errorThresholdPercentage: 7 }).ok(93).fail(7).state('closed').fail().state('open');
  });

  it('asks after failures only: successes that make up the volume open nothing', () => {
    for (const mode of [{}, FAITHFUL])
      make({ volumeThreshold: 5 }, mode).fail(4).ok().state('closed').fail().state('open');
  });

  it('opens nothing while it warms up, and goes by the window afterwards', () => {
    make({ allowWarmUp: true, rollingCountTimeout: 1_000 })
      .fail(10)
      .at(999)
      .fail(5)
      .state('closed')
      .at(1_000)
      .fail()
      .state('open');
  });

  it('opens nothing while it is not enabled', () => {
    make({ enabled: false }).fail(100).state('closed').counts({ failures: 100 });
  });
});

describe('opossum: the window', () => {
  const buckets = { rollingCountTimeout: 1_000, rollingCountBuckets: 10 };

  it('keeps a failure until its bucket leaves: nine steps and the rest of its own', () => {
    make(buckets).at(99).fail(3).at(999).counts({ failures: 3 }).at(1_000).counts({ failures: 0, fires: 0 });
  });

  it('opens with the last failure inside the window and stays closed one step later', () => {
    make(buckets).fail(3).at(999).fail().state('open');
    make(buckets).fail(3).at(1_000).fail().state('closed');
  });

  it('counts its steps from construction on, also after a closing', () => {
    make({ ...buckets, resetTimeout: 50 })
      .at(30)
      .fail(4)
      .at(80)
      .ok()
      .state('closed')
      .at(99)
      .fail(3)
      .at(999)
      .counts({ failures: 3 })
      .at(1_000)
      .counts({ failures: 0 });
  });

  it('moves by the clock, however long the event loop stood still', () => {
    make(buckets).fail(3).at(3_000).fail(3).state('closed');
  });
});

describe('opossum: the open time', () => {
  it('is over exactly at its end', () => {
    make().fail(4).at(999).refused().state('open').at(1_000).state('half-open').ok().state('closed');
  });

  it('is half a minute unless told', () => {
    new Scenario(opossum()).fail().at(29_999).refused().at(30_000).ok().state('closed');
  });

  it('starts in full when the trial call fails, and does not grow', () => {
    halfOpen().fail().at(1_999).refused().at(2_000).fail().at(2_999).refused().at(3_000).ok().state('closed');
  });
});

describe('opossum: half-open', () => {
  it('lets one call through and refuses the others until it has ended', () => {
    halfOpen().begin('probe').refused(5).end('probe', 'ok').state('closed').ok(3);
  });

  it('needs no volume: one failure opens again', () => {
    make().fail(4).at(20_000).fail().state('open');
  });

  it('has an empty window after closing, so that one failure does not open it again', () => {
    make({ volumeThreshold: 8 })
      .ok(3)
      .fail(5)
      .state('open')
      .at(1_000)
      .ok()
      .state('closed')
      .fail()
      .state('closed')
      .counts({ fires: 1, failures: 1 });
  });

  it('keeps the window over a closing when faithful: 6 of 10 open it with one failure', () => {
    make({ volumeThreshold: 8 }, FAITHFUL)
      .ok(3)
      .fail(5)
      .at(1_000)
      .ok()
      .state('closed')
      .counts({ fires: 9, failures: 5 })
      .fail()
      .state('open');
  });
});

describe('opossum: late results', () => {
  it('a success from before does not close by default, and does when faithful', () => {
    make({ timeout: false })
      .begin('late')
      .fail(4)
      .at(1_000)
      .begin('probe')
      .end('late', 'ok')
      .state('half-open');
    // The call under way is one of the four that the volume asks for.
    make({ timeout: false }, FAITHFUL)
      .begin('late')
      .fail(3)
      .at(1_000)
      .begin('probe')
      .end('late', 'ok')
      .state('closed');
  });

  it('a failure from before does not open again by default, and does when faithful', () => {
    make({ timeout: false })
      .begin('late')
      .fail(4)
      .at(1_000)
      .begin('probe')
      .end('late', 'fail')
      .state('half-open')
      .end('probe', 'ok')
      .state('closed');
    make({ timeout: false }, FAITHFUL)
      .begin('late')
      .fail(3)
      .at(1_000)
      .begin('probe')
      .end('late', 'fail')
      .state('open');
  });
});

describe('opossum: a trial call that never ends', () => {
  it('gives its place to another after the longer of timeout and resetTimeout', () => {
    halfOpen({ timeout: 3_000 }).begin('hung').at(3_999).refused().at(4_000).ok().state('closed');
    halfOpen({ timeout: false }).begin('hung').at(1_999).refused().at(2_000).ok().state('closed');
  });

  it('holds it for ever when faithful and there is no timeout', () => {
    halfOpen({ timeout: false }, FAITHFUL).begin('hung').at(11_000).refused(10).state('half-open');
  });

  it('lets the next one go when opossum would have, when faithful with a timeout', () => {
    halfOpen({ timeout: 500 }, FAITHFUL).begin('hung').at(2_499).refused().at(2_500).ok().state('closed');
  });
});

describe('opossum: the timeout', () => {
  it('makes a failure of a call that took longer, whatever it returned', () => {
    make().begin('slow').at(501).end('slow', 'ok').counts({ failures: 1, timeouts: 1, successes: 0 });
    make().begin('just').at(500).end('just', 'ok').counts({ failures: 0, timeouts: 0, successes: 1 });
  });

  it.each([false, 0] as const)('is none with %s', (timeout) => {
    make({ timeout }).begin('slow').at(60_000).end('slow', 'ok').counts({ failures: 0, successes: 1 });
  });
});

describe('opossum: what dilutes the rate', () => {
  it('calls under way do not by default, and do when faithful', () => {
    const hanging = (story: Scenario): Scenario => {
      for (let i = 0; i < 100; i++) story.begin(`hang ${i}`);
      return story;
    };
    hanging(make()).fail(4).state('open');
    hanging(make({}, FAITHFUL)).fail(100).state('closed').fail().state('open');
  });

  it('refusals do not by default, and do when faithful', () => {
    make().fail(4).refused(50).at(1_000).ok().fail(4).state('open');
    make({}, FAITHFUL)
      .fail(4)
      .refused(50)
      .at(1_000)
      .ok()
      .state('closed')
      .fail(4)
      .state('closed')
      .counts({ fires: 59, failures: 8 });
  });

  it('refusals are shown as rejects', () => {
    make().fail(4).refused(3).counts({ rejects: 3 });
    make({}, FAITHFUL).fail(4).refused(3).counts({ rejects: 3, fires: 7 });
  });
});

describe('opossum: errorFilter', () => {
  const errorFilter = (error: unknown): boolean => (error as { status?: number }).status === 404;
  const notFound = Object.assign(new Error('no such user'), { status: 404 });
  const boom = new Error('refused');
  const breakerOf = (mode = {}) => {
    const clock = testClock();
    return {
      clock,
      breaker: createBreaker({ name: 'users', ...opossum({ ...OWN, errorFilter }, mode), clock }),
    };
  };

  it('makes an error neutral by default: neither failure nor success', async () => {
    const { breaker } = breakerOf();
    for (let i = 0; i < 20; i++) await breaker.execute(() => Promise.reject(notFound)).catch(() => {});
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      counts: { failures: 0, successes: 0, ignored: 20 },
    });
  });

  it('does not let a filtered error close a half-open circuit by default', async () => {
    const { breaker, clock } = breakerOf();
    for (let i = 0; i < 4; i++) await breaker.execute(() => Promise.reject(boom)).catch(() => {});
    clock.advance(1_000);
    await expect(breaker.execute(() => Promise.reject(notFound))).rejects.toBe(notFound);
    expect(breaker.state).toBe('half-open');
    await breaker.execute(async () => 1);
    expect(breaker.state).toBe('closed');
  });

  it('makes a success of it when faithful, also half-open', async () => {
    const { breaker, clock } = breakerOf(FAITHFUL);
    for (let i = 0; i < 4; i++) await breaker.execute(() => Promise.reject(boom)).catch(() => {});
    clock.advance(1_000);
    await expect(breaker.execute(() => Promise.reject(notFound))).rejects.toBe(notFound);
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1 });
  });

  it('takes refusals of a limit inside for failures when faithful only', async () => {
    const full = new RejectedError('full', 'ERR_BULKHEAD_FULL', undefined);
    for (const [mode, state] of [
      [{}, 'closed'],
      [FAITHFUL, 'open'],
    ] as const) {
      const { breaker } = breakerOf(mode);
      for (let i = 0; i < 5; i++) await breaker.execute(() => Promise.reject(full)).catch(() => {});
      expect(breaker.state).toBe(state);
    }
  });
});

describe('opossum: options', () => {
  it('becomes the tag of its group', () => {
    expect(make({ group: 'accounts' }).breaker.tags).toEqual({ group: 'accounts' });
  });

  it('accepts what belongs elsewhere and changes nothing by it', () => {
    const elsewhere = {
      name: 'x',
      capacity: 10,
      cache: true,
      cacheTTL: 5,
      cacheSize: 9,
      cacheGetKey: () => 'key',
      cacheTransport: {},
      coalesce: true,
      coalesceTTL: 1,
      coalesceSize: 9,
      coalesceResetOn: ['error'],
      abortController: new AbortController(),
      autoRenewAbortController: true,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: {},
    };
    expect(JSON.stringify(opossum({ ...OWN, ...elsewhere }))).toBe(JSON.stringify(opossum(OWN)));
  });

  it('leaves the given object as it was', () => {
    const options = Object.freeze({ ...OWN });
    opossum(options);
    expect(options).toEqual(OWN);
  });

  it.each([
    [
      { errorThresholdPercentage: 101 },
      'opossum errorThresholdPercentage must be percent from 0 to 100, got 101',
    ],
    [{ errorThresholdPercentage: '50' }, 'got "50"'],
    [{ volumeThreshold: -1 }, 'opossum volumeThreshold must be a whole number from 0'],
    [{ rollingCountBuckets: 0 }, 'opossum rollingCountBuckets must be a whole number from 1 to 1000'],
    [{ timeout: true }, 'opossum timeout must be a finite number of milliseconds of 0 or more, got true'],
    [{ resetTimeout: -1 }, 'opossum resetTimeout must be'],
    [{ errorFilter: 404 }, 'opossum errorFilter must be a function, got 404'],
    [{ cacheTransport: null }, 'opossum cacheTransport must be an object, got null'],
    [{ state: {} }, 'opossum has no option "state"; did you mean restore, an option of createBreaker?'],
    [{ maxFailures: 3 }, 'did you mean "errorThresholdPercentage" and "volumeThreshold"?'],
    [{ volumeTreshold: 3 }, 'opossum has no option "volumeTreshold"'],
  ])('refuses %j', (options, sentence) => {
    expect(() => opossum(options as object)).toThrow(sentence);
  });
});

describe('opossum: what it is made of', () => {
  it('takes every value for a success, and every error that is not filtered for a failure when faithful', () => {
    const { classify } = opossum(OWN, { faithful: true });
    const { classify: filtering } = opossum({ ...OWN, errorFilter: () => true });
    const outcomes = [{ ok: true, value: 1 } as const, { ok: false, error: 'any' } as const];
    expect(outcomes.map((outcome) => classify?.(outcome))).toEqual([undefined, 'failure']);
    expect(outcomes.map((outcome) => filtering?.(outcome))).toEqual([undefined, 'ignored']);
  });
});
