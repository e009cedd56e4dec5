import { describe, expect, it } from 'vitest';
import {
  type Polly7AdvancedOptions,
  type Polly7ConsecutiveOptions,
  type Polly8Options,
  polly,
} from '../../src/presets/polly.ts';
import { openingOf } from '../support/opening.ts';
import { Scenario } from '../support/scenario.ts';

type Mode = Parameters<typeof polly>[1];
const FAITHFUL = { faithful: true };

/** Four calls decide, half of them failed; half a second open, slices of 100 ms. */
const eight = (more: Polly8Options = {}, mode?: Mode): Scenario =>
  new Scenario(
    polly(
      { failureRatio: 0.5, minimumThroughput: 4, samplingDuration: 1_000, breakDuration: 500, ...more },
      mode,
    ),
  );
const inARow = (more: Partial<Polly7ConsecutiveOptions> = {}, mode?: Mode): Scenario =>
  new Scenario(
    polly({ version: 7, exceptionsAllowedBeforeBreaking: 2, durationOfBreak: 500, ...more }, mode),
  );
const advanced = (more: Partial<Polly7AdvancedOptions> = {}, mode?: Mode): Scenario =>
  new Scenario(
    polly(
      {
        version: 7,
        failureThreshold: 0.5,
        samplingDuration: 1_000,
        minimumThroughput: 4,
        durationOfBreak: 500,
        ...more,
      },
      mode,
    ),
  );

async function run(story: Scenario, call: () => unknown): Promise<void> {
  await story.breaker.execute(async () => call()).catch(() => {});
}
const throws = (error: unknown) => (): never => {
  throw error;
};
const aborted = (): Error => Object.assign(new Error('cancelled'), { name: 'AbortError' });

describe('polly 8, closed', () => {
  it('opens with its defaults at the hundredth call, a tenth of them failed', () => {
    new Scenario(polly()).ok(90).fail(9).state('closed').fail().state('open');
    new Scenario(polly()).ok(91).fail(9).state('closed').fail().state('closed').fail().state('open');
  });

  it('asks after failures only: a success that reaches the minimum does not open', () => {
    eight().fail(3).ok().state('closed').counts({ throughput: 4, failureCount: 3, failureRate: 0.75 });
    eight().fail(3).ok().fail().state('open');
  });

  it('begins each slice with the call that finds none running, and drops it a sampling duration later', () => {
    eight().at(50).fail().at(149.9).fail(2).at(1_049.9).counts({ throughput: 3 }).fail().state('open');
    eight().at(50).fail().at(149.9).fail(2).at(1_050).counts({ throughput: 0 }).fail().state('closed');
    // The second slice begins at 160, not at 150.
    const second = eight().at(50).fail().at(160).fail(2).at(1_159.9);
    second.counts({ throughput: 2 }).fail().state('closed').fail().state('open');
    eight().at(50).fail().at(160).fail(2).at(1_160).fail(3).state('closed');
  });

  it('opens with a ratio of 0 at any failure once there are enough calls', () => {
    eight({ failureRatio: 0 }).fail().ok(5).state('closed').fail().state('open');
    eight({ failureRatio: 0 }).ok(3).state('closed').fail().state('open');
  });

  it('has an empty window after an idle time', () => {
    eight().fail(3).at(60_000).fail(3).state('closed').counts({ throughput: 3 });
  });
});

