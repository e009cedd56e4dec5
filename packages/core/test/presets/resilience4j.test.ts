import { describe, expect, it } from 'vitest';
import { type Resilience4jOptions, resilience4j } from '../../src/presets/resilience4j.ts';
import { openingOf } from '../support/opening.ts';
import { Scenario } from '../support/scenario.ts';

type Mode = Parameters<typeof resilience4j>[1];
/** Four calls decide, half of them failed; a second open, two probes. */
const SMALL: Resilience4jOptions = {
  slidingWindowSize: 4,
  minimumNumberOfCalls: 4,
  waitDurationInOpenState: 1_000,
  permittedNumberOfCallsInHalfOpenState: 2,
};
const small = (more: Resilience4jOptions = {}, mode?: Mode): Scenario =>
  new Scenario(resilience4j({ ...SMALL, ...more }, mode));
/** Opened at 0, half-open from 1,001 on. */
const tried = (more: Resilience4jOptions = {}, mode?: Mode): Scenario => small(more, mode).fail(4).at(1_001);
const FAITHFUL = { faithful: true };

async function run(story: Scenario, call: () => unknown, signal?: AbortSignal): Promise<void> {
  await story.breaker.execute(async () => call(), signal && { signal }).catch(() => {});
}
const throws = (error: unknown) => (): never => {
  throw error;
};

describe('resilience4j, closed', () => {
  it('opens with its defaults at the hundredth call, half of them failed', () => {
    new Scenario(resilience4j()).ok(50).fail(49).state('closed').fail().state('open');
    new Scenario(resilience4j()).ok(51).fail(49).state('closed').fail().state('open');
  });

  it('decides at the minimum of calls, and a success may be the one that reaches it', () => {
    small({ slidingWindowSize: 10 }).fail(2).ok().state('closed').ok().state('open');
  });

  it('caps the minimum of calls at the size of a count window', () => {
    new Scenario(resilience4j({ slidingWindowSize: 5 })).fail(4).state('closed').fail().state('open');
  });

  it('looks at the last calls only, however old', () => {
    const story = small({ failureRateThreshold: 75 }).fail().ok(2).fail().at(1_000_000);
    story.fail().state('closed').counts({ failureRate: 50, bufferedCalls: 4 });
    story.fail().state('open');
  });

  it('reaches a threshold that has no exact double: 11 of 1000 are 1.1 %', () => {
    const options = { slidingWindowSize: 1_000, minimumNumberOfCalls: 1_000, failureRateThreshold: 1.1 };
    new Scenario(resilience4j(options)).fail(11).ok(988).state('closed').ok().state('open');
    new Scenario(resilience4j(options)).fail(10).ok(990).state('closed');
  });

  it('counts the current second and those before it on a grid of whole seconds', () => {
    const options = {
      ...SMALL,
      slidingWindowType: 'TIME_BASED',
      slidingWindowSize: 2,
      minimumNumberOfCalls: 2,
    } as const;
    const begun = (at: number): Scenario => new Scenario(resilience4j(options), 500).at(at);
    begun(600).fail().at(1_999).counts({ bufferedCalls: 1 }).fail().state('open');
    begun(600).fail().at(2_000).counts({ bufferedCalls: 0 }).fail().state('closed');
    begun(1_000).fail().at(2_999).fail().state('open');
  });

  it('takes a minimum above the size of a time window as it is', () => {
    const options = {
      slidingWindowType: 'TIME_BASED',
      slidingWindowSize: 3,
      minimumNumberOfCalls: 5,
    } as const;
    new Scenario(resilience4j(options)).fail(4).state('closed').fail().state('open');
  });

  it('calls slow what took longer than the threshold, not as long', () => {
    const slow = { slowCallDurationThreshold: 100, slowCallRateThreshold: 50, slidingWindowSize: 2 };
    const took = (ms: number): Scenario => small(slow).ok().begin('a').at(ms).end('a', 'ok');
    took(100).state('closed').counts({ slowCalls: 0, slowCallRate: 0 });
    took(101).state('open').counts({ slowCalls: 1, slowCallRate: 50, failedCalls: 0, failureRate: 0 });
  });

  it('counts slow and failed apart, both for one call', () => {
    const story = small({ slowCallDurationThreshold: 100, slidingWindowSize: 10, minimumNumberOfCalls: 10 });
    story.begin('a').begin('b').at(150).end('a', 'fail').end('b', 'ok').fail().ok();
    story.state('closed').counts({
      failureRate: -1,
      slowCallRate: -1,
      bufferedCalls: 4,
      failedCalls: 2,
      successfulCalls: 2,
      slowCalls: 2,
      slowFailedCalls: 1,
      slowSuccessfulCalls: 1,
    });
  });

  it('leaves ignored calls out of the window', () => {
    small().fail(3).ignore(5).state('closed').counts({ bufferedCalls: 3 }).fail().state('open');
  });
});

