import { describe, expect, it, vi } from 'vitest';
import { createBreaker } from '../../src/index.ts';
import { type CockatielOptions, cockatiel } from '../../src/presets/cockatiel.ts';
import { testClock } from '../support/clock.ts';
import { openingOf } from '../support/opening.ts';
import { Scenario } from '../support/scenario.ts';

const FAITHFUL = { faithful: true };
const CONSECUTIVE: CockatielOptions = { breaker: { consecutive: 3 }, halfOpenAfter: 1_000 };
const make = (options: Partial<CockatielOptions> = {}, mode = {}): Scenario =>
  new Scenario(cockatiel({ ...CONSECUTIVE, ...options }, mode));
const halfOpen = (options: Partial<CockatielOptions> = {}, mode = {}): Scenario =>
  make(options, mode).fail(3).state('open').at(1_000).state('half-open');
const count = (
  threshold: number,
  size: number,
  minimumNumberOfCalls?: number,
): Partial<CockatielOptions> => ({
  breaker: {
    count: { threshold, size, ...(minimumNumberOfCalls === undefined ? {} : { minimumNumberOfCalls }) },
  },
});
const sampling = (threshold: number, duration: number, minimumRps?: number): Partial<CockatielOptions> => ({
  breaker: { sampling: { threshold, duration, ...(minimumRps === undefined ? {} : { minimumRps }) } },
});

describe('cockatiel: consecutive', () => {
  it('opens at n failures in a row; a success starts the count again', () => {
    make().fail(2).ok().fail(2).state('closed').counts({ count: 2 }).fail().state('open');
  });

  it('counts failures however old they are, and leaves the count alone for ignored calls', () => {
    make().fail(2).at(86_400_000).ignore(9).fail().state('open');
  });
});

describe('cockatiel: count', () => {
  it('opens above the threshold, not at it', () => {
    make(count(0.5, 4))
      .ok(2)
      .fail(2)
      .state('closed')
      .counts({ successes: 2, failures: 2 })
      .fail()
      .state('open');
  });

  it('waits for size calls unless minimumNumberOfCalls says fewer', () => {
    make(count(0.5, 10)).fail(9).state('closed').fail().state('open');
    make(count(0.5, 10, 3))
      .fail(2)
      .state('closed')
      .fail()
      .state('open');
  });

  it('looks at the last size calls only', () => {
    make(count(0.5, 4))
      .fail(2)
      .ok(3)
      .counts({ successes: 3, failures: 1 })
      .fail(2)
      .state('closed')
      .counts({ successes: 2, failures: 2 })
      .fail()
      .state('open');
  });

  it('asks after failures only', () => {
    make(count(0.2, 5, 5))
      .fail(4)
      .ok()
      .state('closed')
      .fail()
      .state('open');
  });

  it('does not take 57 of 100 for more than 0.57', () => {
    make(count(0.57, 100)).ok(43).fail(57).state('closed').fail().state('open');
  });

  it('begins its fresh window with the success that closed', () => {
    make(count(0.5, 4, 2))
      .fail(2)
      .at(1_000)
      .ok()
      .state('closed')
      .counts({ successes: 1, failures: 0 })
      .fail()
      .state('closed')
      .fail()
      .state('open');
  });
});