describe('polly 8, open and half-open', () => {
  it('lets one call through at the very end of the break', () => {
    const story = eight().fail(4).at(499.9).state('open').refused().at(500).state('half-open');
    story.begin('probe').refused(3).end('probe', 'ok').state('closed');
  });

  it('opens again for a failed probe, which is not added to the window; the window empties with the close', () => {
    const story = eight().fail(4).at(500).fail().state('open');
    story.counts({ throughput: 4, failureCount: 4 }).at(999.9).refused().at(1_000).ok();
    story.state('closed').counts({ throughput: 0, failureCount: 0, failureRate: 0 }).fail(3).state('closed');
  });

  it('counts half-open attempts since the last close', () => {
    const story = eight().fail(4).counts({ halfOpenAttempts: 0 }).at(500).counts({ halfOpenAttempts: 0 });
    story.begin('a').counts({ halfOpenAttempts: 1 }).end('a', 'fail').counts({ halfOpenAttempts: 1 });
    story.at(1_000).fail().counts({ halfOpenAttempts: 2 }).at(1_500).ok().counts({ halfOpenAttempts: 0 });
    story.fail(4).counts({ halfOpenAttempts: 0 });
  });

  it('asks the generator at each opening', () => {
    const asked: object[] = [];
    const story = eight({
      breakDurationGenerator: (args) => {
        asked.push(args);
        return 100 * (args.halfOpenAttempts + 1);
      },
    });
    story.ok(2).fail(2).at(99).refused().at(100).fail().at(299).refused().at(300).ok().state('closed');
    story.fail(4).state('open').at(399).refused().at(400).state('half-open');
    expect(asked).toEqual([
      { failureRate: 0.5, failureCount: 2, halfOpenAttempts: 0 },
      { failureRate: 0.5, failureCount: 2, halfOpenAttempts: 1 },
      { failureRate: 1, failureCount: 4, halfOpenAttempts: 0 },
    ]);
  });

  it('shows the generator what is left of the window', () => {
    const rates: number[] = [];
    const breakDurationGenerator = ({ failureRate }: { failureRate: number }): number =>
      rates.push(failureRate) * 0;
    eight({ breakDurationGenerator }).fail(4).at(2_000).fail().state('half-open');
    expect(rates).toEqual([1, 0]);
  });

  it('takes 0 and less from the generator for over at once, and what is no number for the break duration', () => {
    const after = (breakDurationGenerator: Polly8Options['breakDurationGenerator']): Scenario =>
      eight({ breakDurationGenerator }).fail(4);
    after(() => 0)
      .state('half-open')
      .ok()
      .state('closed');
    after(() => -50).state('half-open');
    after(() => Number.POSITIVE_INFINITY)
      .at(1e12)
      .refused();
    after(() => undefined as unknown as number)
      .at(499)
      .refused()
      .at(500)
      .state('half-open');
  });

  it('falls back to the break duration, and says so, where the generator returns no number', () => {
    for (const odd of [Number.NaN, 'soon', Promise.resolve(5)]) {
      const told: unknown[] = [];
      const options = polly({
        minimumThroughput: 2,
        breakDuration: 500,
        breakDurationGenerator: () => odd as number,
      });
      const story = new Scenario({
        ...options,
        onError: (error, where) => told.push([String(error), where]),
      }).fail(2);
      story.at(499).refused().at(500).state('half-open');
      expect(told).toEqual([
        [expect.stringMatching(/not a number of milliseconds|must answer at once/), 'openMs'],
      ]);
    }
  });
});

describe('polly 8, what counts as what', () => {
  const picky = {
    shouldHandle: ({ outcome }: { outcome: { result?: unknown; exception?: unknown } }) =>
      outcome.result === 503 || outcome.exception === 'upstream',
  };

  it('asks shouldHandle about values and errors', async () => {
    const story = eight(picky);
    for (const call of [() => 503, () => 200, throws('upstream'), throws('mine')]) await run(story, call);
    story.counts({ throughput: 3, failureCount: 2, ignored: 1 });
  });

  it('ignores what is not handled, also as a probe; there it is a success and closes', async () => {
    const probed = async (mode?: Mode): Promise<Scenario> => {
      const story = eight(picky, mode);
      await run(story, throws('mine'));
      story
        .counts({ throughput: mode ? 1 : 0 })
        .fail(mode ? 3 : 4)
        .state('open')
        .at(500);
      await run(story, throws('mine'));
      return story;
    };
    (await probed()).state('half-open').begin('again').end('again', 'ok').state('closed');
    (await probed(FAITHFUL)).state('closed').counts({ throughput: 0 });
  });

  it('takes a cancelled call for not handled, and any other error for a failure', async () => {
    for (const [mode, throughput] of [
      [undefined, 2],
      [FAITHFUL, 3],
    ] as const) {
      const story = eight({}, mode);
      for (const error of [new Error('upstream'), undefined, aborted()]) await run(story, throws(error));
      story.counts({ throughput, failureCount: 2 });
    }
  });

  it('ignores a permit that is ignored; there it counts and closes', () => {
    eight().fail(3).ignore(3).counts({ throughput: 3 }).fail().at(500).ignore(2).state('half-open');
    eight({}, FAITHFUL)
      .fail(3)
      .ignore()
      .counts({ throughput: 4 })
      .state('closed')
      .fail()
      .at(500)
      .ignore()
      .state('closed');
  });
});

