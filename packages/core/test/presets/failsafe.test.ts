import { describe, expect, it } from 'vitest';
import { type FailsafeOptions, failsafe } from '../../src/presets/failsafe.ts';
import { openingOf } from '../support/opening.ts';
import { Scenario } from '../support/scenario.ts';

type Mode = Parameters<typeof failsafe>[1];
const FAITHFUL = { faithful: true };
const story = (options: FailsafeOptions = {}, mode?: Mode): Scenario =>
  new Scenario(failsafe({ delay: 1_000, ...options }, mode));
/** Half-open at 1,000 after so many failures. */
const tried = (options: FailsafeOptions, failed: number, mode?: Mode): Scenario =>
  story(options, mode).fail(failed).state('open').at(1_000);
const rate = (failureRateThreshold: number, failureExecutionThreshold: number): FailsafeOptions => ({
  failureRateThreshold,
  failureExecutionThreshold,
  failureThresholdingPeriod: 10_000,
});

async function run(story: Scenario, call: () => unknown, signal?: AbortSignal): Promise<void> {
  await story.breaker.execute(async () => call(), signal && { signal }).catch(() => {});
}
const throws = (error: unknown) => (): never => {
  throw error;
};

describe('failsafe, closed and counting calls', () => {
  it('opens with its defaults at the first failure, for a minute, and closes at the first success', () => {
    const plain = new Scenario(failsafe()).ok(3).fail().at(59_999).state('open').refused();
    plain.at(60_000).state('half-open').ok().state('closed').fail().state('open');
  });

  it('opens at so many failures in a row', () => {
    story({ failureThreshold: 3 }).fail(2).ok().fail(2).state('closed').fail().state('open');
  });

  it('opens at so many of the last calls, without waiting for as many calls', () => {
    const twoOfThree = { failureThreshold: 2, failureThresholdingCapacity: 3 };
    story(twoOfThree).fail().state('closed').fail().state('open');
    story(twoOfThree).fail().ok().fail().state('open');
    story(twoOfThree).fail().ok(2).fail().state('closed').at(1e9).ok().fail().state('open');
  });
});

describe('failsafe, closed and counting time', () => {
  const three = { failureThreshold: 3, failureThresholdingPeriod: 1_000 };

  it('counts the running tenth of the period and the nine before it, on a grid', () => {
    story(three).at(99).fail().at(999).fail().state('closed').fail().state('open');
    story(three).at(99).fail().at(1_000).fail(2).state('closed').fail().state('open');
    new Scenario(failsafe(three), 150).fail().at(1_099).fail(2).state('open');
    new Scenario(failsafe(three), 150).fail().at(1_100).fail(2).state('closed');
  });

  it('opens with the success that reaches the least executions', () => {
    story({ ...three, failureThreshold: 2, failureExecutionThreshold: 4 })
      .fail(2)
      .ok()
      .state('closed')
      .ok()
      .state('open');
  });

  it('opens at a rate, once there are enough executions', () => {
    story(rate(0.5, 4)).fail(3).state('closed').ok().state('open');
    story(rate(0.5, 4)).fail().ok(2).fail().state('open');
    story(rate(0.5, 4)).fail().ok(3).state('closed');
  });

  it('rounds rates to hundredths, half up, before it compares', () => {
    story(rate(0.67, 3)).fail().ok().fail().state('open').counts({ failureRate: 0.67, successRate: 0.33 });
    story(rate(0.68, 3)).fail().ok().fail().state('closed');
    story(rate(0.13, 8)).fail().ok(7).state('open');
    story(rate(0.14, 8)).fail().ok(7).state('closed').counts({ failureRate: 0.13, successRate: 0.88 });
  });

  it('leaves the failures to decide where the rate is 0', () => {
    story(rate(0, 3)).ok(2).state('closed').fail().state('open');
    story({ ...rate(0, 3), failureThreshold: 2 })
      .ok(2)
      .fail()
      .state('closed')
      .fail()
      .state('open');
  });

  it('takes 0 for one execution', () => {
    story(rate(0.5, 0)).ok().fail().state('open').at(1_000).begin('probe').refused();
  });
});