describe('resilience4j, open', () => {
  it('is still open at the very end of the wait duration, and counts whom it turns away', () => {
    small()
      .fail(4)
      .at(1_000)
      .state('open')
      .refused(2)
      .counts({ notPermittedCalls: 2, bufferedCalls: 4, failureRate: 100 })
      .at(1_000.01)
      .state('half-open')
      .ok();
  });

  it('is half-open at the very end with an automatic transition', () => {
    const automatic = { automaticTransitionFromOpenToHalfOpenEnabled: true };
    small(automatic).fail(4).at(999.9).state('open').refused().at(1_000).state('half-open').ok();
  });

  it('cuts the wait duration to whole milliseconds', () => {
    small({ waitDurationInOpenState: 10.9 }).fail(4).at(10).refused().at(10.1).ok();
  });

  it('asks the interval function with the number of the opening since the last close', () => {
    const { waitDurationInOpenState: _, ...rest } = SMALL;
    const story = new Scenario(
      resilience4j({ ...rest, waitIntervalFunctionInOpenState: (attempt) => attempt * 100 + 0.9 }),
    );
    story.fail(4).at(100).refused().at(101).fail(2).state('open');
    story.at(301).refused().at(302).fail(2).state('open');
    story.at(602).refused().at(603).ok(2).state('closed');
    story.fail(4).at(703).refused().at(704).state('half-open');
  });
});

describe('resilience4j, half-open', () => {
  it('lets so many probes through in all: a result makes no room', () => {
    const story = tried({ permittedNumberOfCallsInHalfOpenState: 3 });
    story.ok(2).begin('third').refused().at(1_500).refused().end('third', 'ok').state('closed');
    story.counts({ bufferedCalls: 0 });
  });

  it('decides by the rates of the probes', () => {
    const three = { permittedNumberOfCallsInHalfOpenState: 3 };
    tried(three).fail().ok().state('half-open').ok().state('closed');
    tried(three).fail().ok().state('half-open').fail().state('open');
    tried().ok().state('half-open').fail().state('open');
  });

  it('decides after the minimum of calls where that is less than the probes', () => {
    const more = { minimumNumberOfCalls: 2, permittedNumberOfCallsInHalfOpenState: 5 };
    const half = (): Scenario => small(more).fail(2).at(1_001);
    half().ok().counts({ failureRate: -1 }).state('half-open').ok().state('closed');
    half().ok().fail().state('open');
  });

  it('opens for slow probes by their own rate', () => {
    const slow = { slowCallDurationThreshold: 100 };
    const half = tried(slow).begin('a').begin('b').at(1_150);
    half.end('a', 'ok').counts({ slowCalls: 1, slowSuccessfulCalls: 1 }).end('b', 'ok').state('open');
    tried(slow).begin('a').at(1_150).end('a', 'ok').ok().state('closed');
  });

  it('gives the place of an ignored probe to another', () => {
    tried().ignore(3).state('half-open').ok().begin('b').refused().end('b', 'ok').state('closed');
  });

  it('opens again after the longest time half-open, at its very time, whoever notices late', () => {
    const longest = { maxWaitDurationInHalfOpenState: 500 };
    const hung = (): Scenario => tried(longest).begin('hung').ok();
    hung().at(1_500.9).state('half-open').refused().at(1_501).state('open').refused();
    hung().at(2_501).state('open').refused().at(2_501.1).state('half-open').ok(2).state('closed');
    hung().at(1_501).end('hung', 'ok').state('open');
  });

  it('closes after the longest time half-open where it is told to', () => {
    const longest = {
      maxWaitDurationInHalfOpenState: 500,
      transitionToStateAfterWaitDuration: 'CLOSED',
    } as const;
    tried(longest).begin('hung').at(1_500).state('half-open').at(1_501).state('closed').ok(5);
  });

  it('takes a longest time below a millisecond for none', () => {
    const story = tried(
      { maxWaitDurationInHalfOpenState: 0.9, permittedNumberOfCallsInHalfOpenState: 1 },
      FAITHFUL,
    );
    story.begin('hung').at(9_999).state('half-open').refused();
    for (const longest of [1, 1.9])
      tried({ maxWaitDurationInHalfOpenState: longest }).begin('hung').at(1_002).state('open');
  });
});

