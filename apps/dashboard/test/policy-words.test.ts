import type { PolicyNumbers, PolicyRow } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { groupPolicies } from '../src/web/features/policies/group-policies.ts';
import { allDeeds, deedsOf, kindWord } from '../src/web/features/policies/kinds.ts';
import { nowWords } from '../src/web/features/policies/now-words.ts';
import { settingsWords } from '../src/web/features/policies/settings-words.ts';

function numbersOf(more: Partial<PolicyNumbers> = {}): PolicyNumbers {
  return { counts: {}, perSecond: {}, gauges: {}, config: null, ...more };
}

describe('what a policy did', () => {
  const said = (kind: string, more: Partial<PolicyNumbers>): string[] =>
    deedsOf(kind, numbersOf(more)).map(({ word, total }) => `${total} ${word}`);

  it('stands in the words of its kind, zeros included', () => {
    expect(
      said('retry', { counts: { retries: 3, gaveUpAttempts: 1, gaveUpBudget: 2, gaveUpAborted: 9 } }),
    ).toEqual(['3 retries', '0 recovered', '3 gave up']);
    expect(said('coalesce', { counts: { led: 5, followed: 7, alone: 1 } })).toEqual(['5 ran', '7 shared']);
    expect(said('rate-limit', { counts: { refused: 4 } })).toEqual(['0 allowed', '0 queued', '4 limited']);
  });

  it('names the replacement that answered where there are several', () => {
    const counts = { replaced: 10, replacedBy0: 7, replacedBy1: 3, failed: 1 };
    const config = { replacements: [{ kind: 'cache', label: 'cache' }, { kind: 'function' }] };
    expect(said('fallback', { counts, config })).toEqual([
      '10 replaced',
      '7 by cache',
      '3 by no. 2',
      '1 failed',
    ]);
    expect(said('fallback', { counts, config: { replacements: [{ label: 'x' }] } })).toEqual([
      '10 replaced',
      '1 failed',
    ]);
    expect(said('fallback', { counts, config: { replacements: 5 } })).toHaveLength(2);
  });

  it('is trouble only where a caller felt it', () => {
    const troubles = ['retry', 'timeout', 'bulkhead', 'rate-limit', 'fallback', 'coalesce', 'hedge'].map(
      (kind) =>
        deedsOf(kind, numbersOf())
          .filter(({ trouble }) => trouble)
          .map(({ word }) => word)
          .join(),
    );
    expect(troubles).toEqual(['gave up', 'timed out', 'refused', 'limited', 'failed', '', '']);
  });

  it('shows the first counters of a kind that nobody knows, by their names', () => {
    const counts = { callsCopied: 1, dropped: 2, a: 3, b: 4 };
    expect(kindWord('shadow-traffic')).toBe('Shadow traffic');
    expect(said('shadow-traffic', { counts })).toEqual(['1 calls copied', '2 dropped', '3 a']);
    expect(allDeeds(numbersOf({ counts, perSecond: { b: 2 } })).at(-1)).toMatchObject({
      word: 'b',
      perSecond: 2,
    });
    for (const kind of ['__proto__', 'constructor', 'toString'])
      expect(said(kind, { counts })).toHaveLength(3);
  });
});

describe('what a policy does now', () => {
  it('is said with its limit, without what is nothing, and with units', () => {
    expect(nowWords({ inFlight: 11, queued: 0, limit: 20 })).toEqual(['11 of 20 in flight']);
    expect(nowWords({ inFlight: 0, waiting: 2, budgetTokens: 99.9 })).toEqual([
      '0 in flight',
      '2 waiting',
      '99 retries left',
    ]);
    expect(nowWords({ afterMs: 48.4, measured: 1_000 })).toEqual(['hedges after 48 ms']);
    expect(nowWords({ lagMs: 1_200, loadRatio: 0.5, odd: -2 })).toEqual(['lag 1.2 s', 'load 50 %', 'odd -2']);
  });
});

