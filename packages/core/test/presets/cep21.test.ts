import { describe, expect, it } from 'vitest';
import { RejectedError } from '../../src/index.ts';
import { type Cep21Options, cep21 } from '../../src/presets/cep21.ts';
import { Scenario } from '../support/scenario.ts';

const story = (options: Cep21Options = {}, mode = {}, startsAt = 0): Scenario =>
  new Scenario(cep21(options, mode), startsAt);
/** Opens at the first failure. */
const quick = { requestVolumeThreshold: 1, errorThresholdPercentage: 1 };
const opened = (options: Cep21Options = {}, mode = {}): Scenario =>
  story({ opener: quick, ...options }, mode)
    .fail()
    .state('open');

describe('cep21, the hystrix opener', () => {
  it('opens at 20 attempts, half of them errors', () => {
    story().ok(10).fail(9).state('closed').fail().state('open').refused();
    story().fail(19).state('closed').fail().state('open');
  });

  it('is asked by failures only', () => {
    story().fail(10).ok(10).state('closed').ok().fail().state('open');
  });

  it.each([29, 57, 58])('opens at exactly %i of 100; version 3, faithful, reads one less', (percent) => {
    const of = (version: 3 | 4, faithful: boolean): Scenario => {
      const opener = { errorThresholdPercentage: percent, requestVolumeThreshold: 100 };
      return story({ version, opener }, { faithful })
        .ok(100 - percent)
        .fail(percent - 1)
        .state('closed')
        .fail();
    };
    of(4, false).state('open');
    of(4, true).state('open');
    of(3, false).state('open');
    of(3, true).state('closed').fail().state('open');
  });

  it('cuts its window into buckets from construction on, and never moves them', () => {
    const early = story({ opener: { requestVolumeThreshold: 2, errorThresholdPercentage: 100 } }, {}, 300);
    early.at(1_299).fail().at(10_299.999).counts({ attempts: 1, errors: 1 });
    early.at(10_300).counts({ attempts: 0, errors: 0 });
    // Closed at 15,300 + 250: the grid is the old one.
    early.fail(2).at(15_550).ok().state('closed').at(16_299).fail().at(25_300).counts({ attempts: 0 });
  });

  it('counts a call where it ends', () => {
    const slow = story({ execution: { timeout: -1 } })
      .begin('a')
      .at(9_500)
      .end('a', 'fail');
    slow.at(18_999).counts({ attempts: 1, errors: 1 }).at(19_000).counts({ attempts: 0 });
  });

  it('takes duration and number of buckets as they come', () => {
    const { window } = cep21({ opener: { rollingDuration: 3_000, numBuckets: 6 } });
    expect(window).toEqual({ kind: 'last-ms', ms: 3_000, buckets: 6, anchor: 'construction' });
  });
});

describe('cep21, the consecutive opener', () => {
  const inARow = (errorThreshold?: number): Scenario =>
    story({ opener: { kind: 'consecutive', errorThreshold } });

  it('opens at the tenth error in a row, however long it takes', () => {
    const row = inARow().fail(9).ok().fail(4).at(1e9).fail(5).state('closed');
    row.fail().state('open');
    inARow(2).fail().state('closed').fail().state('open');
  });

  it('a neutral outcome leaves the row', () => {
    inARow(2).fail().ignore(3).fail().state('open');
  });

  it('a timeout counts in the row', () => {
    const row = inARow(2).fail().begin('slow').at(1_000.001).end('slow', 'ok').state('open');
    row.counts({ errors: 0 });
  });

  it('the row begins anew after closing', () => {
    inARow(2).fail(2).at(5_000).ok().state('closed').fail().state('closed').fail().state('open');
  });
});

