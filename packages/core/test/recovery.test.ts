import { describe, expect, it } from 'vitest';
import {
  backoff,
  belowLimits,
  type ConfigInput,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  fixed,
  lastCalls,
  type Permit,
  slowRatio,
  successes,
  successesInARow,
} from '../src/index.ts';
import { testClock } from './support/clock.ts';
import { Scenario } from './support/scenario.ts';

/** Opens with the first failure, for a second. */
const TOUCHY = { openWhen: consecutiveFailures(1), stayOpen: fixed(1_000) };
const half = (probing: ConfigInput['probing'], more: object = {}): Scenario =>
  new Scenario({ ...TOUCHY, probing: probing ?? {}, ...more }).fail().at(1_000);

describe('half-open with tokens', () => {
  it('lets as many probes through as the bucket holds, then as many as drip in', () => {
    const story = half({
      unlimited: true,
      atOnce: 10,
      tokens: { capacity: 2, perSecond: 2 },
      closeWhen: successes(5),
    });
    story.ok(2).refused().at(1_499).refused().at(1_500).ok().refused();
    story.at(10_000).ok().state('half-open').ok().state('closed');
  });

  it('still holds the places: a token without a place is no use', () => {
    const story = half({ probes: 5, atOnce: 1, tokens: { capacity: 3, perSecond: 1 } });
    story.begin('a').refused().end('a', 'ok').ok(2).refused();
    // Two more tokens by now, and two probes of the five.
    story.at(3_000).ok(2).state('closed');
  });

  it('says when the next token is there', () => {
    const story = half({ unlimited: true, atOnce: 9, tokens: { capacity: 1, perSecond: 4 } });
    story.ok().refused();
    expect(story.breaker.openError()).toMatchObject({ reason: 'probing', retryAfterMs: 250 });
  });
});

describe('probing while open', () => {
  const sleepy = (closeWhen = successes(1), probes = 1): Scenario =>
    new Scenario({ ...TOUCHY, probing: { whileOpen: true, probes, closeWhen } }).fail();

  it('lets one call through each open time, and the time starts again with it', () => {
    const story = sleepy().at(999).refused().at(1_000).begin('hangs').refused();
    story.at(1_999).refused().at(2_000).state('open').begin('second').refused();
    story.end('second', 'ok').state('closed');
    // The one that hung belongs to a time that is over.
    story.end('hangs', 'fail').state('closed');
  });

  it('a failed probe moves nothing, a success closes', () => {
    sleepy().at(1_000).fail().state('open').refused().at(2_000).ok().state('closed');
  });

  it('a round may hold several; the last one starts the time again', () => {
    const story = sleepy(successes(3), 2).at(1_000).begin('a').at(1_500).begin('b').refused();
    story.at(2_499).refused().at(2_500).begin('c').end('a', 'ok').end('b', 'ok').state('open');
    story.end('c', 'ok').state('closed');
  });

  it('successes in a row start again after a failure', () => {
    const story = sleepy(successesInARow(2), 1).at(1_000).ok().at(2_000).fail().at(3_000).ok().state('open');
    story.at(4_000).ok().state('closed');
  });

  it('probe now ends the time', () => {
    const story = sleepy().at(10).refused();
    story.breaker.probeNow();
    story.state('open').ok().state('closed');
  });
});

describe('close rules', () => {
  it('successes of so many: opens once they cannot be reached', () => {
    half({ probes: 5, closeWhen: successes(3, { of: 5 }) })
      .fail(2)
      .ok()
      .state('half-open')
      .fail()
      .state('open');
    half({ probes: 5, closeWhen: successes(3, { of: 5 }) })
      .fail(2)
      .ok(3)
      .state('closed');
  });

  it('successes in a row: a failure starts again, a settled probe makes room', () => {
    half({ atOnce: 2, closeWhen: successesInARow(3) })
      .ok(2)
      .fail()
      .ok(2)
      .state('half-open')
      .ok()
      .state('closed');
  });

  it('below the limits: decides after so many, by the rules that open', () => {
    const config = {
      window: lastCalls(2),
      openWhen: failureRatio(0.5, { minimumCalls: 1 }),
      stayOpen: fixed(1_000),
    };
    const story = (): Scenario =>
      new Scenario({ ...config, probing: { probes: 4, closeWhen: belowLimits(4) } }).fail().at(1_000);
    story().fail(1).ok(2).state('half-open').ok().state('closed');
    story().fail(2).ok(1).state('half-open').ok().state('open');
  });

  it('below the limits: so many failures are allowed', () => {
    const probing = { probes: 3, closeWhen: belowLimits(3, { allowedFailures: 1 }) };
    half(probing).fail().ok(2).state('closed');
    half(probing).fail(2).ok().state('open');
  });

  it('below the limits: slow probes count for the slow rule', () => {
    const clock = testClock();
    const breaker = createBreaker({
      name: 'b',
      clock,
      openWhen: [consecutiveFailures(1), slowRatio(0.5, { slowMs: 100, minimumCalls: 1 })],
      stayOpen: fixed(1_000),
      probing: { probes: 2, closeWhen: belowLimits(2) },
    });
    breaker.acquire().fail();
    clock.advance(1_000);
    const [a, b] = [breaker.acquire(), breaker.acquire()];
    clock.advance(101);
    a.succeed();
    b.succeed();
    expect(breaker.state).toBe('open');
  });
});

