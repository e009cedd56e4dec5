/**
 * What users of axios-retry, p-retry and cockatiel rely on, by the scenarios of their own tests, and where it is tested here.
 * No file name: in `retry.test.ts`. "Here": below. "Differs": why is in `docs/decisions/0010-a-retry-ends.md`.
 *
 * axios-retry 4.5
 *   resolves with a success at once; with a successful retry       gives back what the call gives …; tries again after a wait
 *   asks the condition with the error; rejects when it says no      is up to retryIf
 *   no retries; more errors than retries                            only one attempt; throws the very last error
 *   condition as a promise                                          differs: is up to the default where retryIf … at once
 *   one timeout over all attempts, or one for each                  here: one time for all, or one for each
 *   no attempt that would begin after the timeout                   begins no wait that would not end in time
 *   errors without a config; custom agents; transformRequest once   differs: the call is a function; here: each attempt …
 *   configuration of one request                                    here: two settings, one budget
 *   validateResponse                                                is an answer too, where retryResultIf says so
 *   retryDelay as a function, for each retry                        differs: grows as the backoff says (data, not a function)
 *   onRetry with count and error; as a promise; its errors          tells the option onRetry …; differs: it cannot stop a retry
 *   onMaxRetryTimesExceeded; its error instead                      throws the very last error (`gave-up`); differs: never another
 *   network error, safe, idempotent, 5xx, 404, aborted              retryable-error.test.ts, http-retry.test.ts
 *   exponential, linear delay, delay factor, jitter of 20 %         backoff.test.ts
 *   Retry-After in seconds, as a date; shorter than the backoff     waits as long as … asks; http-retry.test.ts
 *   abort while it waits                                            ends a wait at once with the signal’s reason
 *
 * p-retry 7
 *   retries with the attempt's number                               gives each attempt its number
 *   AbortError ends at once with the original error                 differs: retryIf; here: an error that says it is final
 *   no retry on TypeError, but on those of a failed network         retryable-error.test.ts
 *   onFailedAttempt: how often, before the last one, undefined      tells the option onRetry (for each retry, not for the last)
 *   onFailedAttempt that waits or throws                            differs: it is a listener
 *   shouldRetry, undefined, asynchronous                            is up to retryIf; … at once
 *   something thrown that is no Error                               differs: retries whatever is thrown, throws it as it is
 *   errors that cannot be extended                                  here: leaves errors as they are
 *   signal: aborts, keeps the reason, aborted beforehand            retry and the caller’s wish to stop
 *   an attempt that succeeds after the abort                        differs: gives an answer that came all the same
 *   maxRetryTime over attempts and waits                            counts the time of the attempts as well
 *   retries forever; retries 0; factor 0; negative, NaN             differs: bounded; only one attempt; refuses …
 *   unref                                                           differs: here: keeps the process alive while it waits
 *
 * cockatiel 4
 *   delay and sequence of delays                                    grows as the backoff says (a list of delays: differs, data)
 *   all errors; by type; by result                                  what retry repeats
 *   last result, last error when attempts are over                  is an answer too; throws the very last error
 *   keeps the process alive; unref                                  here; differs
 *   stops when cancelled while the call runs                        does not retry what ended because the caller wanted it to
 *   onGiveUp; attempt in onRetry                                    throws the very last error; tries again after a wait
 *   listeners taken off when the call ends                          makes many attempts on one signal …
 *   jitter that stays a number after many attempts                  backoff.property.test.ts
 */
import { manualClock } from '@cb/testing';
import { describe, expect, it, vi } from 'vitest';
import {
  aggressive,
  conservative,
  constant,
  pipeline,
  retry,
  retryBudget,
  TimeoutError,
  timeout,
} from '../src/index.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = (): Promise<never> => new Promise(() => {});

describe('what users of other retries rely on', () => {
  it.each([
    ['one time for all', 'around', 1],
    ['one for each', 'within', 3],
  ])('is a timeout: %s', async (_, where, attempts) => {
    const clock = manualClock();
    const policies = [timeout(100, { clock }), retry({ clock, backoff: constant(10) })] as const;
    const way = where === 'around' ? pipeline(...policies) : pipeline(policies[1], policies[0]);
    let made = 0;
    const done = way.execute(() => {
      made++;
      return never();
    });
    done.catch(() => {});
    for (let i = 0; i < 40; i++) {
      await turn();
      clock.advance(10);
    }
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
    expect([made, clock.pendingTimers]).toEqual([attempts, 0]);
  });

  it('is that each attempt is made by the function anew, so nothing is transformed or used twice', async () => {
    const clock = manualClock();
    const bodies: string[] = [];
    const done = retry({ clock, backoff: constant(1) }).execute(async ({ attempt }) => {
      bodies.push(JSON.stringify({ order: 7 }));
      if (attempt === 1) throw new Error('no');
    });
    await turn();
    clock.advance(1);
    await done;
    expect(bodies).toEqual(['{"order":7}', '{"order":7}']);
  });

  it('is two settings, one budget', () => {
    const budget = retryBudget({ name: 'payments' });
    const config = [aggressive, conservative].map(
      (settings) => retry({ ...settings, budget }).snapshot().config,
    );
    expect(config).toMatchObject([
      { attempts: 5, budget: 'payments' },
      { attempts: 2, budget: 'payments' },
    ]);
  });

  it('is an error that says it is final', async () => {
    class Final extends Error {}
    const final = new Final('deleted');
    const policy = retry({ retryIf: (error) => (error instanceof Final ? false : undefined) });
    await expect(policy.execute(() => Promise.reject(final))).rejects.toBe(final);
    expect(policy.snapshot().counts.gaveUpNotRetryable).toBe(1);
  });

  it('leaves errors as they are, frozen ones too', async () => {
    const clock = manualClock();
    const frozen = Object.freeze(new Error('no'));
    const done = retry({ clock, attempts: 2, backoff: constant(1) }).execute(() => Promise.reject(frozen));
    done.catch(() => {});
    await turn();
    clock.advance(1);
    await expect(done).rejects.toBe(frozen);
    expect(Object.keys(frozen)).toEqual([]);
  });

  it('keeps the process alive while it waits', async () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    try {
      let made = 0;
      await retry({ backoff: constant(1) }).execute(() => {
        if (made++ === 0) throw new Error('no');
      });
      const timers = set.mock.results.map(({ value }) => value as NodeJS.Timeout);
      expect(timers.map((timer) => timer.hasRef())).toEqual([true]);
    } finally {
      set.mockRestore();
    }
  });
});
