import { describe, expect, it } from 'vitest';
import { createBreaker, RejectedError } from '../../src/index.ts';
import { type GobreakerCounts, gobreaker } from '../../src/presets/gobreaker.ts';
import { Scenario } from '../support/scenario.ts';

const ZERO = {
  requests: 0,
  totalSuccesses: 0,
  totalFailures: 0,
  totalExclusions: 0,
  consecutiveSuccesses: 0,
  consecutiveFailures: 0,
};
const never = (): boolean => false;
const atThree = (counts: GobreakerCounts): boolean => counts.consecutiveFailures >= 3;
const opened = (options: Parameters<typeof gobreaker>[0] = {}, mode = {}): Scenario =>
  new Scenario(gobreaker({ timeout: 1_000, ...options }, mode)).fail(6).state('open');

describe('gobreaker, closed', () => {
  it('opens at the sixth failure in a row, and a success starts the row again', () => {
    new Scenario(gobreaker())
      .fail(5)
      .ok()
      .fail(5)
      .state('closed')
      .counts({ requests: 11, totalSuccesses: 1, totalFailures: 10, consecutiveFailures: 5 })
      .fail()
      .state('open')
      .counts(ZERO);
  });

  it('tells readyToTrip of every call that was let through, those under way included', () => {
    const readyToTrip = (counts: GobreakerCounts): boolean =>
      counts.requests >= 3 && counts.totalFailures / counts.requests >= 0.6;
    const story = new Scenario(gobreaker({ readyToTrip })).begin('a').begin('b').fail();
    story.state('closed').counts({ requests: 3, totalFailures: 1, consecutiveFailures: 1 });
    story.end('a', 'fail').state('open');
  });

  it('asks readyToTrip after failures only', () => {
    const readyToTrip = (counts: GobreakerCounts): boolean => counts.requests >= 2;
    new Scenario(gobreaker({ readyToTrip })).fail().ok(5).ignore(5).state('closed').fail().state('open');
  });

  it('leaves rows alone and asks nothing where a result is excluded; it stays among the requests', () => {
    new Scenario(gobreaker({ readyToTrip: atThree }))
      .fail(2)
      .ignore(4)
      .counts({ requests: 6, totalExclusions: 4, totalFailures: 2, consecutiveFailures: 2 })
      .fail()
      .state('open');
  });

  it('counts no call that was turned away', () => {
    opened().refused(3).counts(ZERO);
  });

  it('never clears its counts without an interval', () => {
    for (const interval of [undefined, 0, -5]) {
      new Scenario(gobreaker({ interval }))
        .fail(5)
        .at(1e9)
        .counts({ consecutiveFailures: 5 })
        .fail()
        .state('open');
    }
  });
});

describe('gobreaker, interval', () => {
  const tumbling = (): Scenario => new Scenario(gobreaker({ interval: 10_000, readyToTrip: atThree }));

  it('still holds at its very end, and is over right after', () => {
    tumbling().fail(2).at(10_000).fail().state('open');
    tumbling().fail(2).at(10_000.001).fail().counts({ requests: 1, consecutiveFailures: 1 }).state('closed');
  });

  it('begins again with the call that finds it over, not on a multiple', () => {
    const story = tumbling().at(17_000).fail(2).at(27_000).counts({ totalFailures: 2 });
    story.fail().state('open');
    tumbling().at(17_000).fail(2).at(27_000.001).fail().state('closed').counts({ totalFailures: 1 });
  });

  it('drops results of calls that began in an interval before', () => {
    const story = tumbling().begin('old').at(10_001).fail(2).end('old', 'fail');
    story.state('closed').counts({ requests: 2, totalFailures: 2, stale: 1 });
    story.fail().state('open');
  });

  it('is not begun again by looking', () => {
    const story = tumbling().fail(2).at(17_000);
    story.counts({ requests: 0, consecutiveFailures: 0 }).state('closed');
    // Looked at 17,000, touched at 20,000: the interval holds until 30,000.
    story.at(20_000).fail(2).at(29_000).fail().state('open');
  });
});

