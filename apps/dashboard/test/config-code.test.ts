import { runInNewContext } from 'node:vm';
import * as core from '@cb/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Config, changesOf, isSame, readConfig } from '../src/web/lib/breaker-config.ts';
import { configureCode, createCode } from '../src/web/lib/config-code.ts';

const {
  backoff,
  belowLimits,
  consecutiveFailures,
  createBreaker,
  custom,
  failureRatio,
  failures,
  fixed,
  lastCalls,
  lastMs,
  sinceClosed,
  slowRatio,
  successes,
  successesInARow,
  successRatio,
  tumblingMs,
} = core;

/** Runs code with core's own helpers; answers what `result` is then. */
function run(code: string, result: string, given: Record<string, unknown> = {}): unknown {
  const [, names = '', body = ''] = /^import \{([^}]*)\} from '@cb\/core';\n\n([\s\S]*)$/.exec(code) ?? [
    '',
    '',
    code.trim(),
  ];
  const imported = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of imported) expect(core).toHaveProperty(name);
  // Every word that is used is imported, and every import is used.
  for (const name of imported) expect(body).toContain(name);
  const values = {
    ...given,
    ...Object.fromEntries(Object.entries(core).filter(([name]) => imported.includes(name))),
  };
  return runInNewContext(`${body}\n;${result}`, values);
}

const ratio = fc.constantFrom(0.07, 0.3, 0.5, 1);
const minimumCalls = fc.constantFrom(1, 5, 20);
const aRule = fc.oneof(
  fc
    .record({
      ratio,
      minimumCalls,
      above: fc.boolean(),
      rounding: fc.constantFrom(undefined, 'percent' as const),
      adapt: fc.constantFrom(
        undefined,
        { factor: 0.4, history: { overMs: 120_000 } },
        { factor: 1, history: 'supplied' as const },
      ),
    })
    .map(({ ratio: limit, ...options }) => failureRatio(limit, options)),
  fc
    .record({ ratio, minimumCalls, inFlight: fc.boolean() })
    .map(({ ratio: limit, ...options }) => slowRatio(limit, { slowMs: 2_000, ...options })),
  fc
    .record({ count: fc.integer({ min: 1, max: 9 }), minimumCalls })
    .map(({ count, ...options }) => failures(count, options)),
  fc.integer({ min: 1, max: 9 }).map(consecutiveFailures),
  fc.constantFrom(custom("it's \\ bad"), custom('two "words"')),
);
const aConfig = fc
  .record({
    window: fc.constantFrom(
      lastCalls(50),
      lastMs(10_000),
      lastMs(60_000, { buckets: 12, anchor: 'epoch' }),
      tumblingMs(1_500, { endsAfter: true }),
      sinceClosed(),
    ),
    openWhen: fc.array(aRule, { maxLength: 3 }),
    stayOpen: fc.constantFrom(
      fixed(1_000),
      fixed(120_000, { jitterRatio: 0.3, hintMaxMs: 5, endsAfter: true }),
      backoff({ firstMs: 5_000 }),
      backoff({ firstMs: 400, factor: 3, maxMs: 2_000, quietMs: 0, jitterRatio: 0, hintMaxMs: 123_456 }),
    ),
    probing: fc.constantFrom(
      {},
      { probes: 5, atOnce: 2, closeWhen: successRatio(0.8), leaseMs: null },
      { probes: 4, closeWhen: successes(2, { of: 4 }), tokens: { capacity: 2, perSecond: 0.5 } },
      { probes: 2, closeWhen: successesInARow(3), maxMs: 30_000, afterMaxMs: 'closed' as const },
      { probes: 2, closeWhen: belowLimits(2, { allowedFailures: 1 }), unlimited: true as const, atOnce: 3 },
      { probes: 3, closeWhen: belowLimits(3), whileOpen: true as const },
    ),
    rampUp: fc.constantFrom(undefined, { overMs: 10_000, fromRatio: 0.2 }),
    counting: fc.constantFrom(undefined, { late: 'counted' as const }),
    failAfterMs: fc.constantFrom(undefined, 600),
    warmUpMs: fc.constantFrom(undefined, 60_000),
  })
  .map((given) => {
    try {
      return createBreaker({ name: 'tried', rules: RULES, ...given }).config;
    } catch {
      return undefined;
    }
  })
  .filter((config): config is Config => config !== undefined);
const never = (): boolean => false;
const RULES = { "it's \\ bad": never, 'two "words"': never };
const HISTORY = { recordError: never, recordSuccess: never, getErrorRate: () => 0 };

/** As code stands for it: functions are the service's own. */
function asData(config: Config): Config {
  return JSON.parse(JSON.stringify(config)) as Config;
}