describe('the longest half-open time', () => {
  it('ends it as a timer would have done: open since then', () => {
    const story = half({ probes: 2, leaseMs: null, maxMs: 5_000 });
    story
      .begin('hangs')
      .ok()
      .refused()
      .at(5_999)
      .state('half-open')
      .refused()
      .at(6_000)
      .state('open')
      .refused();
    expect(story.breaker.openError().retryAfterMs).toBe(1_000);
    story.end('hangs', 'ok').state('open').at(7_000).state('half-open').ok();
  });

  it('noticed late, the open time after it has passed as well', () => {
    half({ probes: 2, leaseMs: null, maxMs: 5_000 })
      .begin('a')
      .begin('b')
      .at(7_000)
      .state('half-open')
      .ok(2)
      .state('closed');
  });

  it('a result that comes after it is late', () => {
    half({ probes: 1, leaseMs: null, maxMs: 5_000 })
      .begin('a')
      .at(6_000)
      .end('a', 'ok')
      .state('open')
      .counts({ stale: 1 });
  });

  it.each([false, true])('begins with the first probe, whether somebody listens or not (%s)', (listens) => {
    const story = new Scenario({ ...TOUCHY, probing: { probes: 1, leaseMs: null, maxMs: 100 } });
    if (listens) story.breaker.on('state-changed', () => {});
    // Sparse traffic: nobody calls within 100 ms of the end of an open time.
    story.fail().at(1_650).state('half-open');
    story.begin('a').at(1_749).state('half-open').at(1_750).state('open').at(9_000).ok().state('closed');
  });

  it.each([false, true])(
    'a late result does not decide before the first probe, whoever listens (%s)',
    (listens) => {
      const story = new Scenario({ ...TOUCHY, probing: { probes: 1 }, counting: { late: 'counted' } });
      if (listens) story.breaker.on('state-changed', () => {});
      story.begin('late').begin('later').begin('latest').fail().at(1_500).state('half-open');
      story.end('late', 'fail').state('half-open').end('later', 'ok').state('half-open');
      story.begin('probe').end('latest', 'ok').state('closed').end('probe', 'ok');
    },
  );

  it('may close instead', () => {
    const story = half({ probes: 1, leaseMs: null, maxMs: 5_000, afterMaxMs: 'closed' }).begin('a').refused();
    story.at(6_000).state('closed').ok();
  });

  it('is announced on time to listeners', () => {
    const story = half({ probes: 1, leaseMs: null, maxMs: 5_000 }).begin('a');
    const seen: string[] = [];
    story.breaker.on('state-changed', ({ from, to, why, at }) =>
      seen.push(`${from}→${to} ${why.rule} ${at}`),
    );
    story.at(6_500);
    expect(seen).toEqual(['half-open→open probing-too-long 6000']);
  });
});

