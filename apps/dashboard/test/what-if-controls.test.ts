import {
  type BreakerOptions,
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
  tumblingMs,
} from '@cb/core';
import { fastFailing, tolerant } from '@cb/core/presets';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Control, groupsOf } from '../src/web/features/breaker/what-if/controls.ts';
import {
  missingRules,
  withCloseKind,
  withNewRule,
  withoutRule,
  withProbing,
  withRule,
  withStayOpen,
  withStayOpenKind,
  withWindow,
  withWindowKind,
} from '../src/web/features/breaker/what-if/edits.ts';
import { isPreset, PRESETS, withPreset } from '../src/web/features/breaker/what-if/presets.ts';
import { positionOf, SLIDER_STEPS, typedValue, valueAt } from '../src/web/features/breaker/what-if/slider.ts';
import type { Config } from '../src/web/lib/breaker-config.ts';

function configOf(options: Partial<BreakerOptions> = {}): Config {
  return createBreaker({ name: 'x', rules: { seven: () => false }, ...options }).config;
}
/** What core makes of it: it throws where the configuration cannot work. */
function resolved(config: Config): Config {
  return configOf(config);
}
function controlOf(config: Config, key: string): Control {
  const found = groupsOf(config)
    .flatMap(({ controls }) => controls)
    .find((each) => each.key === key);
  if (found === undefined) throw new Error(`no control ${key}`);
  return found;
}

const CONFIGS: readonly Config[] = [
  configOf(),
  configOf({ window: lastCalls(30), openWhen: [failureRatio(0.07), consecutiveFailures(5)] }),
  configOf({ window: tumblingMs(60_000), openWhen: failures(8), stayOpen: fixed(1_500) }),
  configOf({
    window: sinceClosed(),
    openWhen: custom('seven'),
    probing: { probes: 4, closeWhen: successes(2, { of: 4 }) },
  }),
  configOf({ probing: { closeWhen: successesInARow(6) }, openWhen: slowRatio(0.3, { slowMs: 5 }) }),
  configOf({
    probing: { probes: 9, atOnce: 2, closeWhen: belowLimits(5) },
    window: lastMs(700, { buckets: 7 }),
  }),
];

describe('controls', () => {
  it('are those of the numbers that a configuration has, as they are said', () => {
    const said = groupsOf(CONFIGS[1] as Config).map(({ title, controls }) => [
      title,
      ...controls.map(({ label, value, unit }) => `${label} ${value} ${unit}`.trim()),
    ]);
    expect(said).toEqual([
      ['Failures', 'opens at 7 %', 'of at least 20 calls'],
      ['Failures in a row', 'opens at 5'],
      ['Window', 'the last 30 calls'],
      ['Open time', 'first 5 s', 'then 2 ×', 'at most 60 s'],
      ['Probing', 'probes 3', 'at once 3', 'closes at 100 %'],
    ]);
    expect(groupsOf(CONFIGS[3] as Config)[0]).toMatchObject({
      title: 'Rule “seven”',
      controls: [],
      note: /function/ as never,
    });
  });

  it('wherever they are moved give a configuration that works, and moved back the one before', () => {
    const cases = CONFIGS.flatMap((config) =>
      groupsOf(config)
        .flatMap(({ controls }) => controls)
        .map(({ key }) => ({ config, key })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.integer({ min: 0, max: SLIDER_STEPS }),
        ({ config, key }, position) => {
          const control = controlOf(config, key);
          const value = valueAt(control, position);
          const moved = control.change(value);
          expect(resolved(moved)).toEqual(moved);
          expect(controlOf(moved, key).value).toBeCloseTo(value, 6);
        },
      ),
      { numRuns: 1_000 },
    );
    for (const { config, key } of cases)
      expect(controlOf(config, key).change(controlOf(config, key).value)).toEqual(config);
  });

  it('have their value in force within reach of the slider', () => {
    for (const config of CONFIGS)
      for (const control of groupsOf(config).flatMap(({ controls }) => controls)) {
        expect(control.min).toBeLessThanOrEqual(control.value);
        expect(control.max).toBeGreaterThanOrEqual(control.value);
        const position = positionOf(control);
        expect(position).toBeGreaterThanOrEqual(0);
        expect(position).toBeLessThanOrEqual(SLIDER_STEPS);
        expect(valueAt(control, position) / control.value).toBeCloseTo(1, 1);
      }
  });

  it('take what is typed, where it is a number that they can be', () => {
    const ratio = controlOf(CONFIGS[0] as Config, 'failure-ratio.ratio');
    expect(
      ['30', ' 12.5 ', '7,5', '', '0', '-1', '101', 'x', 'Infinity'].map((text) => typedValue(ratio, text)),
    ).toEqual([30, 12.5, 7.5, undefined, undefined, undefined, undefined, undefined, undefined]);
    const minimum = controlOf(CONFIGS[0] as Config, 'failure-ratio.minimumCalls');
    expect(typedValue(minimum, '12.6')).toBe(13);
    expect(typedValue(minimum, '5000')).toBe(5_000);
    const full = { ...ratio, min: 5, max: 5, value: 5 };
    expect(positionOf(full)).toBe(0);
  });
});

