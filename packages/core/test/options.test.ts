import { describe, expect, it } from 'vitest';
import {
  backoff,
  consecutiveFailures,
  createBreaker,
  createGroup,
  failureRatio,
  fixed,
  lastCalls,
  lastMs,
  slowRatio,
  successRatio,
} from '../src/index.ts';
import { checkOptions } from '../src/options.ts';

describe('a wrong option is refused at construction by a sentence', () => {
  const cases: [() => unknown, string][] = [
    [() => failureRatio(50), 'failureRatio must be above 0 and at most 1, got 50; did you mean 0.5?'],
    [() => failureRatio(0), 'failureRatio must be above 0 and at most 1, got 0'],
    [() => failureRatio(Number.NaN), 'failureRatio must be above 0 and at most 1, got NaN'],
    [() => failureRatio('0.5' as never), 'failureRatio must be above 0 and at most 1, got "0.5"'],
    [() => failureRatio(0.5, { minimumCalls: 0.5 }), 'it counts calls and is not a share'],
    [
      () => failureRatio(0.5, { volume: 20 } as never),
      'failureRatio has no option "volume"; did you mean "minimumCalls"?',
    ],
    [
      () => slowRatio(0.5, { slowMs: -1 }),
      'slowRatio slowMs must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [() => consecutiveFailures(0), 'consecutiveFailures must be a whole number from 1 to 1000000, got 0'],
    [() => lastCalls(2.5), 'lastCalls must be a whole number from 1 to 1000000, got 2.5'],
    [() => lastMs(0), 'lastMs must be a finite number of milliseconds of at least 1, got 0'],
    [() => lastMs(1_000, { buckets: 0 }), 'lastMs buckets must be a whole number from 1 to 1000, got 0'],
    [
      () => fixed(Number.POSITIVE_INFINITY),
      'to keep a circuit open until somebody acts, use setMode("forced-open")',
    ],
    [() => fixed('5s' as never), 'got "5s"; durations are numbers of milliseconds'],
    [() => backoff({ firstMs: 100, factor: 0.5 }), 'backoff factor must be from 1 to 100, got 0.5'],
    [() => backoff({ firstMs: 100, maxMs: 50 }), 'backoff maxMs (50) must not be below firstMs (100)'],
    [
      () => backoff({ firstMs: 100, jitterRatio: 2 }),
      'backoff jitterRatio must be above 0 and at most 1, got 2',
    ],
    [() => successRatio(80), 'did you mean 0.8?'],
    [() => createBreaker(undefined as never), "at least { name: 'payments' }"],
    [() => createBreaker({ name: '' }), 'name must be a string of 1 to 200 characters, got ""'],
    [
      () => createBreaker({ name: 'b', timeout: 5 } as never),
      'createBreaker has no option "timeout"; did you mean stayOpen: fixed(ms)?',
    ],
    [() => createBreaker({ name: 'b', openwhen: [] } as never), 'did you mean openWhen?'],
    [() => createBreaker({ name: 'b', openWhen: 0.5 as never }), 'did you mean failureRatio(0.5)?'],
    [
      () => createBreaker({ name: 'b', window: 10 as never }),
      'window must be lastCalls(n), lastMs(ms), tumblingMs(ms) or sinceClosed(), got 10',
    ],
    [() => createBreaker({ name: 'b', stayOpen: 5_000 as never }), 'did you mean fixed(5000)?'],
    [() => createBreaker({ name: 'b', probing: 3 as never }), 'probing must be an object, got 3'],
    [
      () => createBreaker({ name: 'b', probing: { probes: 0 } }),
      'probing probes must be a whole number from 1 to 10000, got 0',
    ],
    [
      () => createBreaker({ name: 'b', probing: { closeWhen: 0.8 as never } }),
      'did you mean successRatio(0.8)?',
    ],
    [
      () => createBreaker({ name: 'b', probing: { leaseMs: 0 } }),
      'probing leaseMs must be a finite number of milliseconds above 0, got 0',
    ],
    [
      () => createBreaker({ name: 'b', clock: Date as never, random: 5 as never }),
      'random must be a function, got 5',
    ],
    [() => createBreaker({ name: 'b', clock: {} as never }), 'clock must have a function now()'],
    [
      () => createBreaker({ name: 'b', tags: { team: 5 as never } }),
      'tags must hold strings, got 5 for "team"',
    ],
    [
      () =>
        createBreaker({
          name: 'b',
          window: lastCalls(10),
          openWhen: failureRatio(0.5, { minimumCalls: 20 }),
        }),
      'it could never open',
    ],
    [
      () =>
        createBreaker({
          name: 'b',
          openWhen: [slowRatio(0.5, { slowMs: 1 }), slowRatio(0.5, { slowMs: 2 })],
        }),
      'must share one slowMs, got 1 and 2',
    ],
    [
      () => createBreaker({ name: 'b' }).setMode('closed' as never),
      'setMode takes auto, forced-open, forced-closed, observing, got "closed"',
    ],
    [() => createBreaker({ name: 'b' }).setMode('auto', { forMs: -1 }), 'setMode forMs'],
    [
      () => createBreaker({ name: 'b' }).setMode('forced-open', { forms: 5 } as never),
      'setMode has no option "forms"',
    ],
    [
      () => createBreaker({ name: 'b' }).setMode('forced-open', null as never),
      'setMode takes an object of options, got null',
    ],
    [
      () => createBreaker({ name: 'b' }).on('state-changed', 5 as never),
      'a listener of state-changed must be a function',
    ],
    [
      () => createBreaker({ name: 'b' }).on('state' as never, () => {}),
      'there is no event "state"; did you mean state-changed? (known: state-changed, mode-changed, configured, call-rejected, call-settled)',
    ],
    [
      () => createGroup().on('changed' as never, () => {}),
      'there is no event "changed" (known: breaker-added, breaker-removed)',
    ],
  ];
  it.each(cases)('%#: %s', (attempt, sentence) => {
    expect(attempt).toThrow(sentence);
  });
});

describe('an option that is no configuration', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['payments', '"payments"'],
  ])('is refused with all the others where they are %j', (options, shown) => {
    expect(() => checkOptions(options as never)).toThrow(
      new TypeError(`createBreaker takes options, got ${shown}; at least { name: 'payments' }`),
    );
  });

  it('is a name of 1 to 200 characters', () => {
    for (const name of ['b', 'b'.repeat(200)]) expect(() => checkOptions({ name })).not.toThrow();
    for (const [name, shown] of [
      ['', '""'],
      ['b'.repeat(201), `"${'b'.repeat(60)}…"`],
      [undefined, 'undefined'],
      [['b'], 'an array'],
    ])
      expect(() => checkOptions({ name: name as string })).toThrow(
        new TypeError(`name must be a string of 1 to 200 characters, got ${shown as string}`),
      );
  });

  it.each([
    [null, 'null'],
    [5, '5'],
    [{ now: 5 }, 'an object'],
  ])('is no clock where it is %j', (clock, shown) => {
    expect(() => checkOptions({ name: 'b', clock: clock as never })).toThrow(
      new TypeError(`clock must have a function now() that returns milliseconds, got ${shown}`),
    );
  });

  it.each([
    ['failureRatio', 'openWhen: failureRatio(…)'],
    ['failureThreshold', 'openWhen: failureRatio(…) or consecutiveFailures(…)'],
    ['errorThresholdPercentage', 'openWhen: failureRatio(0.5)'],
    ['minimumCalls', 'openWhen: failureRatio(…, { minimumCalls })'],
    ['slowMs', 'openWhen: slowRatio(…, { slowMs })'],
    ['timeout', 'stayOpen: fixed(ms)'],
    ['resetTimeout', 'stayOpen: fixed(ms)'],
    ['probes', 'probing: { probes }'],
    ['halfOpen', '"probing"'],
  ])('is found by the name %s that it has elsewhere', (slip, here) => {
    const known =
      'name, window, openWhen, stayOpen, probing, rampUp, counting, failAfterMs, warmUpMs, rules, openMs, counts, history, tags, classify, onError, clock, random, restore';
    expect(() => checkOptions({ name: 'b', [slip]: 5 } as never)).toThrow(
      new TypeError(`createBreaker has no option "${slip}"; did you mean ${here}? (known: ${known})`),
    );
  });
});