describe('gobreaker, buckets', () => {
  const rolling = (readyToTrip: (counts: GobreakerCounts) => boolean = never): Scenario =>
    new Scenario(gobreaker({ interval: 3_000, bucketPeriod: 1_000, readyToTrip }));

  it('rounds the interval up to whole buckets; one bucket is an interval that does not roll', () => {
    const windowOf = (interval: number, bucketPeriod: number): unknown =>
      gobreaker({ interval, bucketPeriod }).window;
    expect(windowOf(2_500, 1_000)).toEqual({ kind: 'last-ms', ms: 3_000, buckets: 3 });
    expect(windowOf(2.1, 0.3)).toMatchObject({ buckets: 7 });
    expect(windowOf(1_000, 2_000)).toMatchObject({ kind: 'tumbling', ms: 2_000 });
    expect(windowOf(1_000, -1)).toMatchObject({ kind: 'tumbling', ms: 1_000 });
    expect(windowOf(0, 1_000)).toEqual({ kind: 'since-closed' });
  });

  it('lets a bucket go when it is as old as the interval, counted from where the circuit closed', () => {
    const story = rolling().at(999).ok().at(1_000).fail();
    story.at(2_999.999).counts({ requests: 2 });
    story.at(3_000).counts({ requests: 1, totalSuccesses: 0, totalFailures: 1 });
    story.at(4_000).counts({ requests: 0 });
  });

  it('counts a result where its call began', () => {
    const story = rolling().at(500).begin('a').at(2_500).end('a', 'fail');
    story.counts({ requests: 1, totalFailures: 1 });
    story.at(3_000).counts({ requests: 0, totalFailures: 0 });
  });

  it('counts nothing of a call whose bucket has gone, yet its failure asks readyToTrip', () => {
    const asked: GobreakerCounts[] = [];
    const readyToTrip = (counts: GobreakerCounts): boolean => {
      asked.push(counts);
      return counts.totalFailures >= 1;
    };
    const story = new Scenario(gobreaker({ interval: 3_000, bucketPeriod: 1_000, readyToTrip }));
    story.begin('a').at(3_000).ok().end('a', 'fail').state('closed');
    story.counts({ requests: 1, totalFailures: 0 });
    expect(asked).toEqual([{ ...ZERO, requests: 1, totalSuccesses: 1, consecutiveSuccesses: 1 }]);
  });

  it('shortens a row by what the leaving bucket had of it', () => {
    const story = rolling().ok().fail(2).at(1_000).fail(2).counts({ consecutiveFailures: 4 });
    story.at(3_000).counts({ consecutiveFailures: 2, totalFailures: 2, requests: 2 });
  });

  it('keeps a row that does not reach into the leaving bucket', () => {
    const story = rolling().fail(2).ok().at(1_000).fail(3).counts({ consecutiveFailures: 3 });
    story.at(3_000).counts({ consecutiveFailures: 3 });
  });

  it('never gets to a row of sparse failures', () => {
    const story = rolling(atThree);
    for (let second = 0; second < 20; second++) story.at(second * 2_000).fail();
    story.state('closed').counts({ consecutiveFailures: 2 });
  });

  it('is empty after a whole interval without calls, rows included', () => {
    rolling().fail(4).at(60_000).counts(ZERO);
  });
});

describe('gobreaker, open and half-open', () => {
  it('stays open at the very end of the timeout; 0 and less is a minute', () => {
    for (const timeout of [undefined, 0, -1, 60_000]) {
      const story = opened({ timeout }).at(60_000).state('open').refused();
      story.at(60_000.001).state('half-open').ok().state('closed');
    }
  });

  it('lets maxRequests calls through in all; a success makes no room, the last one closes', () => {
    const story = opened({ maxRequests: 3 }).at(1_001).ok().begin('b').begin('c').refused();
    story.counts({ requests: 3, totalSuccesses: 1, consecutiveSuccesses: 1, totalFailures: 0 });
    story.end('b', 'ok').refused().state('half-open').end('c', 'ok').state('closed').counts(ZERO);
  });

  it('treats maxRequests 0 as 1', () => {
    opened({ maxRequests: 0 }).at(1_001).begin('a').refused().end('a', 'ok').state('closed');
  });

  it('opens at the first failed probe, for a whole timeout', () => {
    const story = opened({ maxRequests: 3 }).at(1_001).ok(2).at(1_500).fail().state('open').counts(ZERO);
    story.at(2_500).refused().at(2_500.001).ok().state('half-open').counts({ requests: 1 });
  });

  it('gives the place of an excluded probe back', () => {
    const story = opened().at(1_001).ignore(2).state('half-open');
    story.counts({ requests: 2, totalExclusions: 2, totalSuccesses: 0 }).ok().state('closed');
  });

  it.each([false, true])(
    'drops results of calls from before a change of state (faithful: %s)',
    (faithful) => {
      const story = new Scenario(gobreaker({ timeout: 1_000 }, { faithful }))
        .begin('a')
        .begin('b')
        .begin('c');
      story.fail(6).end('a', 'ok').state('open');
      story.at(1_001).begin('probe').end('b', 'ok').state('half-open').counts({ totalSuccesses: 0 });
      story
        .end('probe', 'ok')
        .state('closed')
        .end('c', 'fail')
        .counts({ ...ZERO, stale: 3 });
    },
  );

  it('gives a hung probe’s place to another after the timeout; faithful never does', () => {
    const hung = opened().at(1_001).begin('hung').at(2_000).refused().at(2_001);
    hung.ok().state('closed').end('hung', 'fail').state('closed');
    opened({}, { faithful: true })
      .at(1_001)
      .begin('hung')
      .at(1e9)
      .refused()
      .end('hung', 'ok')
      .state('closed');
  });

  it('is not changed by looking', () => {
    const story = opened().at(5_000).state('half-open');
    expect(story.breaker.snapshot().generation).toBe(2);
    story.counts(ZERO);
  });

  it('stays open for as long as an upstream asks for; faithful takes no hints', () => {
    for (const faithful of [false, true]) {
      const story = new Scenario(gobreaker({ timeout: 1_000 }, { faithful })).fail(5);
      story.breaker.acquire().fail(new Error('busy'), { retryAfterMs: 30_000 });
      story
        .state('open')
        .at(1_001)
        .state(faithful ? 'half-open' : 'open');
    }
  });
});