describe('edits', () => {
  const base = configOf({
    window: lastMs(10_000),
    openWhen: [failureRatio(0.5), slowRatio(0.8, { slowMs: 300 })],
  });

  it('keep numbers that decide each other in step', () => {
    expect(withWindow(base, { kind: 'last-calls', calls: 5 }).openWhen).toMatchObject([
      { minimumCalls: 5 },
      { minimumCalls: 5 },
    ]);
    expect(withStayOpen(base, { firstMs: 90_000 }).stayOpen).toMatchObject({
      firstMs: 90_000,
      maxMs: 90_000,
      hintMaxMs: 90_000,
    });
    expect(withStayOpen(base, { maxMs: 1_000 }).stayOpen).toMatchObject({ firstMs: 1_000, maxMs: 1_000 });
    expect(withProbing(base, { probes: 7 }).probing).toMatchObject({ probes: 7, atOnce: 7 });
    expect(withProbing(withProbing(base, { atOnce: 2 }), { probes: 1 }).probing).toMatchObject({
      probes: 1,
      atOnce: 1,
    });
    const three = configOf({ probing: { probes: 5, closeWhen: successes(4, { of: 5 }) } });
    expect(withProbing(three, { probes: 3 }).probing.closeWhen).toEqual({
      kind: 'successes',
      successes: 3,
      of: 3,
    });
    const two = { ...base, openWhen: [...base.openWhen, slowRatio(0.2, { slowMs: 300 })] };
    expect(
      withRule(two, 1, { kind: 'slow-ratio', ratio: 0.8, minimumCalls: 20, slowMs: 900 }).openWhen[2],
    ).toMatchObject({ slowMs: 900 });
  });

  it('change kinds to ones that work', () => {
    for (const config of CONFIGS) {
      for (const kind of ['last-calls', 'last-ms', 'tumbling', 'since-closed'] as const) {
        const changed = withWindowKind(config, kind);
        expect(resolved(changed)).toEqual(changed);
        expect(changed.window.kind).toBe(kind);
      }
      for (const kind of ['fixed', 'backoff'] as const) {
        const changed = withStayOpenKind(config, kind);
        expect(resolved(changed)).toEqual(changed);
        expect(changed.stayOpen.kind).toBe(kind);
      }
      for (const kind of ['success-ratio', 'successes', 'successes-in-a-row', 'below-limits'] as const) {
        const changed = withCloseKind(config, kind);
        expect(resolved(changed)).toEqual(changed);
        expect(changed.probing.closeWhen.kind).toBe(kind);
      }
    }
    expect(withWindowKind(base, 'last-ms')).toBe(base);
    expect(withStayOpenKind(base, 'backoff')).toBe(base);
    expect(withCloseKind(base, 'success-ratio')).toBe(base);
  });

  it('add rules of kinds that are missing, and take any out', () => {
    expect(missingRules(base)).toEqual(['failures', 'consecutive-failures']);
    for (const config of CONFIGS)
      for (const kind of missingRules(config)) {
        const more = withNewRule(config, kind);
        expect(resolved(more)).toEqual(more);
        expect(withoutRule(more, more.openWhen.length - 1)).toEqual(config);
      }
    expect(withoutRule(base, 0).openWhen).toEqual([base.openWhen[1]]);
  });

  it('let a number of probes decide where no share does any more', () => {
    const byLimits = configOf({
      openWhen: [failureRatio(0.5), failures(8)],
      probing: { probes: 4, closeWhen: belowLimits(4) },
    });
    const less = withoutRule(byLimits, 0);
    expect(less.probing.closeWhen).toEqual({ kind: 'below-limits', calls: 4, allowedFailures: 0 });
    expect(resolved(less)).toEqual(less);
    const none = { ...byLimits, openWhen: [] };
    const one = withNewRule(none, 'consecutive-failures');
    expect([resolved(none), resolved(one)]).toEqual([none, one]);
    expect(one.probing.closeWhen).toEqual({ kind: 'below-limits', calls: 4, allowedFailures: 0 });
  });
});

describe('starting points', () => {
  it('are what core’s presets resolve to', () => {
    const core = [fastFailing(), tolerant()].map((options) => configOf(options));
    expect(PRESETS.map(({ parts }) => parts)).toEqual(
      core.map(({ window, openWhen, stayOpen, probing }) => ({ window, openWhen, stayOpen, probing })),
    );
  });

  it('take over what is slow, and all that they say nothing about', () => {
    const inForce = configOf({ openWhen: slowRatio(0.5, { slowMs: 250 }), failAfterMs: 900 });
    for (const preset of PRESETS) {
      const started = withPreset(inForce, preset);
      expect(resolved(started)).toEqual(started);
      expect(started).toMatchObject({ failAfterMs: 900 });
      expect(started.openWhen.find(({ kind }) => kind === 'slow-ratio')).toMatchObject({ slowMs: 250 });
      expect(isPreset(started, inForce, preset)).toBe(true);
      expect(isPreset(inForce, inForce, preset)).toBe(false);
    }
  });
});