describe('a configuration as code', () => {
  it('makes a breaker of the same configuration', () => {
    fc.assert(
      fc.property(aConfig, (config) => {
        const code = createCode('payments', config);
        const withFunctions = code.replace(
          "name: 'payments',",
          "name: 'payments', rules: RULES, history: HISTORY,",
        );
        const breaker = run(withFunctions, 'payments', { RULES, HISTORY }) as core.Breaker;
        expect(breaker.config).toEqual(config);
      }),
      { numRuns: 500 },
    );
  });

  it('changes a running breaker to the same configuration', () => {
    fc.assert(
      fc.property(aConfig, aConfig, (before, after) => {
        const payments = createBreaker({ name: 'payments', rules: RULES, ...before });
        const changes = changesOf(after, before);
        if (Object.keys(changes).length === 0) return;
        run(configureCode('payments', changes), 'payments', { payments });
        const probing = { ...before.probing, ...changes.probing };
        // Probes without a bound, which that rule asks for, go with it.
        if (
          before.probing.closeWhen.kind === 'successes-in-a-row' &&
          !changes.probing?.unlimited &&
          changes.probing
        )
          Reflect.deleteProperty(probing, 'unlimited');
        const merged = createBreaker({ name: 'payments', rules: RULES, ...before, ...changes, probing });
        expect(payments.config).toEqual(merged.config);
      }),
      { numRuns: 300 },
    );
  });

  it('reads as its user would have written it, defaults left out', () => {
    expect(createCode('payments', createBreaker({ name: 'payments' }).config)).toBe(
      "import { createBreaker } from '@cb/core';\n\nconst payments = createBreaker({\n  name: 'payments',\n});\n",
    );
    const { config } = createBreaker({
      name: 'x',
      window: lastMs(60_000, { buckets: 12 }),
      openWhen: [
        failureRatio(0.3, { minimumCalls: 50 }),
        slowRatio(0.8, { slowMs: 500 }),
        consecutiveFailures(5),
      ],
      stayOpen: backoff({ firstMs: 15_000, maxMs: 60_000 }),
      probing: { probes: 5, atOnce: 2 },
    });
    expect(createCode('stripe.charge', config)).toBe(`import {
  backoff,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  lastMs,
  slowRatio,
} from '@cb/core';

const stripeCharge = createBreaker({
  name: 'stripe.charge',
  window: lastMs(60_000, { buckets: 12 }),
  openWhen: [
    failureRatio(0.3, { minimumCalls: 50 }),
    slowRatio(0.8, { slowMs: 500 }),
    consecutiveFailures(5),
  ],
  stayOpen: backoff({ firstMs: 15_000, maxMs: 60_000 }),
  probing: { probes: 5, atOnce: 2 },
});
`);
    expect(configureCode('stripe.charge', { openWhen: [failureRatio(0.3)] })).toBe(
      "import { failureRatio } from '@cb/core';\n\nstripeCharge.configure({\n  openWhen: failureRatio(0.3),\n});\n",
    );
    expect(configureCode('x', { failAfterMs: 1_000 })).toBe('x.configure({\n  failAfterMs: 1000,\n});\n');
  });

  it('names its variable so that it can be one, whatever the breaker is called', () => {
    const { config } = createBreaker({ name: 'x' });
    for (const name of [
      '',
      '42',
      'class',
      'createBreaker',
      "it's",
      'a/../b',
      '☃',
      'GET https://x',
      '\\\n"',
    ]) {
      const code = createCode(name === '' ? ' ' : name, config);
      const variable = /const (\w+) =/.exec(code)?.[1] as string;
      expect((run(code, variable) as core.Breaker).name).toBe(name === '' ? ' ' : name);
    }
  });
});

describe('a configuration from the wire or an address', () => {
  it('is taken where it has its parts', () => {
    fc.assert(
      fc.property(aConfig, (config) => {
        expect(readConfig(asData(config))).toEqual(config);
        expect(changesOf(asData(config), config)).toEqual({});
      }),
    );
  });

  it('is none where a part is missing, or none of its kinds', () => {
    const config = createBreaker({ name: 'x' }).config;
    for (const wrong of [
      null,
      5,
      [],
      {},
      { ...config, window: { kind: 'else' } },
      { ...config, window: { kind: 'constructor' } },
      { ...config, window: { kind: 'last-ms', ms: '10', buckets: 10 } },
      { ...config, openWhen: [null] },
      { ...config, openWhen: new Array(13).fill({ kind: 'consecutive-failures', failures: 1 }) },
      { ...config, openWhen: { kind: 'custom' } },
      { ...config, stayOpen: { kind: 'fixed' } },
      { ...config, probing: { ...config.probing, closeWhen: undefined } },
      { ...config, probing: { ...config.probing, probes: Number.NaN } },
    ])
      expect(readConfig(wrong)).toBeUndefined();
    expect(isSame({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true);
    expect(isSame({ a: 1 }, { a: 1, b: undefined })).toBe(false);
    expect(isSame([1], { 0: 1 })).toBe(false);
  });
});