describe('a configuration that changes while half-open', () => {
  it('begins the count again where the probes so far would have been enough', () => {
    const story = half({ probes: 10 }).ok(5);
    story.breaker.configure({ probing: { probes: 3, atOnce: 3 } });
    story.state('half-open').ok(2).state('half-open').ok().state('closed');
  });

  it('begins it again where they could never be enough', () => {
    const story = half({ probes: 10, closeWhen: successes(2, { of: 4 }) }).fail(2);
    story.breaker.configure({ probing: { closeWhen: successes(2) } });
    story.state('half-open').ok(2).state('closed');
  });

  it('keeps the count where it leaves the verdict open, and the places of probes under way', () => {
    const story = half({ probes: 4 }).ok().begin('a');
    story.breaker.configure({ probing: { probes: 3, atOnce: 2 } });
    story.begin('b').refused().end('a', 'ok').state('half-open').end('b', 'ok').state('closed');
  });

  it('lets more probes through where it asks for more of them, one round after the other', () => {
    const story = half({ probes: 1 }).begin('a');
    story.breaker.configure({ probing: { whileOpen: true, closeWhen: successes(3) } });
    story.refused().end('a', 'ok').ok().state('half-open').ok().state('closed');
  });

  it('while open: a failed probe does not close because fewer successes are asked for now', () => {
    const probing = { whileOpen: true as const, probes: 5, closeWhen: successes(5) };
    const story = new Scenario({ ...TOUCHY, probing }).fail().at(1_000).ok(3);
    story.breaker.configure({ probing: { closeWhen: successes(2) } });
    story.fail().state('open').ok().at(2_000).ok().state('closed');
  });

  it('while open: what failed stays counted where nothing is decided by it', () => {
    const probing = { whileOpen: true as const, probes: 5, closeWhen: successes(3) };
    const story = new Scenario({ ...TOUCHY, probing }).fail().at(1_000).ok(2).fail();
    story.breaker.configure({ failAfterMs: 5_000 });
    story.ok().state('closed');
  });
});

describe('ramp-up', () => {
  const ramping = (rampUp: ConfigInput['rampUp']): Scenario =>
    half({ probes: 1 }, { rampUp }).ok().state('closed');
  const admitted = (story: Scenario, calls: number): number => {
    let count = 0;
    for (let i = 0; i < calls; i++) {
      const permit = story.breaker.tryAcquire();
      if (permit === null) continue;
      permit.succeed();
      count++;
    }
    return count;
  };

  it('lets a share through that grows to all', () => {
    const story = ramping({ overMs: 10_000, fromRatio: 0.1 });
    expect(admitted(story, 100)).toBe(10);
    story.at(6_000);
    expect(admitted(story, 100)).toBeGreaterThanOrEqual(54);
    expect(admitted(story, 100)).toBeLessThanOrEqual(57);
    story.at(11_000);
    expect(admitted(story, 100)).toBe(100);
  });

  it('refuses with a reason of its own and says when', () => {
    const story = ramping({ overMs: 10_000, fromRatio: 0.1 }).ok().refused();
    expect(story.breaker.openError()).toMatchObject({
      reason: 'ramping',
      state: 'closed',
      retryAfterMs: 1_000,
    });
    expect(story.breaker.openError().message).toContain('scenario: circuit has just closed');
  });

  it('never turns sparse traffic away', () => {
    const story = ramping({ overMs: 60_000, fromRatio: 0.01 });
    for (let at = 1_000; at < 30_000; at += 1_000) story.at(at).ok();
    const faster = ramping({ overMs: 60_000, fromRatio: 0.01, alwaysPerSecond: 10 });
    for (let at = 1_000; at < 3_000; at += 100) faster.at(at).ok();
  });

  it('failures open it again, with the wait grown', () => {
    const story = new Scenario({
      openWhen: consecutiveFailures(1),
      stayOpen: backoff({ firstMs: 1_000, maxMs: 8_000, jitterRatio: 0 }),
      probing: { probes: 1 },
      rampUp: { overMs: 5_000 },
    });
    story.fail().at(1_000).ok().state('closed').fail().state('open');
    expect(story.breaker.openError().retryAfterMs).toBe(2_000);
  });

  it('does not follow a reset by a person', () => {
    const story = half({ probes: 1 }, { rampUp: { overMs: 10_000 } });
    story.breaker.reset();
    expect(admitted(story, 20)).toBe(20);
  });

  it('goes on after export and restore', () => {
    const story = ramping({ overMs: 10_000, fromRatio: 0.1 }).at(6_000);
    const restored = createBreaker({
      name: 'again',
      clock: story.clock,
      ...TOUCHY,
      rampUp: { overMs: 10_000, fromRatio: 0.1 },
      restore: story.breaker.export(),
    });
    const let100 = Array.from({ length: 100 }, () => restored.tryAcquire()).filter(
      (permit) => permit !== null,
    );
    expect(let100.length).toBeGreaterThan(50);
    expect(let100.length).toBeLessThan(60);
  });
});