describe('polly 8, where faithful differs', () => {
  it('drops late results; there the first to come decides, whoever sent it', () => {
    const late = (mode?: Mode): Scenario => eight({}, mode).begin('old').fail(4).at(500).begin('probe');
    late().end('old', 'ok').state('half-open').counts({ stale: 1 }).end('probe', 'ok').state('closed');
    late(FAITHFUL).end('old', 'ok').state('closed');
    late(FAITHFUL).end('old', 'fail').state('open').at(999.9).refused().at(1_000).state('half-open');
    late().end('old', 'fail').state('half-open');
  });

  it('drops late results while open; there the window has them, and the break is as long as before', () => {
    const late = (mode?: Mode): Scenario => eight({}, mode).begin('old').fail(4).at(100).end('old', 'fail');
    late().counts({ throughput: 4 }).at(500).state('half-open');
    late(FAITHFUL).counts({ throughput: 5 }).at(499.9).state('open').at(500).state('half-open');
  });

  it('takes the hint of the other side for a longer open time; there nobody hears it', () => {
    const asked = (mode?: Mode): Scenario => {
      const story = eight({}, mode).fail(3);
      story.breaker.acquire().fail('busy', { retryAfterMs: 3_000 });
      return story.state('open');
    };
    asked().at(2_999).refused().at(3_001).state('half-open');
    asked(FAITHFUL).at(500).state('half-open');
  });

  it('gives the place of a hung probe away after the break duration; there nothing gets through again', () => {
    const hung = (mode?: Mode): Scenario => eight({}, mode).fail(4).at(500).begin('hung');
    hung().at(999.9).refused().at(1_000).ok().state('closed').end('hung', 'fail').state('closed');
    hung(FAITHFUL).at(1e9).state('half-open').refused();
  });
});