describe('failsafe, open', () => {
  it('asks the delay function about the error that opened, at each opening', () => {
    const seen: unknown[] = [];
    const delayFunc = (error: unknown): number => {
      seen.push(error);
      return error === 'long' ? 5_000 : error === 'now' ? 0 : -1;
    };
    const asked = story({ delayFunc })
      .fail(1, 'long')
      .at(4_999)
      .refused()
      .at(5_000)
      .fail(1, 'else')
      .state('open');
    asked.at(5_999).refused().at(6_000).fail(1, 'now').state('half-open');
    expect(seen).toEqual(['long', 'else', 'now']);
  });

  it('falls back to the delay, and says so, where the delay function returns no number', () => {
    const told: unknown[] = [];
    const options = failsafe({ delay: 1_000, delayFunc: () => Number.NaN });
    const open = new Scenario({ ...options, onError: (_, where) => told.push(where) }).fail();
    open.at(999).refused().at(1_000).state('half-open');
    expect(told).toEqual(['openMs']);
  });

  it('is over at once with a delay of 0', () => {
    story({ delay: 0 }).fail().state('half-open').ok().state('closed');
  });

  it('shows the counts of the closed state', () => {
    const open = story({ failureThreshold: 2, failureThresholdingCapacity: 4 }).ok().fail(2).refused(3);
    open.counts({ executions: 3, failures: 2, failureRate: 0.67, successes: 1, successRate: 0.33 });
  });
});

describe('failsafe, half-open', () => {
  it('lets as many through at the same time as it may need, and the next with each result', () => {
    const half = tried({ successThreshold: 2, successThresholdingCapacity: 3 }, 1);
    half.begin('a').begin('b').begin('c').refused().end('a', 'ok').begin('d').refused();
    half.counts({ executions: 1, successes: 1, failures: 0 }).end('b', 'fail').state('half-open');
    half.end('c', 'ok').state('closed').counts({ executions: 0 });
  });

  it('closes at the successes asked for, opens once they are out of reach', () => {
    const twoOfThree = { successThreshold: 2, successThresholdingCapacity: 3 };
    tried(twoOfThree, 1).ok().state('half-open').ok().state('closed');
    tried(twoOfThree, 1).fail().ok().state('half-open').fail().state('open');
    tried({ successThreshold: 3 }, 1).ok(2).state('half-open').fail().state('open');
  });

  it('mirrors the failure rule where no successes are asked for', () => {
    const twoOfThree = { failureThreshold: 2, failureThresholdingCapacity: 3 };
    tried(twoOfThree, 2).ok().state('half-open').fail().state('half-open').ok().state('closed');
    tried(twoOfThree, 2).fail().ok().state('half-open').fail().state('open');
  });

  it('closes at the first success after failures in a period', () => {
    const period = { failureThreshold: 3, failureThresholdingPeriod: 10_000 };
    tried(period, 3).begin('a').begin('b').begin('c').refused().end('a', 'ok').state('closed');
    tried(period, 3).fail(2).state('half-open').ok().state('closed');
    tried(period, 3).fail(2).state('half-open').fail().state('open');
  });

  it('decides by the rate after the least executions', () => {
    tried(rate(0.5, 4), 4).fail(1).ok(2).state('half-open').ok().state('closed');
    tried(rate(0.5, 4), 4).fail(2).ok(1).state('half-open').ok().state('open');
    tried({ ...rate(0.5, 4), successThreshold: 1 }, 4)
      .ok()
      .state('closed');
  });

  it('closes where both rates, each rounded, reach their limits', () => {
    tried(rate(0.13, 8), 8).fail().ok(7).state('closed');
    tried(rate(0.12, 8), 8).fail().ok(7).state('open');
  });

  it('ignores what a permit ignores', () => {
    tried({ successThreshold: 2 }, 1).ignore(3).state('half-open').ok(2).state('closed');
  });
});

