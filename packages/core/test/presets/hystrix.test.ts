import { describe, expect, it } from 'vitest';
import { RejectedError } from '../../src/index.ts';
import { hystrix } from '../../src/presets/hystrix.ts';
import { Scenario } from '../support/scenario.ts';

const opened = (options: Parameters<typeof hystrix>[0] = {}, mode = {}): Scenario =>
  new Scenario(hystrix(options, mode)).fail(20).refused();

describe('hystrix, closed', () => {
  it('opens for the call that finds 20 attempts and half of them errors', () => {
    new Scenario(hystrix()).ok(10).fail(9).state('closed').fail().state('open').refused();
    new Scenario(hystrix()).ok(11).fail(10).state('closed').fail().refused();
    new Scenario(hystrix()).fail(19).state('closed').fail().refused();
  });

  it('is asked by arrivals and not by results: successes after the limit take it back', () => {
    const story = new Scenario(hystrix({ requestVolumeThreshold: 2 }))
      .begin('a')
      .begin('b')
      .begin('c')
      .begin('d');
    story.begin('e').end('a', 'fail').end('b', 'fail').state('open');
    // Nobody arrived meanwhile: nothing has opened.
    story.end('c', 'ok').end('d', 'ok').end('e', 'ok').state('closed').ok();
  });

  it('rounds the percentage half up', () => {
    const story = new Scenario(hystrix({ requestVolumeThreshold: 200 })).ok(101).fail(98).state('closed');
    story.fail().state('open').refused();
    // 494 of 1,000 is 49.4.
    const below = new Scenario(hystrix({ requestVolumeThreshold: 1_000 })).ok(506).fail(494);
    below.state('closed').ok();
  });

  it('compares with at least', () => {
    new Scenario(hystrix({ errorPercentThreshold: 25, requestVolumeThreshold: 4 })).ok(3).fail().refused();
    // 24.4 % is 24.
    const story = new Scenario(hystrix({ errorPercentThreshold: 25, requestVolumeThreshold: 4 }));
    story.ok(31).fail(10).state('closed').ok();
  });

  it('reads eleven seconds', () => {
    new Scenario(hystrix()).fail(20).at(10_999.999).state('open').refused();
    new Scenario(hystrix()).fail(20).at(11_000).state('closed').counts({ attempts: 0, errors: 0 }).ok();
  });

  it('has seconds of the clock, not of the breaker', () => {
    const story = new Scenario(hystrix(), 700).at(999).ok().at(1_000).ok(2);
    story.at(11_000).counts({ attempts: 2 }).at(11_999).counts({ attempts: 2 });
    story.at(12_000).counts({ attempts: 0 });
  });

  it('forgets each counter when that counter grows: more errors than attempts', () => {
    const story = new Scenario(hystrix({ requestVolumeThreshold: 2, timeout: 60_000 }));
    for (const label of ['a', 'b', 'c', 'd', 'e', 'f']) story.begin(label);
    for (const label of ['a', 'b', 'c', 'd']) story.end(label, 'fail');
    story.at(10_000).end('e', 'ok').end('f', 'ok');
    story.counts({ attempts: 2, errors: 4, successes: 2 }).state('open').refused();
  });

  it('counts a call where it ends', () => {
    const story = new Scenario(hystrix({ timeout: 60_000 })).begin('a').at(9_000).end('a', 'fail');
    story.at(19_000).counts({ attempts: 1, errors: 1 }).at(20_000).counts({ attempts: 0 });
  });

  it('takes a cancelled call as an attempt that is no error', () => {
    const story = new Scenario(hystrix()).ignore(11).fail(10).state('closed');
    story.counts({ attempts: 21, errors: 10, contextCanceled: 11 }).fail().state('open');
  });

  it('takes a call above the timeout as an error, whatever it returned', () => {
    const story = new Scenario(hystrix()).begin('at').begin('above').at(1_000).end('at', 'ok');
    story.at(1_000.001).end('above', 'ok');
    story.counts({ attempts: 2, successes: 1, errors: 1, timeouts: 1, failures: 0 });
  });

  it('can be opened by its own refusals alone', () => {
    const story = new Scenario(hystrix());
    story.breaker.setMode('forced-open');
    story.refused(20).counts({ attempts: 20, errors: 20, shortCircuits: 20, failures: 0 });
    story.breaker.setMode('auto');
    story.state('open').refused();
  });
});