describe('polly 7, consecutive', () => {
  it('opens at as many failures in a row as are allowed, however far apart', () => {
    inARow()
      .fail()
      .ok()
      .fail()
      .counts({ consecutiveFailures: 1 })
      .at(1e9)
      .state('closed')
      .fail()
      .state('open');
    inARow({ exceptionsAllowedBeforeBreaking: 1 }).fail().state('open');
  });

  it('lets one probe through at the very end of the break, and another one as long after', () => {
    const story = inARow().fail(2).at(499.9).refused().at(500).begin('hung').refused();
    story.at(999.9).refused().at(1_000).begin('second').refused().end('second', 'ok').state('closed');
    inARow({}, FAITHFUL)
      .fail(2)
      .at(500)
      .begin('hung')
      .at(1_000)
      .ok()
      .state('closed')
      .counts({ consecutiveFailures: 0 });
  });

  it('leaves the row alone for errors that are not handled', async () => {
    const story = inARow({ handle: (error) => error === 'upstream', handleResult: (value) => value === 503 });
    await run(story, throws('upstream'));
    await run(story, throws('mine'));
    story.state('closed').counts({ consecutiveFailures: 1, ignored: 1 });
    await run(story, () => 503);
    story.state('open').at(500);
    await run(story, throws('mine'));
    story.state('half-open').ok().state('closed');
  });

  it('asks about errors alone where only they are asked about', async () => {
    const story = inARow({ handle: (error) => error === 'upstream' });
    await run(story, throws('mine'));
    story.counts({ consecutiveFailures: 0, ignored: 1 });
    await run(story, throws('upstream'));
    await run(story, throws('upstream'));
    story.state('open');
  });

  it('takes a value that is not handled for a success', async () => {
    const story = inARow({ handleResult: (value) => value === 503 });
    for (const value of [503, 200, 503]) await run(story, () => value);
    story.state('closed').counts({ consecutiveFailures: 1 });
  });

  it('lets everybody through while a break of 0 lasts; the first result decides', () => {
    const story = inARow({ durationOfBreak: 0 }).fail(2).state('half-open').begin('a').begin('b').begin('c');
    story.end('a', 'fail').state('half-open').end('b', 'ok').state('half-open').ok().state('closed');
  });

  it('drops late results; there the first to come decides', () => {
    const late = (mode?: Mode): Scenario => inARow({}, mode).begin('old').fail(2).at(500).begin('probe');
    late().end('old', 'fail').state('half-open').end('probe', 'ok').state('closed');
    late(FAITHFUL).end('old', 'fail').state('open');
  });
});

describe('polly 7, advanced', () => {
  it('opens at the threshold, asked after failures', () => {
    advanced().fail(3).ok().state('closed').fail().state('open');
    advanced().ok(2).fail().state('closed').fail().state('open');
    advanced().ok(3).fail(2).state('closed').fail().state('open');
  });

  it('counts the closing success in the new window', () => {
    const story = advanced().fail(4).at(500).ok().state('closed');
    story.counts({ total: 1, successes: 1, failures: 0 }).fail(2).state('closed').fail().state('open');
  });

  it('has ten slices from 200 ms on, and one below', () => {
    const at = (samplingDuration: number): Scenario => advanced({ samplingDuration }).fail().at(100).fail(2);
    at(200).at(199.9).fail().state('open');
    at(200).at(200).counts({ total: 2 }).fail().state('closed');
    at(199).at(198.9).fail().state('open');
    at(199).at(199).counts({ total: 0 }).fail(3).state('closed');
  });

  it('begins its one slice with the first result', () => {
    advanced({ samplingDuration: 100 }).at(50).fail(3).at(149.9).fail().state('open');
    advanced({ samplingDuration: 100 })
      .at(50)
      .fail(3)
      .at(150)
      .fail()
      .state('closed')
      .at(249)
      .fail(3)
      .state('open');
  });
});