describe('resilience4j, where faithful differs', () => {
  it('drops late results; there they decide half-open', () => {
    const late = (mode?: Mode): Scenario =>
      small({}, mode).begin('a').begin('b').fail(4).at(1_001).begin('probe');
    late().end('a', 'ok').end('b', 'ok').state('half-open').counts({ stale: 2 });
    late(FAITHFUL).end('a', 'ok').state('half-open').end('b', 'ok').state('closed');
    late(FAITHFUL).end('a', 'fail').end('b', 'fail').state('open');
  });

  it('drops late results while open; there they are recorded and decide nothing', () => {
    const late = (mode?: Mode): Scenario => small({}, mode).begin('a').fail(4).end('a', 'ok').state('open');
    late().counts({ failedCalls: 4, successfulCalls: 0 });
    late(FAITHFUL).counts({ failedCalls: 3, successfulCalls: 1 });
  });

  it('gives the place of a hung probe away after the wait duration; there it is lost', () => {
    const hung = (mode?: Mode): Scenario => tried({}, mode).begin('a').begin('b').refused();
    hung()
      .at(2_000)
      .refused()
      .at(2_001)
      .ok(2)
      .state('closed')
      .end('a', 'fail')
      .end('b', 'fail')
      .state('closed');
    hung(FAITHFUL).at(9_999_999).state('half-open').refused();
  });

  it('waits for a slow probe as long as it takes to call it slow', () => {
    const story = tried({ slowCallDurationThreshold: 5_000 }).begin('a').begin('b');
    story.at(6_000).refused().at(6_001).begin('c');
  });

  it('takes the hint of the other side for a longer open time; there nobody hears it', () => {
    const asked = (mode?: Mode): Scenario => {
      const story = small({}, mode).fail(3);
      story.breaker.acquire().fail('busy', { retryAfterMs: 3_000 });
      return story.state('open');
    };
    asked().at(2_999).refused().at(3_001).state('half-open');
    asked(FAITHFUL).at(1_001).state('half-open');
  });

  it('ignores the caller’s own abort; there it is a failure', async () => {
    const aborted = async (mode?: Mode): Promise<Scenario> => {
      const story = small({}, mode).fail(3);
      const controller = new AbortController();
      const call = (): never => {
        controller.abort();
        throw controller.signal.reason;
      };
      await run(story, call, controller.signal);
      return story;
    };
    (await aborted()).state('closed').counts({ bufferedCalls: 3, ignored: 1 });
    (await aborted(FAITHFUL)).state('open').counts({ bufferedCalls: 4 });
  });
});