describe('failsafe, where faithful differs', () => {
  it('opens at exactly the rate; there floating point closes at 80 and 90 %', () => {
    for (const limit of [0.8, 0.9]) {
      const half = (mode?: Mode): Scenario =>
        tried(rate(limit, 10), 10, mode)
          .ok(10 - limit * 10)
          .fail(limit * 10);
      half().state('open');
      half(FAITHFUL).state('closed');
    }
    tried(rate(0.7, 10), 10, FAITHFUL).ok(3).fail(7).state('open');
  });

  it('drops late results; there a probe of an old phase opens the closed circuit again', () => {
    const late = (mode?: Mode): Scenario =>
      tried({ successThresholdingCapacity: 2, successThreshold: 1 }, 1, mode)
        .begin('old')
        .ok()
        .state('closed');
    late().end('old', 'fail').state('closed').counts({ stale: 1 });
    late(FAITHFUL).end('old', 'fail').state('open');
    const open = (mode?: Mode): Scenario => story({}, mode).begin('old').fail().at(1_000).begin('probe');
    open().end('old', 'ok').state('half-open');
    open(FAITHFUL).end('old', 'ok').state('closed');
  });

  it('drops late results while open; there they are counted and decide nothing', () => {
    const late = (mode?: Mode): Scenario =>
      story({ failureThresholdingCapacity: 2 }, mode).begin('old').fail().end('old', 'ok');
    late().state('open').counts({ executions: 1 });
    late(FAITHFUL).state('open').counts({ executions: 2 });
  });

  it('gives the place of a hung probe away after the delay; there it is lost', () => {
    const hung = (mode?: Mode): Scenario => tried({}, 1, mode).begin('hung').at(1_999).refused().at(2_000);
    hung().ok().state('closed').end('hung', 'fail').state('closed');
    hung(FAITHFUL).at(1e9).refused().state('half-open').end('hung', 'ok').state('closed');
    story({ delay: 0 }).fail().begin('hung').at(9_999).refused().at(10_000).ok().state('closed');
  });

  it('takes the hint of the other side for a longer open time; there nobody hears it', () => {
    const asked = (mode?: Mode): Scenario => {
      const hinted = story({}, mode);
      hinted.breaker.acquire().fail('busy', { retryAfterMs: 3_000 });
      return hinted.state('open');
    };
    asked().at(2_999).refused().at(3_001).state('half-open');
    asked(FAITHFUL).at(1_000).state('half-open');
  });

  it('ignores the caller’s own abort; there it is a failure', async () => {
    for (const [mode, state] of [
      [undefined, 'closed'],
      [FAITHFUL, 'open'],
    ] as const) {
      const aborting = story({}, mode);
      const controller = new AbortController();
      await run(
        aborting,
        () => {
          controller.abort();
          throw controller.signal.reason;
        },
        controller.signal,
      );
      aborting.state(state);
    }
  });
});

describe('failsafe, what counts as what', () => {
  class Mine extends Error {}
  const known = new Error('known');
  const failed = { failureThreshold: 9 };

  it('takes other errors for successes where some are handled', async () => {
    const choosy = story({ ...failed, handleErrors: [known], handleErrorTypes: [Mine] });
    await run(choosy, throws(known));
    choosy.counts({ failures: 1 });
    await run(choosy, throws(new Error('outer', { cause: known })));
    choosy.counts({ failures: 2 });
    await run(choosy, throws(new Error('else')));
    choosy.counts({ failures: 2, successes: 1 });
    await run(choosy, throws(new Mine()));
    choosy.counts({ failures: 3, successes: 1 });
  });

  it('takes one kind of handler for enough', async () => {
    for (const handlers of [{ handleErrors: [known] }, { handleErrorTypes: [Mine] }]) {
      const choosy = story({ ...failed, ...handlers });
      await run(choosy, throws('else'));
      choosy.counts({ failures: 0, successes: 1 });
    }
  });

  it('asks handleIf about values and errors', async () => {
    const choosy = story({ ...failed, handleIf: (result, error) => result === 503 || error === 'upstream' });
    for (const call of [() => 503, () => 200, throws('upstream'), throws('mine')]) await run(choosy, call);
    choosy.counts({ failures: 2, successes: 2 });
  });

  it('adds a handled value to the errors', async () => {
    const valued = story({ ...failed, handleResult: Number.NaN });
    for (const call of [() => Number.NaN, () => 0, throws('upstream')]) await run(valued, call);
    valued.counts({ failures: 2, successes: 1 });
    const plain = story(failed);
    await run(plain, () => undefined);
    plain.counts({ failures: 0, successes: 1 });
  });
});