describe('gobreaker, verdicts', () => {
  const boom = new Error('boom');

  it('asks isExcluded first, then isSuccessful, with null for a call without an error', async () => {
    const asked: unknown[] = [];
    const story = new Scenario(
      gobreaker({
        isExcluded: (error) => {
          asked.push(['excluded', error]);
          return error === 'skip';
        },
        isSuccessful: (error) => {
          asked.push(['successful', error]);
          return error === 'not found';
        },
      }),
    );
    await story.breaker.execute(() => 1);
    await story.breaker.execute(() => Promise.reject('skip')).catch(() => {});
    await story.breaker.execute(() => Promise.reject('not found')).catch(() => {});
    await story.breaker.execute(() => Promise.reject(boom)).catch(() => {});
    expect(asked).toEqual([
      ['excluded', null],
      ['successful', null],
      ['excluded', 'skip'],
      ['excluded', 'not found'],
      ['successful', 'not found'],
      ['excluded', boom],
      ['successful', boom],
    ]);
    story.counts({ requests: 4, totalSuccesses: 1, totalFailures: 2, totalExclusions: 1 });
  });

  it.each([{}, { isSuccessful: (error: unknown) => error === null }])(
    'keeps the caller’s abort and others’ refusals neutral; faithful counts failures',
    async (options) => {
      for (const faithful of [false, true]) {
        const { breaker } = new Scenario(gobreaker(options, { faithful }));
        const caller = new AbortController();
        const aborted = breaker.execute(
          async () => {
            caller.abort();
            throw caller.signal.reason;
          },
          { signal: caller.signal },
        );
        await aborted.catch(() => {});
        const full = new RejectedError('full', 'ERR_BULKHEAD_FULL', undefined);
        await breaker.execute(() => Promise.reject(full)).catch(() => {});
        const { totalFailures, totalExclusions } = breaker.snapshot().counts as unknown as GobreakerCounts;
        expect([totalFailures, totalExclusions]).toEqual(faithful ? [2, 0] : [0, 2]);
      }
    },
  );
});

describe('gobreaker, options', () => {
  it('knows the two generations apart', () => {
    expect(() => gobreaker({ version: 1, bucketPeriod: 1_000 })).toThrow('version: 2, which has it');
    expect(() => gobreaker({ version: 1, isExcluded: never })).toThrow('version: 2, which has it');
    expect(() => gobreaker({ version: 3 as 2 })).toThrow('gobreaker version must be 1 or 2, got 3');
    new Scenario(gobreaker({ version: 1, maxRequests: 2, timeout: 10, readyToTrip: atThree }))
      .fail(3)
      .at(11)
      .ok(2)
      .state('closed');
  });

  it.each([
    [{ maxRequest: 3 }, 'did you mean maxRequests?'],
    [{ onStateChange: never }, "breaker.on('state-changed', …)"],
    [{ maxRequests: -1 }, 'gobreaker maxRequests must be a whole number from 0'],
    [{ timeout: '60s' }, 'gobreaker timeout must be a finite number of milliseconds'],
    [{ timeout: Number.NaN }, 'gobreaker timeout'],
    [{ interval: Number.POSITIVE_INFINITY }, 'gobreaker interval'],
    [{ interval: 3_600_000, bucketPeriod: 1 }, 'gobreaker interval ÷ bucketPeriod'],
    [{ readyToTrip: 5 }, 'gobreaker readyToTrip must be a function, got 5'],
  ])('refuses %j', (options, message) => {
    expect(() => gobreaker(options as never)).toThrow(message);
  });

  it('refuses a misspelt mode', () => {
    expect(() => gobreaker({}, { faithfull: true } as never)).toThrow('faithful');
    expect(() => gobreaker({}, { faithful: 'yes' } as never)).toThrow('faithful must be true or false');
  });

  it('is plain options: what follows it wins', () => {
    const breaker = createBreaker({ name: 'payments', ...gobreaker(), probing: { probes: 2 } });
    expect(breaker.config.probing.probes).toBe(2);
  });
});

describe('gobreaker, counts of a half-open circuit', () => {
  it('are those of its probes, with the excluded ones apart from those under way', () => {
    const story = opened({ maxRequests: 4 }).at(1_001).begin('a').ignore().ok();
    story.counts({
      requests: 3,
      totalSuccesses: 1,
      totalFailures: 0,
      totalExclusions: 1,
      consecutiveSuccesses: 1,
      consecutiveFailures: 0,
    });
  });

  it('add up with failures too', () => {
    const { counts } = gobreaker();
    const view = new Scenario({}).breaker.snapshot();
    const probing = { admitted: 9, succeeded: 4, failed: 2, slowFailed: 0, slow: 0, inFlight: 1, needed: 9 };
    expect(counts?.({ ...view, probing } as never)).toMatchObject({ totalFailures: 2, totalExclusions: 2 });
  });
});