describe('an event that is called otherwise elsewhere', () => {
  it.each([
    ['open', '"state-changed"'],
    ['close', '"state-changed"'],
    ['closed', '"state-changed"'],
    ['halfOpen', '"state-changed"'],
    ['success', '"call-settled"'],
    ['failure', '"call-settled"'],
    ['reject', '"call-rejected"'],
  ])('is found by the name %s', (slip, here) => {
    const breaker = createBreaker({ name: 'b' });
    expect(() => breaker.on(slip as never, () => {})).toThrow(
      `there is no event "${slip}"; did you mean ${here}? (known: `,
    );
    for (const [group, name] of [
      ['added', '"breaker-added"'],
      ['removed', '"breaker-removed"'],
    ] as const)
      expect(() => createGroup().on(group as never, () => {})).toThrow(`did you mean ${name}?`);
  });

  it('is not looked for in what every object has', () => {
    expect(() => createBreaker({ name: 'b' }).on('toString' as never, () => {})).toThrow(
      'there is no event "toString" (known: ',
    );
  });
});

describe('defaults', () => {
  it('are a good breaker from the name alone', () => {
    expect(createBreaker({ name: 'b' }).config).toEqual({
      window: { kind: 'last-ms', ms: 10_000, buckets: 10 },
      openWhen: [
        { kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 },
        { kind: 'slow-ratio', ratio: 0.8, slowMs: 2_000, minimumCalls: 20 },
      ],
      stayOpen: {
        kind: 'backoff',
        firstMs: 5_000,
        factor: 2,
        maxMs: 60_000,
        jitterRatio: 0.2,
        hintMaxMs: 60_000,
      },
      probing: { probes: 3, atOnce: 3, closeWhen: { kind: 'success-ratio', ratio: 1 }, leaseMs: 10_000 },
    });
  });

  it('bend to a small window', () => {
    const { openWhen } = createBreaker({ name: 'b', window: lastCalls(5) }).config;
    expect(openWhen).toMatchObject([{ minimumCalls: 5 }, { minimumCalls: 5 }]);
  });

  it('are plain, frozen, shared data that survives JSON', () => {
    const one = createBreaker({ name: 'a' }).config;
    expect(createBreaker({ name: 'b' }).config).toBe(one);
    expect(createBreaker({ name: 'c', ...JSON.parse(JSON.stringify(one)) }).config).toBe(one);
    expect(() => Object.assign(one.probing, { probes: 9 })).toThrow();
  });
});