describe('cockatiel: sampling', () => {
  it('needs minimumRps × duration calls', () => {
    make(sampling(0.5, 5_000, 2))
      .fail(9)
      .state('closed')
      .fail()
      .state('open');
  });

  it('takes 5 ÷ threshold a second where minimumRps is left out or 0', () => {
    for (const rps of [undefined, 0])
      make(sampling(0.5, 1_000, rps))
        .fail(9)
        .state('closed')
        .fail()
        .state('open');
    make(sampling(0.25, 5_000)).fail(99).state('closed').fail().state('open');
  });

  it('opens above the threshold, not at it', () => {
    make(sampling(0.5, 5_000, 2))
      .ok(5)
      .fail(5)
      .state('closed')
      .counts({ currentSuccesses: 5, currentFailures: 5 })
      .fail()
      .state('open');
  });

  it('keeps a call for as long as its part of the window, which begins with its first call', () => {
    // Five parts of a second; the first begins at 300.
    make(sampling(0.5, 5_000, 1))
      .at(300)
      .fail(2)
      .at(1_299)
      .fail(2)
      .at(5_299)
      .fail()
      .state('open');
    make(sampling(0.5, 5_000, 1))
      .at(300)
      .fail(2)
      .at(1_299)
      .fail(2)
      .at(5_300)
      .fail()
      .state('closed')
      .counts({ currentFailures: 1 });
  });

  it('is empty after an idle hour by default; when faithful nine old failures and a new one open it', () => {
    const story = (mode = {}): Scenario =>
      make(sampling(0.5, 10_000, 1), mode)
        .fail(9)
        .at(3_600_000)
        .fail();
    story().state('closed').counts({ currentFailures: 1 });
    story(FAITHFUL).state('open');
  });

  it('forgets one old part with each new one when faithful', () => {
    const story = make(sampling(0.5, 5_000, 2), FAITHFUL)
      .fail(2)
      .at(1_000)
      .fail(2)
      .at(2_000)
      .fail(2)
      .at(3_000)
      .fail()
      .at(4_000)
      .fail();
    story
      .counts({ currentFailures: 8 })
      .at(3_600_000)
      .ok()
      .counts({ currentFailures: 6 })
      .at(3_601_000)
      .ok()
      .counts({ currentFailures: 4 });
  });

  it('has parts of a second where it is longer than five', () => {
    make(sampling(0.5, 10_000, 1))
      .fail(2)
      .at(1_000)
      .fail(3)
      .at(9_999)
      .counts({ currentFailures: 5 })
      .at(10_000)
      .counts({ currentFailures: 3 })
      .at(11_000)
      .counts({ currentFailures: 0 });
  });

  it('has at least five parts, however short it is', () => {
    make(sampling(0.5, 100, 50))
      .at(0)
      .fail(2)
      .at(20)
      .fail()
      .at(99)
      .counts({ currentFailures: 3 })
      .at(100)
      .fail()
      .state('closed')
      .counts({ currentFailures: 2 });
  });
});