describe('the open time', () => {
  const waits = (
    options: Parameters<typeof backoff>[0],
    openings: number,
    random = 0.5,
    quietMs = 0,
  ): number[] => {
    const story = new Scenario({
      openWhen: consecutiveFailures(1),
      stayOpen: backoff(options),
      probing: { probes: 1 },
      random: () => random,
    });
    const seen: number[] = [];
    for (let i = 0; i < openings; i++) {
      story.fail();
      const ms = story.breaker.openError().retryAfterMs ?? 0;
      seen.push(ms);
      story
        .at(story.clock.time + ms)
        .ok()
        .at(story.clock.time + quietMs);
    }
    return seen;
  };

  it('grows up to its maximum and begins again after a quiet time', () => {
    expect(waits({ firstMs: 100, factor: 3, maxMs: 500, jitterRatio: 0 }, 4)).toEqual([100, 300, 500, 500]);
    expect(waits({ firstMs: 100, factor: 3, maxMs: 500, jitterRatio: 0 }, 3, 0.5, 499)).toEqual([
      100, 300, 500,
    ]);
    expect(waits({ firstMs: 100, factor: 3, maxMs: 500, jitterRatio: 0 }, 3, 0.5, 500)).toEqual([
      100, 100, 100,
    ]);
    expect(waits({ firstMs: 100, factor: 3, maxMs: 500, jitterRatio: 0, quietMs: 0 }, 3)).toEqual([
      100, 100, 100,
    ]);
    expect(waits({ firstMs: 100, jitterRatio: 0, quietMs: 2_000 }, 3, 0.5, 1_999)).toEqual([100, 200, 400]);
  });

  it('is spread by jitter to both sides', () => {
    expect(waits({ firstMs: 1_000, jitterRatio: 0.2 }, 1, 0)).toEqual([800]);
    expect(waits({ firstMs: 1_000, jitterRatio: 0.2 }, 1, 1)).toEqual([1_200]);
  });

  it('ends at its last moment, or just after it', () => {
    new Scenario(TOUCHY).fail().at(999).refused().state('open').at(1_000).state('half-open').ok();
    const after = new Scenario({ ...TOUCHY, stayOpen: fixed(1_000, { endsAfter: true }) }).fail();
    after.at(1_000).state('open').refused().at(1_000.000001).state('half-open').ok();
  });

  it('may be the answer of a function, which nothing else changes', () => {
    const asked: unknown[] = [];
    const story = new Scenario({
      ...TOUCHY,
      probing: { probes: 1 },
      openMs: (opening) => {
        asked.push(opening);
        return opening.openings * 10;
      },
    });
    const error = new Error('why');
    story.ok(3).fail(1, error).at(9).refused().at(10).fail().at(29).refused().at(30).ok().state('closed');
    expect(asked).toEqual([
      expect.objectContaining({
        openings: 1,
        error,
        window: expect.objectContaining({ calls: 4, failures: 1 }),
      }),
      expect.objectContaining({ openings: 2 }),
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
      Error,
    ],
    ['returns nonsense', () => Number.NaN, RangeError],
    ['returns a negative', () => -1, RangeError],
  ])('falls back where the function %s, and says so once per opening', (_, openMs, kind) => {
    const told: [unknown, string][] = [];
    const story = new Scenario({ ...TOUCHY, openMs, onError: (error, where) => told.push([error, where]) });
    story.fail().at(999).refused().at(1_000).ok();
    expect(told).toEqual([[expect.any(kind), 'openMs']]);
  });

  it('a hint lengthens it, up to its cap, and never shortens it', () => {
    const opened = (retryAfterMs: number): number | undefined => {
      const story = new Scenario({ ...TOUCHY, stayOpen: fixed(1_000, { hintMaxMs: 5_000 }) });
      story.breaker.acquire().fail(new Error('busy'), { retryAfterMs });
      return story.breaker.openError().retryAfterMs;
    };
    expect([opened(10), opened(3_000), opened(60_000)]).toEqual([1_000, 3_000, 5_000]);
  });

  it('a result may open the circuit at once, by its classification', async () => {
    const clock = testClock();
    const breaker = createBreaker({
      name: 'b',
      clock,
      openWhen: [],
      classify: ({ ok }) => (ok ? { verdict: 'success', openForMs: 700 } : undefined),
    });
    await breaker.execute(() => 'maintenance at noon');
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot()).toMatchObject({ openedBecause: { rule: 'told-to-open' }, retryAfterMs: 700 });
  });
});