describe('cep21, open', () => {
  it('lets a probe through at the very end of the sleep window, and stays open meanwhile', () => {
    const sleeping = opened().at(4_999.999).refused().at(5_000).begin('probe').state('open').refused();
    sleeping.end('probe', 'ok').state('closed');
  });

  it('starts the sleep window again with the last probe of a round, whenever it comes', () => {
    const closer = { halfOpenAttempts: 3, requiredConcurrentSuccessful: 9 };
    const rounds = opened({ closer }).at(5_000).ok().at(7_000).ok().at(9_000).ok().refused();
    rounds.at(13_999.999).refused().at(14_000).ok(3).refused().state('open');
  });

  it('closes after so many successes in a row; a failed probe only starts the row again', () => {
    const closer = { halfOpenAttempts: 4, requiredConcurrentSuccessful: 2, sleepWindow: 1_000 };
    const row = opened({ closer }).at(1_000).ok().fail().ok().state('open').at(1_500).ok().state('closed');
    row.counts({ attempts: 0 });
  });

  it('a failed probe does not lengthen the sleep window', () => {
    opened()
      .at(5_000)
      .begin('probe')
      .at(9_000)
      .end('probe', 'fail')
      .at(9_999)
      .refused()
      .at(10_000)
      .ok()
      .state('closed');
  });

  it('a neutral probe neither closes nor breaks the row', () => {
    const closer = { halfOpenAttempts: 5, requiredConcurrentSuccessful: 2 };
    opened({ closer }).at(5_000).ok().ignore(2).state('open').ok().state('closed');
  });

  it('another probe goes a sleep window after a hung one, whose success still counts', () => {
    const hung = opened().at(5_000).begin('hung').at(9_999).refused().at(10_000).begin('next').refused();
    hung.at(50_000).end('next', 'fail').state('open');
    const late = opened({ execution: { timeout: -1 } })
      .at(5_000)
      .begin('hung')
      .at(30_000)
      .begin('next');
    late.end('hung', 'ok').state('closed');
  });

  it.each([
    [4, false],
    [4, true],
    [undefined, true],
    [3, false],
  ] as const)(
    'a success from before the opening moves nothing (version %i, faithful %s)',
    (version, faithful) => {
      const late = story({ version, opener: quick }, { faithful }).begin('late').fail().state('open');
      late.at(100).end('late', 'ok').state('open').counts({ stale: 1 });
    },
  );

  it('version 3, faithful: a success from before the opening closes', () => {
    const late = story({ version: 3, opener: quick }, { faithful: true }).begin('late').fail().state('open');
    late.at(100).end('late', 'ok').state('closed').counts({ attempts: 0 });
  });

  it('a failure from before the opening breaks no row; version 3, faithful, it does', () => {
    const of = (version: 3 | 4, faithful: boolean): Scenario => {
      const closer = { halfOpenAttempts: 5, requiredConcurrentSuccessful: 2 };
      const late = story({ version, opener: quick, closer }, { faithful })
        .begin('late')
        .fail()
        .at(5_000)
        .ok();
      return late.end('late', 'fail').ok();
    };
    of(4, true).state('closed');
    of(3, false).state('closed');
    of(3, true).state('open').ok().state('closed');
  });

  it('stays open for as long as an upstream asks for; faithful takes no hints', () => {
    for (const faithful of [false, true]) {
      const asked = story({ opener: quick }, { faithful });
      asked.breaker.acquire().fail(new Error('busy'), { retryAfterMs: 30_000 });
      asked.state('open').at(29_999);
      if (faithful) asked.ok().state('closed');
      else asked.refused().at(30_000).ok().state('closed');
    }
  });

  it('empties the window on opening and on closing, the closing success included', () => {
    const emptied = story({ opener: { requestVolumeThreshold: 4 } })
      .ok(2)
      .fail(2)
      .state('open');
    emptied.counts({ attempts: 0, errors: 0 }).at(5_000).ok().state('closed').counts({ attempts: 0 });
    emptied.fail(3).state('closed').fail().state('open');
  });
});