describe('hystrix, open', () => {
  it('counts the sleep window from the call that noticed, which is turned away', () => {
    const story = new Scenario(hystrix()).fail(20).at(3_000).refused();
    story.counts({ attempts: 21, errors: 21, shortCircuits: 1 });
    story.at(8_000).refused().at(8_000.001).begin('probe').state('open');
  });

  it('lets one call through per sleep window, from its start on, whether it comes back or not', () => {
    const story = opened().at(6_000).begin('hung').refused(3).state('open');
    story.at(11_000).refused().at(11_000.001).begin('second').refused();
    story.end('second', 'ok').state('closed');
  });

  it('a failed probe changes nothing', () => {
    const story = opened().at(6_000).begin('probe').at(9_000).end('probe', 'fail').state('open');
    story.at(11_000).refused().at(11_000.001).ok().state('closed');
  });

  it('a cancelled probe neither closes nor comes back', () => {
    opened().at(6_000).ignore().state('open').refused().at(11_001).ok().state('closed');
  });

  it('a slow probe closes although another one went meanwhile', () => {
    const story = opened({ timeout: 30_000 }).at(6_000).begin('slow').at(12_000).begin('next');
    story.at(13_000).end('slow', 'ok').state('closed');
  });

  it('the success that closes is the first of an empty window', () => {
    const story = opened().at(6_000).ok().state('closed');
    story.counts({ attempts: 1, successes: 1, errors: 0, shortCircuits: 0 });
    story.fail(18).state('closed').fail().state('open');
  });

  it('a success of an older call moves nothing; faithful lets it close', () => {
    const story = (faithful: boolean): Scenario =>
      new Scenario(hystrix({}, { faithful })).begin('late').fail(20).refused().at(500).end('late', 'ok');
    story(false).state('open').counts({ stale: 1 });
    story(true).state('closed').counts({ attempts: 1, successes: 1 });
  });

  it('is opened by an arrival, which brings no hint about the open time', () => {
    const story = new Scenario(hystrix()).fail(19);
    story.breaker.acquire().fail(new Error('busy'), { retryAfterMs: 30_000 });
    story.refused().at(5_000).refused().at(5_000.001).ok().state('closed');
  });

  it('is not changed by looking', () => {
    const story = new Scenario(hystrix()).fail(20).state('open').state('open');
    expect(story.breaker.snapshot().generation).toBe(1);
    // Looked at 0, noticed at 4,000.
    story.at(4_000).refused().at(9_000).refused().at(9_001).ok().state('closed');
  });
});

describe('hystrix, verdicts', () => {
  const after = async (error: unknown, faithful: boolean): Promise<unknown> => {
    const { breaker } = new Scenario(hystrix({}, { faithful }));
    await breaker.execute(() => Promise.reject(error)).catch(() => {});
    const { attempts, errors } = breaker.snapshot().counts;
    return [attempts, errors];
  };

  it('an AbortError is a cancelled call, wherever it comes from', async () => {
    const error = new DOMException('gone', 'AbortError');
    expect(await after(error, false)).toEqual([1, 0]);
    expect(await after(error, true)).toEqual([1, 0]);
  });

  it('a deadline is a failure; faithful takes it as neutral', async () => {
    const error = new DOMException('late', 'TimeoutError');
    expect(await after(error, false)).toEqual([1, 1]);
    expect(await after(error, true)).toEqual([1, 0]);
    expect(await after(Object.assign(new Error('late'), { name: 'TimeoutError' }), true)).toEqual([1, 1]);
  });

  it('another policy’s refusal is neutral; faithful takes it as an error', async () => {
    const error = new RejectedError('full', 'ERR_BULKHEAD_FULL', undefined);
    expect(await after(error, false)).toEqual([1, 0]);
    expect(await after(error, true)).toEqual([1, 1]);
  });
});

describe('hystrix, options', () => {
  it('takes 0 as the default', () => {
    const zeros = { timeout: 0, maxConcurrentRequests: 0, requestVolumeThreshold: 0, sleepWindow: 0 };
    const { counts: _, classify: __, ...config } = hystrix({ ...zeros, errorPercentThreshold: 0 });
    const { counts: ___, classify: ____, ...defaults } = hystrix();
    expect(config).toEqual(defaults);
    expect(config).toMatchObject({
      openWhen: { ratio: 0.5, minimumCalls: 20 },
      stayOpen: { firstMs: 5_000 },
      failAfterMs: 1_000,
    });
  });

  it.each([
    [{ errorThresholdPercentage: 50 }, 'did you mean "errorPercentThreshold"?'],
    [{ errorPercentThreshold: 101 }, 'hystrix errorPercentThreshold must be a whole number from 1 to 100'],
    [{ errorPercentThreshold: 0.5 }, 'hystrix errorPercentThreshold'],
    [{ timeout: -1 }, 'hystrix timeout'],
    [{ timeout: Number.NaN }, 'hystrix timeout'],
    [{ sleepWindow: '5s' }, 'hystrix sleepWindow'],
    [{ requestVolumeThreshold: -1 }, 'hystrix requestVolumeThreshold'],
    [{ maxConcurrentRequests: -1 }, 'hystrix maxConcurrentRequests'],
    [{ forceOpen: true }, "breaker.setMode('forced-open')"],
  ])('refuses %j', (options, message) => {
    expect(() => hystrix(options as never)).toThrow(message);
  });
});

describe('hystrix, what it is made of', () => {
  it('knows a deadline by its name and its number', () => {
    const { classify } = hystrix({}, { faithful: true });
    const named = (name: string, code: number) => classify?.({ ok: false, error: { name, code } });
    expect([named('TimeoutError', 23), named('DataCloneError', 23), named('TimeoutError', 5)]).toEqual([
      'ignored',
      undefined,
      undefined,
    ]);
  });

  it('counts plain failures apart from timeouts and short circuits', () => {
    new Scenario(hystrix()).fail(3).counts({ attempts: 3, errors: 3, failures: 3, timeouts: 0 });
  });
});
