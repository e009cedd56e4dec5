import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../src/config.ts';
import { type Extras, extrasFor } from '../src/extras.ts';
import { consecutiveFailures, failureRatio, fixed, slowRatio } from '../src/index.ts';
import { planOf } from '../src/plan.ts';
import { resolveConfig } from '../src/resolve.ts';
import { servicesOf } from '../src/services.ts';
import type { BreakerOptions } from '../src/types.ts';
import { testClock } from './support/clock.ts';
import { Scenario } from './support/scenario.ts';

function make(
  input: ConfigInput,
  {
    now = 0,
    before = null,
    ...options
  }: Partial<BreakerOptions> & { now?: number; before?: Extras | null } = {},
): Extras | null {
  const config = resolveConfig(input);
  const services = servicesOf({
    name: 'b',
    clock: testClock(),
    openWhen: input.openWhen,
    ...options,
  } as BreakerOptions);
  return extrasFor(config, planOf(config, null), services, now, before);
}
const own = (overMs = 60_000): ConfigInput => ({
  openWhen: failureRatio(0.5, { minimumCalls: 1, adapt: { factor: 0.5, history: { overMs } } }),
});
const rule = failureRatio(0.5, { adapt: { factor: 0.5, history: { overMs: 60_000 } } });

it('are there only where the configuration needs them', () => {
  expect(make({})).toBeNull();
  expect(make({ openWhen: slowRatio(0.5) })).toBeNull();
  for (const needing of [
    { warmUpMs: 0 },
    { rampUp: { overMs: 5 } },
    { openWhen: slowRatio(1, { inFlight: true }) },
    own(),
  ])
    expect(make(needing)).not.toBeNull();
});

describe('over a change of configuration', () => {
  it('the warm-up goes on from the construction', () => {
    const before = make({ warmUpMs: 100 }, { now: 50 });
    const after = make({ warmUpMs: 200 }, { now: 120, before });
    expect([after?.isWarmingUp(249), after?.isWarmingUp(250)]).toEqual([true, false]);
  });

  it('a warm-up that was not there begins with the configuration that brings it', () => {
    const before = make({ rampUp: { overMs: 100 } }, { now: 50 });
    const after = make({ warmUpMs: 200 }, { now: 1_000, before });
    expect([after?.isWarmingUp(1_199), after?.isWarmingUp(1_200)]).toEqual([true, false]);
  });

  it('the ramp goes on where one is still configured', () => {
    const before = make({ rampUp: { overMs: 100 } });
    before?.closed(resolveConfig({ rampUp: { overMs: 100 } }).rampUp, 0);
    expect(make({ rampUp: { overMs: 50 } }, { before })?.ramp).toBe(before?.ramp);
    expect(before?.ramp).not.toBeNull();
    expect(make({ warmUpMs: 5 }, { before })?.ramp).toBeNull();
  });

  it('calls under way stay counted under the same limit, and only there', () => {
    const watching = (slowMs: number): ConfigInput => ({
      openWhen: slowRatio(1, { slowMs, inFlight: true }),
    });
    const before = make(watching(160));
    before?.begin(0);
    expect(make(watching(160), { now: 10, before })?.slowInFlight(1_000)).toBe(1);
    expect(make(watching(80), { now: 10, before })?.slowInFlight(1_000)).toBe(0);
    expect(make({ warmUpMs: 5 }, { now: 10, before })?.slowInFlight(1_000)).toBe(0);
  });

  it('the memory stays under the same length, and only there', () => {
    const before = make(own());
    for (const at of [0, 10_000, 20_000]) before?.learn(at === 0, at);
    expect(before?.limitOf(rule)).toBe(0.5);
    for (const at of [30_000, 40_000]) before?.learn(false, at);
    const limit = before?.limitOf(rule);
    expect(limit).toBe(0.25);
    expect(make({ ...own(), warmUpMs: 5 }, { before })?.limitOf(rule)).toBe(limit);
    expect(make(own(120_000), { before })?.limitOf(rule)).toBe(0.5);
    expect(make(own(), { before: make({ warmUpMs: 5 }) })?.limitOf(rule)).toBe(0.5);
  });
});

describe('whether traffic that comes back leaves room', () => {
  it('is so without a ramp, and after it', () => {
    const extras = make({ rampUp: { overMs: 100, fromRatio: 0.1 } }) as Extras;
    expect(extras.wouldAdmit(0)).toBe(true);
    extras.closed({ overMs: 100, fromRatio: 0.1, alwaysPerSecond: 1 }, 0);
    extras.ramp?.admits(0);
    expect([extras.wouldAdmit(1), extras.wouldAdmit(100)]).toEqual([false, true]);
    extras.opened(50);
    expect(extras.wouldAdmit(1)).toBe(true);
  });
});

describe('a collector', () => {
  const supplied = { openWhen: [{ ...rule, adapt: { factor: 0.5, history: 'supplied' as const } }] };
  const [only] = supplied.openWhen;
  const told: string[] = [];
  const onError = (error: unknown, where: string): void =>
    void told.push(`${where}: ${(error as Error).message}`);
  const rated = (rate: number | undefined): number =>
    (
      make(supplied, {
        onError,
        history: { recordError() {}, recordSuccess() {}, getErrorRate: () => rate as number },
      }) as Extras
    ).limitOf(only as typeof rule);

  it('may say any share, the ends included', () => {
    expect([rated(0), rated(1), rated(0.5)]).toEqual([0.25, 0.75, 0.5]);
    expect(told).toEqual([]);
  });

  it('may know nothing yet', () => {
    expect(rated(undefined)).toBe(0.5);
    expect(told).toEqual([]);
  });

  it('is not believed beyond, and onError hears the figure', () => {
    expect([rated(1.01), rated(-0.01)]).toEqual([0.5, 0.5]);
    expect(told.splice(0)).toEqual([
      'history: getErrorRate returned 1.01, not 0 to 1',
      'history: getErrorRate returned -0.01, not 0 to 1',
    ]);
  });

  it('that throws is reported each time, and changes nothing', () => {
    const fail = (): never => {
      throw new Error('mine');
    };
    const extras = make(supplied, {
      onError,
      history: { recordError: fail, recordSuccess: fail, getErrorRate: fail },
    }) as Extras;
    extras.learn(true, 0);
    extras.learn(false, 0);
    expect(extras.limitOf(only as typeof rule)).toBe(0.5);
    expect(told.splice(0)).toEqual(['history: mine', 'history: mine', 'history: mine']);
  });

  it('that no rule asks is not told', () => {
    const history = {
      recordError: () => told.push('error'),
      recordSuccess: () => told.push('success'),
      getErrorRate: () => 0,
    };
    make({ warmUpMs: 5 }, { history })?.learn(true, 0);
    expect(told).toEqual([]);
  });
});

it('a ramp that was under way ends with an opening', () => {
  const story = new Scenario({
    openWhen: consecutiveFailures(1),
    stayOpen: fixed(1_000),
    probing: { probes: 1 },
    rampUp: { overMs: 60_000, fromRatio: 0.01 },
  });
  story
    .fail()
    .at(1_000)
    .ok()
    .state('closed')
    .fail()
    .state('open')
    .at(2_000)
    .ok()
    .state('closed')
    .ok()
    .refused();
});