describe('cep21, outcomes', () => {
  it('a call above the timeout is an error, at the timeout it is none; less than 0 is no limit', () => {
    const of = (timeout?: number): Scenario => story({ execution: { timeout } }).begin('at').begin('above');
    for (const timeout of [undefined, 0, 1_000]) {
      const soft = of(timeout).at(1_000).end('at', 'ok').at(1_000.001).end('above', 'ok');
      soft.counts({ attempts: 2, errors: 1, success: 1, errFailure: 0, errTimeout: 1 });
    }
    of(-1).at(900_000).end('above', 'ok').counts({ attempts: 1, errors: 0 });
  });

  it('returns the value of a call that took too long', async () => {
    const { breaker, clock } = story();
    const value = await breaker.execute(async () => {
      clock.stall(2_000);
      return 'late but fine';
    });
    expect(value).toBe('late but fine');
    // A stalled process is not the other side's fault; time that passed on a timer is.
    expect(breaker.snapshot().counts.succeeded + breaker.snapshot().counts.failed).toBe(1);
  });

  it('bad requests and refusals of other policies are neutral', async () => {
    const { breaker } = story({
      isBadRequest: (error) => error === 'bad',
      execution: { ignoreInterrupts: true },
    });
    await breaker.execute(() => Promise.reject('bad')).catch(() => {});
    const full = new RejectedError('full', 'ERR_BULKHEAD_FULL', undefined);
    await breaker.execute(() => Promise.reject(full)).catch(() => {});
    expect(breaker.snapshot().counts).toMatchObject({ attempts: 0, ignored: 2 });
    await breaker.execute(() => Promise.reject('worse')).catch(() => {});
    expect(breaker.snapshot().counts).toMatchObject({ attempts: 1, errors: 1 });
  });

  it.each([
    [{}, 0],
    [{ ignoreInterrupts: true }, 1],
    [{ isErrInterrupt: () => false }, 1],
    [{ isErrInterrupt: () => true }, 0],
  ])('the caller gave up, with %j', async (execution, errors) => {
    const { breaker } = story({ execution });
    const caller = new AbortController();
    const call = breaker.execute(
      async () => {
        caller.abort();
        throw new Error('gone');
      },
      { signal: caller.signal },
    );
    await call.catch(() => {});
    expect(breaker.snapshot().counts).toMatchObject({ errors, attempts: errors });
  });

  it('counts every call since construction, and what the opener sees', () => {
    const counted = story({ opener: { requestVolumeThreshold: 4 } })
      .ok(3)
      .fail(2)
      .ignore();
    counted.counts({ success: 3, errFailure: 2, errTimeout: 0, errShortCircuit: 0, attempts: 5, errors: 2 });
    counted.fail(1).state('open').refused(2);
    counted.counts({ success: 3, errFailure: 3, errShortCircuit: 2, attempts: 0, errors: 0 });
  });
});

describe('cep21, options', () => {
  it('takes 0 as the default', () => {
    const zero = cep21({
      opener: { errorThresholdPercentage: 0, requestVolumeThreshold: 0, rollingDuration: 0, numBuckets: 0 },
      closer: { sleepWindow: 0, halfOpenAttempts: 0, requiredConcurrentSuccessful: 0 },
      execution: { timeout: 0, maxConcurrentRequests: 0 },
    });
    expect(JSON.stringify(zero)).toBe(JSON.stringify(cep21()));
    expect(zero).toMatchObject({
      openWhen: { ratio: 0.5, minimumCalls: 20 },
      stayOpen: { firstMs: 5_000 },
      probing: { probes: 1, closeWhen: { successes: 1 } },
      failAfterMs: 1_000,
    });
  });

  it('checks what belongs to other policies and does nothing with it', () => {
    const limits = { maxConcurrentRequests: -1 };
    const other = cep21({ execution: limits, fallback: { ...limits, disabled: true } });
    expect(JSON.stringify(other)).toBe(JSON.stringify(cep21()));
  });

  it('never opens without an opener', () => {
    story({ opener: 'never' }).fail(1_000).state('closed');
  });

  it.each([
    [{ version: 5 }, 'cep21 version must be 3 or 4, got 5'],
    [{ timeout: 1_000 }, 'did you mean execution: { timeout }?'],
    [{ opener: 'hystrix' }, 'cep21 opener must be an object or "never", got "hystrix"'],
    [{ opener: { errorThreshold: 3 } }, "did you mean kind: 'consecutive'?"],
    [{ opener: { kind: 'simple' } }, 'cep21 opener.kind must be "hystrix" or "consecutive"'],
    [{ opener: { errorThresholdPercentage: 0.5 } }, 'cep21 opener.errorThresholdPercentage'],
    [{ opener: { numBuckets: -1 } }, 'cep21 opener.numBuckets'],
    [{ closer: { halfOpenAttempts: 1.5 } }, 'cep21 closer.halfOpenAttempts'],
    [{ closer: { sleepWindow: Number.NaN } }, 'cep21 closer.sleepWindow'],
    [{ execution: { maxConcurrentRequests: 'ten' } }, 'cep21 execution.maxConcurrentRequests'],
    [{ execution: { ignoreInterrupts: 1 } }, 'cep21 execution.ignoreInterrupts must be true or false'],
    [{ fallback: { disable: true } }, 'did you mean disabled?'],
    [{ isBadRequest: true }, 'cep21 isBadRequest must be a function'],
  ])('refuses %j', (options, message) => {
    expect(() => cep21(options as never)).toThrow(message);
  });
});

describe('cep21, its classifier', () => {
  it('leaves an error to the breaker where nobody was asked about it', () => {
    const { classify } = cep21();
    expect(classify?.({ ok: false, error: 'upstream' })).toBeUndefined();
    expect(classify?.({ ok: true, value: 'upstream' })).toBeUndefined();
  });
});
