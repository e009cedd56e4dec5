import { backoff, createBreaker, failureRatio, lastCalls, slowRatio } from '@cb/core';
import { describe, expect, it } from 'vitest';
import { checkSettings, readSettings } from '../src/web/features/control/read-settings.ts';
import { commonSettings, refusalOf, withCommon } from '../src/web/lib/common-settings.ts';
import { changedParts, diffConfig, laidOver, takenAway } from '../src/web/lib/config-diff.ts';

/** As core resolves it, and as it travels. */
function resolved(options: Omit<Parameters<typeof createBreaker>[0], 'name'> = {}): Record<string, unknown> {
  return JSON.parse(JSON.stringify(createBreaker({ name: 'x', ...options }).config)) as Record<
    string,
    unknown
  >;
}

const LEDGER = resolved({
  window: lastCalls(20),
  openWhen: [failureRatio(0.5, { minimumCalls: 20 }), slowRatio(0.8, { slowMs: 500, minimumCalls: 20 })],
  stayOpen: backoff({ firstMs: 1_500, maxMs: 60_000 }),
  probing: { probes: 2 },
});

describe('the difference of two configurations', () => {
  it('names each value that differs, as code does', () => {
    const after = withCommon(withCommon(LEDGER, 'failureLimit', '30'), 'openTime', '3');
    expect(diffConfig(LEDGER, after)).toEqual([
      { path: 'openWhen[0].ratio', before: 0.5, after: 0.3 },
      { path: 'stayOpen.firstMs', before: 1_500, after: 3_000 },
    ]);
    expect(diffConfig(LEDGER, { ...LEDGER })).toEqual([]);
  });

  it('has what came and what went, and survives what is no configuration', () => {
    expect(diffConfig({ a: 1, b: [1, 2] }, { b: [1], c: null })).toEqual([
      { path: 'a', before: 1, after: undefined },
      { path: 'b[1]', before: 2, after: undefined },
      { path: 'c', before: undefined, after: null },
    ]);
    expect(diffConfig(null, { a: 1 })).toEqual([{ path: '', before: null, after: { a: 1 } }]);
    expect(diffConfig(JSON.parse('{"__proto__":1}'), {})).toEqual([
      { path: '__proto__', before: 1, after: undefined },
    ]);
    let deep: unknown = 1;
    for (let i = 0; i < 1_000; i++) deep = { deep };
    expect(diffConfig(deep, { deep: 2 })).toHaveLength(1);
  });

  it('sends each part that differs whole, since it takes the place of its own', () => {
    const after = withCommon(LEDGER, 'failureLimit', '30');
    expect(changedParts(LEDGER, after)).toEqual({ openWhen: after.openWhen });
    expect(changedParts(LEDGER, LEDGER)).toEqual({});
  });

  it('gives, laid over the old one by core, the new one', () => {
    const breaker = createBreaker({ name: 'x', ...(LEDGER as object) });
    const after = withCommon(withCommon(LEDGER, 'minimumCalls', '10'), 'probes', '5');
    breaker.configure(changedParts(LEDGER, after) as Parameters<typeof breaker.configure>[0]);
    expect(JSON.parse(JSON.stringify(breaker.config))).toEqual(after);
  });

  it('tells what cannot be taken away by leaving it out', () => {
    const before = resolved({ rampUp: { overMs: 1_000 }, probing: { maxMs: 5_000 } });
    const { rampUp: _, ...after } = before;
    expect(takenAway(before, after)).toEqual(['rampUp']);
    const { maxMs: __, ...probing } = before.probing as { maxMs: number };
    expect(takenAway(before, { ...before, probing })).toEqual(['probing.maxMs']);
    expect(takenAway(before, before)).toEqual([]);
    expect(takenAway(null, {})).toEqual([]);
  });

  it('lays a proposal over what is in force as core does', () => {
    expect(laidOver({ a: 1, probing: { probes: 2, atOnce: 1 } }, { probing: { probes: 3 } })).toEqual({
      a: 1,
      probing: { probes: 3, atOnce: 1 },
    });
    expect(laidOver({ a: 1 }, undefined)).toEqual({ a: 1 });
    expect(laidOver(null, { a: 1 })).toEqual({ a: 1 });
  });
});