describe('resilience4j, what counts as what', () => {
  class Bad extends Error {}
  class Worse extends Bad {}
  class Mine extends Error {}

  it('asks what is ignored first; what is not recorded is a success', async () => {
    const story = small({
      recordExceptions: [Bad],
      recordException: (error) => error === 'bad',
      ignoreExceptions: [Worse],
      ignoreException: (error) => error === 'mine',
    });
    await run(story, throws(new Worse()));
    await run(story, throws('mine'));
    story.counts({ bufferedCalls: 0, ignored: 2 });
    await run(story, throws(new Bad()));
    await run(story, throws('bad'));
    await run(story, throws(new Mine()));
    story.state('closed').counts({ bufferedCalls: 3, failedCalls: 2, successfulCalls: 1 });
  });

  it('takes values for failures as it is told', async () => {
    const story = small({ recordResult: (value) => value === 503 });
    await run(story, () => 503);
    await run(story, () => 200);
    story.counts({ failedCalls: 1, successfulCalls: 1 });
  });

  it('opens for as long as a result says, and leaves the attempt alone', async () => {
    const { waitDurationInOpenState: _, ...rest } = SMALL;
    const story = new Scenario(
      resilience4j({
        ...rest,
        waitIntervalFunctionInOpenState: (attempt) => attempt * 1_000,
        transitionOnResult: (outcome) => (outcome.ok && outcome.value === 429 ? 200.7 : undefined),
      }),
    );
    await run(story, () => 200);
    story.state('closed');
    await run(story, () => 429);
    story.state('open').counts({ successfulCalls: 2 }).at(200).refused().at(200.1);
    // The first opening by a rate is still to come.
    story.fail(2).state('open').at(1_200.1).refused().at(1_200.2).ok(2).state('closed');
  });

  it('asks for the open time of errors too, but not of ignored ones or of values that failed', async () => {
    const asked: unknown[] = [];
    const story = small({
      ignoreException: (error) => error === 'mine',
      recordResult: (value) => value === 'bad',
      transitionOnResult: (outcome) => {
        asked.push(outcome.ok ? outcome.value : outcome.error);
        return outcome.ok ? undefined : 50;
      },
    });
    await run(story, throws('mine'));
    await run(story, () => 'bad');
    await run(story, () => 'good');
    story.state('closed');
    await run(story, throws('busy'));
    story.state('open').counts({ failedCalls: 2 }).at(50).refused().at(50.1).state('half-open');
    expect(asked).toEqual(['good', 'busy']);
  });

  it('keeps the open time of a rate that the same result crossed', async () => {
    const story = small({ transitionOnResult: () => 5_000 });
    story.fail(3);
    await run(story, throws('busy'));
    story.state('open').at(1_001).state('half-open');
  });
});

describe('resilience4j, its options', () => {
  it('takes what is just in range', () => {
    new Scenario(resilience4j({ slidingWindowSize: 200 })).fail(99).state('closed').fail().state('open');
    for (const slidingWindowSize of [1, 1_000])
      resilience4j({ slidingWindowType: 'TIME_BASED', slidingWindowSize });
    resilience4j({ failureRateThreshold: 0.1, slowCallRateThreshold: 100, waitDurationInOpenState: 1 });
    resilience4j({ permittedNumberOfCallsInHalfOpenState: 10_000 });
  });

  it('takes 0 and less from the interval function for over as soon as time goes on', () => {
    const { waitDurationInOpenState: _, ...rest } = SMALL;
    const waits = [0, 0, -50];
    const options = resilience4j({ ...rest, waitIntervalFunctionInOpenState: () => waits.shift() ?? 9 });
    const story = new Scenario(options).fail(4).refused().at(0.1).fail(2).state('open');
    story.refused().at(0.2).ok(2).state('closed');
  });

  it('asks the interval function for the first open time, which is also the lease', () => {
    const { stayOpen, probing } = resilience4j({
      waitIntervalFunctionInOpenState: (attempt) => attempt * 250,
    });
    expect(stayOpen).toMatchObject({ firstMs: 250, jitterRatio: 0 });
    expect(probing?.leaseMs).toBe(250);
  });

  it('refuses what cannot be meant', () => {
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ failureRateThreshold: 0 }, /failureRateThreshold is a percentage, above 0 and at most 100, got 0/],
      [{ slowCallRateThreshold: 101 }, /slowCallRateThreshold is a percentage/],
      [{ slidingWindowSize: 0 }, /slidingWindowSize must be a whole number/],
      [{ slidingWindowType: 'TIME_BASED', slidingWindowSize: 60_000 }, /seconds, as TIME_BASED/],
      [{ slidingWindowType: 'time' }, /slidingWindowType must be "COUNT_BASED" or "TIME_BASED"/],
      [{ minimumNumberOfCalls: 0 }, /minimumNumberOfCalls/],
      [{ permittedNumberOfCallsInHalfOpenState: 0 }, /permittedNumberOfCallsInHalfOpenState/],
      [{ waitDurationInOpenState: 0.5 }, /waitDurationInOpenState must be .* at least 1/],
      [{ waitDurationInOpenState: 5, waitIntervalFunctionInOpenState: () => 5 }, /not both/],
      [{ waitIntervalFunctionInOpenState: () => Number.NaN }, /waitIntervalFunctionInOpenState\(1\)/],
      [{ slowCallDurationThreshold: 0 }, /slowCallDurationThreshold/],
      [{ maxWaitDurationInHalfOpenState: -1 }, /maxWaitDurationInHalfOpenState/],
      [
        { transitionToStateAfterWaitDuration: 'HALF_OPEN' },
        /transitionToStateAfterWaitDuration must be "OPEN" or "CLOSED"/,
      ],
      [{ recordExceptions: ['TypeError'] }, /recordExceptions must be a list of error classes/],
      [{ recordException: true }, /recordException must be a function, got true/],
      [{ initialState: 'FORCED_OPEN' }, /no option "initialState"; did you mean breaker.setMode/],
    ];
    for (const [options, sentence] of wrong)
      expect(() => resilience4j(options), sentence.source).toThrow(sentence);
    expect(() => resilience4j({}, { faithfull: true } as never)).toThrow(/no option "faithfull"/);
  });

  it('gives plain data for the configuration', () => {
    const { window, openWhen, stayOpen, probing } = resilience4j();
    expect(JSON.parse(JSON.stringify({ window, openWhen, stayOpen, probing }))).toMatchObject({
      window: { kind: 'last-calls', calls: 100 },
      openWhen: [
        { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 100 },
        { kind: 'slow-ratio', ratio: 1, minimumCalls: 100, slowMs: 60_000 },
      ],
      stayOpen: { firstMs: 60_000, endsAfter: true, quietMs: 0 },
      probing: { probes: 10, leaseMs: 60_000 },
    });
  });
});