describe('cockatiel: the open time', () => {
  it('is over exactly at its end', () => {
    make().fail(3).at(999).refused().at(1_000).state('half-open').ok().state('closed');
  });

  it('follows a function of the attempt, which starts again with each closing', () => {
    const halfOpenAfter = vi.fn((attempt: number) => attempt * 1_000);
    make({ halfOpenAfter })
      .fail(3)
      .at(1_000)
      .fail()
      .at(2_999)
      .refused()
      .at(3_000)
      .fail()
      .at(5_999)
      .refused()
      .at(6_000)
      .ok()
      .state('closed')
      .fail(3)
      .at(6_999)
      .refused()
      .at(7_000)
      .state('half-open');
    expect(halfOpenAfter.mock.calls).toEqual([[1], [2], [3], [1]]);
  });

  it('follows one of its back-offs, step by step', () => {
    const seen: unknown[] = [];
    const step = (duration: number) => ({
      duration,
      next: (context: unknown) => {
        seen.push(context);
        return step(duration * 2);
      },
    });
    const factory = { next: () => step(500) };
    make({ halfOpenAfter: factory })
      .fail(3)
      .at(499)
      .refused()
      .at(500)
      .fail()
      .at(1_499)
      .refused()
      .at(1_500)
      .state('half-open');
    expect(seen).toEqual([{ attempt: 2, result: { error: new Error('upstream') } }]);
  });

  it('is ten seconds where the function says nothing sensible, and tells onError', () => {
    const onError = vi.fn();
    const options = cockatiel({ ...CONSECUTIVE, halfOpenAfter: () => Number.NaN });
    new Scenario({ ...options, onError }).fail(3).at(9_999).refused().at(10_000).state('half-open');
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe('cockatiel: half-open', () => {
  it('lets one call through; the others are refused and do not wait', () => {
    halfOpen().begin('probe').refused(1_000).end('probe', 'ok').state('closed');
  });

  it('opens again when it fails', () => {
    halfOpen().fail().state('open').at(1_999).refused().at(2_000).ok().state('closed');
  });

  it('takes a sample: all of its calls at the same time, and no more', () => {
    halfOpen({ halfOpenSampling: { calls: 3, threshold: 0 } })
      .begin('a')
      .begin('b')
      .begin('c')
      .refused()
      .end('a', 'ok')
      .refused()
      .end('b', 'ok')
      .state('half-open')
      .end('c', 'ok')
      .state('closed');
  });

  it('opens as soon as more than the share of the sample failed', () => {
    halfOpen({ halfOpenSampling: { calls: 5, threshold: 0.4 } })
      .fail(2)
      .state('half-open')
      .fail()
      .state('open');
  });

  it('closes as soon as the sample can no longer fail', () => {
    halfOpen({ halfOpenSampling: { calls: 5, threshold: 0.4 } })
      .fail()
      .ok(2)
      .state('half-open')
      .ok()
      .state('closed');
  });

  it('has one call in version 3', () => {
    halfOpen({ version: 3 }).begin('a').refused().end('a', 'ok').state('closed');
  });
});

describe('cockatiel: late results', () => {
  it('a failure from before opens again when faithful only', () => {
    make()
      .begin('late')
      .fail(3)
      .at(1_000)
      .begin('probe')
      .end('late', 'fail')
      .state('half-open')
      .end('probe', 'ok')
      .state('closed');
    make({}, FAITHFUL)
      .begin('late')
      .fail(3)
      .at(1_000)
      .begin('probe')
      .end('late', 'fail')
      .state('open')
      .end('probe', 'ok')
      .state('open');
  });

  it('a failure from before counts in the closed state when faithful only', () => {
    make().begin('late').fail(3).at(1_000).ok().fail(2).end('late', 'fail').state('closed');
    make({}, FAITHFUL).begin('late').fail(3).at(1_000).ok().fail(2).end('late', 'fail').state('open');
  });
});

describe('cockatiel: a trial call that never ends', () => {
  it('gives its place to another after halfOpenAfter by default, and never when faithful', () => {
    halfOpen().begin('hung').at(1_999).refused().at(2_000).ok().state('closed');
    halfOpen({}, FAITHFUL).begin('hung').at(86_400_000).refused().state('half-open');
  });
});

describe('cockatiel: which outcomes count', () => {
  const handleWhen = (error: unknown): boolean => (error as { retryable?: boolean }).retryable === true;
  const boom = Object.assign(new Error('refused'), { retryable: true });
  const mine = new Error('bad input');
  const breakerOf = (mode = {}) => {
    const clock = testClock();
    const options = cockatiel(
      { ...CONSECUTIVE, handleWhen, handleWhenResult: (value) => value === 503 },
      mode,
    );
    return { clock, breaker: createBreaker({ name: 'db', ...options, clock }) };
  };

  it.each([{}, FAITHFUL])('leaves unmatched errors neutral while closed (%j)', async (mode) => {
    const { breaker } = breakerOf(mode);
    await breaker.execute(() => Promise.reject(boom)).catch(() => {});
    await breaker.execute(() => Promise.reject(boom)).catch(() => {});
    for (let i = 0; i < 9; i++) await expect(breaker.execute(() => Promise.reject(mine))).rejects.toBe(mine);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', counts: { count: 2, ignored: 9 } });
    await breaker.execute(() => Promise.reject(boom)).catch(() => {});
    expect(breaker.state).toBe('open');
  });

  it('does not let an unmatched error close a half-open circuit', async () => {
    const { breaker, clock } = breakerOf();
    for (let i = 0; i < 3; i++) await breaker.execute(() => Promise.reject(boom)).catch(() => {});
    clock.advance(1_000);
    await breaker.execute(() => Promise.reject(mine)).catch(() => {});
    expect(breaker.state).toBe('half-open');
  });

  it('counts matched results as failures', async () => {
    const { breaker } = breakerOf();
    for (let i = 0; i < 3; i++) expect(await breaker.execute(async () => 503)).toBe(503);
    expect(breaker.state).toBe('open');
  });

  it('takes the caller’s abort for a failure when faithful only', async () => {
    for (const [mode, failed] of [
      [{}, 0],
      [FAITHFUL, 1],
    ] as const) {
      const breaker = createBreaker({ name: 'db', ...cockatiel(CONSECUTIVE, mode), clock: testClock() });
      const abort = new AbortController();
      const call = breaker.execute(
        ({ signal }) =>
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
        { signal: abort.signal },
      );
      abort.abort();
      await call.catch(() => {});
      expect(breaker.snapshot().counts.failed).toBe(failed);
    }
  });
});

describe('cockatiel: options', () => {
  it.each([
    [{ breaker: {} }, 'cockatiel breaker must be { consecutive }'],
    [{ breaker: { consecutive: 3, count: {} } }, 'got an object'],
    [{ breaker: 5 }, 'got 5'],
    [{ breaker: { consecutive: 0 } }, 'cockatiel consecutive must be a whole number from 1'],
    [count(50, 10), 'cockatiel count threshold must be above 0 and below 1, got 50; did you mean 0.5?'],
    [count(1, 10), 'got 1'],
    [count(0.5, 10, 11), 'cockatiel count minimumNumberOfCalls must be a whole number from 1 to 10, got 11'],
    [
      sampling(0.5, 4),
      'cockatiel sampling duration must be a finite number of milliseconds of at least 5, got 4',
    ],
    [sampling(0.5, 5_000, -1), 'cockatiel sampling minimumRps must be calls per second'],
    [
      { halfOpenAfter: '10s' },
      'cockatiel halfOpenAfter must be milliseconds, a function of the attempt or a back-off',
    ],
    [{ halfOpenAfter: -1 }, 'cockatiel halfOpenAfter must be'],
    [{ halfOpenSampling: { calls: 0, threshold: 0 } }, 'cockatiel halfOpenSampling calls'],
    [{ halfOpenSampling: { calls: 2, threshold: 1 } }, 'cockatiel halfOpenSampling threshold'],
    [{ version: 3, halfOpenSampling: { calls: 2, threshold: 0 } }, 'cockatiel 3 has no halfOpenSampling'],
    [{ version: 2 }, 'cockatiel version must be 3 or 4, got 2'],
    [{ handleWhen: true }, 'cockatiel handleWhen must be a function, got true'],
    [{ initialState: {} }, 'did you mean restore, an option of createBreaker?'],
  ])('refuses %j', (options, sentence) => {
    expect(() => cockatiel({ ...CONSECUTIVE, ...options } as CockatielOptions)).toThrow(sentence);
  });
});

describe('cockatiel: what it is made of', () => {
  const ok = { ok: true, value: 503 } as const;
  const failed = { ok: false, error: new Error('upstream') } as const;

  it('asks a filter only about what it is for', () => {
    const errors = cockatiel({ ...CONSECUTIVE, handleWhen: () => true });
    const values = cockatiel({ ...CONSECUTIVE, handleWhenResult: () => true });
    expect([errors.classify?.(ok), errors.classify?.(failed)]).toEqual([undefined, undefined]);
    expect([values.classify?.(ok), values.classify?.(failed)]).toEqual(['failure', undefined]);
  });

  it('tells a back-off the attempt and the error from the first step on', () => {
    const told: unknown[] = [];
    const step = {
      duration: 5,
      next(context: unknown) {
        told.push(context);
        return step;
      },
    };
    const { openMs } = cockatiel({ ...CONSECUTIVE, halfOpenAfter: step });
    const { error } = failed;
    expect(openMs?.(openingOf(2, error))).toBe(5);
    expect(told).toEqual([
      { attempt: 1, result: { error } },
      { attempt: 2, result: { error } },
    ]);
  });

  it('needs one success at least, however large the share that may fail', () => {
    const threshold = 1 - Number.EPSILON;
    const { probing } = cockatiel({ ...CONSECUTIVE, halfOpenSampling: { calls: 2, threshold } });
    expect(probing?.closeWhen).toEqual({ kind: 'successes', successes: 1, of: 2 });
  });

  it('takes a million calls a second', () => {
    const { openWhen } = cockatiel({ ...CONSECUTIVE, ...sampling(0.5, 1_000, 1_000_000) });
    expect(openWhen).toMatchObject({ minimumCalls: 1_000_000 });
  });
});