describe('common settings', () => {
  it('are found in what core resolved, in the units that people use', () => {
    expect(commonSettings(LEDGER).map(({ name, value, unit }) => [name, value, unit])).toEqual([
      ['failureLimit', 50, '%'],
      ['minimumCalls', 20, 'calls'],
      ['openTime', 1.5, 's'],
      ['probes', 2, 'calls'],
    ]);
    const streak = commonSettings({ openWhen: [{ kind: 'consecutive-failures', failures: 5 }] });
    expect(streak.map(({ name, value, unit }) => [name, value, unit])).toEqual([
      ['failureLimit', 5, 'failures in a row'],
    ]);
    for (const odd of [null, 5, { openWhen: 'x', probing: 3 }, { stayOpen: { firstMs: '9' } }]) {
      expect(commonSettings(odd)).toEqual([]);
    }
  });

  it('say a share as what was typed', () => {
    expect(withCommon(LEDGER, 'failureLimit', '7')).toMatchObject({ openWhen: [{ ratio: 0.07 }, {}] });
    expect(withCommon(LEDGER, 'failureLimit', ' 12,5 ')).toMatchObject({ openWhen: [{ ratio: 0.125 }, {}] });
    expect(commonSettings({ openWhen: [failureRatio(0.07)] })[0]?.value).toBe(7);
  });

  it('change nothing else, and keep what hangs together', () => {
    const fixed = { stayOpen: { kind: 'fixed', firstMs: 1_000, maxMs: 1_000 }, openWhen: [] };
    expect(withCommon(fixed, 'openTime', '2')).toEqual({
      openWhen: [],
      stayOpen: { kind: 'fixed', firstMs: 2_000, maxMs: 2_000 },
    });
    expect(withCommon({ probing: { probes: 2, atOnce: 2 } }, 'probes', '4')).toEqual({
      probing: { probes: 4, atOnce: 4 },
    });
    expect(withCommon({ probing: { probes: 2, atOnce: 1 } }, 'probes', '4')).toEqual({
      probing: { probes: 4, atOnce: 1 },
    });
    expect(withCommon({ openWhen: { kind: 'failures', failures: 5 } }, 'failureLimit', '9')).toEqual({
      openWhen: [{ kind: 'failures', failures: 9 }],
    });
  });

  it('refuse in a sentence what is no such number', () => {
    const [limit, minimum] = commonSettings(LEDGER);
    if (!limit || !minimum) throw new Error('LEDGER has both');
    for (const odd of ['', ' ', '0', '101', '-5', 'abc', '1e999']) {
      expect(refusalOf(limit, odd)).toBe('Failure limit must be a number from 0.001 to 100 %');
    }
    expect(refusalOf(limit, '12,5')).toBeUndefined();
    expect(refusalOf(minimum, '2.5')).toMatch(/whole number from 1/);
    expect(refusalOf(minimum, '2')).toBeUndefined();
  });
});

describe('settings out of a text', () => {
  it('are an object, or a sentence says why not', () => {
    expect(readSettings('{ "failAfterMs": 5 }')).toEqual({ failAfterMs: 5 });
    expect(readSettings('{ "failAfterMs": ')).toMatch(/^That is not JSON: /);
    expect(readSettings('[1]')).toMatch(/^Settings are an object/);
    expect(readSettings('null')).toMatch(/^Settings are an object/);
  });

  it('are looked at by core before a service has to', async () => {
    expect(await checkSettings(LEDGER)).toBeUndefined();
    expect(await checkSettings(withCommon(LEDGER, 'minimumCalls', '21'))).toMatch(
      /minimumCalls 21, but lastCalls\(20\)/,
    );
    expect(await checkSettings({ ...LEDGER, windw: 1 })).toMatch(/windw/);
  });
});