describe('resilience4j, its functions', () => {
  const ok = { ok: true, value: 503 } as const;
  const failed = (error: unknown) => ({ ok: false, error }) as const;

  it('takes one of several classes for enough, with or without a function', () => {
    const { classify } = resilience4j({ recordExceptions: [RangeError, TypeError] });
    const outcomes = [failed(new TypeError('known')), failed(new Error('other'))];
    expect(outcomes.map((outcome) => classify?.(outcome))).toEqual(['failure', 'success']);
    const ignoring = resilience4j({ ignoreExceptions: [RangeError, TypeError] }).classify;
    expect(outcomes.map((outcome) => ignoring?.(outcome))).toEqual(['ignored', undefined]);
  });

  it('gives a plain verdict where no open time comes with it', () => {
    const { classify } = resilience4j({ transitionOnResult: ({ ok }) => (ok ? undefined : 5.7) });
    expect(classify?.(ok)).toBe('success');
    expect(classify?.(failed('any'))).toEqual({ verdict: 'failure', openForMs: 5 });
  });

  it('leaves errors to the breaker where nobody is asked about them', () => {
    const { classify } = resilience4j({ recordResult: () => false });
    expect([classify?.(ok), classify?.(failed('any'))]).toEqual(['success', undefined]);
  });

  it('has no open time of its own where the interval function returns no number', () => {
    const waits = [250, undefined, 7.9, -1];
    const { openMs } = resilience4j({ waitIntervalFunctionInOpenState: () => waits.shift() as number });
    const opening = openingOf(2);
    expect([openMs?.(opening), openMs?.(opening), openMs?.(opening)]).toEqual([undefined, 7, 0]);
  });

  it('shows a rate of the probes as soon as they can decide', () => {
    const options = { minimumNumberOfCalls: 3, permittedNumberOfCallsInHalfOpenState: 2 };
    const story = new Scenario(resilience4j({ ...options, waitDurationInOpenState: 5 })).fail(3).at(6);
    story.begin('a').begin('b').end('a', 'ok').counts({ failureRate: -1, bufferedCalls: 1 });
    const { counts } = resilience4j(options);
    const probing = { failed: 1, succeeded: 1, slow: 0, slowFailed: 0 };
    const { window, counts: totals } = story.breaker.snapshot();
    expect(counts?.({ window, totals, probing } as never)).toMatchObject({ failureRate: 50 });
  });
});