describe('failsafe, its options', () => {
  it('takes what is just in range', () => {
    story().counts({ executions: 0, failureRate: 0, successRate: 0 });
    failsafe({ failureThresholdingPeriod: 1 });
    failsafe({ successThreshold: 0, successThresholdingCapacity: 0 });
  });

  it('refuses what cannot be meant', () => {
    const wrong: [object, RegExp][] = [
      [{ failureThreshold: 0 }, /failureThreshold must be a whole number from 1/],
      [
        { failureThreshold: 3, failureThresholdingCapacity: 2 },
        /failureThresholdingCapacity must be a whole number from 3/,
      ],
      [{ failureThresholdingCapacity: 2, failureThresholdingPeriod: 5 }, /not both/],
      [{ failureThresholdingPeriod: 0 }, /failureThresholdingPeriod must be/],
      [{ failureRateThreshold: 0.5 }, /failureRateThreshold needs failureThresholdingPeriod/],
      [{ failureExecutionThreshold: 5 }, /failureExecutionThreshold needs failureThresholdingPeriod/],
      [{ failureRateThreshold: 0.5, failureThresholdingPeriod: 5 }, /needs failureExecutionThreshold/],
      [rate(50, 5), /failureRateThreshold must be .* got 50; did you mean 0.5\?/],
      [
        { successThreshold: 3, successThresholdingCapacity: 2 },
        /successThresholdingCapacity must be a whole number from 3/,
      ],
      [{ successThresholdingCapacity: 2 }, /successThresholdingCapacity needs successThreshold/],
      [{ delay: -1 }, /delay must be/],
      [{ delayFunc: 5 }, /delayFunc must be a function/],
      [{ handleErrors: 'known' }, /handleErrors must be a list/],
      [{ handleIf: true }, /handleIf must be a function/],
      [{ onOpen: () => {} }, /did you mean breaker.on\("state-changed"/],
    ];
    for (const [options, sentence] of wrong)
      expect(() => failsafe(options as FailsafeOptions), sentence.source).toThrow(sentence);
    expect(() => failsafe({}, { faithfull: true } as never)).toThrow(/no option "faithfull"/);
  });
});

describe('failsafe, its functions', () => {
  const failed = (error: unknown) => ({ ok: false, error }) as const;
  const ok = { ok: true, value: 503 } as const;

  it('leaves errors to the breaker where only values are handled', () => {
    const { classify } = failsafe({ handleResult: 503 });
    expect([classify?.(ok), classify?.(failed('any'))]).toEqual(['failure', undefined]);
  });

  it('takes a value for a success of the other side where only errors are handled', () => {
    const { classify } = failsafe({ handleErrors: ['known'] });
    expect([classify?.(ok), classify?.(failed('known')), classify?.(failed('any'))]).toEqual([
      undefined,
      'failure',
      'success',
    ]);
  });

  it('takes handleIf alone for a choice among errors', () => {
    const { classify } = failsafe({ handleIf: (result, error) => result === 503 || error === 'known' });
    const verdicts = [ok, failed('known'), failed('any')].map((outcome) => classify?.(outcome));
    expect(verdicts).toEqual(['failure', 'failure', 'success']);
  });

  it('takes one of several classes for enough', () => {
    const { classify } = failsafe({ handleErrorTypes: [RangeError, TypeError] });
    expect(classify?.(failed(new TypeError('known')))).toBe('failure');
  });

  it('looks at an error and nine causes, and at no cause where there is none', () => {
    const known = new Error('known');
    const { classify } = failsafe({ handleErrors: [known, undefined] });
    const caused = (times: number): unknown => {
      let error: unknown = known;
      for (let i = 0; i < times; i++) error = new Error('outer', { cause: error });
      return error;
    };
    expect([classify?.(failed(caused(9))), classify?.(failed(caused(10)))]).toEqual(['failure', 'success']);
    expect(classify?.(failed(new Error('other')))).toBe('success');
    expect([classify?.(failed(null)), classify?.(failed(undefined))]).toEqual(['success', 'failure']);
  });

  it('takes less than 0 from the delay function for the delay', () => {
    const waits = [-1, 0, 5];
    const { openMs } = failsafe({ delayFunc: () => waits.shift() as number });
    const opening = openingOf(1);
    expect([openMs?.(opening), openMs?.(opening), openMs?.(opening)]).toEqual([undefined, 0, 5]);
  });
});