describe('polly, its options', () => {
  it('gives plain data for the configuration', () => {
    const { window, openWhen, stayOpen, probing } = polly();
    expect(JSON.parse(JSON.stringify({ window, openWhen, stayOpen, probing }))).toMatchObject({
      window: { kind: 'last-ms', ms: 30_000, buckets: 10, anchor: 'first-call' },
      openWhen: { kind: 'failure-ratio', ratio: 0.1, minimumCalls: 100 },
      stayOpen: { firstMs: 5_000, maxMs: 5_000, jitterRatio: 0, quietMs: 0 },
      probing: { probes: 1, leaseMs: 5_000 },
    });
  });

  it('takes what is just in range', () => {
    polly({ failureRatio: 1, minimumThroughput: 2, samplingDuration: 500, breakDuration: 86_400_000 });
    polly({ samplingDuration: 86_400_000, breakDuration: 500 });
    advanced({ failureThreshold: 1, samplingDuration: 20, minimumThroughput: 2 }).fail(2).state('open');
  });

  it('refuses what cannot be meant', () => {
    const wrong: [object, RegExp][] = [
      [{ version: 6 }, /polly version must be 7 or 8, got 6/],
      [{ failureRatio: 10 }, /failureRatio must be above 0 and at most 1, got 10; did you mean 0.1\?/],
      [{ failureRatio: -0.1 }, /failureRatio/],
      [{ minimumThroughput: 1 }, /minimumThroughput must be a whole number from 2/],
      [{ samplingDuration: 499 }, /samplingDuration must be .* at least 500/],
      [{ samplingDuration: 86_400_001 }, /samplingDuration must be from 500 to 86400000/],
      [{ breakDuration: 30 }, /breakDuration must be/],
      [{ breakDurationGenerator: 5 }, /breakDurationGenerator must be a function/],
      [{ shouldHandle: [] }, /shouldHandle must be a function/],
      [{ exceptionsAllowedBeforeBreaking: 3 }, /did you mean version: 7\?/],
      [{ onOpened: () => {} }, /did you mean breaker.on\("state-changed"/],
      [
        { version: 7, exceptionsAllowedBeforeBreaking: 0, durationOfBreak: 5 },
        /exceptionsAllowedBeforeBreaking/,
      ],
      [{ version: 7, exceptionsAllowedBeforeBreaking: 2 }, /durationOfBreak must be/],
      [{ version: 7, exceptionsAllowedBeforeBreaking: 2, durationOfBreak: -1 }, /durationOfBreak must be/],
      [
        { version: 7, exceptionsAllowedBeforeBreaking: 2, failureThreshold: 0.5, durationOfBreak: 1 },
        /no option "failureThreshold"/,
      ],
      [
        { version: 7, failureThreshold: 0, samplingDuration: 50, minimumThroughput: 2, durationOfBreak: 1 },
        /failureThreshold/,
      ],
      [
        { version: 7, failureThreshold: 1, samplingDuration: 19, minimumThroughput: 2, durationOfBreak: 1 },
        /samplingDuration/,
      ],
      [{ version: 7, breakDuration: 1 }, /did you mean durationOfBreak/],
    ];
    for (const [options, sentence] of wrong)
      expect(() => polly(options as Polly8Options), sentence.source).toThrow(sentence);
    expect(() => polly({}, { faithfull: true } as never)).toThrow(/no option "faithfull"/);
  });
});

describe('polly, its functions', () => {
  const ok = { ok: true, value: 503 } as const;
  const failed = (error: unknown) => ({ ok: false, error }) as const;
  const seven = { version: 7, exceptionsAllowedBeforeBreaking: 2, durationOfBreak: 500 } as const;

  it('version 8: leaves a value and an error to the breaker where nobody is asked about them', () => {
    const { classify } = polly();
    for (const outcome of [ok, failed('any'), failed(null), failed(undefined)])
      expect(classify?.(outcome)).toBeUndefined();
    expect(classify?.(failed({ name: 'AbortError' }))).toBe('ignored');
    expect(polly({}, FAITHFUL).classify?.(failed(null))).toBe('failure');
  });

  it('version 8: takes what shouldHandle says', () => {
    const { classify } = polly({ shouldHandle: ({ outcome }) => outcome.exception === 'known' });
    expect([ok, failed('known'), failed('any')].map((outcome) => classify?.(outcome))).toEqual([
      undefined,
      'failure',
      'ignored',
    ]);
  });

  it('version 7: asks each predicate about its own kind alone', () => {
    const errors = polly({ ...seven, handle: (error) => error === 'known' }).classify;
    const values = polly({ ...seven, handleResult: (value) => value === 503 }).classify;
    const outcomes = [ok, failed('known'), failed('any')];
    expect(outcomes.map((outcome) => errors?.(outcome))).toEqual([undefined, 'failure', 'ignored']);
    expect(outcomes.map((outcome) => values?.(outcome))).toEqual(['failure', undefined, undefined]);
  });

  it('passes on what a generator returns that is no number, for the core to refuse by its name', () => {
    const { openMs } = polly({ breakDurationGenerator: () => '5' as never });
    expect(openMs?.(openingOf(1))).toBe('5');
  });
});