describe('settings', () => {
  it.each([
    [
      'retry',
      {
        attempts: 3,
        backoff: { kind: 'exponential', firstMs: 200, factor: 2, maxMs: 30_000, jitter: 'full' },
        maxDelayMs: 30_000,
        maxTotalMs: 30_000,
        retryNonIdempotent: false,
        budget: 'shared',
      },
      '3 attempts · pauses from 200 ms doubling to 30 s, jittered · 30 s in all · within budget shared',
    ],
    ['retry', { attempts: 2, budget: 'retry-budget' }, '2 attempts · within a budget'],
    [
      'retry',
      { backoff: { kind: 'constant', ms: 0 }, retryNonIdempotent: true },
      'no pause · also what may not run twice',
    ],
    [
      'retry',
      { backoff: { kind: 'linear', firstMs: 100, stepMs: 50, maxMs: 1_000 } },
      'pauses from 100 ms + 50 ms to 1 s',
    ],
    ['retry', { maxDelayMs: 5_000, maxTotalMs: 30_000 }, 'no pause above 5 s · 30 s in all'],
    ['timeout', { timeoutMs: 2_500 }, '2.5 s'],
    [
      'bulkhead',
      { concurrent: 20, queue: 10, queueTimeoutMs: 500 },
      '20 at once · queue of 10 · waits up to 500 ms',
    ],
    [
      'bulkhead',
      {
        concurrent: 20,
        queue: 0,
        adaptive: { kind: 'aimd', minimum: 1, maximum: 200, latencyMs: 250, backoffRatio: 0.9 },
      },
      '20 at once at first · no queue · adapts 1 to 200, slow above 250 ms, then to 90 %',
    ],
    [
      'rate-limit',
      { limit: 100, perMs: 1_000, burst: 150, waitMs: 0, maxKeys: 1_000 },
      '100 per second · bursts of 150 · no waiting · at most 1,000 keys',
    ],
    ['rate-limit', { limit: 5, perMs: 60_000, burst: 5, waitMs: 500 }, '5 per 1 min · waits up to 500 ms'],
    [
      'fallback',
      {
        replacements: [
          { kind: 'cache', label: 'cache', deadlineMs: 100 },
          { kind: 'function', label: 'best' },
        ],
      },
      'cache within 100 ms, then function best',
    ],
    [
      'hedge',
      { afterPercentile: 0.95, minimumCalls: 100, attempts: 2 },
      'after the p95 · from 100 calls on · 2 attempts',
    ],
    ['hedge', { afterMs: 50, attempts: 2 }, 'after 50 ms · 2 attempts'],
    ['coalesce', {}, ''],
    ['future', { shareRatio: 0.05, target: 'staging' }, 'share 5 % · target staging'],
  ])('of a %s, %j, are said in words', (kind, config, text) => {
    expect(settingsWords(kind, config).join(' · ')).toBe(text);
  });

  it('of another type than expected, or that came later, stand as they are', () => {
    expect(settingsWords('timeout', { timeoutMs: 'soon', graceMs: 50 })).toEqual([
      'timeout soon',
      'grace 50 ms',
    ]);
    expect(settingsWords('retry', { backoff: 'none', attempts: null })).toEqual([
      'backoff none',
      'attempts none',
    ]);
    expect(settingsWords('fallback', { replacements: [null, 5] })).toEqual(['none, then 5']);
    expect(settingsWords('retry', JSON.parse('{"__proto__":1,"constructor":2}'))).toHaveLength(2);
    for (const config of [null, 5, 'x', [1]]) expect(settingsWords('retry', config)).toEqual([]);
  });
});

describe('rows', () => {
  const row = (service: string, kind: string, name: string): PolicyRow => ({
    service,
    kind,
    name,
    instances: 1,
    ...numbersOf(),
  });
  const rows = [
    row('checkout', 'bulkhead', 'payments'),
    row('checkout', 'retry', 'payments'),
    row('checkout', 'rate-limit', 'prices'),
    row('mail', 'timeout', 'smtp'),
  ];
  const found = (query: string): string[] =>
    [...groupPolicies(rows, query)].map(
      ([service, group]) => `${service}: ${group.map(({ kind, name }) => `${name} ${kind}`).join(', ')}`,
    );

  it('stand by service, those of one name in the order of a pipeline', () => {
    expect(found('')).toEqual([
      'checkout: payments retry, payments bulkhead, prices rate-limit',
      'mail: smtp timeout',
    ]);
  });

  it('are found by every word of name, kind and service', () => {
    expect(found('PAYMENTS  retry')).toEqual(['checkout: payments retry']);
    expect(found('rate limit')).toEqual(['checkout: prices rate-limit']);
    expect(found('mail')).toEqual(['mail: smtp timeout']);
    expect(found('nothing')).toEqual([]);
  });
});