describe('a call that took longer than failAfterMs', () => {
  it('is a failure, and a timeout, whatever it returned', () => {
    const story = new Scenario({ failAfterMs: 100, openWhen: consecutiveFailures(2) });
    story.begin('at the limit').at(100).end('at the limit', 'ok').counts({ succeeded: 1 });
    story
      .begin('a')
      .at(201)
      .end('a', 'ok')
      .begin('b')
      .at(302)
      .end('b', 'ok')
      .state('open')
      .counts({ failed: 2 });
    expect(story.breaker.snapshot().outcomes).toBe('ott');
  });

  it('stays ignored where it was to be ignored', () => {
    const story = new Scenario({ failAfterMs: 100, openWhen: consecutiveFailures(1) });
    story.begin('a').at(500).end('a', 'ignore').state('closed').counts({ ignored: 1, failed: 0 });
  });
});

it('nothing opens the circuit while it warms up', () => {
  const story = new Scenario({ ...TOUCHY, warmUpMs: 500 }).fail(3).at(499).fail().state('closed');
  story.at(500).fail().state('open');
});

it('a probe is a lease: with null it is held for ever', () => {
  const story = half({ probes: 1, leaseMs: null }).begin('hangs').at(1e9).refused();
  story.end('hangs', 'ok').state('closed');
});

it('unlimited probes are bounded by their places alone', () => {
  const story = half({ unlimited: true, atOnce: 2, probes: 3, closeWhen: successes(6) });
  for (let round = 0; round < 5; round++)
    story.begin(`${round}`).begin('other').refused().end(`${round}`, 'ok').end('other', 'ignore');
  story.state('half-open').ok().state('closed');
});

it('late results count where that is asked for', () => {
  const late = (counting: ConfigInput['counting']): Scenario =>
    new Scenario({ ...TOUCHY, probing: { probes: 1 }, counting })
      .begin('late')
      .begin('later')
      .fail()
      .at(1_000);
  late({ late: 'counted' }).begin('probe').end('late', 'ok').state('closed');
  late({ late: 'counted' }).begin('probe').end('late', 'fail').state('open');
  late({}).begin('probe').end('late', 'ok').state('half-open').counts({ stale: 1 });
});

it('permits say what became of a late result', () => {
  const clock = testClock();
  const breaker = createBreaker({ name: 'b', clock, ...TOUCHY });
  const permit: Permit = breaker.acquire();
  breaker.acquire().fail();
  expect(permit.succeed()).toBe('stale');
  expect(permit.succeed()).toBe('settled');
});

describe('would a call be let through', () => {
  const agrees = (story: Scenario, expected: boolean): void => {
    const before = story.breaker.snapshot();
    expect(story.breaker.wouldAdmit()).toBe(expected);
    expect(story.breaker.wouldAdmit()).toBe(expected);
    expect(story.breaker.snapshot()).toEqual(before);
    expect(story.breaker.tryAcquire() !== null).toBe(expected);
  };

  it('says what the next call will find, and takes nothing', () => {
    agrees(new Scenario(TOUCHY), true);
    agrees(new Scenario(TOUCHY).fail().at(999), false);
    agrees(half({ probes: 1 }), true);
    agrees(half({ probes: 1 }).begin('a'), false);
    agrees(half({ probes: 1, leaseMs: 500 }).begin('a').at(1_500), true);
    agrees(half({ unlimited: true, atOnce: 5, tokens: { capacity: 1, perSecond: 1 } }).ok(), false);
    agrees(half({ probes: 1, leaseMs: null, maxMs: 100 }).begin('a').at(1_100), false);
    agrees(half({ probes: 1, leaseMs: null, maxMs: 100, afterMaxMs: 'closed' }).begin('a').at(1_100), true);
    agrees(half({ probes: 1 }, { rampUp: { overMs: 5_000 } }).ok(), true);
    agrees(half({ probes: 1 }, { rampUp: { overMs: 5_000 } }).ok(2), false);
    agrees(
      half({ probes: 1 }, { rampUp: { overMs: 5_000 } })
        .ok(2)
        .at(6_000),
      true,
    );
  });

  it('follows the mode', () => {
    const story = new Scenario(TOUCHY);
    story.breaker.setMode('forced-open');
    agrees(story, false);
    story.breaker.setMode('forced-closed');
    agrees(story, true);
    story.breaker.setMode('observing');
    agrees(story, true);
  });
});

it('time can be told to pass, without a call', () => {
  const story = new Scenario(TOUCHY).fail().at(1_000);
  const seen: string[] = [];
  story.breaker.on('state-changed', ({ to, why }) => seen.push(`${to} ${why.rule}`));
  story.breaker.passTime();
  story.breaker.passTime();
  expect(seen).toEqual(['half-open open-time-over']);
});
